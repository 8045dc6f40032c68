"""What happens in a run, one thing at a time: the lines of a node's `events.jsonl`, and what azsconfig itself adds.

| type | fields | meaning |
|---|---|---|
| `started` | identity, pid | the job begins |
| `step` | step, status, text | a step of the plan started, is done, failed or was skipped |
| `progress` | id, activity... | what the cmdlet itself says of its progress |
| `output` | stream, text | a line of output: host, output, information, verbose, debug, native |
| `warning` | text | a warning |
| `error` | text, category, fqid | an error record, or an error that went to the host alone |
| `result` | data | what the job claims to have come to |
| `ended` | exit, reason | the job is over |
| `entry` | node, mark... | what the coordinator of several nodes decided, `tui.runs.rolling_events` |
| `note` | text | azsconfig says something: the connection is lost, the node restarts |
| `outcome` | data | what is true now, read again |
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

from tui.cluster.iso_time import parse_iso_time
from tui.cluster.open_enum import OpenEnum


class EventKind(OpenEnum):
    """What sort of thing happened."""

    STARTED = "started"
    STEP = "step"
    PROGRESS = "progress"
    OUTPUT = "output"
    WARNING = "warning"
    ERROR = "error"
    RESULT = "result"
    ENDED = "ended"
    ENTRY = "entry"
    NOTE = "note"
    OUTCOME = "outcome"


class StepStatus(OpenEnum):
    """How a step stands."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a run."""

    kind: EventKind
    """What sort."""
    time: datetime
    """When, UTC; by the node's clock where the node wrote it."""
    number: int | None = None
    """Its number in the node's file, from 1; `None` for what azsconfig says."""
    node: str | None = None
    """Node it is about."""
    text: str = ""
    """Words: a line of output, a warning, a step's title, a progress record's status."""
    step: str | None = None
    """Step it is about."""
    status: StepStatus | None = None
    """How that step stands."""
    activity: str | None = None
    """Activity of a progress record."""
    percent: int | None = None
    """Percentage of a progress record, 0 to 100; `None` where none is known."""
    progress: int | None = None
    """Id of a progress record's bar."""
    parent: int | None = None
    """Id of the bar that one belongs to."""
    stream: str | None = None
    """Stream of a line of output."""
    data: Mapping[str, Any] | None = None
    """Anything else the line holds, as it came."""


Sink: TypeAlias = Callable[[Event], None]
"""Gets events; the only thing an operation knows about its front end. Called on engine threads."""

RUN = "run"
"""Names, in the data of a note, the run that has started."""
_NAMES = {"n", "time", "type", "node", "text", "step", "status", "activity", "percent", "id", "parent", "stream"}


def event_from_line(line: str, node: str) -> Event:
    """Return one line of a node's `events.jsonl` as an event; raises ValueError for a line that is none."""
    known = json.loads(line)
    if not isinstance(known, dict):
        message = "a line of the journal is no object"
        raise ValueError(message)
    fields = cast("dict[str, Any]", known)
    status = fields.get("status")
    kind = EventKind(str(fields.get("type", "")))
    is_step = kind == EventKind.STEP
    text = fields.get("text")
    time = parse_iso_time(str(fields.get("time", "")))
    if time is None:
        message = "a line of the journal has no time"
        raise ValueError(message)
    return Event(
        kind=kind,
        time=time,
        number=_integer(fields.get("n")),
        node=str(fields.get("node") or node),
        # A progress record's status is its words.
        text=str(text) if text is not None else ("" if is_step or status is None else str(status)),
        step=_text(fields.get("step")),
        status=StepStatus(str(status)) if is_step and status is not None else None,
        activity=_text(fields.get("activity")),
        percent=_integer(fields.get("percent")),
        progress=_integer(fields.get("id")),
        parent=_integer(fields.get("parent")),
        stream=_text(fields.get("stream")),
        data={name: value for name, value in fields.items() if name not in _NAMES} or None,
    )


def event_object(event: Event) -> dict[str, Any]:
    """Return an event as plain data, in the names of `events.jsonl`; what is not known is left out."""
    words = {"status": event.text} if event.kind == EventKind.PROGRESS else {"text": event.text or None}
    told: dict[str, Any] = {
        "n": event.number,
        "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "type": str(event.kind),
        "node": event.node,
        "step": event.step,
        "activity": event.activity,
        **words,
        "percent": event.percent,
        "id": event.progress,
        "parent": event.parent,
        "stream": event.stream,
        **(event.data or {}),
    }
    if event.status is not None:
        told["status"] = str(event.status)
    return {name: value for name, value in told.items() if value is not None}


def note(text: str, *, node: str | None = None, run: str | None = None) -> Event:
    """Return what azsconfig itself has to say now; `run` is the id of the run that it says has started."""
    return Event(EventKind.NOTE, datetime.now(UTC), node=node, text=text, data={RUN: run} if run else None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
