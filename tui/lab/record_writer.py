"""The records a simulated PowerShell writes: numbered without gaps, kept for a while, garbled when the node is to."""

import json
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from tui.lab import garble
from tui.lab.simulated_scripts import Record
from tui.lab.winrm.program import OutputSink

RING = 2000
"""How many records are kept for a client that lost some."""
_RECORD_START = b"\x1e"


class RecordWriter:
    """Writes the records of one simulated PowerShell; used by its thread alone."""

    def __init__(self, sink: OutputSink, garble_kinds: Callable[[], Collection[str]], *, ring: int = RING) -> None:
        self._sink = sink
        self._garble_kinds = garble_kinds
        self._last = 0
        self._ring: deque[tuple[int, bytes]] = deque(maxlen=ring)

    def write(self, record: Record, identity: str | None = None) -> None:
        """Give a record its number and write it; `identity` is the request it answers."""
        kinds = self._garble_kinds()
        self._last += 1
        numbered: dict[str, Any] = {"q": self._last}
        if record["t"] != "ready":
            numbered["id"] = identity
        numbered.update(record)
        if "data" in numbered:
            numbered["data"] = garble.garbled_values(numbered["data"], kinds)
        line = _RECORD_START + json.dumps(numbered, separators=(",", ":")).encode("ascii") + b"\n"
        self._ring.append((self._last, line))
        for piece in garble.pieces(line, kinds):
            self._sink.stdout(piece)

    def noise(self) -> None:
        """Write what nobody asked for, if the node is to."""
        kinds = self._garble_kinds()
        for data in garble.noise(kinds):
            self._sink.stdout(data)
        for data in garble.error_noise(kinds):
            self._sink.stderr(data)
        unknown = garble.unknown_record(kinds)
        if unknown is not None:
            self.write(unknown)

    def resend(self, after: int) -> bool:
        """Write all records after one again, unchanged; return False when some of them are no longer kept."""
        if after < self._last and (not self._ring or after < self._ring[0][0] - 1):
            return False
        for number, line in list(self._ring):
            if number > after:
                self._sink.stdout(line)
        return True
