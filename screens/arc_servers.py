"""Option 2: the connected machine agent of each node."""

from tui.operations.reader import ClusterReader
from tui.pages.arc_servers import arc_help, arc_server_details, arc_servers
from tui.pages.document import Choice, Document
from tui.widgets.page import Page


class ArcServersScreen(Page):
    """One row a node with agent, version and heartbeat."""

    def document(self, columns: int) -> Document:
        """Return the agents as far as they were read."""
        return arc_servers(self.reader.snapshot(), self.reader.now(), columns)

    def help(self) -> Document:
        """Return what the columns mean."""
        return arc_help(self.columns)

    def choose(self, choice: Choice) -> None:
        """Show one node's agent, services and extensions."""
        self.open_page(ArcServerScreen(self.reader, choice.id))


class ArcServerScreen(Page):
    """The agent of one node in detail."""

    def __init__(self, reader: ClusterReader, node: str) -> None:
        """Show the agent of the node named `node`."""
        super().__init__(reader)
        self.node = node

    def document(self, columns: int) -> Document:
        """Return the agent, its services and extensions."""
        return arc_server_details(self.reader.snapshot(), self.node, columns)

    def help(self) -> Document:
        """Return what the columns mean."""
        return arc_help(self.columns)
