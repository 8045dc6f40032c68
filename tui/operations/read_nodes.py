"""Read every subject from every node, side by side."""

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import TypeAlias

from tui.cluster.decode import DecodeError
from tui.cluster.facts import ClusterFacts, Fact, NodeFacts, Problem, ProblemKind, Reading
from tui.cluster.system import System
from tui.nodes.errors import NodeError
from tui.nodes.reply import Reply
from tui.operations.first_try import try_first
from tui.operations.subjects import SUBJECTS, Subject
from tui.session import Session


@dataclass(frozen=True, slots=True)
class FactArrived:
    """One subject of one node has its answer."""

    node: str
    """Node it belongs to."""
    subject: str
    """Field of `NodeFacts`."""
    fact: Fact[object]
    """Value or problem."""


SLICE_SECONDS = 0.5
Answer: TypeAlias = tuple[str, Subject, Future[Reply] | Problem, datetime]
"""Node, subject, the finished request or why there was none, and when that was."""
Sink = Callable[[FactArrived], None]


class FactTable:
    """The facts of one pass as they arrive: every cell is a value, a problem, or not read yet."""

    def __init__(self, session: Session, known: ClusterFacts | None = None) -> None:
        """Start with what an earlier pass read of the session's nodes, or with nothing."""
        self._local = {target.node for target in session.targets if session.is_local(target.node)}
        # Nodes of one session keep their order, and those found later stand at its end.
        earlier = dict(zip((target.node for target in session.targets), known.nodes if known else (), strict=False))
        self._cells: dict[str, dict[str, Fact[object]]] = {
            target.node: {subject.name: _known(subject, target.node, earlier.get(target.node)) for subject in SUBJECTS}
            for target in session.targets
        }

    def put(self, arrived: FactArrived) -> None:
        """Keep what arrived."""
        self._cells[arrived.node][arrived.subject] = arrived.fact

    def facts(self, at: datetime) -> ClusterFacts:
        """Return everything so far, as read until `at` (UTC)."""
        return ClusterFacts(tuple(self._node(name, cells) for name, cells in self._cells.items()), at)

    def _node(self, name: str, cells: Mapping[str, Fact[object]]) -> NodeFacts:
        shown = _spelled_by_itself(name, cells)
        # Each subject's decoder yields the type of the field of its name; a test holds the two together.
        return NodeFacts(name=shown, local=name in self._local, **cells)  # pyright: ignore[reportArgumentType]


def _known(subject: Subject, node: str, facts: NodeFacts | None) -> Fact[object]:
    """Return what is known of a subject before it is read."""
    if facts is None:
        return Problem(ProblemKind.NOT_READ, node, f"{subject.title}: being read", "")
    return getattr(facts, subject.name)


def read_cluster(session: Session, sink: Sink) -> ClusterFacts:
    """Read all subjects of all nodes and return them; `sink` gets each fact as it arrives.

    Never raises for a node: what a node does not tell is a `Problem` in its place. Returns when every request has
    ended, each by its own deadline at the latest. `sink` is called on the calling thread.
    """
    reading = Pass(session)
    try_first(session, reading)
    table = FactTable(session)
    for _ in range(len(session.targets) * len(SUBJECTS)):
        node, subject, outcome, at = _next(reading.answers)
        arrived = FactArrived(node, subject.name, fact_of(node, subject, outcome, at))
        table.put(arrived)
        sink(arrived)
    return table.facts(datetime.now(UTC))


class Pass:
    """The requests of one pass, node by node, and the answers as they come."""

    def __init__(self, session: Session) -> None:
        """Send nothing yet."""
        self.answers: SimpleQueue[Answer] = SimpleQueue()
        """One for each subject of each node, in the order they end."""
        self._session = session
        self._begun: set[str] = set()

    def begin(self, node: str) -> "Future[Reply]":
        """Ask a node for the first subject."""
        self._begun.add(node)
        return self._ask(node, SUBJECTS[0])

    def go_on(self, node: str) -> None:
        """Ask it for the others."""
        for subject in SUBJECTS[1:]:
            self._ask(node, subject)

    def give_up(self, node: str, problem: Problem) -> None:
        """Have one problem for every subject that it has not been asked for."""
        for subject in SUBJECTS[1 if node in self._begun else 0 :]:
            self.answers.put((node, subject, problem, datetime.now(UTC)))

    def _ask(self, node: str, subject: Subject) -> "Future[Reply]":
        future = self._session.submit(node, subject.script, subject.parameters).future
        future.add_done_callback(lambda done: self.answers.put((node, subject, done, datetime.now(UTC))))
        return future


def _next(answers: SimpleQueue[Answer]) -> Answer:
    """Wait for the next answer in slices: Windows lets Ctrl+C through only between waits."""
    while True:
        with contextlib.suppress(Empty):
            return answers.get(timeout=SLICE_SECONDS)


def fact_of(node: str, subject: Subject, outcome: Future[Reply] | Problem, at: datetime) -> Fact[object]:
    """Turn a request that has ended, or was never made, into a fact."""
    if isinstance(outcome, Problem):
        return outcome
    try:
        reply = outcome.result()
        return Reading(subject.decode(reply.outs), at)
    except NodeError as error:
        return error.problem
    except DecodeError as error:
        return Problem(
            ProblemKind.UNREADABLE,
            node,
            f"The {subject.title} of {node} could not be understood: {error}",
            f"Run {subject.script}.ps1 on the node by hand and compare; the log has what it returned.",
        )


def _spelled_by_itself(asked: str, cells: Mapping[str, Fact[object]]) -> str:
    """Return the node's own name where it has told it, else the name it was asked for by."""
    system = cells["system"]
    if isinstance(system, Reading) and isinstance(system.value, System) and system.value.computer_name:
        return system.value.computer_name
    return asked
