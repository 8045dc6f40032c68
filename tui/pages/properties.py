"""A fact's properties under Microsoft's names, one a line."""

import re
from collections.abc import Mapping
from typing import cast

from tui.cluster.arc import ArcExtension
from tui.cluster.encode import encode
from tui.cluster.iso_time import parse_iso_time
from tui.cluster.membership import Member
from tui.cluster.system import PowerShellModule, Service
from tui.pages.columns import break_word, cut, pad, width, wrap
from tui.pages.document import Line, Span
from tui.pages.times import stamp

NAME_CELLS = 26
NARROW = 60
"""Below so many columns a value stands below its name."""
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
_FIELD_OF_LIST = {"Extensions": "extensions", "Nodes": "nodes"}
"""Properties whose value is a list of named things."""


def properties(fact: object, columns: int) -> list[Line]:
    """Return the lines of a fact: `Name   value`; what a build does not have is left out, an empty value is `-`."""
    if isinstance(fact, tuple):
        return [line for item in cast("tuple[object, ...]", fact) for line in _row(item, columns)]
    lines: list[Line] = []
    for name, told in encode(fact).items():
        own = getattr(fact, _FIELD_OF_LIST.get(name, ""), None)
        text = ", ".join(f"{item.name} {words_of(item)}" for item in own) if own else told
        lines.extend(one_property(name, text, columns))
    return lines


def one_property(name: str, told: object, columns: int) -> list[Line]:
    """Return one property, wrapped below its own column; nothing for one that is not there."""
    if told is None or told in ((), [], {}):
        return []
    text = _text(told)
    narrow = columns < NARROW
    room = columns - 6 if narrow else columns - NAME_CELLS - 5
    # A word that is broken, an id or a path, is one word again wherever text is not cut into rows.
    glued = width(text) > room and not re.search(r"\s", text)
    pieces = break_word(text, room) if glued else wrap(text, room)
    if narrow:
        below = [Line((Span("     "), Span(piece)), glued=glued and at > 0) for at, piece in enumerate(pieces)]
        return [Line((Span(cut(f"   {name}", columns)),)), *below]
    first, *rest = pieces
    lines = [Line((Span(f"   {pad(name, NAME_CELLS)} "), Span(first)))]
    lines.extend(Line((Span(" " * (NAME_CELLS + 4)), Span(piece)), glued=glued) for piece in rest)
    return lines


def _row(item: object, columns: int) -> list[Line]:
    """Return one item of a list fact: its name and, in words, how it stands."""
    return one_property(str(getattr(item, "name", "")), words_of(item), columns)


def words_of(item: object) -> str:
    """Return how one item of a list stands, without its name."""
    match item:
        case Service(present=False) | PowerShellModule(version=None):
            return "not installed"
        case Service():
            parts = (item.status, item.start_type, item.display_name)
        case PowerShellModule():
            parts = (item.version,)
        case ArcExtension():
            parts = (item.version, item.state)
        case Member():
            parts = (item.state,)
        case _:
            parts = (_text(encode(item)),)
    return ", ".join(str(part) for part in parts if part) or "-"


def _text(told: object) -> str:
    """Return a value as text: yes and no for truth, `name value` pairs for a mapping."""
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, Mapping):
        pairs = cast("Mapping[str, object]", told)
        return ", ".join(f"{key} {_text(one)}" for key, one in pairs.items())
    if isinstance(told, str) and _TIME.fullmatch(told):
        # As on every page: local time, as an administrator's watch.
        return stamp(parse_iso_time(told), seconds=True)
    return str(told) or "-"
