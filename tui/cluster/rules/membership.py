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
    """Yield members nobody asked, members that are not up, and one node asked under two names."""
    members = _members(view)
    yield from _not_asked(view, members)
    names = _names(view)
    for key, (state, name) in sorted(members.items()):
        if state != NodeState.UP:
            remedy = "Start it or Resume-ClusterNode: sync, updates and registration want all nodes up."
            shown = names.get(key, [name])[0]
            yield Finding("member-not-up", Level.ATTENTION, shown, f"its state in the cluster is {state}", remedy)
    for same in names.values():
        if len(same) > 1:
            message = f"{' and '.join(same)} are the same node"
            yield Finding("asked-twice", Level.ATTENTION, None, message, "Name every node once with --node, or in 14).")


def _members(view: ClusterView) -> dict[str, tuple[NodeState, str]]:
    """Return state and name of every member any node lists; where they disagree, what is not up counts, Down first."""
    listed = [member for node in view.nodes if node.membership for member in node.membership.nodes]
    listed.sort(
        key=lambda member: (member.state == NodeState.UP, member.state != NodeState.DOWN, member.state, member.name)
    )
    members: dict[str, tuple[NodeState, str]] = {}
    for member in listed:
        members.setdefault(node_key(member.name), (member.state, member.name))
    return members


def _names(view: ClusterView) -> dict[str, list[str]]:
    """Return under which names the nodes that say who they are were asked, and after these the others'."""
    names: dict[str, list[str]] = {}
    for node in sorted(view.nodes, key=lambda node: node.name):
        if node.system is not None:
            names.setdefault(node.key, []).append(node.name)
    for node in view.nodes:
        if node.system is None:
            names.setdefault(node.key, [node.name])
    return names


def _not_asked(view: ClusterView, members: dict[str, tuple[NodeState, str]]) -> Iterator[Finding]:
    """Yield members that were not asked; dead nodes asked by another name may be these, so as many are let off."""
    asked = {node.key for node in view.nodes}
    missing = [name for key, (_, name) in sorted(members.items()) if key not in asked]
    unplaced = [node for node in view.nodes if node.membership is None and node.key not in members]
    if len(missing) > len(unplaced):
        message = f"not asked: {', '.join(missing)}"
        yield Finding("not-asked", Level.ATTENTION, None, message, "Name every node with --node, or add it in 14).")
