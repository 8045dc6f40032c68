"""The text of a configuration file as tables one after the other, so that one can change and the others stay as typed.

tomlkit changes keys inside a table and keeps its comments; which table a comment between two of them belongs to, it
does not know. Here comments that touch a table's header belong to that table, and what a blank line sets apart from
the table above stays when that table goes.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from tomlkit.items import Item

Names = tuple[str, ...]
"""Names in a header, from the top."""


class UnusualError(Exception):
    """What is to be changed is written in a form that cannot be changed here."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table, or what stands before the first one."""

    path: Names
    """Names in its header, from the top; none before the first table."""
    repeated: bool = False
    """Whether it is one of an array: `[[...]]`."""
    lead: str = ""
    """Comment lines that touch its header."""
    body: str = ""
    """Its header, its keys, and the comments among them."""
    tail: str = ""
    """What follows after a blank line, up to the next table's lead."""


def split(text: str) -> list[Section]:
    """Return the tables of valid TOML with line feeds only; the first stands for what is before the first header."""
    pieces: list[str] = [""]
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        # A line in a list or text over several lines may begin with a bracket, too; before it nothing is complete.
        if line.lstrip(" \t").startswith("[") and _is_complete(pieces[-1]):
            pieces.append("")
        pieces[-1] += line
    sections: list[Section] = []
    lead = ""
    for number, piece in enumerate(pieces):
        kept, next_lead = _cut(piece, _touching) if number + 1 < len(pieces) else (piece, "")
        if number == 0 and not kept.strip():
            # Comments at the top of the file are the file's.
            kept, next_lead = piece, ""
        body, tail = _cut(kept, _after_blank)
        path, repeated = _header(body)
        sections.append(Section(path, repeated, lead, body, tail))
        lead = next_lead
    return sections


def join(sections: Iterable[Section]) -> str:
    """Return the text of tables."""
    return "".join(section.lead + section.body + section.tail for section in sections)


def new_section(path: Names, values: Mapping[str, object], *, repeated: bool = False) -> Section:
    """Return a table with those of the keys whose value is not `None`."""
    from tomlkit import key

    name = key(list(path)).as_string()
    lines = [f"[[{name}]]" if repeated else f"[{name}]"]
    lines += [f"{known} = {item(value).as_string()}" for known, value in values.items() if value is not None]
    return Section(path, repeated, body="\n".join(lines) + "\n")


def with_keys(section: Section, values: Mapping[str, object], within: Names = ()) -> Section:
    """Return a table with keys changed: `None` takes one away, a value that is there already stays as it is typed.

    `within` names a table inside it, for what is written before the first header.
    """
    from tomlkit import parse

    document = parse(section.body)
    table = _table(document, section, within)
    for name, value in values.items():
        if value is None:
            if name in table:
                del table[name]
        elif name not in table or table[name] != _plain(value):
            table[name] = item(value)
    return replace(section, body=document.as_string())


def with_list(section: Section, name: str, entries: Sequence[Mapping[str, object]]) -> Section:
    """Return a table whose list of inline tables, `name`, is another one, an entry a line."""
    import tomlkit

    document = tomlkit.parse(section.body)
    table = _table(document, section)
    entries_there: Any = tomlkit.array()
    for entry in entries:
        inline: Any = tomlkit.inline_table()
        for key, value in entry.items():
            inline[key] = item(value)
        entries_there.append(inline)
    table[name] = entries_there.multiline(multiline=True)
    return replace(section, body=document.as_string())


def has(section: Section, name: str) -> bool:
    """Return whether a key, or the first part of one, stands in what is before the first header."""
    return name in tomllib.loads(section.body)


def spaced(section: Section) -> Section:
    """Return a table with a blank line after it."""
    return section if section.tail.endswith("\n") else replace(section, tail=section.tail + "\n")


def renamed(section: Section, path: Names) -> Section:
    """Return a table under another name; a comment behind its header stays."""
    from tomlkit import key

    first, _, rest = section.body.partition("\n")
    found = re.match(r"[ \t]*\[\[?", first)
    indent = found[0] if found else ""
    comment = next((first[at:] for at in _hashes(first) if _is_complete(first[:at])), "")
    header = f"{indent}{key(list(path)).as_string()}{']]' if section.repeated else ']'}"
    return replace(section, path=path, body=f"{header}{'  ' if comment else ''}{comment}\n{rest}")


def without(sections: Sequence[Section], gone: Iterable[Section]) -> list[Section]:
    """Return the tables without some of them; comments after them that a blank line sets apart stay."""
    gone = tuple(gone)
    left: list[Section] = []
    for section in sections:
        if not any(section is one for one in gone):
            left.append(section)
        elif "#" in section.tail or not left[-1].tail:
            left[-1] = replace(left[-1], tail=left[-1].tail + section.tail)
    if not left[-1].tail.strip():
        left[-1] = replace(left[-1], tail="")
    return left


def insert(sections: Sequence[Section], at: int, new: Sequence[Section]) -> list[Section]:
    """Return the tables with new ones before the one at `at`, set apart by blank lines."""
    before, after = list(sections[:at]), sections[at:]
    if join(before):
        before[-1] = spaced(before[-1])
    between = [spaced(section) for section in new]
    if not after:
        between[-1] = replace(between[-1], tail="")
    return [*before, *between, *after]


def item(value: object) -> "Item":
    """Return a value as it is typed into the file: text with backslashes in single quotes."""
    import tomlkit

    if isinstance(value, str):
        literal = "\\" in value and "'" not in value and value.isprintable()
        return tomlkit.string(value, literal=literal)
    if isinstance(value, tuple):
        parts: Any = tomlkit.array()
        for part in cast("tuple[object, ...]", value):
            parts.append(item(part))
        return parts
    return tomlkit.item(value)


def _table(document: Any, section: Section, within: Names = ()) -> Any:
    """Return the table of a section in its own text, or one inside it."""
    table = document
    for name in section.path:
        table = table[name]
    table = table[0] if section.repeated else table
    for name in within:
        table = table[name]
    return table


def _plain(value: object) -> object:
    return list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value


def _header(body: str) -> tuple[Names, bool]:
    """Return the names in a table's first line, and whether it is one of an array."""
    first = body.partition("\n")[0]
    names: list[str] = []
    inner: object = tomllib.loads(first) if first.lstrip(" \t").startswith("[") else {}
    while isinstance(inner, dict) and inner:
        ((name, inner),) = cast("dict[str, object]", inner).items()
        names.append(name)
    return tuple(names), isinstance(inner, list)


def _hashes(line: str) -> list[int]:
    return [found.start() for found in re.finditer("#", line)]


def _cut(text: str, begins: Callable[[Sequence[str]], int]) -> tuple[str, str]:
    """Return a text before and from the line that `begins` names, unless what is before would not be complete."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    at = begins(lines)
    before, after = "".join(lines[:at]), "".join(lines[at:])
    return (before, after) if _is_complete(before) else (text, "")


def _touching(lines: Sequence[str]) -> int:
    """Return where the comments at the very end begin."""
    at = len(lines)
    while at and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _after_blank(lines: Sequence[str]) -> int:
    """Return where the first blank line after the last key is."""
    at = first = len(lines)
    while at and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
        at -= 1
        if not lines[at].strip():
            first = at
    return first


def _is_complete(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
