"""A screen that shows one document and keeps it up to date."""

from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from tui.operations.reader import ClusterReader
from tui.pages.document import Choice, Document, Line, line_of
from tui.pages.notice import notice
from tui.widgets.numbered_list import NumberedList

NARROWEST = 40


class SnapshotChanged(Message):
    """Something more is known of the cluster; several at once count as one."""

    def can_replace(self, message: Message) -> bool:
        """Let the newest stand for those that wait."""
        return isinstance(message, SnapshotChanged)


class OpenOption(Message):
    """An option of the menu was chosen; the application opens it."""

    def __init__(self, option_id: str) -> None:
        """Ask for the option with this stable name."""
        super().__init__()
        self.option_id = option_id


class Page(Screen[None]):
    """Base of all screens: a subclass says what its document is and what choosing a line does.

    Keys of every page: `?` help for it, `r` read again, Esc back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", show=False),
        Binding("r", "read", show=False),
    ]

    def __init__(self, reader: ClusterReader) -> None:
        """Show what `reader` knows."""
        super().__init__()
        self.reader = reader

    def compose(self) -> ComposeResult:
        """One list fills the screen."""
        yield NumberedList(self.document(self.columns), self.notice_line())

    def document(self, columns: int) -> Document:
        """Return what this screen says now, for a terminal of `columns` cells."""
        raise NotImplementedError

    def help(self) -> Document:
        """Return the help written for this screen."""
        raise NotImplementedError

    def choose(self, choice: Choice) -> None:
        """Act on a line that was chosen."""

    @property
    def columns(self) -> int:
        """Cells of one row."""
        return max(self._application.size.width, NARROWEST)

    @property
    def _application(self) -> App[None]:
        return cast("App[None]", self.app)  # pyright: ignore[reportUnknownMemberType]

    def open_page(self, page: "Page") -> None:
        """Show another page; Esc there comes back here."""
        self._application.push_screen(page)

    def notice_line(self) -> Line:
        """Return the row for what must not be overlooked."""
        return line_of(notice(self.reader.snapshot(), self.columns))

    def update_document(self) -> None:
        """Show what is known now."""
        self.query_one(NumberedList).show(self.document(self.columns), self.notice_line())

    def on_snapshot_changed(self) -> None:
        """Follow the reader."""
        self.update_document()

    def on_screen_resume(self) -> None:
        """Catch up with what was read while another screen was shown."""
        self.update_document()

    def on_resize(self, _event: Resize) -> None:
        """Lay the document out for the new width."""
        self.call_after_refresh(self.update_document)

    def on_numbered_list_chosen(self, event: NumberedList.Chosen) -> None:
        """Hand the choice to the screen."""
        event.stop()
        self.choose(event.choice)

    def on_numbered_list_back(self, event: NumberedList.Back) -> None:
        """Go back one screen."""
        event.stop()
        self.go_back()

    def go_back(self) -> None:
        """Leave this screen; nothing is lost by it."""
        self._application.pop_screen()

    def action_read(self) -> None:
        """Read the cluster again."""
        self.reader.read_again()

    def action_help(self) -> None:
        """Show the help of this screen."""
        self.open_page(HelpPage(self.reader, self.help()))


class HelpPage(Page):
    """Help of one screen."""

    def __init__(self, reader: ClusterReader, text: Document) -> None:
        """Show `text`."""
        super().__init__(reader)
        self.help_text = text

    def document(self, columns: int) -> Document:
        """Return the help."""
        del columns
        return self.help_text

    def action_help(self) -> None:
        """Help has no help of its own."""
