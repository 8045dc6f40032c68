"""A document on a terminal: numbered lines, a cursor, a row for what must not be overlooked, a prompt."""

from dataclasses import dataclass

from rich.segment import Segment
from textual.events import Key, Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.operations.appearance import Appearance
from tui.pages.columns import cut, pad, to_ascii, width
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.widgets.palette import CURSOR, style_of

DIGITS = frozenset("0123456789")
"""Not str.isdigit: superscripts are digits there, and a key of their own on some keyboards."""
FRAME_ROWS = 3
"""Rows that never scroll: title, notice, prompt."""


class NumberedList(Widget, can_focus=True):
    """Draws a `Document` row by row and repaints only the rows that changed.

    A stock option list sends thirty times the bytes for one arrow key, which a serial line feels. Keys: digits and
    Enter choose by number, arrows and Enter by cursor, Page Up and Page Down scroll, Backspace and Esc undo typing.
    """

    DEFAULT_CSS = "NumberedList { width: 1fr; height: 1fr; }"

    @dataclass
    class Chosen(Message):
        """A line that can be chosen was chosen."""

        choice: Choice

    class Back(Message):
        """Esc was pressed with nothing typed."""

    def __init__(self, document: Document, notice: Line = BLANK, look: Appearance | None = None) -> None:
        """Show `document`; `notice` is the last row but one."""
        super().__init__()
        self._look = look or Appearance()
        self._document = document
        self._notice = notice
        self._typed = ""
        self._complaint = ""
        self._cursor = self._first_choice()
        self._top = 0

    @property
    def document(self) -> Document:
        """What is shown."""
        return self._document

    def show(self, document: Document, notice: Line) -> None:
        """Replace what is shown, keeping the cursor on the same choice; only rows that differ are repainted."""
        before = [self._row(y) for y in range(self.size.height)]
        chosen, line = self._choice_at(self._cursor), self._cursor
        self._document, self._notice = document, notice
        self._cursor = self._line_of_choice(chosen.id if chosen else None)
        if self._cursor != line:
            self._keep_cursor_visible()
        self._scroll(0)
        self._repaint(before)

    def wear(self, look: Appearance) -> None:
        """Draw everything in another look."""
        if look != self._look:
            self._look = look
            self.refresh()

    def complain(self, text: str) -> None:
        """Show what is to be said of the last input, in the prompt row, until the next key."""
        before = [self._row(y) for y in range(self.size.height)]
        self._complaint = text
        self._repaint(before)

    def render_line(self, y: int) -> Strip:
        """Return row `y` of the widget."""
        cells = self.size.width
        row, selected = self._row(y)
        segments: list[Segment] = []
        room = cells
        for span in row.spans:
            text = cut(to_ascii(span.text) if self._look.ascii else span.text, room)
            segments.append(Segment(text, CURSOR if selected else style_of(self._look, span.role)))
            room -= width(text)
            if room <= 0:
                break
        return Strip(segments).adjust_cell_length(cells, CURSOR if selected else None)

    def on_key(self, event: Key) -> None:
        """Act on the keys of a numbered list; every other key is left to the screen."""
        handler = _KEYS.get(event.key) or ("_type" if event.character and event.character in DIGITS else None)
        if handler is None:
            return
        event.stop()
        before = [self._row(y) for y in range(self.size.height)]
        self._complaint = ""
        if handler == "_type":
            self._typed = (self._typed + (event.character or ""))[:3]
        else:
            getattr(self, handler)()
        self._repaint(before)

    def on_resize(self, _event: Resize) -> None:
        """Keep the cursor's line in sight, and what stands above it where there is room."""
        self._top = 0
        self._keep_cursor_visible()
        self.refresh()

    def _row(self, y: int) -> tuple[Line, bool]:
        """Return the line drawn at row `y` and whether it carries the cursor."""
        height = self.size.height
        if y == height - 1:
            return line_of(self._prompt_text(), Role.ATTENTION if self._complaint else Role.PLAIN), False
        if y == height - 2:
            return self._notice, False
        if y == 0:
            return line_of(_ruled(self._document.title, self.size.width), Role.TITLE), False
        index = self._top + y - 1
        if index >= len(self._document.body):
            return BLANK, False
        line = self._document.body[index]
        selected = index == self._cursor
        return (_marked(line) if selected else line), selected

    def _prompt_text(self) -> str:
        if self._complaint:
            return self._complaint
        asked = self._document.prompt.replace(BACK, "Esc")
        # What is typed is always seen, whatever has to be cut for it.
        room = max(self.size.width - len(self._typed) - 1, 0)
        prompt = f"{cut(asked, room)} {self._typed}" if asked else self._typed
        hint = self._scroll_hint()
        room = self.size.width - width(hint) - 1
        return pad(prompt, room) + hint if hint and width(prompt) < room else prompt

    def _scroll_hint(self) -> str:
        """Return how to see rows that do not fit."""
        if self._top + self._visible_rows() < len(self._document.body):
            return "PgDn: more"
        return "PgUp: more" if self._top else ""

    def _repaint(self, before: list[tuple[Line, bool]]) -> None:
        """Repaint the rows that are not what they were."""
        for y, row in enumerate(before):
            if self._row(y) != row:
                self.refresh(Region(0, y, self.size.width, 1))

    def _choice_at(self, index: int) -> Choice | None:
        body = self._document.body
        return body[index].choice if 0 <= index < len(body) else None

    def _first_choice(self) -> int:
        return next((index for index, line in enumerate(self._document.body) if line.choice), -1)

    def _line_of_choice(self, choice_id: str | None) -> int:
        for index, line in enumerate(self._document.body):
            if line.choice and line.choice.id == choice_id:
                return index
        return self._first_choice()

    def _visible_rows(self) -> int:
        return max(self.size.height - FRAME_ROWS, 1)

    def _keep_cursor_visible(self) -> None:
        last = max(len(self._document.body) - self._visible_rows(), 0)
        if self._cursor >= 0:
            self._top = min(max(self._top, self._cursor - self._visible_rows() + 1), self._cursor)
        self._top = min(self._top, last)

    def _move(self, step: int) -> None:
        """Move to the next line that can be chosen; without such lines, scroll."""
        index = self._cursor + step
        while 0 <= index < len(self._document.body):
            if self._document.body[index].choice:
                self._cursor = index
                self._keep_cursor_visible()
                return
            index += step
        self._scroll(step)

    def _scroll(self, rows: int) -> None:
        last = max(len(self._document.body) - self._visible_rows(), 0)
        self._top = min(max(self._top + rows, 0), last)

    def _up(self) -> None:
        self._move(-1)

    def _down(self) -> None:
        self._move(1)

    def _page_up(self) -> None:
        self._scroll(-self._visible_rows())

    def _page_down(self) -> None:
        self._scroll(self._visible_rows())

    def _home(self) -> None:
        self._cursor = self._first_choice()
        self._top = 0

    def _end(self) -> None:
        indexes = [index for index, line in enumerate(self._document.body) if line.choice]
        self._cursor = indexes[-1] if indexes else -1
        self._scroll(len(self._document.body))

    def _erase(self) -> None:
        self._typed = self._typed[:-1]

    def _escape(self) -> None:
        if self._typed:
            self._typed = ""
        else:
            self.post_message(self.Back())

    def _enter(self) -> None:
        typed, self._typed = self._typed, ""
        choice = self._numbered(int(typed)) if typed else self._choice_at(self._cursor)
        if choice is None:
            if typed:
                self._complaint = f"There is no {typed} here."
            return
        if choice.refusal is not None:
            self._complaint = f"{choice.number}: {choice.refusal}"
            return
        self._cursor = self._line_of_choice(choice.id)
        self._keep_cursor_visible()
        self.post_message(self.Chosen(choice))

    def _numbered(self, number: int) -> Choice | None:
        return next((choice for choice in self._document.choices if choice.number == number), None)


_KEYS = {
    "up": "_up",
    "down": "_down",
    "pageup": "_page_up",
    "pagedown": "_page_down",
    "home": "_home",
    "end": "_end",
    "backspace": "_erase",
    "escape": "_escape",
    "enter": "_enter",
}


def _marked(line: Line) -> Line:
    """Return `line` with the cursor's mark in its first cell."""
    first, *others = line.spans or (Span(" "),)
    return Line((Span(">" + first.text[1:], first.role), *others), line.choice)


def _ruled(title: str, cells: int) -> str:
    """Return the title between rules of `=`, as SConfig has it, exactly `cells` wide."""
    shown = cut(f" {title} ", max(cells - 2, 0))
    left = (cells - width(shown)) // 2
    return "=" * left + shown + "=" * (cells - width(shown) - left)
