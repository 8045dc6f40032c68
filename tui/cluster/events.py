"""Events of the `Microsoft-AzureStack-HCI/Admin` channel."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.open_enum import OpenEnum


class EventLevel(OpenEnum):
    """Level of a Windows event."""

    CRITICAL = "Critical"
    ERROR = "Error"
    WARNING = "Warning"
    INFORMATION = "Information"


@dataclass(frozen=True, slots=True)
class AdminEvent:
    """One event as the node logged it."""

    event_id: int
    """Event id, for example 591: cannot connect, repair the registration."""
    level: EventLevel
    """Level, by number of the record and not by its translated name."""
    time: datetime
    """When it was logged, UTC."""
    message: str
    """Text of the event; several lines are possible."""
    record_id: int | None = None
    """Number of the record in its channel."""
