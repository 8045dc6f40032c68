"""Attach to a run that somebody started, from wherever: hear all of it, and what is true afterwards."""

import threading
from typing import TYPE_CHECKING

from tui.operations.ending import follow_to_the_end
from tui.operations.operation import OPERATIONS, operation
from tui.operations.running import FoundRun, runs_of
from tui.runs.errors import RunUnreadable
from tui.runs.event import Sink
from tui.runs.outcome import Outcome

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
    state = found.state
    if state.operation is None or state.operation not in OPERATIONS:
        message = f"The run {state.id} is of a kind that this version of azsconfig does not know: {state.operation}."
        raise RunUnreadable(message, "Use the version of azsconfig that started it.", node=found.node)
    return follow_to_the_end(session, operation(state.operation), found.node, state.id, sink, stop=stop)
