"""The menu: every option with the current value beside it.

It stands before anything is read, so what makes values of facts is loaded with the first facts.
"""

from collections.abc import Mapping
from datetime import datetime

from tui.operations.snapshot import Snapshot
from tui.options import OPTIONS, Option, Risk
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BLANK, Choice, Document, Line, Role, Span, line_of

PROMPT = "Enter number to select an option:"
TITLE_CELLS = 32
NARROW = 60
"""Below so many columns the values do not stand below each other."""
SHORTEST_VALUE = 8
"""Cells below which the beginning of a value says nothing."""


def menu_document(snapshot: Snapshot, now: datetime, columns: int, own: Mapping[str, str]) -> Document:
    """Return the menu as far as values are known, for `columns` cells; `own` has values by option id beside facts'."""
    body: list[Line] = [_heading(snapshot, columns), BLANK]
    group = 0
    for option in OPTIONS:
        if option.group != group:
            body.append(BLANK)
            group = option.group
        body.append(_option_line(option, snapshot, now, columns, own.get(option.id, "")))
    body.append(BLANK)
    name = f" - cluster {snapshot.name}" if snapshot.name else ""
    return Document(f"Azure Stack HCI registration{name}", tuple(body), PROMPT)


def menu_help(columns: int) -> Document:
    """Return the help of the menu."""
    text = (
        "Type a number and press Enter, or move with the arrow keys and press Enter. Esc undoes typing. The value "
        "beside an option is what the nodes said when they were read; the time is in the second row. An option that "
        "cannot be used now stays in its place and says why. On every screen ? shows its help, c the PowerShell an "
        "expert would type to see the same, s saves what is shown to a file, r reads the nodes again, and Esc goes "
        "back. 15 leaves azsconfig."
    )
    lines = [line_of(f" {line}") for line in wrap(text, columns - 2)]
    lines.append(BLANK)
    for option in OPTIONS:
        lines.extend(
            line_of(f" {line}") for line in wrap(f"{option.number:2}) {option.title}: {option.summary}", columns - 2, 4)
        )
    return Document("Help: the menu", tuple(lines))


def _heading(snapshot: Snapshot, columns: int) -> Line:
    """Return the row below the title: who is read and when, or what is done before that."""
    if snapshot.facts is None:
        return line_of(f" {snapshot.doing}", Role.QUIET)
    from tui.pages.menu_values import heading_words

    return line_of(cut(f" {heading_words(snapshot, snapshot.facts)}", columns), Role.QUIET)


def _option_line(option: Option, snapshot: Snapshot, now: datetime, columns: int, own: str) -> Line:
    """Return one option's row."""
    refusal = refusal_of(option, snapshot)
    text = refusal or own or _value(option, snapshot, now)
    role = Role.QUIET if refusal else Role.PLAIN
    label = f" {option.number:2}) {option.title}"
    room = TITLE_CELLS + 5 if columns >= NARROW else width(label) + 2
    choice = Choice(option.number, option.id, refusal)
    if not text or columns - room < SHORTEST_VALUE:
        return Line((Span(cut(label, columns), role),), choice)
    value = Span(cut(text, columns - room), role if refusal else _role(option, snapshot))
    return Line((Span(pad(label, room), role), value), choice)


def refusal_of(option: Option, snapshot: Snapshot) -> str | None:
    """Return why an option cannot be used now, or `None`."""
    unbuilt = None if option.built else "not in this version yet"
    if option.risk is Risk.READS:
        return unbuilt
    if snapshot.facts is None:
        return unbuilt or "the cluster has not been read yet"
    from tui.pages.menu_refusals import refusal_by_build, refusal_by_state

    return refusal_by_build(option, snapshot) or unbuilt or refusal_by_state(option, snapshot)


def _value(option: Option, snapshot: Snapshot, now: datetime) -> str:
    if snapshot.facts is None:
        return ""
    from tui.pages.menu_values import value_of_option

    return value_of_option(option, snapshot, now)


def _role(option: Option, snapshot: Snapshot) -> Role:
    from tui.pages.menu_values import role_of_option

    return role_of_option(option, snapshot)
