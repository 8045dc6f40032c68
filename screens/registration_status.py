"""Option 1: how each node and the cluster stand with Azure."""

from tui.operations.reader import ClusterReader
from tui.pages.document import Choice, Document
from tui.pages.node_details import node_details
from tui.pages.registration_status import registration_status, status_help
from tui.widgets.page import Page


class RegistrationStatusScreen(Page):
    """One row a node, the cluster's verdict, and what to do next."""

    def document(self, columns: int) -> Document:
        """Return the status as far as it was read."""
        return registration_status(self.reader.snapshot(), self.reader.now(), columns)

    def help(self) -> Document:
        """Return what the columns mean."""
        return status_help(self.columns)

    def choose(self, choice: Choice) -> None:
        """Show everything one node told."""
        self.open_page(NodeScreen(self.reader, choice.id))


class NodeScreen(Page):
    """The details of one node."""

    def __init__(self, reader: ClusterReader, node: str) -> None:
        """Show the node named `node`."""
        super().__init__(reader)
        self.node = node

    def document(self, columns: int) -> Document:
        """Return everything the node told."""
        return node_details(self.reader.snapshot(), self.node, columns)

    def help(self) -> Document:
        """Return what the columns mean."""
        return status_help(self.columns)
