"""The connected machine agents of a cluster side by side: the newest, what is supported, what is offered."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.agent_version import AgentVersion, parse_version
from tui.cluster.arc import ConnectedMachineAgent
from tui.cluster.azure_resources import ArcMachine, AutomaticUpgrade, AzureView
from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates
from tui.cluster.facts import ClusterFacts, Fact, NodeFacts, Reading, value_of
from tui.cluster.node_names import node_key
from tui.cluster.policy_clocks import PolicyClock, agent_supported_until
from tui.cluster.update_settings import agent_hint
from tui.cluster.updates import AvailableUpdate


@dataclass(frozen=True, slots=True)
class AgentStanding:
    """One node's agent beside the others."""

    node: str
    """Node name."""
    agent: Fact[ConnectedMachineAgent]
    """The agent, or why it is not known."""
    newest: bool | None = None
    """Whether no node has a newer one; `None` where it has no agent, or none is known."""
    support: PolicyClock | None = None
    """Until when Microsoft supports it; `None` where its release is not known."""
    searched: bool = False
    """Whether it is known what the node is offered."""
    offered: AvailableUpdate | None = None
    """The agent it is offered."""
    hint: str | None = None
    """Why it may never be offered one, and what changes that; only of a node that is offered none."""
    automatic_upgrade: AutomaticUpgrade | None = None
    """Whether Azure upgrades it; `None` where Azure did not say."""

    @property
    def unsupported(self) -> bool:
        """Whether its support has ended."""
        return self.support is not None and self.support.passed


@dataclass(frozen=True, slots=True)
class AgentComparison:
    """All agents, in the order of the nodes."""

    nodes: tuple[AgentStanding, ...]
    """One entry per node, dead ones included."""
    newest: str | None
    """The newest version on any node."""

    @property
    def behind(self) -> tuple[str, ...]:
        """Nodes whose agent is older than the newest."""
        return tuple(node.node for node in self.nodes if node.newest is False)

    @property
    def unsupported(self) -> tuple[str, ...]:
        """Nodes whose agent is out of support."""
        return tuple(node.node for node in self.nodes if node.unsupported)


def compare_agents(
    facts: ClusterFacts, now: datetime, *, updates: ClusterUpdates | None = None, azure: AzureView | None = None
) -> AgentComparison:
    """Return how the agents stand; `updates` are of the same nodes in the same order, as far as they were searched."""
    versions = [version for node in facts.nodes if (version := _version(node)) is not None]
    newest = max(versions, default=None)
    machines = azure.machines.value if azure is not None and isinstance(azure.machines, Reading) else ()
    searched: list[NodeUpdates | None] = [*(updates.nodes if updates is not None else ())]
    searched += [None] * (len(facts.nodes) - len(searched))
    standings = tuple(
        _standing(node, offers, newest, now, _machine_of(node, machines))
        for node, offers in zip(facts.nodes, searched, strict=False)
    )
    return AgentComparison(standings, newest.text if newest is not None else None)


def _standing(
    node: NodeFacts, offers: NodeUpdates | None, newest: AgentVersion | None, now: datetime, machine: ArcMachine | None
) -> AgentStanding:
    version = _version(node)
    state = value_of(offers.state) if offers is not None else None
    searched = offers is not None and isinstance(offers.search, Reading)
    offered = offers.agent_update if offers is not None else None
    return AgentStanding(
        node.name,
        node.agent,
        newest=None if version is None or newest is None else version >= newest,
        support=agent_supported_until(version.text, now) if version is not None else None,
        searched=searched,
        offered=offered,
        hint=agent_hint(state.settings) if state is not None and offered is None else None,
        automatic_upgrade=machine.automatic_upgrade if machine is not None else None,
    )


def _version(node: NodeFacts) -> AgentVersion | None:
    agent = value_of(node.agent)
    if agent is None or not agent.installed or not agent.version:
        return None
    version = parse_version(agent.version)
    return version if version.known else None


def _machine_of(node: NodeFacts, machines: tuple[ArcMachine, ...]) -> ArcMachine | None:
    """Return the Arc machine of a node: the one its agent names, else one of its name."""
    agent = value_of(node.agent)
    name = node_key(agent.resource_name if agent is not None and agent.resource_name else node.name)
    return next((machine for machine in machines if node_key(machine.id.name) == name), None)
