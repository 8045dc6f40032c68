"""Members of the cluster: asked or forgotten, up or down."""

from collections.abc import Iterator

from tui.cluster.findings import Finding, Level
from tui.cluster.membership import NodeState
from tui.cluster.node_names import node_key
from tui.cluster.rules.views import ClusterView, NodeView


def not_in_cluster_findings(view: NodeView) -> Iterator[Finding]:
    """Yield when a node's cluster service does not answer although it has been in a cluster."""
    if view.membership is not None and not view.membership.clustered and view.registered:
        message, remedy = "the cluster service does not answer", "Start-Service ClusSvc on the node, then read again."
        yield view.finding("cluster-service", Level.UNHEALTHY, message, remedy)


def member_findings(view: ClusterView) -> Iterator[Finding]:
    """Yield members nobody asked, and members that are not up."""
    members: dict[str, tuple[str, NodeState]] = {}
    for node in view.nodes:
        for member in node.membership.nodes if node.membership else ():
            known = members.get(node_key(member.name))
            if known is None or known[1] == NodeState.UP:
                members[node_key(member.name)] = (member.name, member.state)
    yield from _not_asked(view, members)
    names = {node.key: node.name for node in view.nodes}
    for key, (name, state) in sorted(members.items()):
        if state != NodeState.UP:
            remedy = "Start it or Resume-ClusterNode: sync, updates and registration want all nodes up."
            shown = names.get(key, name)
            yield Finding("member-not-up", Level.ATTENTION, shown, f"its state in the cluster is {state}", remedy)


def _not_asked(view: ClusterView, members: dict[str, tuple[str, NodeState]]) -> Iterator[Finding]:
    """Yield members that were not asked; dead nodes asked by another name may be these, so as many are let off."""
    asked = {node.key for node in view.nodes}
    missing = [name for key, (name, _) in sorted(members.items()) if key not in asked]
    unplaced = [node for node in view.nodes if node.membership is None and node.key not in members]
    if len(missing) > len(unplaced):
        message = f"not asked: {', '.join(missing)}"
        yield Finding("not-asked", Level.ATTENTION, None, message, "Name every node with --node, or add it in 14).")
