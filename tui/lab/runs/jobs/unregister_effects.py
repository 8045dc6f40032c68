"""What unregistering changes, on the nodes and in Azure."""

from tui.lab.cluster_state import ClusterState
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.target import Target


def forget_on_nodes(cluster: ClusterState) -> None:
    """Let every node that runs forget its registration.

    Its policy clock still counts from installation: one of more than 30 days is out of policy at once.
    """
    with cluster.locked():
        for node in cluster.nodes():
            if node.up:
                node.registration = node.synced = None
                node.repair_required = False


def delete_cluster(azure: AzureCalls, cluster: ClusterState, target: Target) -> None:
    """Delete the cluster's resource, and its group where registering made it and nothing else is in it."""
    azure.demand("Microsoft.AzureStackHCI/clusters/delete", target.cluster_scope)
    with cluster.locked():
        cluster.azure.cluster = None
        cluster.azure.tags.clear()
        cluster.azure.missing_nodes.clear()
    delete_group_if_ours(azure, cluster, target, target.group)


def delete_group_if_ours(azure: AzureCalls, cluster: ClusterState, target: Target, name: str) -> None:
    """Delete a group that registering made, if it is empty and the account may."""
    scope = f"{target.subscription_scope}/resourceGroups/{name}"
    action = "Microsoft.Resources/subscriptions/resourceGroups/delete"
    if not azure.may(action, scope) or azure.locked(action, scope):
        return
    key = name.lower()
    with cluster.locked():
        resources = cluster.azure
        used = {machine.resource_group.lower() for machine in resources.machines.values()}
        if resources.cluster is not None:
            used.add(resources.cluster.resource_group.lower())
        if key in resources.created_groups and key not in used:
            resources.created_groups.discard(key)
            resources.groups.pop(key, None)
