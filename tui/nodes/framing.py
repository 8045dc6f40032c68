"""Bytes from a node's standard output, cut into records and stray text.

A record is RS (0x1E), one ASCII JSON object, LF. Chunks may end anywhere. What stands outside a record, and a record
that another RS begins within, is stray text; a framed line that is no record, or longer than the limit, is garbled.
"""

import json
from dataclasses import dataclass
from typing import TypeAlias

from tui.nodes.plain_text import plain
from tui.nodes.records import Record, record_from

RECORD_SEPARATOR = b"\x1e"
MAX_RECORD_BYTES = 8 * 1024 * 1024
MAX_STRAY_BYTES = 64 * 1024
"""Stray text longer than this without a line end is cut into pieces."""
SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Stray:
    """A line of text that belongs to no record."""

    text: str
    """The line, safe to show."""


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something that began as a record and is none: what it said is missing."""

    reason: str
    """What is wrong with it."""
    text: str
    """How it begins, safe to show."""


Piece: TypeAlias = Record | Stray | Garbled
"""What a stream is made of."""


class RecordStream:
    """Cuts one node's output into pieces; keeps what is incomplete until the next chunk."""

    def __init__(self, max_record_bytes: int = MAX_RECORD_BYTES) -> None:
        self._limit = max_record_bytes
        self._buffer = bytearray()
        self._inside = False
        self._skipping = False

    def feed(self, data: bytes) -> list[Piece]:
        """Take a chunk and return the pieces that are complete now."""
        pieces: list[Piece] = []
        start = 0
        while start < len(data):
            end = self._next_mark(data, start)
            self._keep(data[start : len(data) if end < 0 else end], pieces)
            if end < 0:
                break
            if data[end : end + 1] == RECORD_SEPARATOR:
                self._cut_short(pieces)
                self._inside = True
            else:
                self._line_ends(pieces)
            start = end + 1
        return pieces

    def interrupt(self) -> list[Piece]:
        """Say that bytes may be missing here, or that the stream has ended; return what is left as it is."""
        pieces: list[Piece] = []
        self._cut_short(pieces)
        return pieces

    @staticmethod
    def _next_mark(data: bytes, start: int) -> int:
        line_end, separator = data.find(b"\n", start), data.find(RECORD_SEPARATOR, start)
        return max(line_end, separator) if min(line_end, separator) < 0 else min(line_end, separator)

    def _keep(self, data: bytes, pieces: list[Piece]) -> None:
        if self._skipping or not data:
            return
        self._buffer += data
        if self._inside and len(self._buffer) > self._limit:
            pieces.append(Garbled(f"a record of more than {self._limit} bytes", _head(self._buffer)))
            self._buffer.clear()
            self._skipping = True
        elif not self._inside and len(self._buffer) > MAX_STRAY_BYTES:
            pieces.append(_stray(self._buffer))
            self._buffer.clear()

    def _line_ends(self, pieces: list[Piece]) -> None:
        if self._skipping:
            pass
        elif self._inside:
            pieces.append(_record(bytes(self._buffer)))
        elif self._buffer.strip():
            pieces.append(_stray(self._buffer))
        self._reset()

    def _cut_short(self, pieces: list[Piece]) -> None:
        if self._inside and not self._skipping:
            pieces.append(Garbled("a record that was cut short", _head(self._buffer)))
        elif self._buffer.strip():
            pieces.append(_stray(self._buffer))
        self._reset()

    def _reset(self) -> None:
        self._buffer.clear()
        self._inside = self._skipping = False


def _record(line: bytes) -> Record | Garbled:
    try:
        return record_from(json.loads(line.decode("ascii")))
    except (ValueError, RecursionError) as error:
        return Garbled(f"a line that is no record ({type(error).__name__})", _head(line))


def _stray(line: bytes | bytearray) -> Stray:
    return Stray(plain(line.decode("utf-8", "replace")).strip())


def _head(line: bytes | bytearray) -> str:
    return plain(bytes(line[:SHOWN_CHARACTERS]).decode("utf-8", "replace"))
