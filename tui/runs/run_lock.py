"""Whose turn it is to change a cluster, as one node tells it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunLock:
    """The lock of one node: one change at a time in a cluster."""

    run_id: str
    """Run that has it."""
    kind: str
    """Kind of that run."""
    holder: str
    """Node or machine that the run lives on."""
    since: datetime
    """Since when, by the node's clock, UTC."""
    title: str = ""
    """What that run does, in one line."""
    owner: str = ""
    """Who started it."""
    renewed: datetime | None = None
    """When its holder said last that it goes on."""
