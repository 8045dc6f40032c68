"""Option 2: the connected machine agent of each node."""

from screens.node_view import NodeView
from tui.pages.arc_servers import arc_help, arc_server_details, arc_servers
from tui.pages.document import Choice, Document
from tui.views.action import Action, Open
from tui.views.cluster_view import ClusterView


class ArcServersView(ClusterView):
    """One row a node with agent, version and heartbeat."""

    FILE = "arc"
    COMMANDS_OF = "arc"

    def document(self, columns: int) -> Document:
        """Return the agents as far as they were read."""
        return arc_servers(self.desk.reader.snapshot(), self.desk.reader.now(), columns)

    def help(self, columns: int) -> Document:
        """Return what the columns and words mean."""
        return arc_help(columns)

    def choose(self, choice: Choice) -> Action:
        """Show the node's agent, services and extensions."""
        return Open(ArcServerView(self.desk, choice.id))


class ArcServerView(NodeView):
    """One node's agent, integration, services and extensions."""

    FILE = "arc-server"
    COMMANDS_OF = "arc-node"

    def document(self, columns: int) -> Document:
        """Return the agent's facts."""
        return arc_server_details(self.desk.reader.snapshot(), self.row, columns)

    def help(self, columns: int) -> Document:
        """Return what the words mean."""
        return arc_help(columns)
