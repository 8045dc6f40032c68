"""`write-run` on a simulated node: the journal of a run that azsconfig itself coordinates over several nodes."""

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from tui.cluster.iso_time import parse_iso_time
from tui.lab.runs.journal import Journal, RunRequest
from tui.lab.simulated_scripts import ScriptStopped

BELIEVED = timedelta(seconds=60)
"""So long a node believes that a run is coordinated after it was told last."""
_WORD = re.compile(r"[0-9a-f]{32}")


class CoordinatedRun:
    """The folder of one coordinated run on a node: no runner, no task. Safe to use from any thread."""

    def __init__(self, request: RunRequest, now: Callable[[], str], coordinator: str) -> None:
        """`now` tells the time by the node's clock, as the scripts spell it."""
        self.journal = Journal(request, now, 0)
        """Its folder."""
        self._now = now
        self._lock = threading.Lock()
        self._coordinator = coordinator
        self._count = 0
        self.journal.change(Phase="running", ProcessId=None, ProcessStarted=None)

    @property
    def alive(self) -> bool:
        """Whether it is coordinated, as far as this node has heard."""
        state = self.journal.state(alive=False)
        told, now = _time(state["Updated"]), _time(self._now())
        return state["Phase"] == "running" and abs(now - told) < BELIEVED

    def state(self) -> dict[str, Any]:
        """Return the state object of the contract."""
        told = self.journal.state(alive=self.alive)
        return {**told, "Coordinated": True, "Coordinator": self._coordinator}

    def write(self, given: Mapping[str, Any], *, take: bool) -> int:
        """Do what `write-run` does to a run that is there, and return how many events it has then."""
        with self._lock:
            self._take(str(given["Coordinator"]), str(given["Previous"]), take=take)
            events = cast("Sequence[str]", given["Events"])
            first = int(given["First"])
            if first > self._count + 1:
                raise ScriptStopped(
                    f"The journal has {self._count} events; what comes before event {first} is missing.",
                    category="InvalidArgument",
                    fqid="AzsconfigRunGap",
                )
            fresh = events[self._count + 1 - first :]
            phase = self.journal.phase
            if phase == "ended":
                if fresh:
                    raise ScriptStopped("The run is over.", category="InvalidOperation", fqid="AzsconfigRunEnded")
                return self._count
            for line in fresh:
                told: dict[str, Any] = json.loads(line)
                self.journal.append_told(told)
                self._count += 1
            self._tell(given)
            return self._count

    def _take(self, coordinator: str, previous: str, *, take: bool) -> None:
        if coordinator == self._coordinator:
            return
        if not take or (self.alive and self._coordinator != previous):
            updated = self.journal.state(alive=False)["Updated"]
            raise ScriptStopped(
                f"Somebody else coordinates this run; that was last said at {updated}.",
                category="ResourceBusy",
                fqid="AzsconfigRunCoordinated",
            )
        self._coordinator = coordinator

    def _tell(self, given: Mapping[str, Any]) -> None:
        phase = str(given["Phase"])
        ended = {"Ended": self._now(), "Exit": given["Exit"]} if phase == "ended" else {}
        reason = str(given["Reason"]) or None
        self.journal.change(Phase=phase, Step=str(given["Step"]) or None, Reason=reason, **ended)


def valid_coordinator(text: str) -> bool:
    """Whether a text names a coordinating process."""
    return _WORD.fullmatch(text) is not None


def _time(text: str) -> datetime:
    told = parse_iso_time(text)
    if told is None:
        raise ValueError(text)
    return told
