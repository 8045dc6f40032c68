"""The folder of one run on a simulated node: its request, its state, its events, its outcome.

It is kept in memory, as long as the lab runs: like a folder on a disk it survives the runner and the node's restart.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

LIMIT_BYTES = 5_000_000
"""When a journal is that long, output is no longer kept."""
_DROPPED_WHEN_FULL = frozenset({"output", "progress", "warning", "error"})


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run was started with; no secret is among it."""

    id: str
    """Unique id, sortable by time."""
    kind: str
    """Kind of run, for example `register`."""
    title: str
    """What it does, in one line."""
    operation: str
    """Option it belongs to."""
    cluster: str
    """Cluster it belongs to."""
    started_by: str
    """Who started it."""
    identity: str
    """Identity of its task."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of its job."""


class Journal:
    """One run's folder. Safe to use from any thread."""

    def __init__(self, request: RunRequest, now: Callable[[], str], process_id: int) -> None:
        """`now` tells the time by the node's clock, as the scripts spell it."""
        self.request = request
        """What it was started with."""
        self._now = now
        self._lock = threading.Lock()
        self._secrets: tuple[str, ...] = ()
        self._lines = bytearray()
        self._number = 0
        self._full = False
        self._outcome: Mapping[str, Any] | None = None
        started = now()
        self._state: dict[str, Any] = {
            "Phase": "starting",
            "ProcessId": process_id,
            "ProcessStarted": started,
            "Started": started,
            "Updated": started,
            "Ended": None,
            "Step": None,
            "Exit": None,
            "Reason": None,
            "Result": None,
        }

    @property
    def phase(self) -> str:
        """How far the run is."""
        with self._lock:
            return str(self._state["Phase"])

    def state(self, *, alive: bool) -> dict[str, Any]:
        """Return the state object of the contract."""
        request = self.request
        with self._lock:
            return {
                "Id": request.id,
                "Kind": request.kind,
                "Title": request.title,
                "Operation": request.operation,
                "Cluster": request.cluster,
                "StartedBy": request.started_by,
                "Identity": request.identity,
                "Parameters": dict(request.parameters),
                "Alive": alive,
                **self._state,
                "Outcome": None if self._outcome is None else dict(self._outcome),
                "Size": len(self._lines),
            }

    def hide(self, secrets: Iterable[str]) -> None:
        """Let none of these texts be written from now on."""
        with self._lock:
            # A secret that holds another one has to go first.
            self._secrets = tuple(sorted((text for text in secrets if text), key=len, reverse=True))

    def change(self, **fields: Any) -> None:
        """Replace fields of the state, by their names in it."""
        with self._lock:
            self._state |= {name: self._masked(value) for name, value in fields.items()}
            self._state["Updated"] = self._now()

    def append(self, kind: str, **fields: Any) -> None:
        """Append an event; fields that are `None` are left out."""
        with self._lock:
            if len(self._lines) > LIMIT_BYTES and kind in _DROPPED_WHEN_FULL:
                if self._full:
                    return
                self._full = True
                kind, fields = "warning", {"text": "The journal is full; further output is not kept."}
            self._number += 1
            event = {"n": self._number, "time": self._now(), "type": kind}
            event |= {name: self._masked(value) for name, value in fields.items() if value is not None}
            self._lines += json.dumps(event).encode("ascii") + b"\n"

    def append_told(self, event: Mapping[str, Any]) -> None:
        """Append an event as somebody else wrote it, time included."""
        with self._lock:
            self._number += 1
            self._lines += json.dumps({"n": self._number, **event}).encode("ascii") + b"\n"

    def end(self, exit_code: int, reason: str) -> None:
        """Write that the run is over."""
        self.append("ended", exit=exit_code, reason=reason)
        self.change(Phase="ended", Ended=self._now(), Exit=exit_code, Reason=reason)

    def complete(self, outcome: Mapping[str, Any]) -> None:
        """Keep what was found to be true afterwards; the first to say so is believed."""
        with self._lock:
            if self._outcome is None:
                self._outcome = dict(outcome)

    def read(self, offset: int, most: int) -> tuple[int, list[str]]:
        """Return whole lines from an offset, about `most` bytes of them but at least one, and the offset after them."""
        with self._lock:
            data = bytes(self._lines[offset : offset + most])
            end = data.rfind(b"\n") + 1
            if data and not end:
                data = bytes(self._lines[offset:])
                end = data.find(b"\n") + 1
        return offset + end, data[:end].decode("ascii").splitlines()

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, "***")
            return value
        if isinstance(value, Mapping):
            return {name: self._masked(item) for name, item in cast("Mapping[str, Any]", value).items()}
        if isinstance(value, list | tuple):
            return [self._masked(item) for item in cast("list[Any]", value)]
        return value
