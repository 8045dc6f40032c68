"""Carrying out one step on one node: start its detached run, or find the one there is, and follow it to its end."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.nodes.errors import NodeError
from tui.runs.errors import RunError
from tui.runs.event import Event, EventKind, Sink, StepStatus
from tui.runs.follow import follow
from tui.runs.node_runs import complete_run, start_run
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import NodeWork
from tui.runs.rolling_loop import StepEnd
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.runs.coordinated import RunHead
    from tui.session import Session

PASSED_ON = frozenset({EventKind.PROGRESS, EventKind.OUTPUT, EventKind.WARNING, EventKind.ERROR, EventKind.NOTE})


def run_to_the_end(
    session: "Session",
    head: "RunHead",
    work: NodeWork,
    *,
    run_id: str,
    title: str,
    judge: Callable[[RunState, str], StepEnd],
    sink: Sink,
    stop: threading.Event,
    patience: timedelta,
) -> StepEnd | None:
    """Start a run of that id, or find it, and return what it came to; `None` when nobody knows how it ended.

    `judge` gets the run once it is over, and its last error. The run's own steps are passed on as notes: the steps of
    whoever coordinates it are others.
    """
    heard = _Heard(sink, work.node)
    try:
        start_run(
            session.submit,
            work,
            run_id=run_id,
            title=title,
            operation=head.operation,
            cluster=head.cluster,
            started_by=head.started_by,
        )
        followed = follow(session.submit, work.node, run_id, heard, stop=stop, patience=patience)
    except NodeError as error:
        if error.may_have_run:
            return None
        return StepEnd(
            succeeded=False, text=f"it could not be started: {error.message.rstrip('.')}", remedy=error.remedy
        )
    except RunError as error:
        return StepEnd(
            succeeded=False, text=f"it could not be started: {error.message.rstrip('.')}", remedy=error.remedy
        )
    if followed.state is None or not followed.over:
        return None
    end = judge(followed.state, heard.last_error)
    _complete(session, work.node, followed.state, end)
    return end


def _complete(session: "Session", node: str, state: RunState, end: StepEnd) -> None:
    """Note on the node how the run ended, so that nobody has to look again; whether that works changes nothing."""
    kind = OutcomeKind.DONE if end.succeeded else OutcomeKind.FAILED
    if end.succeeded and end.restart_needed:
        kind = OutcomeKind.ATTENTION
    restart = " A restart is needed." if end.restart_needed else ""
    words = f"{state.title}: {end.text or ('done' if end.succeeded else 'failed')}.{restart}"
    try:
        complete_run(session.submit, node, state.id, Outcome(kind, words, remedy=end.remedy, run=state.id))
    except (NodeError, RunError):
        return


class _Heard:
    """Passes on what a run says, and keeps its last error."""

    def __init__(self, sink: Sink, node: str) -> None:
        self._sink = sink
        self._node = node
        self.last_error = ""

    def __call__(self, event: Event) -> None:
        if event.kind == EventKind.ERROR and event.text:
            self.last_error = event.text.strip()
        if event.kind in PASSED_ON:
            self._sink(event)
        elif event.kind == EventKind.STEP and event.text and event.status in {StepStatus.STARTED, StepStatus.FAILED}:
            failed = event.status == StepStatus.FAILED
            text = f"{self._node}: {event.text}{' FAILED' if failed else ''}"
            kind = EventKind.WARNING if failed else EventKind.NOTE
            self._sink(Event(kind, datetime.now(UTC), node=self._node, text=text))
