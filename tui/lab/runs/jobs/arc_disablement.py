"""The first half of `Unregister-AzStackHCI`: Azure Arc off every node, with a bar of its own."""

from tui.cluster.arc import AgentStatus
from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import NodeState
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.target import Target
from tui.lab.runs.jobs.unregister_effects import delete_group_if_ours

_ACTIVITY = "Unregistering Azure Stack HCI from Azure Arc..."
_SETTINGS = "Microsoft.AzureStackHCI/clusters/arcSettings"


def disable_arc(cmdlet: Cmdlet, azure: AzureCalls, target: Target, *, there: bool) -> None:
    """Disable Arc on the nodes, and in Azure where the account sees the cluster's resource `there`.

    What fails in the middle leaves Arc half disabled: the next attempt goes on from there.
    """
    cluster = cmdlet.run.world.cluster
    cmdlet.inner_bar(_ACTIVITY, 1, "Disabling default extensions.", "arc-disable")
    if there:
        _demand(azure, f"{_SETTINGS}/initializeDisableProcess/action", target)
    with cluster.locked():
        cluster.arc_disabling = True
        cluster.azure.arc_disabling = there and cluster.azure.arc_enabled
    cmdlet.inner_bar(_ACTIVITY, 3, "Deleting extensions of the Arc machines.", "arc-extensions")
    _delete_extensions(cmdlet)
    cmdlet.inner_bar(_ACTIVITY, 30, "Disabling Azure Arc on every clustered node.", "arc-nodes")
    _disable_on_nodes(cmdlet, there=there)
    cmdlet.inner_bar(_ACTIVITY, 40, "Deleting the Azure Arc resource.", "arc-resource")
    if there:
        _demand(azure, f"{_SETTINGS}/delete", target)
        with cluster.locked():
            cluster.azure.arc_enabled = cluster.azure.arc_disabling = False
    cmdlet.inner_bar(_ACTIVITY, 80, "Cleaning up.", "arc-cleanup")
    with cluster.locked():
        cluster.arc_disabling = False
        arc_group = cluster.azure.arc_resource_group
    if there and arc_group:
        with cluster.locked():
            cluster.azure.arc_resource_group = None
        delete_group_if_ours(azure, cluster, target, arc_group)


def _demand(azure: AzureCalls, action: str, target: Target) -> None:
    if not azure.may(action, target.cluster_scope):
        raise CmdletFailedError(f"ARC unregistration failed: AuthorizationFailed for the action '{action}'.", 9117)
    forbidden = azure.locked(action, target.cluster_scope)
    if forbidden:
        raise CmdletFailedError(f"ARC unregistration failed: {forbidden}", 9117)


def _delete_extensions(cmdlet: Cmdlet) -> None:
    """Delete extensions; one that cannot be deleted stops everything, unless it is forced."""
    cluster = cmdlet.run.world.cluster
    with cluster.locked():
        stuck = {node.name: node.agent.stuck_extension for node in cluster.nodes() if node.agent}
    for name, extension in stuck.items():
        if extension is None:
            continue
        words = f"Couldn't delete the extension {extension} of the Arc machine {name}."
        if not cmdlet.run.parameters.get("Force"):
            raise CmdletFailedError(f"ARC unregistration failed: {words} Delete it, or use -Force.", 9117)
        cmdlet.warn(words)


def _disable_on_nodes(cmdlet: Cmdlet, *, there: bool) -> None:
    """Take the agent off every node; the machine of one that still signs in goes with it."""
    cluster = cmdlet.run.world.cluster
    failed = [node.name for node in cluster.nodes() if not _disable_on(cluster, node, there=there)]
    for name in failed:
        cmdlet.host_error(f"Couldn't disable Azure Arc integration on Node {name}.")
    if failed:
        raise CmdletFailedError("ARC unregistration failed: Azure Arc integration is still enabled on nodes.", 9117)


def _disable_on(cluster: ClusterState, node: NodeState, *, there: bool) -> bool:
    """Disable Arc on a node; return whether that went well, as it does where there is nothing to disable."""
    with cluster.locked():
        if not node.up:
            return False
        agent, home = node.agent, node.arc_home()
        if agent is None or home is None:
            # Disconnected before, and only on the node: its machine in Azure is left to whoever did that.
            node.agent = None
            return True
        known = node.registration
        arc_group = cluster.azure.arc_resource_group or (known.resource_group if known else "")
        if known is None or not home.is_at(known.subscription_id, arc_group):
            # Somebody else's doing.
            return True
        silent = min((moment for moment in (node.cut_off, agent.cut_off) if moment), default=None)
        if agent.status_at(cluster.clock.now(), silent) != AgentStatus.CONNECTED:
            return False
        if there:
            machine = cluster.azure.machines.get(node.name.lower())
            if machine is not None and machine.vm_id == agent.machine_id:
                del cluster.azure.machines[node.name.lower()]
        node.agent = None
        return True
