"""Waiting for the end of a run; Ctrl+C leaves it going."""

import sys
import threading
from collections.abc import Callable

from tui.operations.failures import EXPECTED, failed
from tui.runs.event import RUN, Event, EventKind, Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.verbs.patience import InBackground
from tui.verbs.telling import Telling

LEAVING_SECONDS = 10.0
"""How long Ctrl+C waits for what is just being asked."""
ENDING_SECONDS = 3.0
"""The same when azsconfig is told to end."""
LEAVING = "Leaving. What has started goes on; Ctrl+C again leaves at once.\n"


def followed(work: Callable[[Sink, threading.Event], Outcome], telling: Telling, run_id: str | None = None) -> Outcome:
    """Do `work`, which follows a run, telling its events; return its outcome.

    After Ctrl+C the outcome is that the run goes on, unless it is known already how it ended. SystemExit, as a signal
    raises it, is passed on once the run was left.
    """
    stop = threading.Event()
    heard = _Heard(telling, run_id)
    going = InBackground(lambda: work(heard, stop))
    try:
        return _outcome(going.start())
    except SystemExit:
        # The session ends, or azsconfig was told to: what it does itself is left in order, as far as there is time.
        stop.set()
        going.wait(ENDING_SECONDS)
        raise
    except KeyboardInterrupt:
        stop.set()
    sys.stderr.write(LEAVING)
    try:
        if going.wait(LEAVING_SECONDS):
            return _outcome(going)
    except KeyboardInterrupt:
        pass
    return _left(heard.run_id)


def _outcome(going: InBackground[Outcome]) -> Outcome:
    try:
        return going.result()
    except EXPECTED as error:
        return failed(error)


def _left(run_id: str | None) -> Outcome:
    where = f"azsconfig runs attach {run_id}" if run_id else "azsconfig runs list"
    return Outcome(
        OutcomeKind.RUNNING, "What was started goes on; azsconfig did not wait.", remedy=f"See it: {where}", run=run_id
    )


class _Heard:
    """Passes events on and keeps the id of the run that has started."""

    def __init__(self, telling: Telling, run_id: str | None) -> None:
        self._telling = telling
        self.run_id = run_id

    def __call__(self, event: Event) -> None:
        if event.kind == EventKind.NOTE and event.data is not None and event.data.get(RUN):
            self.run_id = str(event.data[RUN])
        self._telling.event(event)
