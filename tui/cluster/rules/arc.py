"""Azure Arc integration of the cluster as one node knows it."""

from collections.abc import Iterator

from tui.cluster.arc import ArcIntegration, ArcStatus
from tui.cluster.findings import Finding, Level
from tui.cluster.node_names import node_key
from tui.cluster.rules.views import NodeView

_ENABLE = "Choose 5) Enable Azure Arc integration."


def arc_findings(view: NodeView) -> Iterator[Finding]:
    """Yield what is wrong with Arc integration on a registered node; before registration it is not expected."""
    if view.arc is None or not view.registered or not view.offer.arc:
        return
    arc = view.arc
    status = arc.cluster_arc_status
    if not arc.available:
        message = "Get-AzureStackHCIArcIntegration is missing"
        yield view.finding("arc-unavailable", Level.ATTENTION, message, "Choose 6) Install updates, then read again.")
    elif status is None:
        yield view.finding("arc-disabled", Level.ATTENTION, "Azure Arc integration was never enabled", _ENABLE)
    elif status == ArcStatus.DISABLED:
        yield view.finding("arc-disabled", Level.ATTENTION, "Azure Arc integration is disabled", _ENABLE)
    elif status == ArcStatus.DISABLE_IN_PROGRESS:
        remedy = "Finish it with 9) Unregister from Azure (Arc only); then 5) Enable Azure Arc integration."
        yield view.finding("arc-disabling", Level.ATTENTION, "Azure Arc integration is being disabled", remedy)
    elif status == ArcStatus.ENABLED:
        yield from _on_this_node(view, arc)
    else:
        message = f"ClusterArcStatus is {status}"
        yield view.finding("arc-unknown", Level.ATTENTION, message, "Wait and read again; else 12) Troubleshoot.")


def arc_expected(view: NodeView) -> bool | None:
    """Return whether this node should be an Arc-enabled server; `None` when that was not read."""
    if view.arc is None or not view.arc.available:
        return None if view.arc is None else False
    own = _own_status(view, view.arc)
    return ArcStatus.ENABLED in {view.arc.cluster_arc_status, own}


def _on_this_node(view: NodeView, arc: ArcIntegration) -> Iterator[Finding]:
    """Yield when the cluster is enabled but this node is not."""
    own = _own_status(view, arc)
    if own is None:
        yield view.finding("arc-partly", Level.ATTENTION, "Arc is enabled, but not on this node", _ENABLE)
    elif own != ArcStatus.ENABLED:
        yield view.finding("arc-partly", Level.ATTENTION, f"Arc is enabled, but {own} on this node", _ENABLE)


def _own_status(view: NodeView, arc: ArcIntegration) -> ArcStatus | None:
    return next((status for name, status in arc.nodes_arc_status if node_key(name) == view.key), None)
