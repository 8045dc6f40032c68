"""Base of the views of one node."""

from typing import TYPE_CHECKING

from tui.pages.sections import chosen_node
from tui.views.cluster_view import ClusterView

if TYPE_CHECKING:
    from tui.views.desk import Desk


class NodeView(ClusterView):
    """What one node told; it is known by its row, because a node's own name comes only with its answer."""

    def __init__(self, desk: "Desk", row: str) -> None:
        """Show the node in this row (`Choice.id`) of the list it was chosen from."""
        super().__init__(desk)
        self.row = row

    def node(self) -> str | None:
        """Return the node's name."""
        chosen = chosen_node(self.desk.reader.snapshot(), self.row)
        return chosen.name if chosen else None
