"""What a registration changes, in Azure and on the nodes."""

from collections.abc import Mapping

from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import AzureRegistration
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import CmdletFailedError
from tui.lab.runs.jobs.target import Target

_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"
_CLUSTERS = "Microsoft.AzureStackHCI/clusters"


def create_group(azure: AzureCalls, cluster: ClusterState, target: Target, name: str) -> None:
    """Make a resource group unless it is there; what is made so is marked, and may be deleted with the registration."""
    with cluster.locked():
        there = name.lower() in cluster.azure.groups
    if there:
        return
    azure.demand(f"{_GROUPS}/write", f"{target.subscription_scope}/resourceGroups/{name}")
    with cluster.locked():
        cluster.azure.groups[name.lower()] = (name, target.region)
        cluster.azure.created_groups.add(name.lower())


def create_cluster(azure: AzureCalls, cluster: ClusterState, target: Target, tags: Mapping[str, str]) -> None:
    """Make the cluster's resource; one of the same id stays what it is."""
    if not azure.may(f"{_CLUSTERS}/write", target.group_scope):
        raise CmdletFailedError(f"Failed to create cluster resource {target.resource_id}.", 9130)
    with cluster.locked():
        if cluster.azure.cluster is None or not target.is_of(cluster.azure.cluster):
            cluster.azure.cluster = _registration(cluster, target)
            cluster.azure.tags = dict(tags)


def register_nodes(cluster: ClusterState, target: Target) -> None:
    """Let every node that runs know its registration, and sync it."""
    with cluster.locked():
        registration = _registration(cluster, target)
        for node in cluster.nodes():
            if node.up:
                node.registration = registration
                node.synced = registration.registered_at
                node.repair_required = False
        cluster.azure.missing_nodes.clear()


def renew_nodes(cluster: ClusterState) -> None:
    """Give every node that runs new keys and sync it; what it knows of its registration stays."""
    with cluster.locked():
        for node in cluster.nodes():
            if node.up and node.registration is not None:
                node.repair_required = False
                node.synced = cluster.clock.now()
        cluster.azure.missing_nodes.clear()


def _registration(cluster: ClusterState, target: Target) -> AzureRegistration:
    return AzureRegistration(
        cluster.clock.now(), target.name, target.subscription, target.group, target.tenant, target.region
    )
