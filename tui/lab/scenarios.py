"""The scenarios of the lab: named states a cluster can be found in."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui.cluster.events import EventLevel
from tui.lab.azure.resources import MachineResource, ManagementLock
from tui.lab.clock import LabClock
from tui.lab.cluster_state import (
    REGION,
    SUBSCRIPTION_ID,
    SUBSCRIPTION_ID_2,
    TENANT_ID,
    ApplicationAccess,
    ClusterState,
)
from tui.lab.event_texts import CANNOT_CONNECT, LICENSE_NOT_RENEWED, SELF_REPAIR
from tui.lab.names import DEFAULT_SCENARIO, MAX_NODES
from tui.lab.node_state import ArcHome, MachineAgent, NodeState, current_agent
from tui.lab.updates import arrange

STUCK_EXTENSION = "Microsoft.Windows.AdminCenter"
"""Extension that cannot be removed in the scenario about one."""


class UnknownScenarioError(ValueError):
    """No scenario has that name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One state a cluster can be found in."""

    name: str
    """What one types."""
    description: str
    """What is wrong, in one line."""
    arrange: Callable[[ClusterState], None]
    """Brings a new, unregistered cluster into that state."""


def build_cluster(scenario: str, nodes: int, clock: LabClock | None = None) -> ClusterState:
    """Return a cluster in the state of a scenario.

    Raises `UnknownScenarioError` listing the names, and `ValueError` for a number of nodes that no cluster has.
    """
    found = SCENARIOS.get(scenario)
    if found is None:
        raise UnknownScenarioError(f"there is no scenario {scenario!r}; the lab knows {', '.join(SCENARIOS)}")
    if not 1 <= nodes <= MAX_NODES:
        raise ValueError(f"a lab has 1 to {MAX_NODES} nodes, not {nodes}")
    cluster = ClusterState(nodes, clock)
    found.arrange(cluster)
    return cluster


def _healthy(cluster: ClusterState) -> None:
    """Register the cluster half a year before; each node synced some 25 minutes before."""
    now = cluster.clock.now()
    cluster.register(at=now - timedelta(days=190, minutes=25))
    for index, node in enumerate(cluster.nodes()):
        node.synced = now - timedelta(minutes=25 + index)
        node.log(592, EventLevel.INFORMATION, now - timedelta(days=12, minutes=index), SELF_REPAIR)
    arrange.installed_before(cluster)


def _healthy_but(change: Callable[[ClusterState], None]) -> Callable[[ClusterState], None]:
    """Return what makes a cluster healthy and then changes something about it."""

    def arrange_it(cluster: ClusterState) -> None:
        _healthy(cluster)
        change(cluster)

    return arrange_it


def _fresh(cluster: ClusterState) -> None:
    _installed_before(cluster, timedelta(days=3, hours=23))


def _expired(cluster: ClusterState) -> None:
    _installed_before(cluster, timedelta(days=41))


def _offline(cluster: ClusterState) -> None:
    _without_azure_for(cluster, timedelta(days=5))


def _out_of_policy(cluster: ClusterState) -> None:
    _without_azure_for(cluster, timedelta(days=37))


def _repair_required(cluster: ClusterState) -> None:
    _healthy(cluster)
    now = cluster.clock.now()
    for index, node in enumerate(cluster.nodes()):
        broken = now - timedelta(hours=30, minutes=index)
        node.repair_required = True
        node.synced = broken
        for hours in (24, 12, 0):
            node.log(591, EventLevel.ERROR, now - timedelta(hours=hours, minutes=17 + index), CANNOT_CONNECT)


def _firmware(cluster: ClusterState) -> None:
    _healthy(cluster)
    node = cluster.odd_node()
    node.firmware = replace(node.firmware, bios_version="2.15.0", bios_date="2023-08-02", secure_boot=False)


def _arc_missing(cluster: ClusterState) -> None:
    _healthy(cluster)
    for node in cluster.nodes():
        node.agent = None
    cluster.azure.arc_enabled = False
    cluster.azure.machines.clear()


def _arc_expired(cluster: ClusterState) -> None:
    _healthy(cluster)
    agent = cluster.odd_node().agent
    if agent is not None:
        agent.cut_off = cluster.clock.now() - timedelta(days=97)


def _node_down(cluster: ClusterState) -> None:
    _healthy(cluster)
    cluster.stop(cluster.names[-1])


def _rebooted(cluster: ClusterState) -> None:
    _healthy(cluster)
    cluster.odd_node().booted = cluster.clock.now() - timedelta(minutes=6)


def _clock_skew(cluster: ClusterState) -> None:
    _healthy(cluster)
    cluster.odd_node().skew = timedelta(minutes=11, seconds=20)


def _resource_deleted(cluster: ClusterState) -> None:
    _healthy(cluster)
    cluster.azure.remove_cluster()


def _drift(cluster: ClusterState) -> None:
    _healthy(cluster)
    azure, names = cluster.azure, cluster.names
    azure.missing_nodes.add(names[-1].lower())
    foreign = azure.machines[names[0].lower()]
    foreign.parent_cluster_id = (foreign.parent_cluster_id or "").replace(cluster.name, "HCI-CL02")
    left = "HCI-N0"
    azure.add_machine(left, str(uuid.uuid5(uuid.NAMESPACE_DNS, left)))


def _no_permission(cluster: ClusterState) -> None:
    _fresh(cluster)
    cluster.application_access = ApplicationAccess("Reader")


def _wrong_account(cluster: ClusterState) -> None:
    _healthy(cluster)
    cluster.application_access = ApplicationAccess("Owner", SUBSCRIPTION_ID_2)


def _arc_elsewhere(cluster: ClusterState) -> None:
    _fresh(cluster)
    node, group = cluster.odd_node(), "servers-rg"
    machine = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{node.name}.{group}"))
    node.agent = MachineAgent(
        current_agent(cluster.clock.now()),
        machine_id=machine,
        home=ArcHome(SUBSCRIPTION_ID, group, TENANT_ID, REGION),
    )
    cluster.azure.groups[group] = (group, REGION)
    cluster.azure.machines[node.name.lower()] = MachineResource(node.name, group, machine, REGION, None)


def _half_unregistered(cluster: ClusterState) -> None:
    _healthy(cluster)
    cluster.arc_disabling = cluster.azure.arc_disabling = True


def _extension_stuck(cluster: ClusterState) -> None:
    _healthy(cluster)
    agent = cluster.odd_node().agent
    if agent is not None:
        agent.stuck_extension = STUCK_EXTENSION


def _locked(cluster: ClusterState) -> None:
    _healthy(cluster)
    registration = cluster.azure.cluster
    if registration is not None:
        scope = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{registration.resource_group}"
        cluster.azure.locks.append(ManagementLock("keep", "CanNotDelete", scope))


def _modules_missing(cluster: ClusterState) -> None:
    _fresh(cluster)
    for node in cluster.nodes():
        node.modules["Az.StackHCI"] = node.modules["Az.Resources"] = None


def _installed_before(cluster: ClusterState, age: timedelta) -> None:
    now = cluster.clock.now()
    for index, node in enumerate(cluster.nodes()):
        node.installed = now - age - timedelta(minutes=7 * index)
        node.booted = now - min(age, timedelta(days=3)) + timedelta(hours=1, minutes=11 * index)


def _without_azure_for(cluster: ClusterState, silence: timedelta) -> None:
    _healthy(cluster)
    now = cluster.clock.now()
    for index, node in enumerate(cluster.nodes()):
        node.synced = now - silence - timedelta(minutes=index)
        node.cut_off = node.synced + timedelta(minutes=1)
        _log_failed_renewals(node, days=min(silence.days, 10), last=now - timedelta(hours=3, minutes=index))


def _log_failed_renewals(node: NodeState, *, days: int, last: datetime) -> None:
    for day in reversed(range(days)):
        node.log(585, EventLevel.WARNING, last - timedelta(days=day), LICENSE_NOT_RENEWED)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(DEFAULT_SCENARIO, "registered, connected, Arc-enabled: nothing is wrong", _healthy),
        Scenario("fresh", "installed 4 days before and clustered, not registered yet", _fresh),
        Scenario("expired", "not registered within 30 days of installation", _expired),
        Scenario("offline", "no connection to Azure for 5 days; still within the 30 that are allowed", _offline),
        Scenario(
            "out-of-policy", "no connection to Azure for 37 days; the 30 that are allowed are over", _out_of_policy
        ),
        Scenario(
            "repair-required", "Azure no longer trusts the nodes' keys: the registration needs repair", _repair_required
        ),
        Scenario("firmware", "one node has another BIOS version and Secure Boot off", _firmware),
        Scenario("arc-missing", "registered, but Azure Arc was never enabled", _arc_missing),
        Scenario("arc-expired", "on one node the identity of the connected machine agent has expired", _arc_expired),
        Scenario(
            "agent-old",
            "one node has a connected machine agent that is no longer supported",
            _healthy_but(arrange.agent_old),
        ),
        Scenario("node-down", "the last node does not answer", _node_down),
        Scenario("rebooted", "one node started 6 minutes before: too early to sync", _rebooted),
        Scenario("clock-skew", "the clock of one node is 11 minutes ahead", _clock_skew),
        Scenario(
            "resource-deleted", "registered on the nodes, but its resource was deleted in Azure", _resource_deleted
        ),
        Scenario("drift", "in Azure a node is missing, a machine has no node, another is another cluster's", _drift),
        Scenario("no-permission", "not registered, and the application that signs in may only read", _no_permission),
        Scenario(
            "wrong-account", "registered, but the application that signs in sees another subscription", _wrong_account
        ),
        Scenario("arc-elsewhere", "not registered, but one node is Arc-enabled in another group", _arc_elsewhere),
        Scenario("half-unregistered", "registered, but disabling Azure Arc was not completed", _half_unregistered),
        Scenario("extension-stuck", "on one node an extension of Arc cannot be removed", _extension_stuck),
        Scenario("locked", "registered, and a lock in Azure keeps its resource group from being deleted", _locked),
        Scenario("modules-missing", "not registered, and the nodes lack PowerShell modules for it", _modules_missing),
        Scenario("updates", "every node is offered updates, one also the next release", _healthy_but(arrange.updates)),
        Scenario(
            "updates-failing",
            "every node is offered updates, and one cannot install that of Windows",
            _healthy_but(arrange.updates_failing),
        ),
        Scenario("wsus", "updates come from a WSUS server, which does not offer the agent", _healthy_but(arrange.wsus)),
        Scenario(
            "storage-repair", "the storage repairs its virtual disks for a while", _healthy_but(arrange.storage_repair)
        ),
        Scenario("cau", "every node is offered updates, Cluster-Aware Updating is set up", _healthy_but(arrange.cau)),
    )
}
"""Every scenario by its name."""
