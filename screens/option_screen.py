"""The screen of an option that shows one page, and the details of what is chosen on it."""

from typing import ClassVar

from tui.operations.reader import ClusterReader
from tui.pages.catalogue import PAGES, OptionPage
from tui.pages.document import Choice, Document
from tui.widgets.page import Page


class OptionScreen(Page):
    """Shows the page of one option; a subclass names the option."""

    OPTION: ClassVar[str]
    """Id of the option."""

    @property
    def page(self) -> OptionPage:
        """The option's page."""
        return PAGES[self.OPTION]

    def document(self, columns: int) -> Document:
        """Return the page as far as values are known."""
        return self.page.document(self.reader.snapshot(), self.reader.now(), columns)

    def help(self) -> Document:
        """Return the page's own help."""
        return self.page.help(self.columns)

    def choose(self, choice: Choice) -> None:
        """Show the details of what was chosen."""
        self.open_page(DetailsScreen(self.reader, self.page, choice.id))


class DetailsScreen(Page):
    """The details of one node."""

    def __init__(self, reader: ClusterReader, page: OptionPage, chosen: str) -> None:
        """Show what `page` says of the node `chosen`."""
        super().__init__(reader)
        self.page = page
        self.chosen = chosen

    def document(self, columns: int) -> Document:
        """Return everything the node told."""
        return self.page.details(self.reader.snapshot(), self.chosen, columns)

    def help(self) -> Document:
        """Return the help of the page it was opened from."""
        return self.page.help(self.columns)
