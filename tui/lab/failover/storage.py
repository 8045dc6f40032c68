"""The storage of a simulated cluster: what it misses while nodes are away, and the repair once they are back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.cluster.cluster_health import DiskHealth, JobState
from tui.lab.runs.pace import Pace

VIRTUAL_DISKS = ("Volume01", "Volume02")
"""Names of the virtual disks."""
REPAIR_STAGES = 20.0
"""What a repair takes after a node was down, in stages of the lab's pace."""
SHORT_REPAIR_STAGES = 5.0
"""What it takes after a node was only drained."""
_BYTES = 107_374_182_400
_DISKS_A_NODE = 2
_STUCK_PERCENT = 97


@dataclass(slots=True)
class _Absence:
    """Why the disks of a node miss what is written."""

    maintained: bool = False
    lost: bool = False
    was_lost: bool = False


@dataclass(frozen=True, slots=True)
class _Repair:
    begun: float
    stages: float

    def percent(self, passed: float) -> int:
        return max(0, min(100, int(100 * (passed - self.begun) / self.stages)))


class Storage:
    """Disks and storage jobs. Not safe by itself: the cluster's lock is around it."""

    def __init__(self, nodes: Sequence[str], pace: Pace, stuck: Callable[[], bool]) -> None:
        """`stuck` tells whether a repair does not come to its end now."""
        self._nodes = tuple(nodes)
        self._pace = pace
        self._stuck = stuck
        self._absent: dict[str, _Absence] = {}
        self._owed = 0.0
        self._repair: _Repair | None = None

    def rest(self, node: str) -> None:
        """Let the disks of a drained node rest."""
        self._absence(node).maintained = True

    def lose(self, node: str) -> None:
        """Take the disks of a node away that is down."""
        absence = self._absence(node)
        absence.lost = absence.was_lost = True

    def find(self, node: str) -> None:
        """See the disks of a node again that is still paused."""
        if node in self._absent:
            self._absent[node].lost = False

    def come_back(self, node: str) -> None:
        """Use the disks of a node again; once no node is away any more the repair of what they missed begins."""
        absence = self._absent.pop(node, None)
        if absence is None or len(self._nodes) == 1:
            return
        self._owed = max(self._owed, REPAIR_STAGES if absence.was_lost else SHORT_REPAIR_STAGES)
        if not self._absent:
            self.repair(self._owed)

    def repair(self, stages: float, done: float = 0.0) -> None:
        """Let a repair run that takes so many stages, a part of which is `done`."""
        self._repair = _Repair(self._pace.passed() - stages * done, stages)
        self._owed = stages

    def settle(self) -> bool:
        """Let what is over be over; return whether a repair has just ended."""
        if self._repair is None or self._percent() < 100:
            return False
        self._repair, self._owed = None, 0.0
        return True

    def virtual_disks(self) -> list[dict[str, Any]]:
        """Return the virtual disks as the scripts tell them."""
        health, operational = self._health()
        return [{"Name": name, "Health": str(health), "Operational": [operational]} for name in VIRTUAL_DISKS]

    def physical_disks(self) -> list[dict[str, Any]]:
        """Return the physical disks that are not healthy, as the scripts tell them."""
        return [
            {"Name": name, "Health": str(DiskHealth.WARNING), "Operational": operational}
            for node in self._nodes
            if (operational := self._resting(node))
            for name in self._disks_of(node)
        ]

    def jobs(self) -> list[dict[str, Any]]:
        """Return the storage jobs as the scripts tell them, one for each virtual disk that is to be repaired."""
        if self._repair is None and not (self._absent and len(self._nodes) > 1):
            return []
        # What a node misses can only be mended when it is there.
        state, percent = JobState.SUSPENDED, 0
        if self._repair is not None and not self._absent:
            state, percent = JobState.RUNNING, self._percent()
        return [
            {
                "Name": "Repair",
                "State": str(state),
                "Percent": percent,
                "BytesProcessed": _BYTES * percent // 100,
                "BytesTotal": _BYTES,
            }
            for _ in VIRTUAL_DISKS
        ]

    @property
    def sick(self) -> tuple[str, ...]:
        """Names of the virtual disks that are not healthy."""
        return () if self._health()[0] == DiskHealth.HEALTHY else VIRTUAL_DISKS

    def _absence(self, node: str) -> _Absence:
        self._repair = None
        return self._absent.setdefault(node, _Absence())

    def _percent(self) -> int:
        if self._repair is None:
            return 0
        percent = self._repair.percent(self._pace.passed())
        return min(percent, _STUCK_PERCENT) if self._stuck() else percent

    def _health(self) -> tuple[DiskHealth, str]:
        away = len(self._absent)
        if len(self._nodes) > 1 and away > (1 if len(self._nodes) < 3 else 2):
            return DiskHealth.UNHEALTHY, "No Redundancy"
        if len(self._nodes) > 1 and away:
            return DiskHealth.WARNING, "Degraded"
        return (DiskHealth.HEALTHY, "OK") if self._repair is None else (DiskHealth.WARNING, "InService")

    def _resting(self, node: str) -> list[str]:
        absence = self._absent.get(node)
        if absence is None:
            return []
        states = ((absence.maintained, "In Maintenance Mode"), (absence.lost, "Lost Communication"))
        return [word for holds, word in states if holds]

    def _disks_of(self, node: str) -> list[str]:
        number = self._nodes.index(node) + 1
        return [f"Contoso NVMe 3840 S{number:02}C{disk:02}" for disk in range(1, _DISKS_A_NODE + 1)]
