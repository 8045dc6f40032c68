"""What Azure knows beside what the nodes say: where the two have drifted apart.

States: MicrosoftDocs, manage-cluster-registration and azure-arc/servers; the module's codes 9105 and 9106 name two of
them.
"""

from collections.abc import Iterator

from tui.cluster.arc import AgentStatus
from tui.cluster.azure_resources import (
    ArcMachine,
    ArcMachineStatus,
    AzureCluster,
    AzureClusterStatus,
    AzureProblemKind,
    AzureView,
    region_key,
)
from tui.cluster.durations import age_text, duration_text
from tui.cluster.facts import Reading
from tui.cluster.findings import Finding, Level
from tui.cluster.node_names import node_key
from tui.cluster.registration import ConnectionStatus
from tui.cluster.resource_id import parse_resource_id, same_resource
from tui.cluster.rules.views import ClusterView, NodeView

_ARC_AGAIN = "5) Enable Azure Arc integration makes it anew."
_SYNC = "It follows with the next sync: 8) Sync with Azure."


def azure_findings(view: ClusterView, azure: AzureView) -> Iterator[Finding]:
    """Yield where the nodes and Azure differ; what could not be read of Azure is one finding."""
    problems = [fact for fact in (azure.cluster, azure.arc_setting, azure.machines) if not isinstance(fact, Reading)]
    told = [problem for problem in problems if problem.kind != AzureProblemKind.NOT_READ]
    if told:
        yield Finding("azure-unread", Level.ATTENTION, None, f"Azure: {told[0].message}", told[0].remedy)
    if not isinstance(azure.cluster, Reading):
        return
    cluster = azure.cluster.value.value
    if cluster is None:
        name = azure.cluster_id.name if azure.cluster_id else "its resource"
        message = f"registered, but {name} does not exist in Azure"
        remedy = "It was deleted there: unregister the nodes (9), then register again (3)."
        yield Finding("azure-resource-missing", Level.UNHEALTHY, None, message, remedy)
        return
    yield from _connection(view, cluster)
    yield from _place(view, cluster)
    yield from _census(view, cluster)
    if isinstance(azure.machines, Reading):
        yield from _machines(view, cluster, azure.machines.value)


def _connection(view: ClusterView, cluster: AzureCluster) -> Iterator[Finding]:
    """Yield that Azure has not heard the cluster, where the nodes say something else of themselves."""
    if cluster.status is None or cluster.status == AzureClusterStatus.CONNECTED_RECENTLY:
        return
    if not any(_thinks_connected(node) for node in view.nodes):
        return
    now = view.nodes[0].our_now if view.nodes else None
    age = f", last sync {age_text(now - cluster.last_sync)}" if now and cluster.last_sync else ""
    message = f"Azure says {cluster.status.value}{age}"
    yield Finding("azure-not-connected", Level.ATTENTION, None, message, "12) Troubleshoot finds what is in the way.")


def _place(view: ClusterView, cluster: AzureCluster) -> Iterator[Finding]:
    """Yield nodes that name another region, or whose agent is in another subscription."""
    for node in view.nodes:
        region = node.registration.region if node.registration else None
        if region and region_key(region) != region_key(cluster.location):
            message = f"registered in {region}, but its resource is in {cluster.location}"
            yield node.finding("azure-region-differs", Level.ATTENTION, message, "Read again; if it stays, 4) Repair.")
        subscription = node.agent.subscription_id if node.agent else None
        if subscription and subscription.casefold() != cluster.id.subscription.casefold():
            message = f"its Arc machine is in the subscription {subscription}, the cluster is not"
            yield node.finding("azure-subscription-differs", Level.ATTENTION, message, _ARC_AGAIN)


def _census(view: ClusterView, cluster: AzureCluster) -> Iterator[Finding]:
    """Yield nodes that the last census did not have, and those it had that are none."""
    reported = {node_key(node.name): node.name for node in cluster.nodes}
    if not reported:
        return
    for node in view.nodes:
        if node.registered and node.key not in reported:
            yield node.finding("azure-node-missing", Level.ATTENTION, "Azure does not list it as a node", _SYNC)
    members = _members(view)
    for key, name in reported.items():
        if members and key not in members:
            message = f"Azure lists {name}, which is no node of the cluster"
            yield Finding("azure-node-left", Level.ATTENTION, None, message, _SYNC)


def _machines(view: ClusterView, cluster: AzureCluster, machines: tuple[ArcMachine, ...]) -> Iterator[Finding]:
    by_name = {node_key(machine.id.name): machine for machine in machines}
    for node in view.nodes:
        machine = by_name.get(node_key(_machine_name(node)))
        if machine is not None:
            yield from _machine(node, cluster, machine)
        elif node.agent is not None and node.agent.resource_name:
            message = "its Arc machine does not exist in Azure"
            yield node.finding("arc-machine-missing", Level.ATTENTION, message, _ARC_AGAIN)
    members = _members(view) | {node_key(_machine_name(node)) for node in view.nodes}
    for key, machine in by_name.items():
        if key not in members and _belongs(machine, cluster):
            message = f"the Arc machine {machine.id.name} belongs to no node"
            remedy = "10) Clean up leftover resources removes it."
            yield Finding("arc-machine-left", Level.ATTENTION, None, message, remedy)


def _machine(node: NodeView, cluster: AzureCluster, machine: ArcMachine) -> Iterator[Finding]:
    if machine.parent_cluster_id and not _belongs(machine, cluster):
        message = f"its Arc machine belongs to another cluster: {_shown(machine.parent_cluster_id)}"
        remedy = "Registering stops at that (9105): delete that machine, or use another resource group for Arc."
        yield node.finding("arc-machine-foreign", Level.ATTENTION, message, remedy)
    silent = machine.status is not None and machine.status != ArcMachineStatus.CONNECTED
    if silent and (node.agent is None or node.agent.status == AgentStatus.CONNECTED):
        since = machine.last_status_change
        age = f" for {duration_text(node.our_now - since)}" if since else ""
        message = f"Azure says {machine.status} of its Arc machine{age}"
        yield node.finding(
            "arc-machine-not-connected", Level.ATTENTION, message, "2) Arc-enabled servers shows its agent."
        )


def _thinks_connected(node: NodeView) -> bool:
    return node.registration is not None and node.registration.connection_status == ConnectionStatus.CONNECTED


def _belongs(machine: ArcMachine, cluster: AzureCluster) -> bool:
    return machine.parent_cluster_id is not None and same_resource(machine.parent_cluster_id, str(cluster.id))


def _machine_name(node: NodeView) -> str:
    return (node.agent.resource_name if node.agent else None) or node.key


def _members(view: ClusterView) -> set[str]:
    """Return every node that anybody knows, as names are compared."""
    named = {node_key(member.name) for node in view.nodes if node.membership for member in node.membership.nodes}
    return named | {node.key for node in view.nodes}


def _shown(resource_id: str) -> str:
    try:
        return parse_resource_id(resource_id).name
    except ValueError:
        return resource_id
