"""Read the connected machine agent of every node, what it is offered, and whether Azure upgrades it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cluster.agent_comparison import AgentComparison, compare_agents
from tui.cluster.azure_resources import AzureView
from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem
from tui.operations.read_nodes import read_cluster
from tui.operations.read_updates import UpdatesReading

if TYPE_CHECKING:
    from tui.session import Session


@dataclass(frozen=True, slots=True)
class AgentsRead:
    """What was read about the agents."""

    facts: ClusterFacts
    """What the nodes say of themselves."""
    updates: ClusterUpdates
    """What they are offered."""
    azure: AzureView | None
    """What Azure knows; `None` where nobody is to sign in."""

    @property
    def comparison(self) -> AgentComparison:
        """The agents side by side, by the time they were read."""
        return compare_agents(self.facts, self.updates.read_at, updates=self.updates, azure=self.azure)


def read_agents(session: "Session") -> AgentsRead:
    """Read every node, then search on those that answered and ask Azure meanwhile; blocks until all is told.

    Never raises for a node or for Azure: what is not told is a problem in its place.
    """
    facts = read_cluster(session, lambda _arrived: None)
    names = [target.node for target in session.targets]
    dead = {name: problem for name, node in zip(names, facts.nodes, strict=True) if (problem := _problem(node))}
    reading = UpdatesReading(session, [name for name in names if name not in dead])
    with ThreadPoolExecutor(1, thread_name_prefix="azsconfig-azure") as pool:
        azure = pool.submit(_azure, session, facts)
        found = reading.run()
        return AgentsRead(facts, _with_dead(found, names, dead), azure.result())


def _azure(session: "Session", facts: ClusterFacts) -> AzureView | None:
    if session.azure is None:
        return None
    # Azure's packages take a quarter of a second, which nobody pays who is not signed in.
    from tui.operations.read_azure import read_azure

    return read_azure(session.azure, facts)


def _problem(node: NodeFacts) -> Problem | None:
    """Return why a node could not be asked for anything, so that it is not waited for twice."""
    facts = (node.registration, node.agent, node.system)
    problems = [fact for fact in facts if isinstance(fact, Problem)]
    return problems[0] if len(problems) == len(facts) else None


def _with_dead(found: ClusterUpdates, names: list[str], dead: dict[str, Problem]) -> ClusterUpdates:
    """Return what was found with an entry for every node, in their order."""
    nodes = tuple(
        told if (told := found.node(name)) is not None else NodeUpdates(name, dead[name], dead[name]) for name in names
    )
    return replace(found, nodes=nodes, read_at=found.read_at if found.nodes else datetime.now(UTC))
