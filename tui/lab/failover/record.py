"""What happened to the nodes of a simulated cluster, and how the cluster stood right then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tui.lab.clock import iso


class Happening(StrEnum):
    """What happened to a node."""

    DRAIN_BEGAN = "drain-began"
    DRAINED = "drained"
    DRAIN_FAILED = "drain-failed"
    RESUMED = "resumed"
    DOWN = "down"
    UP = "up"
    JOINED = "joined"
    """Its cluster service runs again."""
    INSTALLED = "installed"
    """An update was installed on it."""
    REPAIRED = "repaired"
    """The storage has repaired what nodes missed; it is about no node."""


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One thing that happened, and what was true right after it."""

    time: datetime
    """When, in lab time; what goes on by itself is noticed when somebody looks."""
    what: Happening
    """What happened."""
    node: str | None
    """Node it happened to."""
    out: tuple[str, ...]
    """Nodes that were paused, down or not back in the cluster."""
    sick_disks: tuple[str, ...]
    """Virtual disks that were not healthy."""
    jobs: int
    """Storage jobs that were not over."""

    def document(self, shown: Callable[[datetime], datetime]) -> dict[str, Any]:
        """Return it as the control port tells it."""
        return {
            "time": iso(shown(self.time)),
            "what": str(self.what),
            "node": self.node,
            "out": list(self.out),
            "sick_disks": list(self.sick_disks),
            "jobs": self.jobs,
        }
