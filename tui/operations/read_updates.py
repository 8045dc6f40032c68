"""Ask every node, side by side, what it is offered and how it stands with its updates."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates, explained
from tui.cluster.decode import DecodeError, decode
from tui.cluster.facts import Fact, Problem, ProblemKind, Reading
from tui.cluster.membership import Membership
from tui.cluster.update_state import UpdateState
from tui.cluster.updates import UpdateSearch
from tui.nodes.errors import Cancelled, NodeError
from tui.nodes.reply import PendingReply, Reply
from tui.operations.first_try import try_first
from tui.operations.updates.asking import SEARCH_PATIENCE

if TYPE_CHECKING:
    from tui.session import Session

STATE, SEARCH, HEALTH, CLUSTER = "get-update-state", "search-updates", "get-cluster-health", "get-cluster"
"""Scripts that are run on a node, in this order."""
TITLES = {
    STATE: "state of its updates",
    SEARCH: "offered updates",
    HEALTH: "health of the cluster",
    CLUSTER: "cluster membership",
}
DECODED = {STATE: UpdateState, SEARCH: UpdateSearch, HEALTH: ClusterHealth, CLUSTER: Membership}
_SLICE_SECONDS = 0.5
_Answer = tuple[str, str, "Future[Reply] | Problem", datetime]
"""Node, script, the finished request or why there was none, and when that was."""
Sink = Callable[[ClusterUpdates], None]


class UpdatesReading:
    """One look at the updates of all nodes of a session, or of those that are named."""

    def __init__(self, session: "Session", nodes: Sequence[str] | None = None) -> None:
        """Ask nothing yet; without `nodes` every node of the session is asked, as it is when `run` begins."""
        self._session = session
        self._named = nodes
        self._nodes: tuple[str, ...] = ()
        self._answers: SimpleQueue[_Answer] = SimpleQueue()
        self._lock = threading.Lock()
        self._pending: list[PendingReply] = []
        self._begun: set[str] = set()
        self._cancelled = False

    def run(self, sink: Sink = lambda _so_far: None) -> ClusterUpdates:
        """Ask, and return what was told; `sink`, called on this thread, gets what is known after each answer.

        Never raises for a node: what it does not tell is a `Problem` in its place. Blocks until every request has
        ended, the search by a deadline of its own: the Windows Update Agent may take minutes.
        """
        targets = [target.node for target in self._session.targets]
        self._nodes = tuple(node for node in targets if self._named is None or node in self._named)
        known = ClusterUpdates(
            tuple(NodeUpdates(node, _being_read(node, SEARCH), _being_read(node, STATE)) for node in self._nodes),
            _being_read(self._nodes[0] if self._nodes else "", HEALTH),
            datetime.now(UTC),
        )
        sink(known)
        if self._named is None:
            try_first(self._session, self)
        else:
            for node in self._nodes:
                self.begin(node)
                self.go_on(node)
        due, health = 2 * len(self._nodes), _HealthAsked()
        while due:
            node, script, outcome, at = self._next()
            fact = _fact(node, script, outcome, at)
            known = replace(_put(known, node, script, fact), read_at=at)
            health.heard(node, script, fact)
            following = health.following()
            if following is not None:
                due += len(health.SCRIPTS)
                for asked in health.SCRIPTS:
                    self._ask(following, asked)
            due -= 1
            sink(known)
        return _without_health(known)

    def cancel(self) -> None:
        """End it soon; what was told so far stands. From any thread."""
        with self._lock:
            self._cancelled = True
            pending, self._pending = self._pending, []
        for request in pending:
            request.cancel()

    def begin(self, node: str) -> "Future[Reply]":
        """Ask a node how it stands (`first_try.Work`)."""
        with self._lock:
            self._begun.add(node)
        return self._ask(node, STATE)

    def go_on(self, node: str) -> None:
        """Let it search."""
        self._ask(node, SEARCH, SEARCH_PATIENCE)

    def give_up(self, node: str, problem: Problem) -> None:
        """Have one problem for all that it has not been asked."""
        with self._lock:
            begun = node in self._begun
        for script in (SEARCH,) if begun else (STATE, SEARCH):
            self._answers.put((node, script, problem, datetime.now(UTC)))

    def _ask(self, node: str, script: str, deadline: timedelta | None = None) -> "Future[Reply]":
        with self._lock:
            cancelled = self._cancelled
        if cancelled:
            future: Future[Reply] = Future()
            future.set_exception(Cancelled(node, "It was cancelled before it was asked."))
        else:
            request = self._session.submit(node, script, deadline=deadline)
            future = request.future
            with self._lock:
                self._pending.append(request)
                cancelled = self._cancelled
            if cancelled:
                request.cancel()
        future.add_done_callback(lambda done: self._answers.put((node, script, done, datetime.now(UTC))))
        return future

    def _next(self) -> _Answer:
        """Wait for the next answer in slices: Windows lets Ctrl+C through only between waits."""
        while True:
            with contextlib.suppress(Empty):
                return self._answers.get(timeout=_SLICE_SECONDS)


class _HealthAsked:
    """Which node is asked how the cluster stands: one at a time, until one tells that it is in a cluster."""

    SCRIPTS = (HEALTH, CLUSTER)
    """What it is asked."""

    def __init__(self) -> None:
        self._asking = False
        self._told = False
        self._candidates: list[str] = []

    def heard(self, node: str, script: str, fact: Fact[object]) -> None:
        """Note an answer: a node that tells how it stands can be asked."""
        if script == STATE and isinstance(fact, Reading):
            self._candidates.append(node)
        elif script == HEALTH:
            self._asking = False
            health = fact.value if isinstance(fact, Reading) else None
            self._told = self._told or (isinstance(health, ClusterHealth) and health.clustered)

    def following(self) -> str | None:
        """Return the node to ask now; `None` for none."""
        if self._asking or self._told or not self._candidates:
            return None
        self._asking = True
        return self._candidates.pop(0)


def _being_read(node: str, script: str) -> Problem:
    return Problem(ProblemKind.NOT_READ, node, f"{TITLES[script]}: being read", "")


def _without_health(known: ClusterUpdates) -> ClusterUpdates:
    """Return what is known where no node told how the cluster stands: why the first of them did not."""
    if not isinstance(known.health, Problem) or known.health.kind is not ProblemKind.NOT_READ:
        return known
    problem = next((one.state for one in known.nodes if isinstance(one.state, Problem)), known.health)
    return replace(known, health=problem)


def _put(known: ClusterUpdates, node: str, script: str, fact: Fact[object]) -> ClusterUpdates:
    """Return what is known with one answer more; what a node does not tell hides nothing that another one told."""
    # Each script's answer is decoded to the type of the field it belongs to.
    if script == CLUSTER:
        told = fact.value if isinstance(fact, Reading) else None
        return replace(known, name=known.name or (told.name if isinstance(told, Membership) else None))
    if script == HEALTH:
        keeps = isinstance(known.health, Reading) and isinstance(fact, Problem)
        return known if keeps else replace(known, health=fact)  # pyright: ignore[reportArgumentType]
    field = "state" if script == STATE else "search"
    changed = tuple(
        replace(one, **{field: fact}) if one.node == node else one  # pyright: ignore[reportArgumentType]
        for one in known.nodes
    )
    return replace(known, nodes=changed)


def _fact(node: str, script: str, outcome: "Future[Reply] | Problem", at: datetime) -> Fact[object]:
    if isinstance(outcome, Problem):
        return outcome
    try:
        outs = outcome.result().outs
        told = outs[0] if len(outs) == 1 else None
        return Reading(decode(DECODED[script], told), at)
    except NodeError as error:
        return explained(error.problem) if script == SEARCH else error.problem
    except DecodeError as error:
        message = f"The {TITLES[script]} of {node} could not be understood: {error}"
        remedy = f"Run {script}.ps1 on the node by hand and compare; the log has what it returned."
        return Problem(ProblemKind.UNREADABLE, node, message, remedy)
