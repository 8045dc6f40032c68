"""What a registration changes, in Azure and on the nodes."""

from collections.abc import Mapping

from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import AzureRegistration
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import CmdletFailedError
from tui.lab.runs.jobs.target import Target


def register_provider(azure: AzureCalls, cluster: ClusterState, target: Target, namespace: str) -> None:
    """Register a resource provider unless it is."""
    with cluster.locked():
        registered = cluster.azure.providers.get(namespace.lower(), "Registered") == "Registered"
    if registered:
        return
    azure.demand(f"{namespace}/register/action", target.subscription_scope)
    with cluster.locked():
        cluster.azure.providers[namespace.lower()] = "Registered"


def create_group(azure: AzureCalls, cluster: ClusterState, target: Target, name: str) -> None:
    """Make a resource group unless it is there; what is made so is marked, and may be deleted with the registration."""
    with cluster.locked():
        there = name.lower() in cluster.azure.groups
    if there:
        return
    azure.demand(
        "Microsoft.Resources/subscriptions/resourceGroups/write", f"{target.subscription_scope}/resourceGroups/{name}"
    )
    with cluster.locked():
        cluster.azure.groups[name.lower()] = (name, target.region)
        cluster.azure.created_groups.add(name.lower())


def create_cluster(azure: AzureCalls, cluster: ClusterState, target: Target, tags: Mapping[str, str]) -> None:
    """Make the cluster's resource; one of the same id stays what it is."""
    if not azure.may("Microsoft.AzureStackHCI/clusters/write", target.group_scope):
        raise CmdletFailedError(f"Failed to create cluster resource {target.resource_id}: AuthorizationFailed.", 9130)
    with cluster.locked():
        if cluster.azure.cluster is None or not target.is_of(cluster.azure.cluster):
            cluster.azure.cluster = _registration(cluster, target)
            cluster.azure.tags = dict(tags)


def register_nodes(cluster: ClusterState, target: Target, *, renew: bool) -> None:
    """Let every node that runs know its registration and sync; `renew` keeps what it knows already."""
    with cluster.locked():
        now = cluster.clock.now()
        registration = _registration(cluster, target)
        for node in cluster.nodes():
            if not node.up:
                continue
            if node.registration is None or not renew:
                node.registration = registration
            node.synced = now
            node.repair_required = False
        cluster.azure.missing_nodes.clear()


def _registration(cluster: ClusterState, target: Target) -> AzureRegistration:
    return AzureRegistration(
        cluster.clock.now(), target.name, target.subscription, target.group, target.tenant, target.region
    )
