"""What a registration cmdlet claims to have come to, and the traces it left: never what is true.

Register-AzStackHCI and Unregister-AzStackHCI print a list of names and values, write what fails to the host alone, and
say `Success` of things that did not happen: see `tui.cluster.registration_standing` for what is true.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from tui.cluster.iso_time import parse_iso_time

SUCCESS = "Success"
ARC_FAILED = frozenset({"RegisterSucceededButArcFailed", "ArcFailed"})
CANCELLED = "Cancelled"
REGISTER_FINISHED = 9004
UNREGISTERED = 9007
ARC_DISABLED = 9008
ARC_GAVE_UP = 9006
FAILURE_EVENTS = frozenset({ARC_GAVE_UP, *range(9101, 9133)})
"""Ids of events that tell of a failure; that Azure Arc was given up is logged as information."""
_NO_ERROR = frozenset({SUCCESS, "Unused"})
"""Values of `ErrorDetail` that tell of none."""
_LITERAL = re.compile(r"\[OperationStatus\]::(\w+)")
"""What versions 1.x print where they mean the value itself."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of the source `HCI Registration`, logged while the cmdlet ran."""

    id: int
    """Its id: 9001 to 9132."""
    message: str
    """Its text."""
    time: datetime | None = None
    """When it was logged, UTC."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a job said when it ended."""

    claimed: str | None = None
    """`Result`: `Success`, `RegisterSucceededButArcFailed`, `ArcFailed`, `Failed`, `Cancelled`... as it came."""
    details: str = ""
    """`Details`, in one line."""
    error_detail: str = ""
    """`ErrorDetail`, as it came."""
    module_version: str | None = None
    """Version of Az.StackHCI that ran."""
    portal_url: str | None = None
    """Page of the cluster in the portal."""
    host_errors: tuple[str, ...] = ()
    """What it wrote to the host as an error."""
    events: tuple[LoggedEvent, ...] = ()
    """Events it logged."""
    log_file: str | None = None
    """Its log on the node."""
    log_errors: tuple[str, ...] = ()
    """Last lines of that log that are errors."""
    arc_errors: tuple[str, ...] = ()
    """What went wrong by the node's own log of Azure Arc; none where it says that the node was enabled in the end."""

    @property
    def succeeded(self) -> bool:
        """Whether it claims to have done all of it."""
        return self.claimed == SUCCESS

    @property
    def event_ids(self) -> frozenset[int]:
        """Ids of the events it logged."""
        return frozenset(event.id for event in self.events)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Everything it said that went wrong, the most telling first, each once."""
        logged = [event.message for event in self.events if event.id in FAILURE_EVENTS]
        # Where Azure Arc alone failed, the details praise the registration.
        praise = self.succeeded or self.claimed in ARC_FAILED
        told = [self._error, "" if praise else self.details]
        said = (*self.host_errors, *logged, *told, *self.log_errors, *self.arc_errors)
        return tuple(dict.fromkeys(line for text in said if (line := _line(text))))

    @property
    def text(self) -> str:
        """What it claims in a few words: `RegisterSucceededButArcFailed, ArcPermissionsMissing`; empty for nothing."""
        return ", ".join(part for part in (self.claimed or "", self._error) if part)

    @property
    def _error(self) -> str:
        """`ErrorDetail` where it says anything that `Result` does not."""
        return "" if self.succeeded or self.error_detail in {*_NO_ERROR, self.claimed} else self.error_detail


def parse_claim(data: Mapping[str, Any] | None) -> Claim:
    """Return what the result of a job says; never fails: what is not of the kind that was described is left out."""
    given = _folded(data or {})
    claimed = _text(given.get("claimed"))
    literal = _LITERAL.search(claimed or "")
    return Claim(
        claimed=literal[1] if literal else claimed,
        details=_line(_text(given.get("details")) or ""),
        error_detail=_text(given.get("errordetail")) or "",
        module_version=_text(given.get("moduleversion")),
        portal_url=_text(given.get("portalurl")),
        host_errors=_texts(given.get("hosterrors")),
        events=tuple(event for item in _items(given.get("events")) if (event := _event(item)) is not None),
        log_file=_text(given.get("logfile")),
        log_errors=_texts(given.get("logerrors")),
        arc_errors=_arc_errors(given.get("arclog")),
    )


def _arc_errors(log: object) -> tuple[str, ...]:
    """Return the lines of a node's log of Azure Arc, of which a later attempt may have made good all."""
    if not isinstance(log, Mapping):
        return ()
    given = _folded(cast("Mapping[object, object]", log))
    return () if given.get("onboarded") is True else _texts(given.get("lines"))


def _event(item: object) -> LoggedEvent | None:
    if not isinstance(item, Mapping):
        return None
    given = _folded(cast("Mapping[object, object]", item))
    number = given.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    try:
        time = parse_iso_time(str(given.get("time") or ""))
    except ValueError:
        time = None
    return LoggedEvent(number, _text(given.get("message")) or "", time)


def _folded(given: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key).casefold(): value for key, value in given.items()}


def _items(value: object) -> Sequence[object]:
    """Return a list, or what PowerShell makes of a list of one."""
    if value is None:
        return ()
    return cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else (value,)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for item in _items(value) if (text := _text(item)))


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _line(text: str) -> str:
    return " ".join(text.split())
