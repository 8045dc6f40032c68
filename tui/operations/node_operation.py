"""Operations that a detached run on one node carries out."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from tui.nodes.errors import NodeError
from tui.operations.ending import follow_to_the_end
from tui.operations.started_by import started_by
from tui.runs.errors import RunError, RunGoingOn
from tui.runs.event import Event, EventKind, Sink, StepStatus, note
from tui.runs.locks import UNSTARTED, Claim, enter_locks, leave_locks
from tui.runs.node_runs import start_run
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import NodeScript, NodeWork, Plan
from tui.runs.run_state import RunState, new_run_id

if TYPE_CHECKING:
    from tui.session import Session

READ_ONLY = "azsconfig is read-only, so nothing is changed."


class NodeOperation(ABC):
    """Prepares a plan, has one node carry it out as a detached run, and reads afterwards what is true."""

    id: ClassVar[str]
    """Stable id of its option."""

    @abstractmethod
    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Read what has to be known and return the plan; changes nothing."""

    @abstractmethod
    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Read nodes and Azure again and say what is true after a run that is over."""

    def apply(self, session: "Session", plan: Plan, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        """Carry out a plan that was confirmed and return what is true afterwards; blocks until then.

        Takes the lock of every node that is up, so that one change at a time goes on; nothing that fails leaves one
        behind. Once the run is started it no longer depends on us.
        """
        refused = refusal(session, plan)
        if refused is not None:
            return refused
        if plan.work is None:
            message = f"the plan of {plan.operation} names nothing to run"
            raise ValueError(message)
        run_id = new_run_id(plan.work.kind, datetime.now(UTC))
        owner = started_by(session, plan.work.node)
        claim = Claim(run_id, plan.work.kind, plan.title, owner, plan.work.node)
        names = [target.node for target in session.targets]
        try:
            enter_locks(session.submit, names, claim)
        except RunGoingOn as error:
            return Outcome(OutcomeKind.DECLINED, error.message, remedy=error.remedy)
        except (NodeError, RunError) as error:
            failure = Outcome(OutcomeKind.FAILED, f"Nothing was changed: {error.message}", remedy=error.remedy)
            return _with_locks_left(failure, leave_locks(session.submit, names, run_id))
        failed = self._start(session, plan, plan.work, claim, sink)
        if failed is not None:
            if failed.kind is OutcomeKind.RUNNING:
                return failed
            return _with_locks_left(failed, leave_locks(session.submit, names, run_id))
        words = f"Run {run_id} has started on {plan.work.node}. It goes on if azsconfig ends."
        sink(note(words, node=plan.work.node, run=run_id))
        return follow_to_the_end(session, self, plan.work.node, run_id, sink, stop=stop)

    def _start(self, session: "Session", plan: Plan, work: NodeWork, claim: Claim, sink: Sink) -> Outcome | None:
        """Do what comes first and start the run; returns why that failed."""
        try:
            for script in plan.first:
                _run_first(session, script, plan, sink)
            start_run(
                session.submit,
                work,
                run_id=claim.run_id,
                title=plan.title,
                operation=plan.operation,
                cluster=plan.cluster,
                started_by=claim.owner,
            )
        except NodeError as error:
            if error.may_have_run:
                return Outcome(
                    OutcomeKind.RUNNING,
                    f"{error.node} did not say whether the run has started: {error.message}",
                    remedy=f"See whether it is there: azsconfig runs attach {claim.run_id}",
                    run=claim.run_id,
                )
            return _not_started(error.message, error.remedy, plan)
        except RunError as error:
            return _not_started(error.message, error.remedy, plan)
        except BaseException:
            # Interrupted before anything goes on: nobody must find the cluster locked.
            leave_locks(session.submit, [target.node for target in session.targets], claim.run_id)
            raise
        return None


def refusal(session: "Session", plan: Plan) -> Outcome | None:
    """Return why a plan is not carried out at all."""
    if plan.nothing_to_do is not None:
        return Outcome(OutcomeKind.ALREADY, plan.nothing_to_do)
    if session.read_only:
        return Outcome(OutcomeKind.DECLINED, READ_ONLY, remedy="Leave out --read-only, or change the setting.")
    if plan.blockers:
        first = plan.blockers[0]
        return Outcome(OutcomeKind.DECLINED, first.message, remedy=first.remedy)
    return None


def _with_locks_left(failed: Outcome, stay: tuple[str, ...]) -> Outcome:
    """Say which nodes could not be told that nothing goes on."""
    if not stay:
        return failed
    minutes = round(UNSTARTED.total_seconds() / 60)
    kept = f"{', '.join(stay)} could not be told, and may refuse changes for {minutes} minutes."
    return replace(failed, details=(*failed.details, kept))


def _not_started(message: str, remedy: str, plan: Plan) -> Outcome:
    done = " What came first stays done." if plan.first else " Nothing was changed."
    return Outcome(OutcomeKind.FAILED, f"The run was not started: {message}{done}", remedy=remedy)


def _run_first(session: "Session", script: NodeScript, plan: Plan, sink: Sink) -> None:
    """Run one script that has to succeed before; raises NodeError, and RunError where it did not do what it should."""
    title = next((step.title for step in plan.steps if step.id == script.step), script.script)

    def tell(status: StepStatus) -> None:
        now = datetime.now(UTC)
        sink(Event(EventKind.STEP, now, node=script.node, text=title, step=script.step, status=status))

    tell(StepStatus.STARTED)
    try:
        reply = session.submit(script.node, script.script, script.parameters, exclusive=True).result()
    except NodeError:
        tell(StepStatus.FAILED)
        raise
    said = reply.outs[0] if reply.outs else None
    told = said if isinstance(said, dict) else {}
    if script.expects is not None and told.get(script.expects) is not True:
        tell(StepStatus.FAILED)
        message = f"{title} did not succeed: {told.get('Output') or 'it does not say why'}"
        raise RunError(message, "See to it on the node itself, then start again.")
    tell(StepStatus.DONE)
