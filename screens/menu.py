"""The menu."""

from tui.pages.document import Choice, Document
from tui.pages.menu import menu_document, menu_help
from tui.widgets.page import OpenOption, Page


class MenuScreen(Page):
    """All options, with the current value beside each."""

    def document(self, columns: int) -> Document:
        """Return the menu as far as values are known."""
        return menu_document(self.reader.snapshot(), self.reader.now(), columns)

    def help(self) -> Document:
        """Return what the menu's keys do and what each option is for."""
        return menu_help(self.columns)

    def choose(self, choice: Choice) -> None:
        """Open the option."""
        self.post_message(OpenOption(choice.id))

    def go_back(self) -> None:
        """Stay: the menu is left with its own option, so that Esc never ends a session by accident."""
