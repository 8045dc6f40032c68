"""Attach to a run that somebody started, from wherever: hear all of it, and what is true afterwards."""

import threading
from typing import TYPE_CHECKING

from tui.operations.ending import follow_to_the_end
from tui.operations.operation import OPERATIONS, CanResume, Operation, operation
from tui.operations.running import FoundRun, runs_of
from tui.runs.errors import RunUnreadable
from tui.runs.event import Sink, note
from tui.runs.outcome import Outcome, OutcomeKind

if TYPE_CHECKING:
    from tui.session import Session


def find_run(session: "Session", run_id: str) -> FoundRun:
    """Return the run of an id from the node that has it. Raises RunNotFound."""
    return runs_of(session, last=1000).find(run_id)


def attach(session: "Session", run_id: str, sink: Sink, stop: threading.Event | None = None) -> Outcome:
    """Give everything that happened and happens in a run to `sink`, and return what is true once it is over.

    Raises RunError: there is no such run, or what its node says of it cannot be read.
    """
    return attach_found(session, find_run(session, run_id), sink, stop)


def attach_found(session: "Session", found: FoundRun, sink: Sink, stop: threading.Event | None = None) -> Outcome:
    """Do the same for a run that was found already."""
    return follow_to_the_end(session, _operation(found), found.node, found.state.id, sink, stop=stop)


def resume(session: "Session", found: FoundRun, sink: Sink, stop: threading.Event | None = None) -> Outcome:
    """Go on with a run as soon as nobody coordinates it any more; watch any other that is not over yet.

    One that is believed to be coordinated is watched until it is over, or its coordinator has said nothing for a
    minute. Raises NodeError, RunError: its journal cannot be read, or its node says what cannot be understood.
    """
    state = found.state
    chosen = _operation(found)
    if state.coordinated and not state.over:
        sink(note("Its coordinator has been heard of within the last minute. It is watched until it is not any more."))
        outcome = attach_found(session, found, sink, stop)
        found = find_run(session, state.id)
        if not found.state.stands_still or (stop is not None and stop.is_set()):
            return outcome
        state = found.state
    if state.stands_still and isinstance(chosen, CanResume):
        return chosen.resume(session, found, sink, stop)
    if state.over and state.outcome is not None:
        return Outcome(
            OutcomeKind.DECLINED,
            f"The run {state.id} is over; there is nothing to resume.",
            remedy=f"Start it again: azsconfig {state.operation or state.kind}",
            run=state.id,
        )
    return attach_found(session, found, sink, stop)


def _operation(found: FoundRun) -> Operation:
    """Return the operation of a run. Raises RunUnreadable for one that is not known here."""
    state = found.state
    if state.operation is None or state.operation not in OPERATIONS:
        message = f"The run {state.id} is of a kind that this version of azsconfig does not know: {state.operation}."
        raise RunUnreadable(message, "Use the version of azsconfig that started it.", node=found.node)
    return operation(state.operation)
