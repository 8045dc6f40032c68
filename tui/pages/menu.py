"""The menu: every option with the current value beside it.

It stands before anything is read, so what makes values of facts is loaded with the first facts.
"""

from datetime import datetime

from tui.operations.snapshot import Snapshot
from tui.options import OPTIONS, Option
from tui.pages.columns import cut, pad, wrap
from tui.pages.document import BLANK, Choice, Document, Line, Role, Span, line_of

PROMPT = "Enter number to select an option:"
TITLE_CELLS = 32
NARROW = 60


def menu_document(snapshot: Snapshot, now: datetime, columns: int) -> Document:
    """Return the menu as far as values are known, for `columns` cells."""
    body: list[Line] = [_heading(snapshot, columns), BLANK]
    group = 0
    for option in OPTIONS:
        if option.group != group:
            body.append(BLANK)
            group = option.group
        body.append(_option_line(option, snapshot, now, columns))
    body.append(BLANK)
    name = f" - cluster {snapshot.name}" if snapshot.name else ""
    return Document(f"Azure Stack HCI registration{name}", tuple(body), PROMPT)


def menu_help(columns: int) -> Document:
    """Return the help of the menu."""
    text = (
        "Type a number and press Enter, or move with the arrow keys and press Enter. Esc undoes typing. The value "
        "beside an option is what the nodes said when they were read; the time is in the second row. An option that "
        "cannot be used now stays in its place and says why. r reads the nodes again, ? shows help on every screen, "
        "Esc leaves a screen, 15 leaves azsconfig."
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


def _option_line(option: Option, snapshot: Snapshot, now: datetime, columns: int) -> Line:
    """Return one option's row."""
    refusal = refusal_of(option, snapshot)
    text = refusal or _value(option, snapshot, now)
    label = f" {option.number:2}) {option.title}"
    room = columns if columns < NARROW or not text else TITLE_CELLS + 5
    role = Role.QUIET if refusal else Role.PLAIN
    spans = [Span(pad(label, room).rstrip() if not text else pad(label, room), role)]
    if text and columns >= NARROW:
        spans.append(Span(cut(text, columns - room), role if refusal else _role(option, snapshot)))
    return Line(tuple(spans), Choice(option.number, option.id, refusal))


def refusal_of(option: Option, snapshot: Snapshot) -> str | None:
    """Return why an option cannot be used now, or `None`."""
    if snapshot.facts is not None:
        from tui.pages.menu_values import refusal_by_build

        refusal = refusal_by_build(option, snapshot)
        if refusal is not None:
            return refusal
    return None if option.built else "not in this version yet"


def _value(option: Option, snapshot: Snapshot, now: datetime) -> str:
    if snapshot.facts is None:
        return ""
    from tui.pages.menu_values import value_of_option

    return value_of_option(option, snapshot, now)


def _role(option: Option, snapshot: Snapshot) -> Role:
    from tui.pages.menu_values import role_of_option

    return role_of_option(option, snapshot)
