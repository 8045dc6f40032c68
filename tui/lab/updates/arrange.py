"""States of updates, storage and roles that scenarios start from; each brings a cluster that is well into one."""

from datetime import datetime, timedelta

from tui.cluster.update_results import OperationResult
from tui.lab.cluster_state import ClusterState
from tui.lab.failover.groups import GroupKind
from tui.lab.node_state import OLD_AGENT, NodeState, newest_agent
from tui.lab.updates.offers import DOTNET_KB, ROLLUP_KB, agent_offer, feature_offer, offers, without_agent

STORE_DAMAGED = "0x80073712"
"""The code of a component store that is damaged."""
WSUS_SERVER = "http://wsus.hci.contoso.test:8530"
"""Address of the WSUS server in the scenario about one."""
CAU_GROUP = "CAUHCI-CL0"
"""Group of the role of Cluster-Aware Updating."""
_LONG_REPAIR_STAGES = 24_000.0


def installed_before(cluster: ClusterState) -> None:
    """Give every node a history: the updates it got before it was started last."""
    for node in cluster.nodes():
        month = node.booted - timedelta(days=30)
        for number, offer in enumerate(offers(month, newest_agent(month))):
            if ROLLUP_KB in offer.kbs or DOTNET_KB in offer.kbs:
                time = node.booted - timedelta(minutes=40 - 15 * number)
                node.updates.record(offer, time, OperationResult.SUCCEEDED)


def updates(cluster: ClusterState) -> None:
    """Offer every node updates of all kinds, and one of them the next release too."""
    _offer(cluster)
    cluster.odd_node().updates.offers.append(feature_offer())


def updates_failing(cluster: ClusterState) -> None:
    """Offer every node updates; the second cannot install the one of Windows."""
    _offer(cluster)
    _second(cluster).updates.failing[ROLLUP_KB] = STORE_DAMAGED


def wsus(cluster: ClusterState) -> None:
    """Let every node get its updates from a WSUS server that nobody told of the agent."""
    _offer(cluster)
    for node in cluster.nodes():
        service = node.updates
        service.offers = list(without_agent(service.offers))
        service.wsus_server, service.by_policy = WSUS_SERVER, True


def agent_old(cluster: ClusterState) -> None:
    """Let one node have an agent out of support; Microsoft Update has the newest, and no node is opted in."""
    node = cluster.odd_node()
    if node.agent is not None:
        node.agent.version = OLD_AGENT
    node.updates.offers.append(agent_offer(newest_agent(_now(cluster))))


def storage_repair(cluster: ClusterState) -> None:
    """Let a repair of the storage go on for long."""
    cluster.failover.storage.repair(_LONG_REPAIR_STAGES, done=0.42)


def cau(cluster: ClusterState) -> None:
    """Offer every node updates, which the role of Cluster-Aware Updating is there to install."""
    _offer(cluster)
    cluster.cau.role_status = "Online"
    cluster.failover.groups.add(CAU_GROUP, GroupKind.CLUSTER_AWARE_UPDATING, cluster.names[0])


def _offer(cluster: ClusterState) -> None:
    now = _now(cluster)
    for node in cluster.nodes():
        node.updates.microsoft_update = True
        node.updates.offers = list(offers(now, newest_agent(now)))


def _second(cluster: ClusterState) -> NodeState:
    return cluster.nodes()[min(1, len(cluster.names) - 1)]


def _now(cluster: ClusterState) -> datetime:
    return cluster.clock.now()
