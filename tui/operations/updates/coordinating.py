"""From the locks to the outcome of work that azsconfig itself coordinates over several nodes."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tui.nodes.errors import NodeError
from tui.runs.coordinated import Coordination, Heartbeat, RunHead
from tui.runs.errors import RunError, RunGoingOn, RunTaken
from tui.runs.event import Event, Sink, note
from tui.runs.locks import Claim, enter_locks, leave_locks
from tui.runs.node_runs import complete_run
from tui.runs.outcome import Outcome, OutcomeKind

if TYPE_CHECKING:
    from tui.session import Session

HEARTBEAT_SECONDS = 15.0
"""So often its nodes hear that it is coordinated; they believe it for a minute."""


@dataclass(frozen=True, slots=True)
class WorkEnd:
    """How far the work was carried on."""

    over: bool
    """Whether nothing is left to do."""
    outcome: Outcome
    """What came of it."""


Work: TypeAlias = Callable[[Coordination], "WorkEnd | None"]
"""Carries the work on; `None` where it was told to leave it as it is."""


@dataclass(frozen=True, slots=True)
class Coordinating:
    """What one coordination needs besides its work."""

    session: "Session"
    """The open cluster."""
    head: RunHead
    """What the run is."""
    sink: Sink
    """Gets what happens."""
    stop: threading.Event
    """Set when the coordinator is to leave."""
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    """How often the nodes are told that it goes on."""

    def begun(self, work: Work) -> Outcome:
        """Take the locks, begin the run and carry it on; returns what came of it."""
        refused = self._lock()
        if refused is not None:
            return refused
        coordination = Coordination(self.session.submit, self._nodes, self.head)
        try:
            coordination.begin()
        except (NodeError, RunError) as error:
            leave_locks(self.session.submit, self._nodes, self.head.run_id)
            return Outcome(OutcomeKind.FAILED, f"Nothing was changed: {error.message}", remedy=error.remedy)
        return self._carried_on(coordination, work)

    def taken_up(
        self, journal: Sequence[Event], first: Iterable[Event], work: Work, *, previous: str | None
    ) -> Outcome:
        """Go on with a run that nobody coordinates any more; `first` is what is noted about that.

        `previous` is the coordinator that has said it left it.
        """
        coordination = Coordination(self.session.submit, self._nodes, self.head, journal, previous=previous)
        try:
            coordination.begin()
        except RunTaken as error:
            return Outcome(OutcomeKind.DECLINED, error.message, remedy=error.remedy, run=self.head.run_id)
        refused = self._lock()
        if refused is not None:
            coordination.leave("another change goes on")
            return replace(refused, run=self.head.run_id)
        coordination.write(first)
        return self._carried_on(coordination, work)

    @property
    def _nodes(self) -> list[str]:
        return [target.node for target in self.session.targets]

    def _lock(self) -> Outcome | None:
        """Take the lock of every node that is up; returns why that failed."""
        head = self.head
        claim = Claim(head.run_id, head.kind, head.title, head.started_by, self._nodes[0])
        try:
            enter_locks(self.session.submit, self._nodes, claim)
        except RunGoingOn as error:
            return Outcome(OutcomeKind.DECLINED, error.message, remedy=error.remedy)
        except (NodeError, RunError) as error:
            leave_locks(self.session.submit, self._nodes, head.run_id)
            return Outcome(OutcomeKind.FAILED, f"Nothing was changed: {error.message}", remedy=error.remedy)
        return None

    def _carried_on(self, coordination: Coordination, work: Work) -> Outcome:
        run_id = self.head.run_id
        words = f"Run {run_id} goes on as long as azsconfig does. After that: azsconfig runs resume {run_id}"
        self.sink(note(words, run=run_id))
        try:
            with Heartbeat(coordination, apart_seconds=self.heartbeat_seconds):
                end = work(coordination)
            if end is not None:
                return self._ended(coordination, end)
            coordination.leave("left")
        except RunTaken as error:
            return Outcome(
                OutcomeKind.RUNNING, f"Somebody else goes on with it: {error.message}", remedy=error.remedy, run=run_id
            )
        except (NodeError, RunError) as error:
            coordination.leave("its journal could not be written")
            return Outcome(
                OutcomeKind.FAILED,
                f"It stands still, because its journal could not be written: {error.message}",
                remedy=f"{error.remedy} Then go on: azsconfig runs resume {run_id}".strip(),
                run=run_id,
            )
        return Outcome(
            OutcomeKind.RUNNING,
            "Whatever node is in hand ends its step; nothing new starts.",
            remedy=f"Go on with it: azsconfig runs resume {run_id}",
            run=run_id,
        )

    def _ended(self, coordination: Coordination, end: WorkEnd) -> Outcome:
        """Write down that it is over, or that it stands still, and leave the locks."""
        outcome = replace(end.outcome, run=self.head.run_id)
        if end.over:
            coordination.end(0 if outcome.kind is OutcomeKind.DONE else 1, "completed")
            for node in self._nodes:
                self._complete(node, outcome)
        else:
            coordination.leave("stopped")
        leave_locks(self.session.submit, self._nodes, self.head.run_id)
        return outcome

    def _complete(self, node: str, outcome: Outcome) -> None:
        try:
            complete_run(self.session.submit, node, self.head.run_id, outcome)
        except (NodeError, RunError) as error:
            self.sink(note(f"The outcome could not be noted on {node}: {error.message}", node=node))
