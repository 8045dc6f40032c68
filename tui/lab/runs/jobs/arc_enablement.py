"""The second half of `Register-AzStackHCI`: Azure Arc on every node, with a bar of its own."""

import uuid

from tui.cluster.arc import AgentStatus
from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import ArcHome, MachineAgent, NodeState, current_agent
from tui.lab.runs.jobs.arc_credential import agent_signs_in, credential_problem
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.register_effects import create_group, register_provider
from tui.lab.runs.jobs.target import Target
from tui.lab.runs.network import ARC, DOWNLOADS, reaches

_ACTIVITY = "Registering Azure Stack HCI with Azure Arc..."
_PROVIDERS = ("Microsoft.HybridCompute", "Microsoft.GuestConfiguration")
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
    _check_state(cluster, target)
    cmdlet.inner_bar(_ACTIVITY, 10, "Registering the HybridCompute and GuestConfiguration providers.", "arc-provider")
    for namespace in _PROVIDERS:
        register_provider(azure, cluster, target, namespace)
    create_group(azure, cluster, target, target.arc_group)
    cmdlet.inner_bar(_ACTIVITY, 30, "Preparing the identity for Arc.", "arc-identity")
    problem = credential_problem(cmdlet, azure, target)
    if problem is not None:
        return problem
    cmdlet.inner_bar(_ACTIVITY, 40, "Initializing Arc integration.", "arc-initialize")
    with cluster.locked():
        cluster.azure.arc_enabled = True
        if target.arc_group.lower() != target.group.lower():
            cluster.azure.arc_resource_group = target.arc_group
    cmdlet.inner_bar(_ACTIVITY, 50, "Enabling Azure Arc on every clustered node.", "arc-nodes")
    failed = [node.name for node in cluster.nodes() if not _enable_on(cmdlet, node, target)]
    cmdlet.inner_bar(_ACTIVITY, 100, "Verifying Azure Arc on every clustered node.", "arc-verify")
    if failed:
        cmdlet.warn(_SOME_FAILED)
        cmdlet.event(9006, f"Azure Arc for servers registration gave up on {', '.join(failed)}.")
        return "ArcIntegrationFailedOnNodes"
    cmdlet.event(9003, "Azure Arc for servers registration completed.")
    return None


def _check_state(cluster: ClusterState, target: Target) -> None:
    """Refuse while Arc is being disabled, and machines of the nodes' names that are another cluster's."""
    with cluster.locked():
        disabling = cluster.arc_disabling or cluster.azure.arc_disabling
        machines = [cluster.azure.machines.get(name.lower()) for name in cluster.names]
        foreign = [
            machine.name
            for machine in machines
            if machine is not None
            and machine.resource_group.lower() == target.arc_group.lower()
            and machine.parent_cluster_id
            and machine.parent_cluster_id.lower() != target.resource_id.lower()
        ]
    if disabling:
        raise CmdletFailedError("Unregister of Azure Arc integration is in progress. Try Unregister-AzStackHCI.", 9113)
    if foreign:
        raise CmdletFailedError(
            f"Arc machine(s) with names: {', '.join(foreign)} already exist in resource group {target.arc_group} and "
            "belong to another cluster.",
            9105,
        )


def _enable_on(cmdlet: Cmdlet, node: NodeState, target: Target) -> bool:
    """Connect a node's agent, installing it where there is none; return whether Azure sees it connected then."""
    cluster, world = cmdlet.run.world.cluster, cmdlet.run.world
    online = all(reaches(world, node.name, host) for host in ARC)
    with cluster.locked():
        if not node.up or node.registration is None or not online:
            return False
        if node.agent is None:
            if not reaches(world, node.name, DOWNLOADS):
                return False
            node.agent = MachineAgent(current_agent(cluster.clock.now()), connected=False)
        agent = node.agent
        if not agent.connected:
            if not agent_signs_in(cmdlet):
                return False
            agent.machine_id, agent.connected, agent.cut_off = str(uuid.uuid4()), True, None
            agent.home = ArcHome(target.subscription, target.arc_group, target.tenant, target.region)
            cluster.azure.add_machine(node.name, agent.machine_id)
        # An agent that still believes in a machine that is gone, or that Azure no longer lets in, stays as it is.
        machine = cluster.azure.machines.get(node.name.lower())
        known = machine is not None and machine.vm_id == agent.machine_id
        return known and agent.status_at(cluster.clock.now(), None) == AgentStatus.CONNECTED
