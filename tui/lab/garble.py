"""What a node can put into its output that nobody asked for: each kind by its name, for the fault `garble`.

Real nodes do all of it: profiles print banners, native programs write to the console, drivers put control characters
into names, a child process dies in the middle of a line. Records proper still arrive whole and in order.
"""

from collections.abc import Callable, Collection
from typing import Any, cast

HUGE = 2_000_000
"""Length of the huge line, bytes."""

_ESCAPES = "\x1b[2J\x1b]0;owned\x07\x08\x9b31m"
"""Clear the screen, set the window's title, ring, go back, and a C1 introducer: nothing a terminal should get."""

_FREE_TEXT = frozenset({"Message", "DisplayName", "ProductName", "BiosVendor", "Manufacturer", "Model"})
"""Names of values that are free text, so that control characters in them do not change what a fact means."""

_NOISE: dict[str, bytes] = {
    "stray": b'WARNING: To stop SConfig from launching at sign-in, type "Set-SConfig -AutoLaunch $false"\r\n',
    "escapes": _ESCAPES.encode("latin-1") + b"\n",
    "invalid-utf8": b"\xff\xfe caf\xe9 \xc3\x28 \x00 \xf0\x9f\x92\n",
    "huge-line": b"A" * HUGE + b"\n",
    "half-record": b'\x1e{"q":99,"id":"r1","t":"ou\n',
    "no-json": b"\x1e[1, 2, 3\n\x1e\n\x1enull\n",
}
_CLIXML = (
    b"#< CLIXML\r\n"
    b'<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0">'
    b'<TN RefId="0"><T>System.Management.Automation.PSCustomObject</T></TN><MS><I64 N="SourceId">1</I64></MS></Obj>'
    b'<S S="Error">something_x000D__x000A_</S></Objs>'
)

KINDS = frozenset({*_NOISE, "clixml", "unknown-type", "values", "split"})
"""All kinds. `clixml` goes to standard error; `unknown-type` is a numbered record of a type nobody knows; `values` puts
control characters into free text; `split` cuts every record into two writes."""


def noise(kinds: Collection[str]) -> list[bytes]:
    """Return what goes to standard output between records."""
    return [data for kind, data in _NOISE.items() if kind in kinds]


def error_noise(kinds: Collection[str]) -> list[bytes]:
    """Return what goes to standard error."""
    return [_CLIXML] if "clixml" in kinds else []


def unknown_record(kinds: Collection[str]) -> dict[str, Any] | None:
    """Return a record of a type that no client knows, or None."""
    return {"t": "telemetry", "data": {"Text": _ESCAPES}} if "unknown-type" in kinds else None


def garbled_values(data: Any, kinds: Collection[str]) -> Any:
    """Return output with control characters in its free text."""
    return _map_text(data, lambda text: f"{text}{_ESCAPES}") if "values" in kinds else data


def pieces(record: bytes, kinds: Collection[str]) -> list[bytes]:
    """Return the writes a record takes."""
    middle = len(record) // 2
    return [record[:middle], record[middle:]] if "split" in kinds else [record]


def _map_text(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, dict):
        mapping = cast("dict[str, Any]", data)
        return {
            name: change(value) if name in _FREE_TEXT and isinstance(value, str) else _map_text(value, change)
            for name, value in mapping.items()
        }
    if isinstance(data, list):
        return [_map_text(item, change) for item in cast("list[Any]", data)]
    return data
