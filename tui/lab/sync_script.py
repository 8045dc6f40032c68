"""`sync-cluster` on a simulated node: a census goes to Azure, complete or not."""

from datetime import datetime, timedelta

from tui.lab.clock import iso
from tui.lab.cluster_state import ClusterState, LabRefusalError
from tui.lab.node_state import NodeState
from tui.lab.runs.parameters import BoundParameters
from tui.lab.simulated_scripts import Parameters, ScriptStopped, Steps, out

CENSUS_GAP = timedelta(minutes=10)
"""A node that runs no longer than this is missing in the census. Documented is the loss alone, not the time."""


def sync_cluster(cluster: ClusterState, name: str, parameters: Parameters) -> Steps:
    """Sync a node; the Arc machines of nodes that the census lacks are gone afterwards, as on a real cluster."""
    BoundParameters(parameters, ())
    with cluster.locked():
        node, now = cluster.node(name), cluster.clock.now()
        before = _last(cluster, node, now)
        try:
            cluster.sync(name)
        except LabRefusalError as error:
            raise ScriptStopped(str(error), category="InvalidOperation", fqid="SyncFailed") from error
        for missing in cluster.nodes():
            if not missing.up or now - missing.booted < CENSUS_GAP:
                cluster.azure.machines.pop(missing.name.lower(), None)
        after = _last(cluster, node, now)
    yield out({"Before": before, "After": after, "Output": ""})


def _last(cluster: ClusterState, node: NodeState, now: datetime) -> str | None:
    """Return when a node synced last, by its own clock."""
    last = node.last_connected(now)
    return None if last is None else iso(cluster.clock.shown(last) + node.skew)
