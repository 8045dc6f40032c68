"""Option 1: how each node and the cluster stand with Azure, and the details of one node."""

from screens.node_view import NodeView
from tui.pages.document import Choice, Document
from tui.pages.node_details import node_details
from tui.pages.registration_status import registration_status, status_help
from tui.views.action import Action, Open
from tui.views.cluster_view import ClusterView


class RegistrationStatusView(ClusterView):
    """One row a node, the cluster's verdict, and what to do next."""

    FILE = "status"
    COMMANDS_OF = "status"

    def document(self, columns: int) -> Document:
        """Return the status as far as it was read."""
        return registration_status(self.desk.reader.snapshot(), self.desk.reader.now(), columns)

    def help(self, columns: int) -> Document:
        """Return what the columns and words mean."""
        return status_help(columns)

    def choose(self, choice: Choice) -> Action:
        """Show everything the node told."""
        return Open(NodeDetailsView(self.desk, choice.id))


class NodeDetailsView(NodeView):
    """Everything one node told."""

    FILE = "node"
    COMMANDS_OF = "node"

    def document(self, columns: int) -> Document:
        """Return the node's facts, subject by subject."""
        return node_details(self.desk.reader.snapshot(), self.row, columns)

    def help(self, columns: int) -> Document:
        """Return what the words mean."""
        return status_help(columns)
