"""One PowerShell's life seen from here: its carrier, the order of its records, and what it was told.

Exactly once: records are numbered without gaps. A number that was seen is a duplicate; one that comes too early means
that records were lost, and the agent is asked for everything after the last one that came.
"""

import json
import logging
from collections.abc import Iterable
from uuid import uuid4

from tui.nodes.carrier import Carrier, Delivery
from tui.nodes.clixml import stderr_text
from tui.nodes.clock import Appointment
from tui.nodes.errors import Lost, Unreadable
from tui.nodes.framing import Garbled, Piece, RecordStream, Stray
from tui.nodes.records import ErrorRecord, Ready, Record
from tui.nodes.script import Script
from tui.secret import Secret

log = logging.getLogger("azsconfig.nodes")

MAX_ASKS = 3
"""How often the same record is asked for before it is believed to be unreadable."""
KEPT_STDERR_BYTES = 64 * 1024
RECORDS_GONE = "AzsconfigRecordsGone"


class Line:
    """One opened PowerShell."""

    def __init__(self, node: str, carrier: Carrier, max_record_bytes: int | None = None) -> None:
        self.node = node
        """Node it runs on."""
        self.carrier = carrier
        """How it is reached."""
        self.ready: Ready | None = None
        """What it said of itself; `None` until it has."""
        self.defined: dict[str, str] = {}
        """Scripts it knows, name to text."""
        self.hanging: set[str] = set()
        """Requests that did not end when they were told to; nothing new may be asked while there are any."""
        self.watch: Appointment | None = None
        """When it is given up unless it is ready by then."""
        self._stream = RecordStream() if max_record_bytes is None else RecordStream(max_record_bytes)
        self._last = 0
        self._highest = 0
        self._asks = 0
        self._must_ask = False
        self._stderr = bytearray()

    @property
    def stderr(self) -> str:
        """What came on standard error, safe to show; for people, never decided by."""
        return stderr_text(bytes(self._stderr))

    def take(self, delivery: Delivery) -> tuple[list[Record], list[str]]:
        """Return a delivery's new records in order, and its stray text.

        Raises Unreadable or Lost when a record can never be had; the line is of no use then.
        """
        self._stderr += delivery.stderr
        del self._stderr[:-KEPT_STDERR_BYTES]
        pieces: list[Piece] = []
        if delivery.gap:
            pieces += self._stream.interrupt()
            # The connection is to blame, not the record.
            self._asks, self._must_ask = 0, True
        pieces += self._stream.feed(delivery.stdout)
        if delivery.ended:
            pieces += self._stream.interrupt()
        records = [record for piece in pieces if isinstance(piece, Record) for record in self._in_order(piece)]
        strays = [text for piece in pieces for text in self._stray(piece, in_gap=delivery.gap)]
        return records, strays

    def question(self) -> bytes | None:
        """Return the line that asks for what was lost, when something was and was not asked for yet."""
        if not self._must_ask:
            return None
        self._must_ask = False
        self._asks += 1
        if self._asks > MAX_ASKS:
            raise Unreadable(self.node, f"Record {self._last + 1} of the node cannot be read.", may_have_run=True)
        log.debug("%s: asking for records after %d", self.node, self._last)
        return encode({"op": "resend", "after": self._last})

    def definitions(self, scripts: Iterable[Script]) -> bytes:
        """Return the lines that make those scripts known which are not yet."""
        lines = bytearray()
        for script in scripts:
            if self.defined.get(script.name) != script.body:
                self.defined[script.name] = script.body
                lines += encode({"id": f"d{uuid4().hex}", "op": "define", "name": script.name, "body": script.body})
        return bytes(lines)

    def _in_order(self, record: Record) -> list[Record]:
        if isinstance(record.content, ErrorRecord) and record.content.fqid == RECORDS_GONE:
            raise Lost(self.node, "Records of the node were lost and are no longer kept there.", may_have_run=True)
        if record.q <= self._last:
            return []
        if record.q > self._last + 1:
            # What was asked for begins again below what was seen: then the missing one came, and could not be read.
            if self._asks == 0 or record.q <= self._highest:
                self._must_ask = True
                self._highest = record.q
            self._highest = max(self._highest, record.q)
            return []
        self._last = record.q
        self._asks = 0
        if isinstance(record.content, Ready):
            self.ready = record.content
        return [record]

    def _stray(self, piece: Piece, *, in_gap: bool) -> list[str]:
        if isinstance(piece, Stray):
            log.info("%s: stray text: %s", self.node, piece.text)
            return [piece.text]
        if isinstance(piece, Garbled):
            log.info("%s: %s: %s", self.node, piece.reason, piece.text)
            self._must_ask = True
            return [] if in_gap else [piece.text]
        return []


def encode(message: dict[str, object]) -> bytes:
    """Return a request as one ASCII JSON line, secrets in it revealed. Raises TypeError or ValueError for no data."""
    return json.dumps(message, ensure_ascii=True, allow_nan=False, default=_reveal).encode("ascii") + b"\n"


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    message = f"a parameter is a {type(value).__name__}, which is no data"
    raise TypeError(message)
