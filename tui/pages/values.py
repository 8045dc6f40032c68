"""Facts in the few words that fit beside a menu option or in a column."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from tui.cluster.arc import AgentStatus, ArcStatus
from tui.cluster.facts import ClusterFacts, Fact, NodeFacts, Problem, ProblemKind, Reading, value_of
from tui.cluster.registration import RegistrationStatus
from tui.cluster.verdict import NodeVerdict
from tui.operations.snapshot import Snapshot

T = TypeVar("T")
V = TypeVar("V")

READING = "reading..."
UNKNOWN = "-"


def not_read(fact: Fact[T]) -> bool:
    """Return whether a fact is still being read."""
    return isinstance(fact, Problem) and fact.kind is ProblemKind.NOT_READ


def in_words(fact: Fact[T], words: Callable[[T], str]) -> str:
    """Return a fact in words: its value by `words`, `reading...`, or the kind of its problem."""
    if isinstance(fact, Reading):
        return words(fact.value)
    return READING if fact.kind is ProblemKind.NOT_READ else problem_in_short(fact)


def problem_in_short(problem: Problem) -> str:
    """Return a problem's kind as words: `timed out`."""
    return problem.kind.value.replace("-", " ")


def all_facts(node: NodeFacts) -> tuple[Fact[Any], ...]:
    """Return every fact of a node."""
    return (
        node.registration,
        node.arc_integration,
        node.agent,
        node.system,
        node.membership,
        node.firmware,
        node.modules,
        node.services,
        node.events,
    )


def node_problem(node: NodeFacts) -> Problem | None:
    """Return why a whole node could not be read, or `None` when it told anything or is still being read."""
    facts = all_facts(node)
    problems = [fact for fact in facts if isinstance(fact, Problem)]
    failed = [problem for problem in problems if problem.kind is not ProblemKind.NOT_READ]
    return failed[0] if failed and len(problems) == len(facts) else None


def judged_node(snapshot: Snapshot, node: NodeFacts) -> NodeVerdict | None:
    """Return the verdict of one node; `None` before the first pass has ended."""
    judged = snapshot.verdict.nodes if snapshot.verdict else ()
    return next((one for one in judged if one.name == node.name), None)


def values(nodes: Iterable[NodeFacts], fact: Callable[[NodeFacts], Fact[T]]) -> list[tuple[str, T]]:
    """Return node name and value for every node that told this fact."""
    return [(node.name, told) for node in nodes if (told := value_of(fact(node))) is not None]


def any_reading(facts: ClusterFacts, fact: Callable[[NodeFacts], Fact[T]]) -> bool:
    """Return whether a node's fact is still being read."""
    return any(not_read(fact(node)) for node in facts.nodes)


def registered(node: NodeFacts) -> bool | None:
    """Return whether a node says it is registered; `None` when it did not say."""
    told = value_of(node.registration)
    if told is None or told.registration_status is None:
        return None
    return told.registration_status == RegistrationStatus.REGISTERED


def agent_connected(node: NodeFacts) -> bool | None:
    """Return whether a node's connected machine agent is connected; `None` when that was not read."""
    told = value_of(node.agent)
    return None if told is None else told.installed and told.status == AgentStatus.CONNECTED


def arc_enabled(node: NodeFacts) -> bool | None:
    """Return whether the cluster says this node's Arc integration is enabled; `None` when nobody said."""
    integration = value_of(node.arc_integration)
    if integration is None:
        return None
    states = {name.casefold(): status for name, status in integration.nodes_arc_status}
    return states.get(node.name.casefold()) == ArcStatus.ENABLED


def grouped(pairs: Iterable[tuple[str, V]]) -> dict[V, list[str]]:
    """Return the names behind each value, most frequent value first."""
    groups: dict[V, list[str]] = {}
    for name, item in pairs:
        groups.setdefault(item, []).append(name)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def clock_ahead(node: NodeFacts) -> timedelta:
    """Return how far a node's clock is ahead of ours: its own times are told by that clock."""
    if isinstance(node.system, Reading) and node.system.value.utc_now is not None:
        return node.system.value.utc_now - node.system.read_at
    return timedelta()
