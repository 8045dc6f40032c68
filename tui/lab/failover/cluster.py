"""The failover cluster that the simulated nodes form: who is up, paused or down, and what follows from that."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tui.cluster.cluster_health import DrainStatus
from tui.cluster.membership import NodeState as MemberState
from tui.lab.clock import LabClock
from tui.lab.failover.groups import ClusterGroup, ClusterGroups
from tui.lab.failover.record import Happening, RecordEntry
from tui.lab.failover.storage import Storage
from tui.lab.node_state import NodeState
from tui.lab.runs.pace import Pace

NO_SERVICE = "The cluster service is not running. Make sure that the service is running on all nodes in the cluster."
"""What every command about the cluster says on a node whose cluster service does not run."""


class ClusterCommandError(Exception):
    """A command of the failover cluster fails; the message says why."""


@dataclass(slots=True)
class _Member:
    """A node as the cluster keeps it."""

    paused: bool = False
    drain: DrainStatus = DrainStatus.NOT_INITIATED
    drain_begun: float = 0.0
    to_drain: tuple[ClusterGroup, ...] = ()
    joins_at: float | None = None
    resumes_itself: bool = False


class FailoverCluster:
    """Members, groups and storage. Safe to use from any thread.

    What takes its time goes on by itself: every question first lets happen what is due.
    """

    def __init__(
        self,
        nodes: Mapping[str, NodeState],
        clock: LabClock,
        pace: Pace,
        lock: threading.RLock,
        faults: Callable[[str], Mapping[str, Any]],
    ) -> None:
        """`lock` is the one around the nodes; `faults` tells which are set on a node."""
        self._nodes = nodes
        self._clock = clock
        self._pace = pace
        self._lock = lock
        self._faults = faults
        self._members = {name: _Member() for name in nodes}
        self._record: list[RecordEntry] = []
        self.groups = ClusterGroups(tuple(nodes))
        """What runs where."""
        self.storage = Storage(tuple(nodes), pace, lambda: any(faults(name).get("storage-stuck") for name in nodes))
        """Its disks."""

    def state(self, name: str) -> MemberState:
        """Return how the cluster sees a node."""
        with self._lock:
            self._settle()
            return self._state(name)

    def answers(self, name: str) -> bool:
        """Whether the cluster service of a node runs, so that commands there answer."""
        return self.state(name) in {MemberState.UP, MemberState.PAUSED}

    def drain_status(self, name: str) -> DrainStatus:
        """Return how far a node has been drained."""
        with self._lock:
            self._settle()
            return self._members[name].drain

    def record(self) -> tuple[RecordEntry, ...]:
        """Return what happened so far."""
        with self._lock:
            self._settle()
            return tuple(self._record)

    def note(self, what: Happening, node: str | None) -> None:
        """Keep that something happened."""
        with self._lock:
            out = tuple(name for name in self._nodes if self._state(name) != MemberState.UP)
            entry = (self._clock.now(), what, node, out, self.storage.sick, len(self.storage.jobs()))
            self._record.append(RecordEntry(*entry))

    def settle(self) -> None:
        """Let everything happen that is due."""
        with self._lock:
            self._settle()

    def suspend(self, name: str) -> None:
        """Pause a node and begin to drain it; raises `ClusterCommandError` where the cluster refuses."""
        with self._lock:
            self._settle()
            self._demand_answer(name)
            if self._faults(name).get("drain-refused"):
                raise ClusterCommandError(f"An error occurred pausing node '{name}'. The operation was refused.")
            member = self._members[name]
            if member.paused:
                return
            member.paused = True
            member.drain, member.drain_begun = DrainStatus.IN_PROGRESS, self._pace.passed()
            member.to_drain = self.groups.on(name)
            self.note(Happening.DRAIN_BEGAN, name)

    def resume(self, name: str) -> None:
        """Resume a node; its roles go back one after the other. Raises `ClusterCommandError` for a refusal."""
        with self._lock:
            self._settle()
            self._demand_answer(name)
            if self._faults(name).get("resume-refused"):
                raise ClusterCommandError(f"An error occurred resuming node '{name}'. The operation was refused.")
            if self._members[name].paused:
                self._resume(name)

    def went_down(self, name: str) -> None:
        """Take note that a node is off: its groups fail over, its disks are gone."""
        with self._lock:
            self._settle()
            member = self._members[name]
            member.joins_at = None
            for group in self.groups.on(name):
                self.groups.move(group, self._takers(name))
            if member.drain == DrainStatus.IN_PROGRESS:
                member.drain, member.to_drain = DrainStatus.COMPLETED, ()
                self.storage.rest(name)
            self.storage.lose(name)
            self.note(Happening.DOWN, name)

    def came_up(self, name: str, *, joins_after: float) -> None:
        """Take note that a node is on; its cluster service runs after so many stages of the lab's pace."""
        with self._lock:
            self._members[name].joins_at = self._pace.passed() + joins_after
            self.note(Happening.UP, name)
            if not joins_after:
                self._join(name)

    def resume_after_restart(self, name: str) -> None:
        """Let a node resume itself once after its next restart, as a task at its start does."""
        with self._lock:
            self._members[name].resumes_itself = True

    def _state(self, name: str) -> MemberState:
        member = self._members[name]
        if not self._nodes[name].up:
            return MemberState.DOWN
        if member.joins_at is not None:
            return MemberState.JOINING
        return MemberState.PAUSED if member.paused else MemberState.UP

    def _demand_answer(self, name: str) -> None:
        if self._state(name) not in {MemberState.UP, MemberState.PAUSED}:
            raise ClusterCommandError(NO_SERVICE)

    def _takers(self, name: str) -> list[str]:
        return [other for other in self._nodes if other != name and self._state(other) == MemberState.UP]

    def _settle(self) -> None:
        passed = self._pace.passed()
        for name, member in self._members.items():
            if member.joins_at is not None and passed >= member.joins_at:
                self._join(name)
        for name, member in self._members.items():
            if member.drain == DrainStatus.IN_PROGRESS:
                self._go_on_draining(name, passed)
        self._move_back(passed)
        if self.storage.settle():
            self.note(Happening.REPAIRED, None)

    def _join(self, name: str) -> None:
        member = self._members[name]
        member.joins_at = None
        if member.paused:
            self.storage.find(name)
        else:
            self.storage.come_back(name)
        self.note(Happening.JOINED, name)
        resumes, member.resumes_itself = member.resumes_itself, False
        if resumes and member.paused:
            self._resume(name)

    def _resume(self, name: str) -> None:
        member = self._members[name]
        member.paused, member.drain, member.to_drain = False, DrainStatus.NOT_INITIATED, ()
        back = [group for group in self.groups.all() if group.drained_from == name]
        for number, group in enumerate(back, 1):
            group.back_at = self._pace.passed() + number
        self.storage.come_back(name)
        self.note(Happening.RESUMED, name)

    def _go_on_draining(self, name: str, passed: float) -> None:
        """Move one group a stage; the last one is held by the faults of the node."""
        member = self._members[name]
        due = int(passed - member.drain_begun)
        faults = self._faults(name)
        for number, group in enumerate(member.to_drain, 1):
            if group.owner != name:
                continue
            last = number == len(member.to_drain)
            if number > due or (last and faults.get("drain-stuck")):
                return
            if (last and faults.get("drain-fails")) or not self.groups.move(group, self._takers(name)):
                member.drain = DrainStatus.FAILED
                self.note(Happening.DRAIN_FAILED, name)
                return
            group.drained_from, group.back_at = name, None
        if due > len(member.to_drain):
            member.drain, member.to_drain = DrainStatus.COMPLETED, ()
            self.storage.rest(name)
            self.note(Happening.DRAINED, name)

    def _move_back(self, passed: float) -> None:
        for group in self.groups.all():
            if group.back_at is None or group.drained_from is None or passed < group.back_at:
                continue
            if self._state(group.drained_from) == MemberState.UP:
                group.owner = group.drained_from
            group.drained_from = group.back_at = None
