"""Checks whether a node's agent, or a machine in Azure, belongs to something else."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.azure.clients import Clients
from tui.azure.errors import AzureError, NotFound
from tui.azure.machines import list_machines
from tui.cluster.arc import AgentStatus, ConnectedMachineAgent
from tui.cluster.azure_resources import ArcMachineStatus
from tui.cluster.node_names import node_key
from tui.cluster.resource_id import ResourceId, same_resource
from tui.operations.registration.azure_checks import Place
from tui.operations.registration.look import Look
from tui.runs.plan import Check, CheckLevel


@dataclass(frozen=True, slots=True)
class StaleAgent:
    """An agent that stands in the way of Arc-enabling its node."""

    node: str
    """Its node."""
    why: str
    """What it is, in words."""


def stale_agents(look: Look, cluster: ResourceId, arc_group: str) -> tuple[StaleAgent, ...]:
    """Return agents that belong to another place than the cluster's Arc group, or whose identity has expired."""
    found: list[StaleAgent] = []
    for node in look.standing.nodes:
        agent = node.agent
        if agent is None or not agent.installed or not agent.resource_name:
            continue
        if _elsewhere(agent, cluster.subscription, arc_group):
            where = f"{agent.resource_group} of the subscription {agent.subscription_id}"
            found.append(StaleAgent(node.name, f"it is Arc-enabled already, as {agent.resource_name} in {where}"))
        elif agent.status == AgentStatus.EXPIRED:
            found.append(StaleAgent(node.name, "the identity of its agent has expired, and it cannot reconnect"))
    return tuple(found)


def stale_checks(stale: tuple[StaleAgent, ...], *, disconnect: bool) -> Iterator[Check]:
    """Yield a blocker for each of them, or a warning where it is disconnected first."""
    for agent in stale:
        if disconnect:
            message = f"{agent.node}: {agent.why}. Its agent is disconnected on the node first; what is in Azure stays."
            yield Check("arc-elsewhere", CheckLevel.WARNING, message, "", agent.node)
        else:
            remedy = (
                "Disconnect it there (azcmagent disconnect), or let azsconfig do that on the node alone: "
                "enable-arc --disconnect-stale."
            )
            yield Check("arc-elsewhere", CheckLevel.BLOCKER, f"{agent.node}: {agent.why}.", remedy, agent.node)


def machine_checks(clients: Clients, look: Look, cluster: ResourceId, arc_group: str) -> Iterator[Check]:
    """Yield machines in the Arc group that bear a node's name and are another cluster's."""
    try:
        machines = list_machines(clients, cluster.subscription, arc_group)
    except NotFound:
        return
    except AzureError as error:
        yield Check(
            "arc-machines", CheckLevel.WARNING, f"The Arc machines of {arc_group}: {error.message}", error.remedy
        )
        return
    names = {node_key(node.name) for node in look.facts.nodes}
    for machine in machines:
        if node_key(machine.id.name) not in names or not machine.parent_cluster_id:
            continue
        if not same_resource(machine.parent_cluster_id, str(cluster)):
            state = f", {machine.status}" if isinstance(machine.status, ArcMachineStatus) else ""
            message = (
                f"The Arc machine {machine.id.name} in {arc_group} belongs to another cluster{state}: "
                f"{machine.parent_cluster_id}."
            )
            remedy = "Choose another group with --arc-resource-group, or delete the machine if it is left over."
            yield Check("arc-machine-taken", CheckLevel.BLOCKER, message, remedy)


def role_checks(place: Place, arc_spn_id: str | None) -> Iterator[Check]:
    """Yield whether roles can be assigned, which Arc-enabling needs unless a service principal has them."""
    if place.may_assign_roles:
        return
    message = "Whoever is signed in may not assign roles, which Azure Arc on the nodes needs."
    if arc_spn_id is not None:
        yield Check("role-assignments", CheckLevel.NOTE, f"{message} The service principal that was given is used.")
        return
    remedy = (
        "Have Owner or User Access Administrator assigned there, or give a service principal that has the roles of "
        "Azure Connected Machine Onboarding and Resource Administrator (--arc-spn-id)."
    )
    yield Check("role-assignments", CheckLevel.BLOCKER, message, remedy)


def _elsewhere(agent: ConnectedMachineAgent, subscription: str, group: str) -> bool:
    """Whether an agent says that it belongs to another subscription or group."""
    if agent.status == AgentStatus.EXPIRED and agent.subscription_id is None:
        return False
    other = [
        known.casefold() != wanted.casefold()
        for known, wanted in ((agent.subscription_id, subscription), (agent.resource_group, group))
        if known
    ]
    return any(other)
