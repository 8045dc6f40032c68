"""A rolling update as it is written down: its plan as parameters of a run, its journal as events of one, and back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tui.cluster.iso_time import iso_time, parse_iso_time
from tui.cluster.rolling_journal import Entry, Mark, Step
from tui.cluster.rolling_plan import RollingPlan
from tui.runs.asking import items
from tui.runs.event import Event, EventKind, StepStatus

FAR_BEHIND_ITS_END = 2**40
"""An offset in a journal at which nothing more can be read: its run's state is all that is wanted."""
_DOES = {
    Step.CHECK: "is checked",
    Step.DRAIN: "is drained",
    Step.INSTALL: "installs its updates",
    Step.RESTART: "restarts",
    Step.WAIT_FOR_NODE: "is waited for",
    Step.HOLD: "is held until the cluster lets it go on",
    Step.RESUME: "is resumed",
    Step.WAIT_FOR_STORAGE: "waits for the storage",
}
_DID = {
    Step.DRAIN: "is drained: its roles run elsewhere",
    Step.INSTALL: "has its updates",
    Step.RESTART: "is about to restart",
    Step.WAIT_FOR_NODE: "is back",
    Step.RESUME: "is resumed: its roles may come back",
}


def plan_parameters(plan: RollingPlan) -> dict[str, Any]:
    """Return a plan as plain data; how long it waits is not among it, but everybody's own choice."""
    return {
        "Nodes": list(plan.nodes),
        "Selection": plan.selection,
        "Clustered": plan.clustered,
        "Drain": plan.drain,
        "Restart": plan.restart,
        "Reason": plan.reason,
        "Own": plan.own,
    }


def plan_from(parameters: Mapping[str, Any]) -> RollingPlan:
    """Return what `plan_parameters` made plain. Raises ValueError for anything else."""
    given = {name.casefold(): value for name, value in parameters.items()}
    nodes = tuple(str(node) for node in items(given.get("nodes")))
    if not nodes or not isinstance(given.get("selection"), str):
        message = "the run does not say which nodes it updates, or with what"
        raise ValueError(message)
    return RollingPlan(
        nodes,
        str(given["selection"]),
        clustered=given.get("clustered") is True,
        drain=given.get("drain") is True,
        restart=given.get("restart") is True,
        reason=str(given.get("reason") or ""),
        own=str(given["own"]) if given.get("own") else None,
    )


def entry_events(entry: Entry) -> Iterator[Event]:
    """Yield the events that an entry is: itself, and what it means for its node as a step of the plan."""
    yield Event(EventKind.ENTRY, entry.time, node=entry.node, text=entry_words(entry), data=_data(entry))
    status = _status(entry)
    if status is not None and entry.node is not None:
        text = entry.text if status == StepStatus.FAILED else ""
        yield Event(EventKind.STEP, entry.time, node=entry.node, step=entry.node, status=status, text=text)


def entries_of(events: Iterable[Event]) -> tuple[Entry, ...]:
    """Return the entries among events, in their order. Raises ValueError for one that cannot be read."""
    return tuple(_entry(event) for event in events if event.kind == EventKind.ENTRY)


def entry_words(entry: Entry) -> str:
    """Return what an entry says beside the step of the plan that it is, in one sentence; empty for nothing more."""
    node = entry.node or "The update"
    said = f": {entry.text}" if entry.text else ""
    match entry.mark:
        case Mark.STARTED if entry.step is Step.CHECK and not said:
            # The step of the plan says it.
            told = ""
        case Mark.STARTED | Mark.DONE:
            words = (_DOES if entry.mark is Mark.STARTED else _DID).get(entry.step or Step.HOLD, "goes on")
            told = f"{node} {words}{said}."
        case Mark.FAILED:
            told = f"{node}: the step {entry.step} failed{said}. {entry.remedy}"
        case Mark.DOUBT:
            told = f"{entry.text or 'Something is in doubt'}. {node} is given back, then the update stops."
        case Mark.NODE_DONE:
            told = f"{node} is done{said}." if said else ""
        case Mark.STOPPED:
            told = f"The update stops{said}. {entry.remedy}"
        case Mark.CONTINUED:
            told = f"The update is {entry.text or 'continued'}."
        case Mark.FINISHED:
            told = "Every node is done."
    return told.strip()


def _status(entry: Entry) -> StepStatus | None:
    if entry.mark is Mark.STARTED and entry.step is Step.CHECK:
        return StepStatus.STARTED
    return {Mark.NODE_DONE: StepStatus.DONE, Mark.STOPPED: StepStatus.FAILED}.get(entry.mark)


def _data(entry: Entry) -> dict[str, Any]:
    told = {
        "mark": str(entry.mark),
        # An event without a node gets that of its journal.
        "about": entry.node,
        "of": str(entry.step) if entry.step is not None else None,
        "run": entry.run,
        "said": entry.text or None,
        "remedy": entry.remedy or None,
        "boot": iso_time(entry.boot_time) if entry.boot_time is not None else None,
        "restart": entry.restart_needed,
        "unread": entry.unread or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _entry(event: Event) -> Entry:
    data = event.data or {}
    step, restart = data.get("of"), data.get("restart")
    return Entry(
        Mark(str(data.get("mark"))),
        event.time,
        str(data["about"]) if data.get("about") else None,
        Step(str(step)) if step else None,
        str(data["run"]) if data.get("run") else None,
        text=str(data.get("said") or ""),
        remedy=str(data.get("remedy") or ""),
        boot_time=_time(data.get("boot")),
        restart_needed=restart if isinstance(restart, bool) else None,
        unread=data.get("unread") is True,
    )


def _time(value: object) -> datetime | None:
    return parse_iso_time(str(value)) if value else None
