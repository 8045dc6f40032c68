"""Values that several forms about nodes have."""

from typing import TYPE_CHECKING

from tui.cluster.node_names import node_key
from tui.views.form import Field

if TYPE_CHECKING:
    from tui.views.desk import Desk

NODES_TEXT = ("Which nodes, by their names with blanks between. Empty: every node of the cluster.",)
REASON_TEXT = ("Why nodes are restarted. It is journaled, and written to the System log of each node.",)


def nodes_field(desk: "Desk", text: tuple[str, ...], *, needed: bool = False) -> Field:
    """Return the value that says which nodes are meant; a name that no node has is refused."""
    known = {node_key(target.node): target.node for target in desk.reader.snapshot().targets}

    def parse(typed: str) -> str:
        given = typed.replace(",", " ").split()
        unknown = [name for name in given if known and node_key(name) not in known]
        if unknown:
            message = f"There is no node {', '.join(unknown)}; there are {', '.join(known.values())}."
            raise ValueError(message)
        return " ".join(known.get(node_key(name), name) for name in given)

    return Field("nodes", "Nodes", text, "-" if needed else "every node", parse, needed=needed)
