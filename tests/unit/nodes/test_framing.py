"""Bytes from a node become records and stray text, whatever they are and wherever they are cut."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.nodes.framing import Garbled, Piece, RecordStream, Stray
from tui.nodes.records import (
    End,
    ErrorRecord,
    Message,
    Out,
    Pong,
    Progress,
    Ready,
    Record,
    UnknownRecord,
    record_from,
)


def framed(document: object) -> bytes:
    return b"\x1e" + json.dumps(document).encode("ascii") + b"\n"


def out(q: int, data: Any = None) -> bytes:
    return framed({"q": q, "id": "r", "t": "out", "data": data})


def all_of(data: bytes, stream: RecordStream | None = None) -> list[Piece]:
    stream = stream or RecordStream()
    return [*stream.feed(data), *stream.interrupt()]


stray_lines = st.binary(max_size=40).filter(lambda line: b"\n" not in line and b"\x1e" not in line and line.strip())
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    data=st.binary(max_size=400) | st.lists(json_values.map(lambda value: out(1, value))).map(b"".join),
    cuts=st.lists(st.integers(0, 400)),
)
def test_where_chunks_are_cut_changes_nothing(data: bytes, cuts: list[int]) -> None:
    stream = RecordStream()
    marks = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [piece for start, end in pairwise(marks) for piece in stream.feed(data[start:end])]
    assert [*pieces, *stream.interrupt()] == all_of(data)


@given(data=st.binary(max_size=2000), limit=st.integers(1, 50))
def test_no_bytes_crash_it_and_no_text_holds_control_characters(data: bytes, limit: int) -> None:
    for piece in all_of(data, RecordStream(limit)):
        if isinstance(piece, Stray | Garbled):
            assert all(character in "\n\t" or character.isprintable() or character > "\x9f" for character in piece.text)


@given(parts=st.lists(st.integers(1, 1000) | stray_lines, max_size=12))
def test_records_are_found_among_any_other_lines(parts: list[int | bytes]) -> None:
    data = b"".join(out(part) if isinstance(part, int) else part + b"\n" for part in parts)
    pieces = all_of(data)
    assert [piece.q for piece in pieces if isinstance(piece, Record)] == [
        part for part in parts if isinstance(part, int)
    ]
    assert len(pieces) == len(parts)


def test_a_half_record_before_another_is_garbled_and_the_other_is_read() -> None:
    half = out(1, "something")[:-8]
    first, second = all_of(half + out(2))
    assert first == Garbled("a record that was cut short", half[1:].decode())
    assert isinstance(second, Record)
    assert second.q == 2


def test_two_halves_across_an_interruption_are_never_joined() -> None:
    stream = RecordStream()
    one, other = out(1, "aaaa"), out(9, "bbbb")
    assert stream.feed(one[:30]) == []
    assert [type(piece) for piece in stream.interrupt()] == [Garbled]
    assert [type(piece) for piece in stream.feed(other[30:])] == [Stray]
    assert [type(piece) for piece in stream.feed(out(10))] == [Record]


def test_a_huge_record_is_given_up_at_the_limit_and_the_next_one_is_read() -> None:
    stream = RecordStream(1000)
    pieces = [piece for _ in range(100) for piece in stream.feed(b"\x1e" + b"x" * 100 if _ == 0 else b"x" * 100)]
    assert [type(piece) for piece in pieces] == [Garbled]
    assert [type(piece) for piece in stream.feed(b"xx\n" + out(5))] == [Record]


def test_endless_text_without_a_line_end_is_kept_in_pieces() -> None:
    pieces = all_of(b"y" * 1_000_000)
    assert all(isinstance(piece, Stray) for piece in pieces)
    assert sum(len(piece.text) for piece in pieces if isinstance(piece, Stray)) == 1_000_000


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b'{"t":"out"}',
        b'{"q":0,"t":"out"}',
        b'{"q":true,"t":"out"}',
        b'{"q":"1","t":"out"}',
        b'{"q":1}',
        b'{"q":1,"t":7}',
        b'{"q":1,"t":"out","data":"\xff"}',
        b'{"q":1,"t":"out","data":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"q":1,"t":"out","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"q":' + b"9" * 10_000 + b',"t":"out"}',
    ],
    ids=lambda line: repr(line[:30]),
)
def test_a_framed_line_that_is_no_record_is_garbled(line: bytes) -> None:
    pieces = all_of(b"\x1e" + line + b"\n" + out(2))
    assert [type(piece) for piece in pieces] == [Garbled, Record]


CONTENTS: list[tuple[dict[str, Any], object]] = [
    (
        {"t": "ready", "version": "5.1", "edition": "Desktop", "language": "FullLanguage", "host": "N", "pid": 4},
        Ready("5.1", "Desktop", "FullLanguage", "N", 4, None, None),
    ),
    ({"t": "out", "data": {"A": [1, None]}}, Out({"A": [1, None]})),
    ({"t": "progress", "activity": "a", "percent": 7}, Progress("a", "", 7, None)),
    ({"t": "progress", "percent": "seven", "status": 3}, Progress("", "3", None, None)),
    ({"t": "warning", "message": "w"}, Message("warning", "w")),
    ({"t": "information", "message": None}, Message("information", "")),
    ({"t": "error", "category": "c", "fqid": "f", "message": "m"}, ErrorRecord("c", "f", "", "m")),
    ({"t": "end", "ok": True, "seconds": 2}, End(True, 2)),
    ({"t": "end", "ok": "yes"}, End(False, 0.0)),
    ({"t": "pong"}, Pong()),
    ({"t": "telepathy", "x": 1}, UnknownRecord("telepathy", {"x": 1})),
]


@pytest.mark.parametrize(("document", "content"), CONTENTS)
def test_a_record_is_read_by_its_type_and_an_unknown_type_is_kept(document: dict[str, Any], content: object) -> None:
    assert record_from({"q": 3, "id": "r", **document}) == Record(3, "r", content)  # pyright: ignore[reportArgumentType]
