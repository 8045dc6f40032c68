"""A fact's properties under Microsoft's names, one a line."""

from collections.abc import Mapping, Sequence
from typing import cast

from tui.cluster.encode import encode
from tui.pages.columns import pad, wrap
from tui.pages.document import Line, Span

NAME_CELLS = 26


def properties(fact: object, columns: int) -> list[Line]:
    """Return the lines of a fact: `Name   value`; what a build does not have is left out, an empty value is `-`."""
    if isinstance(fact, tuple):
        return [line for item in cast("tuple[object, ...]", fact) for line in _row(item, columns)]
    return [line for name, told in encode(fact).items() for line in _property(name, told, columns)]


def _property(name: str, told: object, columns: int) -> list[Line]:
    if told is None or told in ((), [], {}):
        return []
    first, *rest = wrap(_text(told), max(columns - NAME_CELLS - 5, 16))
    lines = [Line((Span(f"   {pad(name, NAME_CELLS)} "), Span(first)))]
    lines.extend(Line((Span(" " * (NAME_CELLS + 4)), Span(line))) for line in rest)
    return lines


def _row(item: object, columns: int) -> list[Line]:
    """Return one item of a list fact: its name, then its other properties in words."""
    told = dict(encode(item))
    name = str(told.pop("Name", ""))
    words = ", ".join(f"{key} {_text(one)}" for key, one in told.items() if one is not None)
    return _property(name, words or "-", columns)


def _text(told: object) -> str:
    """Return a value as text: yes and no for truth, `name value` pairs for a mapping."""
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, Mapping):
        pairs = cast("Mapping[str, object]", told)
        return ", ".join(f"{key} {_text(one)}" for key, one in pairs.items())
    if isinstance(told, Sequence) and not isinstance(told, str):
        return ", ".join(_text(one) for one in cast("Sequence[object]", told))
    return str(told) or "-"
