"""What `get-cluster-health` answers on a simulated node."""

from collections.abc import Mapping
from typing import Any

from tui.cluster.membership import NodeState as MemberState
from tui.lab.cluster_state import ClusterState
from tui.lab.failover.cluster import NO_SERVICE
from tui.lab.runs.parameters import BoundParameters
from tui.lab.simulated_scripts import Parameters, Steps, out, warning


def get_cluster_health(cluster: ClusterState, name: str, parameters: Parameters) -> Steps:
    """Tell the cluster's health as a node sees it; nothing where its cluster service does not run."""
    BoundParameters(parameters, ())
    with cluster.locked():
        answers = cluster.failover.answers(name)
        none: dict[str, Any] = {"Clustered": False, "Nodes": []}
        document = _document(cluster) if answers else none
    if not answers:
        yield warning(f"Get-ClusterNode: {NO_SERVICE}")
    yield out(document)


def _document(cluster: ClusterState) -> dict[str, Any]:
    storage = cluster.failover.storage
    return {
        "Clustered": True,
        "Nodes": [_node(cluster, name) for name in sorted(cluster.names)],
        "VirtualDisks": storage.virtual_disks(),
        "PhysicalDisks": storage.physical_disks(),
        "StorageJobs": storage.jobs(),
        "Quorum": _quorum(cluster),
        "CauRole": cluster.cau.role_document(),
        "CauRun": cluster.cau.run_document(cluster.clock),
    }


def _node(cluster: ClusterState, name: str) -> Mapping[str, Any]:
    failover = cluster.failover
    state = failover.state(name)
    return {
        "Name": name,
        "State": str(state),
        "DrainStatus": str(failover.drain_status(name)),
        "NodeWeight": 1,
        "DynamicWeight": int(state in {MemberState.UP, MemberState.PAUSED}),
        "Roles": list(failover.groups.roles_on(name)),
    }


def _quorum(cluster: ClusterState) -> Mapping[str, Any]:
    """Return the votes: a cluster of one node needs no witness, and its vote makes the number of votes odd."""
    if len(cluster.names) == 1:
        return {"Witness": None, "WitnessState": None, "WitnessWeight": 0, "Dynamic": True}
    running = sum(cluster.failover.answers(name) for name in cluster.names)
    return {
        "Witness": "Cloud Witness",
        "WitnessState": "Online",
        "WitnessWeight": int(running % 2 == 0),
        "Dynamic": True,
    }
