"""Events of `Microsoft-AzureStack-HCI/Admin` that say something is wrong and has not been mended since.

Ids and their remedies: MicrosoftDocs, troubleshoot-hci-registration.
"""

from collections.abc import Iterator
from datetime import timedelta

from tui.cluster.durations import rough_age_text
from tui.cluster.events import AdminEvent, EventLevel
from tui.cluster.findings import Finding, Level
from tui.cluster.registration import ConnectionStatus
from tui.cluster.rules.views import NodeView

RECENT = timedelta(days=7)
"""Older events say nothing of today. Our own choice."""
_OTHER_RECENT = timedelta(days=1)
_SELF_REPAIR_TAKES = timedelta(hours=2)
_LICENSE_NOT_RENEWED, _CANNOT_CONNECT, _SELF_REPAIR, _DATA_ERROR = 585, 591, 592, 594
_KNOWN = {
    _LICENSE_NOT_RENEWED: (
        "license renewal failed",
        "Right after a repair: wait. Else check the node's way to Azure, then 8) Sync with Azure; 12) Troubleshoot.",
    ),
    _CANNOT_CONNECT: ("cannot connect to Azure", "If it comes again, choose 4) Repair registration."),
    _DATA_ERROR: (
        "registration data cannot be read",
        "Wait for the self-repair (event 592). If it does not come: 12) Troubleshoot.",
    ),
}
_SHOWN_OTHERS = 3


def admin_event_findings(view: NodeView) -> Iterator[Finding]:
    """Yield one finding per known event that is not resolved, and for the newest other errors of the last day."""
    for event_id, (what, remedy) in _KNOWN.items():
        event = unresolved(view, event_id)
        if event and not _already_said(view, event_id):
            message = f"event {event_id} {rough_age_text(view.now - event.time)}: {what}"
            yield view.finding(f"event-{event_id}", Level.ATTENTION, message, remedy)
    repair = _newest(view, _SELF_REPAIR)
    if repair and view.now - repair.time <= _SELF_REPAIR_TAKES:
        message = f"event 592 {rough_age_text(view.now - repair.time)}: self-repair has started"
        yield view.finding("event-592", Level.HEALTHY, message, "Wait for it to end, then read again.")
    yield from _others(view)


def unresolved(view: NodeView, event_id: int) -> AdminEvent | None:
    """Return the newest event with an id if it is recent and nothing since shows that it is mended.

    A sync after it resolves a failed connection; a self-repair (592) after it resolves a data error (594).
    """
    event = _newest(view, event_id)
    if event is None or view.now - event.time > RECENT:
        return None
    if event_id == _DATA_ERROR:
        repair = _newest(view, _SELF_REPAIR)
        mended = repair.time if repair else None
    else:
        mended = view.registration.last_connected if view.registration else None
    return None if mended is not None and mended > event.time else event


def _newest(view: NodeView, event_id: int) -> AdminEvent | None:
    found = (event for event in view.events or () if event.event_id == event_id)
    return max(found, key=lambda event: event.time, default=None)


def _already_said(view: NodeView, event_id: int) -> bool:
    """Whether the status itself says what the event says."""
    status = view.registration.connection_status if view.registration else None
    if event_id == _CANNOT_CONNECT:
        return status == ConnectionStatus.REPAIR_REGISTRATION_REQUIRED
    return event_id == _DATA_ERROR and status == ConnectionStatus.OUT_OF_POLICY


def _others(view: NodeView) -> Iterator[Finding]:
    """Yield the newest errors nobody has described: each id once, as it came."""
    known = {*_KNOWN, _SELF_REPAIR}
    newest: dict[int, AdminEvent] = {}
    for event in sorted(view.events or (), key=lambda event: event.time, reverse=True):
        serious = event.level in {EventLevel.ERROR, EventLevel.CRITICAL}
        if serious and event.event_id not in known and view.now - event.time <= _OTHER_RECENT:
            newest.setdefault(event.event_id, event)
    for event in list(newest.values())[:_SHOWN_OTHERS]:
        message = f"event {event.event_id} {rough_age_text(view.now - event.time)}: {_first_line(event.message)}"
        yield view.finding(f"event-{event.event_id}", Level.ATTENTION, message, "Read the event; 12) Troubleshoot.")


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no text")
    return line if len(line) <= 60 else line[:57] + "..."
