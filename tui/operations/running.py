"""The runs of a cluster, wherever they are: read from every node."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.nodes.errors import NodeError
from tui.runs.errors import RunError, RunNotFound
from tui.runs.node_runs import LAST, NodeRuns, list_runs
from tui.runs.run_lock import RunLock
from tui.runs.run_state import RunPhase, RunState

if TYPE_CHECKING:
    from tui.session import Session


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run and the node that has it."""

    node: str
    """Node, as the session names it."""
    state: RunState
    """The run."""


@dataclass(frozen=True, slots=True)
class ClusterRuns:
    """Every run that could be read."""

    runs: tuple[FoundRun, ...] = ()
    """All runs, the newest first."""
    locks: tuple[RunLock, ...] = ()
    """Whose turn it is to change the cluster, each lock once."""
    unread: tuple[tuple[str, str], ...] = ()
    """Nodes that did not tell, and why."""
    read: int = 0
    """How many nodes told."""

    @property
    def going_on(self) -> tuple[FoundRun, ...]:
        """Runs that are not over, the newest first."""
        return tuple(run for run in self.runs if not run.state.over)

    @property
    def whole(self) -> tuple[FoundRun, ...]:
        """Runs that are no step of another one, the newest first."""
        over_nodes = [run.state for run in self.runs if run.state.coordinated]
        return tuple(run for run in self.runs if not any(_step_of(run.state, other) for other in over_nodes))

    @property
    def whole_going_on(self) -> tuple[FoundRun, ...]:
        """What to tell of what goes on: whole runs; a step where nobody coordinates the run that it is of."""
        return tuple(run for run in self.whole if not run.state.over) or self.going_on

    def find(self, run_id: str) -> FoundRun:
        """Return the run with an id; raises RunNotFound naming the nodes that did not tell."""
        for run in self.runs:
            if run.state.id == run_id:
                return run
        unread = f" {', '.join(node for node, _ in self.unread)} did not answer." if self.unread else ""
        message = f"No node of this cluster has a run {run_id}.{unread}"
        raise RunNotFound(message, "azsconfig runs list shows those there are.")


def runs_of(session: "Session", last: int = LAST) -> ClusterRuns:
    """Read the newest runs of every node of a session, side by side; blocks until all have answered or failed."""
    runs: list[FoundRun] = []
    locks: dict[str, RunLock] = {}
    unread: list[tuple[str, str]] = []
    for node, told in list_runs(session.submit, [target.node for target in session.targets], last).items():
        if isinstance(told, NodeRuns):
            runs += (FoundRun(node, state) for state in told.runs)
            if told.lock is not None:
                locks.setdefault(told.lock.run_id, told.lock)
        else:
            unread.append((node, _words(told)))
    told_us = len(session.targets) - len(unread)
    newest = sorted(_once(runs), key=lambda run: run.state.id, reverse=True)
    return ClusterRuns(tuple(newest), tuple(locks.values()), tuple(unread), told_us)


def _step_of(run: RunState, other: RunState) -> bool:
    """Return whether a run on one node was started by one over several nodes, as long as that was not over."""
    if run.coordinated or run.operation != other.operation or run.started < other.started:
        return False
    return other.ended is None or run.started <= other.ended


def _once(runs: Iterable[FoundRun]) -> list[FoundRun]:
    """Return each run once: one over several nodes is taken from the node that knows most of it."""
    best: dict[str, FoundRun] = {}
    for run in runs:
        known = best.get(run.state.id)
        if known is None or _knowledge(run) > _knowledge(known):
            best[run.state.id] = run
    return list(best.values())


def _knowledge(run: FoundRun) -> tuple[bool, int, bool]:
    state = run.state
    return state.outcome is not None, state.size, state.phase in {RunPhase.ENDED, RunPhase.PAUSED}


def _words(error: NodeError | RunError) -> str:
    return error.message
