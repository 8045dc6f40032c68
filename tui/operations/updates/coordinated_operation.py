"""Operations that azsconfig itself coordinates over several nodes, and that anyone can go on with."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.rolling_journal import Entry, continued
from tui.operations.journal import read_journal
from tui.operations.node_operation import refusal
from tui.operations.running import FoundRun
from tui.operations.started_by import started_by
from tui.operations.updates.coordinating import HEARTBEAT_SECONDS, Coordinating, WorkEnd
from tui.runs.coordinated import Coordination, RunHead
from tui.runs.errors import RunUnreadable
from tui.runs.event import Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Plan
from tui.runs.rolling_record import entries_of, entry_events
from tui.runs.run_state import RunPhase, RunState, new_run_id

if TYPE_CHECKING:
    from tui.session import Session


class CoordinatedOperation(ABC):
    """Prepares a plan, carries it out node by node as detached runs, and can be taken up again by anyone."""

    id: ClassVar[str]
    """Stable id of its option."""
    KIND: ClassVar[str]
    """Kind of its run."""

    def __init__(self, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        """Tell the nodes so often that the run goes on."""
        self._heartbeat_seconds = heartbeat_seconds

    @abstractmethod
    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Read what has to be known and return the plan; its `inputs` are the parameters of its run."""

    @abstractmethod
    def carry_on(
        self,
        work: Coordinating,
        coordination: Coordination,
        journal: Sequence[Entry],
    ) -> WorkEnd | None:
        """Carry the work on from wherever its journal stands; `None` where it was told to leave."""

    @abstractmethod
    def true_now(self, session: "Session", parameters: Mapping[str, Any], journal: Sequence[Entry]) -> Outcome:
        """Read the nodes again and say what is true once nothing is left to do."""

    def apply(self, session: "Session", plan: Plan, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        """Carry out a plan that was confirmed and return what is true afterwards; blocks until then.

        Setting `stop` leaves the run where it is: what goes on on a node ends by itself, and nothing new starts.
        """
        refused = refusal(session, plan)
        if refused is not None:
            return refused
        head = RunHead(
            new_run_id(self.KIND, datetime.now(UTC)),
            self.KIND,
            plan.title,
            self.id,
            plan.cluster,
            started_by(session, session.targets[0].node),
            plan.inputs,
        )
        work = self._coordinating(session, head, sink, stop)
        return work.begun(lambda coordination: self.carry_on(work, coordination, ()))

    def resume(self, session: "Session", found: FoundRun, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        """Go on with a run that nobody coordinates any more, whoever started it. Raises NodeError, RunError."""
        if session.read_only:
            return Outcome(OutcomeKind.DECLINED, "azsconfig is read-only, so nothing is changed.")
        state, events = read_journal(session.submit, found.node, found.state.id)
        if not state.stands_still:
            message = f"{state.title} is {'over' if state.over else 'going on'}; there is nothing to go on with."
            return Outcome(OutcomeKind.DECLINED, message, remedy=f"Look at it: azsconfig runs attach {state.id}")
        head = RunHead(
            state.id,
            state.kind,
            state.title,
            self.id,
            state.cluster,
            state.started_by or "",
            state.parameters,
        )
        try:
            journal = entries_of(events)
        except ValueError as error:
            message = f"The journal of {state.id} cannot be read: {error}."
            raise RunUnreadable(message, "Start the operation anew: it finds what is done.", node=found.node) from error
        again = continued(datetime.now(UTC), started_by(session, found.node))
        for event in events:
            sink(event)
        work = self._coordinating(session, head, sink, stop)
        return work.taken_up(
            events,
            entry_events(again),
            lambda coordination: self.carry_on(work, coordination, (*journal, again)),
            previous=state.coordinator if state.phase == RunPhase.PAUSED else None,
        )

    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Say what is true after a run that is over, for whoever watches it."""
        del sink
        _, events = read_journal(session.submit, node, run.id)
        return self.true_now(session, run.parameters, entries_of(events))

    def _coordinating(
        self, session: "Session", head: RunHead, sink: Sink, stop: threading.Event | None
    ) -> Coordinating:
        return Coordinating(session, head, sink, stop or threading.Event(), self._heartbeat_seconds)
