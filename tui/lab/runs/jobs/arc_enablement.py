"""The second half of `Register-AzStackHCI`: Azure Arc on every node, with a bar of its own."""

import uuid

from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import ArcHome, MachineAgent, NodeState, current_agent
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import Cmdlet
from tui.lab.runs.jobs.register_effects import create_group
from tui.lab.runs.jobs.target import Target

_ACTIVITY = "Registering Azure Stack HCI with Azure Arc..."
_SOME_FAILED = (
    "Some clustered nodes couldn't be Arc-enabled right now. This can happen if some of the nodes are down. We'll "
    "automatically try again in an hour. In the meantime, you can use Get-AzureStackHCIArcIntegration to check status "
    "on each node."
)


def enable_arc(cmdlet: Cmdlet, target: Target) -> str | None:
    """Enable Arc on every node; return the cmdlet's `ErrorDetail` where that fails, else `None`."""
    azure, cluster = AzureCalls(cmdlet.run), cmdlet.run.world.cluster
    cmdlet.event(9002, "Azure Arc for servers registration started.")
    cmdlet.inner_bar(_ACTIVITY, 1, "Checking whether Arc for servers is already registered.", "arc-state")
    cmdlet.inner_bar(_ACTIVITY, 10, "Registering the HybridCompute and GuestConfiguration providers.", "arc-provider")
    create_group(azure, cluster, target, target.arc_group)
    cmdlet.inner_bar(_ACTIVITY, 30, "Preparing the identity for Arc.", "arc-identity")
    if not azure.may("Microsoft.Authorization/roleAssignments/write", target.arc_scope):
        cmdlet.host_error("The signed-in account must be an Owner or User Access Administrator to assign roles.")
        cmdlet.event(9006, "Azure Arc for servers registration gave up: permissions are missing.")
        return "ArcPermissionsMissing"
    cmdlet.inner_bar(_ACTIVITY, 40, "Initializing Arc integration.", "arc-initialize")
    with cluster.locked():
        cluster.azure.arc_enabled = True
        if target.arc_group.lower() != target.group.lower():
            cluster.azure.arc_resource_group = target.arc_group
    cmdlet.inner_bar(_ACTIVITY, 50, "Enabling Azure Arc on every clustered node.", "arc-nodes")
    failed = [node.name for node in cluster.nodes() if not _enable_on(cluster, node, target)]
    cmdlet.inner_bar(_ACTIVITY, 100, "Verifying Azure Arc on every clustered node.", "arc-verify")
    if failed:
        cmdlet.warn(_SOME_FAILED)
        cmdlet.event(9006, f"Azure Arc for servers registration gave up on {', '.join(failed)}.")
        return "ArcIntegrationFailedOnNodes"
    cmdlet.event(9003, "Azure Arc for servers registration completed.")
    return None


def _enable_on(cluster: ClusterState, node: NodeState, target: Target) -> bool:
    """Connect a node's agent, installing it where there is none; return whether Azure sees it connected then."""
    with cluster.locked():
        if not node.up or node.registration is None:
            return False
        if node.agent is None:
            node.agent = MachineAgent(current_agent(cluster.clock.now()), connected=False)
        agent = node.agent
        if not agent.connected:
            agent.machine_id, agent.connected, agent.cut_off = str(uuid.uuid4()), True, None
            agent.home = ArcHome(target.subscription, target.arc_group, target.tenant, target.region)
        cluster.azure.add_machine(node.name, agent.machine_id)
        return True
