"""All runs of one simulated node: what lies in azsconfig's folder there."""

import itertools
import re
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tui.lab.clock import iso
from tui.lab.runs.coordinated import CoordinatedRun
from tui.lab.runs.jobs.jobs import job_of
from tui.lab.runs.journal import Journal, RunRequest
from tui.lab.runs.lock import NodeLock
from tui.lab.runs.runner import Runner
from tui.lab.runs.world import RunWorld
from tui.lab.simulated_scripts import ScriptStopped

_ID = re.compile(r"\d{8}T\d{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}")
_JOIN_SECONDS = 5.0


class NodeRuns:
    """Runs and lock of a node. Safe to use from any thread."""

    def __init__(self, world: RunWorld, node: str, pids: Iterator[int] | None = None) -> None:
        self.world = world
        """What all nodes have in common."""
        self.node = node
        """Name of the node."""
        self.lock = NodeLock(self.now)
        """The node's lock."""
        self._pids = pids or itertools.count(7004, 4)
        self._lock = threading.Lock()
        self._journals: dict[str, Journal] = {}
        self._runners: dict[str, Runner] = {}
        self._coordinated: dict[str, CoordinatedRun] = {}

    def now(self) -> str:
        """Return the time by the node's clock, as the scripts spell it."""
        return self.spell(self.world.cluster.clock.now())

    def spell(self, moment: datetime) -> str:
        """Spell a moment of the lab's own time as the node's clock has it."""
        clock = self.world.cluster.clock
        return iso(clock.shown(moment).astimezone(UTC) + self.world.cluster.node(self.node).skew)

    def start(self, request: RunRequest, secrets: Mapping[str, str]) -> bool:
        """Start a run, unless one of that id is there already; return whether it was."""
        job = job_of(request.kind)
        with self._lock:
            if request.id in self._journals or request.id in self._coordinated:
                return True
            journal = Journal(request, self.now, next(self._pids))
            runner = Runner(journal, job, self.world, self.node, secrets, ended=self.lock.leave)
            self._journals[request.id] = journal
            self._runners[request.id] = runner
        runner.start()
        return False

    def known(self, run_id: str) -> bool:
        """Whether there is a run of that id."""
        with self._lock:
            return run_id in self._journals or run_id in self._coordinated

    def coordinated(self, request: RunRequest, coordinator: str) -> CoordinatedRun:
        """Return the coordinated run of an id, made where there is none; `ScriptStopped` where another run has it."""
        with self._lock:
            if request.id in self._journals:
                raise ScriptStopped(
                    f"There is another run {request.id} on this node.",
                    category="ResourceExists",
                    fqid="AzsconfigRunExists",
                )
            found = self._coordinated.get(request.id)
            if found is None:
                found = self._coordinated[request.id] = CoordinatedRun(request, self.now, coordinator)
            return found

    def journal(self, run_id: str) -> Journal:
        """Return a run's folder; `ScriptStopped` where there is none."""
        with self._lock:
            coordinated = self._coordinated.get(run_id)
            found = coordinated.journal if coordinated is not None else self._journals.get(run_id)
        if found is None:
            raise ScriptStopped(
                f"There is no run {run_id} on this node.", category="ObjectNotFound", fqid="AzsconfigRunNotFound"
            )
        return found

    def state(self, run_id: str) -> dict[str, Any]:
        """Return the state object of a run."""
        journal = self.journal(run_id)
        with self._lock:
            coordinated = self._coordinated.get(run_id)
            alive = coordinated is None and self._runners[run_id].alive
        if coordinated is not None:
            return coordinated.state()
        return {**journal.state(alive=alive), "Coordinated": False, "Coordinator": None}

    def newest(self, count: int) -> list[dict[str, Any]]:
        """Return the states of so many runs, newest first."""
        with self._lock:
            ids = sorted([*self._journals, *self._coordinated], reverse=True)[:count]
        return [self.state(run_id) for run_id in ids]

    def kill(self) -> list[str]:
        """Kill every runner there is, and return the ids of their runs; what they had done so far stands."""
        with self._lock:
            running = {run_id: runner for run_id, runner in self._runners.items() if runner.alive}
        for runner in running.values():
            runner.kill()
        for runner in running.values():
            runner.join(_JOIN_SECONDS)
        return sorted(running)


def is_run_id(text: str) -> bool:
    """Whether a text may be the name of a run's folder."""
    return _ID.fullmatch(text) is not None
