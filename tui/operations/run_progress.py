"""How far a run is, from its events: what every front end shows of it."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui.runs.event import RUN, Event, EventKind, StepStatus
from tui.runs.outcome import Outcome
from tui.runs.plan import Plan, PlanStep

KEPT = 1000
"""Lines of output that are kept to look at; the run's journal on its node has all of them."""
WHOLE = 100
SPOKEN = frozenset(
    {EventKind.OUTPUT, EventKind.WARNING, EventKind.ERROR, EventKind.ENTRY, EventKind.NOTE, EventKind.ENDED}
)
"""Events that are lines."""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step, and how it stands."""

    id: str
    """Its stable name."""
    title: str
    """What it does."""
    status: StepStatus | None = None
    """How it stands; `None` before it starts."""
    started: datetime | None = None
    """When it started, by the clock of whoever does it, UTC."""
    ended: datetime | None = None
    """When it ended, UTC."""
    typical: timedelta | None = None
    """How long it usually takes."""
    words: str = ""
    """What it said when it ended."""


@dataclass(frozen=True, slots=True)
class RunPicture:
    """How a run stands at one moment."""

    title: str = ""
    """What it does."""
    run_id: str | None = None
    """Its id, once it has one."""
    node: str | None = None
    """Node it is on."""
    started: datetime | None = None
    """When it began, UTC; by the node's clock once the node has said so."""
    last: datetime | None = None
    """When something of it was heard last, UTC, by the same clock."""
    steps: tuple[StepProgress, ...] = ()
    """Its steps."""
    bars: tuple[Event, ...] = ()
    """The cmdlet's own progress, the outermost first; only what is not complete."""
    lines: tuple[Event, ...] = ()
    """Output, warnings, errors and notes, the oldest first."""
    events: int = 0
    """How many events there were."""
    typical: timedelta | None = None
    """How long the whole usually takes."""
    detached: bool = True
    """Whether it goes on on its node when azsconfig ends."""
    outcome: Outcome | None = None
    """How it ended; `None` while it goes on."""

    @property
    def step(self) -> StepProgress | None:
        """The step it is in."""
        return next((step for step in reversed(self.steps) if step.status == StepStatus.STARTED), None)


class RunProgress:
    """Takes a run's events and gives pictures. Safe to use from any thread."""

    def __init__(self, picture: RunPicture | None = None) -> None:
        """Begin with what is known before the first event."""
        self._lock = threading.Lock()
        self._picture = picture or RunPicture()
        self._steps = {step.id: step for step in self._picture.steps}
        self._bars: dict[tuple[str | None, int | None], Event] = {}
        self._lines: deque[Event] = deque(maxlen=KEPT)
        self._events = 0

    def put(self, event: Event) -> None:
        """Take the next event."""
        with self._lock:
            self._events += 1
            begun = event.time if event.kind == EventKind.STARTED else self._picture.started or event.time
            self._picture = replace(self._picture, started=begun, last=event.time)
            if event.data is not None and event.kind == EventKind.NOTE and event.data.get(RUN):
                self._picture = replace(self._picture, run_id=str(event.data[RUN]), node=event.node)
            if event.kind == EventKind.STEP:
                self._step(event)
            elif event.kind == EventKind.PROGRESS:
                self._progress(event)
            elif event.kind in SPOKEN:
                self._lines.append(event)

    def end(self, outcome: Outcome) -> None:
        """Take how it ended."""
        with self._lock:
            run_id = outcome.run or self._picture.run_id
            self._picture = replace(self._picture, outcome=outcome, run_id=run_id)
            self._bars.clear()

    def picture(self) -> RunPicture:
        """Return how it stands now."""
        with self._lock:
            return replace(
                self._picture,
                steps=tuple(self._steps.values()),
                bars=tuple(self._bars.values()),
                lines=tuple(self._lines),
                events=self._events,
            )

    def _step(self, event: Event) -> None:
        name = event.step or event.text
        known = self._steps.get(name) or StepProgress(name, event.text or name)
        if event.status == StepStatus.STARTED:
            self._bars.clear()
            changed = replace(known, status=event.status, started=event.time, ended=None)
        else:
            words = event.text if event.text != known.title else ""
            changed = replace(known, status=event.status, ended=event.time, words=words)
        self._steps[name] = changed

    def _progress(self, event: Event) -> None:
        key = (event.node, event.progress)
        complete = (event.percent is not None and event.percent >= WHOLE) or _completed(event.data)
        if complete:
            self._bars.pop(key, None)
        else:
            self._bars[key] = event


def _completed(data: Mapping[str, object] | None) -> bool:
    return bool(data and data.get("completed"))


def planned(plan: Plan) -> RunPicture:
    """Return a run as its plan foresees it."""
    known = [step.typical for step in plan.steps if step.typical is not None]
    return RunPicture(
        title=plan.title,
        node=plan.work.node if plan.work else None,
        steps=tuple(_foreseen(step) for step in plan.steps),
        detached=plan.work is not None,
        typical=sum(known, timedelta()) if known else None,
    )


def _foreseen(step: PlanStep) -> StepProgress:
    return StepProgress(step.id, step.title, typical=step.typical)


def spent(picture: RunPicture, now: datetime) -> timedelta | None:
    """Return how long a run has taken until `now`, or until its end; `None` before it began.

    The node's clock and ours may differ: a run is never said to have taken less than its own events span.
    """
    if picture.started is None or picture.last is None:
        return None
    own = picture.last - picture.started
    return own if picture.outcome is not None else max(own, now - picture.started)
