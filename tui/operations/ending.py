"""From a run that was started to what is true after it: follow, read again, note it on the node, leave the locks."""

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.azure.errors import AzureError
from tui.nodes.errors import NodeError
from tui.operations.operation import Operation
from tui.runs.errors import RunError
from tui.runs.event import Event, EventKind, Sink, note
from tui.runs.follow import follow
from tui.runs.locks import leave_locks
from tui.runs.node_runs import complete_run
from tui.runs.outcome import Outcome, OutcomeKind, outcome_from
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session

LOG = logging.getLogger("azsconfig.operations")
SOUND = frozenset({"completed", None})
"""Reasons of a run that ended by itself."""
_REMEDIES = {"disk-full": "Free space on the node's system drive."}
"""What to do about how a run ended, where what is true leaves nothing to do."""
_SHOW = "See what it printed: azsconfig runs show {id}"
BETTER_THAN_IT_ENDED = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})


def follow_to_the_end(
    session: "Session", operation: Operation, node: str, run_id: str, sink: Sink, *, stop: threading.Event | None = None
) -> Outcome:
    """Follow a run from its beginning and return what is true once it is over; blocks meanwhile.

    Where `stop` is set first, or its node stays away, the outcome is that it goes on. Raises RunError where the node
    says what cannot be read.
    """
    heard = _Heard(sink)
    followed = follow(session.submit, node, run_id, heard, stop=stop)
    if followed.state is None or not followed.over:
        why = f" {followed.lost}" if followed.lost is not None else ""
        return Outcome(
            OutcomeKind.RUNNING,
            f"The run goes on, on {node}.{why}",
            remedy=f"Watch it again: azsconfig runs attach {run_id}",
            run=run_id,
        )
    if followed.state.stands_still:
        return still(followed.state)
    return ended(session, operation, node, followed.state, sink, last_error=heard.last_error)


def still(state: RunState) -> Outcome:
    """Return that a run waits for somebody to go on with it."""
    why = f" ({state.reason})" if state.reason else ""
    return Outcome(
        OutcomeKind.ATTENTION,
        f"Nobody coordinates the run any more{why}. What goes on on a node ends by itself; nothing new starts.",
        remedy=f"Go on with it: azsconfig runs resume {state.id}",
        run=state.id,
    )


def ended(
    session: "Session", operation: Operation, node: str, state: RunState, sink: Sink, *, last_error: str = ""
) -> Outcome:
    """Return what is true after a run that is over; the first who looks notes it on the node."""
    if state.outcome is not None:
        try:
            return outcome_from(state.outcome)
        except ValueError:
            LOG.warning("the outcome of %s on %s cannot be read; it is worked out again", state.id, node)
    sink(note("The run is over. Reading again what is true now."))
    outcome = judged(state, _verified(session, operation, node, state, sink), last_error)
    if outcome.settled:
        try:
            complete_run(session.submit, node, state.id, outcome)
        except (NodeError, RunError) as error:
            sink(note(f"The outcome could not be noted on {node}: {error.message}", node=node))
    else:
        # What one could not read, another may: it must not stand as the outcome for ever.
        remedy = f"{outcome.remedy} To have it looked at again: azsconfig runs attach {state.id}"
        outcome = replace(outcome, remedy=remedy.strip())
    stay = leave_locks(session.submit, [target.node for target in session.targets], state.id)
    if stay:
        LOG.info("%s keep the lock of %s until somebody changes the cluster again", ", ".join(stay), state.id)
    return outcome


def judged(state: RunState, verified: Outcome, last_error: str) -> Outcome:
    """Return the outcome of a run: what was read again, with how the run itself ended where that was not by itself."""
    trouble, kind = _trouble(state, last_error), verified.kind
    # An outcome that says what the job claimed says with it why that failed.
    # What goes on elsewhere, whatever became of the run that began it, is not over.
    if (
        not trouble
        or verified.whole
        or kind is OutcomeKind.RUNNING
        or (state.reason == "failed" and verified.claimed and kind not in BETTER_THAN_IT_ENDED)
    ):
        return verified
    if kind in BETTER_THAN_IT_ENDED:
        kind = OutcomeKind.ATTENTION
    elif state.died:
        kind = OutcomeKind.LOST
    return replace(
        verified,
        kind=kind,
        message=f"{trouble} {verified.message}".strip(),
        remedy=verified.remedy or _REMEDIES.get(state.reason or "") or _SHOW.format(id=state.id),
        run=state.id,
    )


def _trouble(state: RunState, last_error: str) -> str:
    """Return in words why a run did not end by itself; empty where it did."""
    why = f" {last_error}" if last_error else ""
    if state.died:
        return f"The run was ended in the middle{_in_step(state)}: its process is gone, or its node was restarted."
    match state.reason:
        case reason if reason in SOUND:
            return ""
        case "refused":
            return f"The run refused to go on before it changed anything.{why}"
        case "no-secrets":
            return "The run ended before it began: nobody handed it what it has to sign in with."
        case "disk-full":
            return f"The disk of its node was full, so its journal is not complete.{why}"
        case _:
            return f"The run failed.{why}" if why else f"The run failed{_in_step(state)}."


def _in_step(state: RunState) -> str:
    return f" at the step {state.step}" if state.step else ""


def _verified(session: "Session", operation: Operation, node: str, state: RunState, sink: Sink) -> Outcome:
    try:
        return operation.verify(session, state, node, sink)
    except (NodeError, AzureError, RunError) as error:
        return Outcome(
            OutcomeKind.ATTENTION,
            f"What is true now could not be read: {error.message}",
            remedy=f"{error.remedy} Then look at azsconfig status.".strip(),
            run=state.id,
            settled=False,
        )


class _Heard:
    """Passes events on and keeps the last error, for the outcome's words."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.last_error = ""

    def __call__(self, event: Event) -> None:
        if event.kind == EventKind.ERROR and event.text:
            self.last_error = event.text.strip()
        self._sink(event)
