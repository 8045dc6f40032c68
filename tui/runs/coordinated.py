"""A run that azsconfig itself coordinates over several nodes: its journal, on every one of them that answers.

Whoever wants to go on with it after its coordinator is gone needs nothing but the nodes. A coordinator says every so
often that it is there; another one can take its place only when it no longer does.
"""

import contextlib
import json
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from tui.runs.asking import Ask
from tui.runs.errors import RunTaken
from tui.runs.event import Event, event_object
from tui.runs.journal_copy import Failure, JournalCopy, Telling
from tui.runs.run_state import RunPhase

SLOWEST_SECONDS = 5.0
"""So long a node that answers slowly is waited for once another one has written; its copy follows."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """What a run is, as it is written down once."""

    run_id: str
    """Its id."""
    kind: str
    """Kind of run, for example `install-updates`."""
    title: str
    """What it does, in one line."""
    operation: str
    """Option it belongs to."""
    cluster: str | None
    """Cluster it belongs to."""
    started_by: str
    """Who started it."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Its plan as plain data; no secret is among it."""


class Coordination:
    """Writes the journal of one run. Every method may be called from any thread."""

    def __init__(
        self,
        ask: Ask,
        nodes: Sequence[str],
        head: RunHead,
        journal: Iterable[Event] = (),
        *,
        previous: str | None = None,
    ) -> None:
        """Begin with the events that are in the journal already, where somebody goes on.

        `previous` is the coordinator that is known to have left: a node that has not heard of that is told.
        """
        self._head = head
        self._word = secrets.token_hex(16)
        self._lock = threading.Lock()
        self._lines = [_line(event) for event in journal]
        self._previous = previous or ""
        self._phase = RunPhase.RUNNING
        self._step = ""
        self._end: tuple[str, int | None] = ("", None)
        self._copies = tuple(JournalCopy(ask, node, self._told) for node in nodes)

    @property
    def head(self) -> RunHead:
        """What the run is."""
        return self._head

    def begin(self) -> None:
        """Become the run's coordinator on every node that answers.

        Raises RunTaken where another one is; NodeError or RunError where no node can write.
        """
        self._send(needed=True, first=True)

    def write(self, events: Iterable[Event], *, step: str | None = None, needed: bool = True) -> None:
        """Put events at the end of the journal; with `needed` at least one node has them on its disk afterwards.

        `step` is what `azsconfig runs list` says it does now. Raises RunTaken where another one coordinates it, and
        with `needed` NodeError or RunError where no node could write.
        """
        with self._lock:
            self._lines += (_line(event) for event in events)
            self._step = self._step if step is None else step
        self._send(needed=needed)

    def renew(self) -> None:
        """Say that it is still coordinated, to the nodes that are not being told something. Waits for none."""
        for copy in self._copies:
            if not copy.busy:
                copy.bring()

    def leave(self, reason: str) -> None:
        """Say that nobody coordinates it any more, and why; somebody may go on. Never raises."""
        self._over(RunPhase.PAUSED, reason, None)

    def end(self, exit_code: int, reason: str) -> None:
        """Say that it is over. Never raises."""
        self._over(RunPhase.ENDED, reason, exit_code)

    def _over(self, phase: RunPhase, reason: str, exit_code: int | None) -> None:
        with self._lock:
            self._phase, self._end = phase, (reason, exit_code)
        with contextlib.suppress(RunTaken):
            self._send(needed=False)
        for copy in self._copies:
            copy.close()

    def _send(self, *, needed: bool, first: bool = False) -> None:
        """Bring every node up to date, side by side.

        A node that is met late may still believe in who coordinated it before: that is no reason to give it up.
        """
        sent = {copy.bring(): copy for copy in self._copies}
        done = _ended(sent, all_of_them=first)
        failures = [failure for future in done if (failure := future.result()) is not None]
        for future in done:
            failure = future.result()
            if isinstance(failure, RunTaken) and (first or sent[future].ours):
                raise failure
        if needed and failures and len(failures) == len(done):
            raise failures[0]

    def _told(self) -> Telling:
        head = self._head
        with self._lock:
            reason, exit_code = self._end
            parameters = {
                "Id": head.run_id,
                "Kind": head.kind,
                "Title": head.title,
                "Operation": head.operation,
                "Cluster": head.cluster or "",
                "StartedBy": head.started_by,
                "Parameters": dict(head.parameters),
                "Coordinator": self._word,
                "Previous": self._previous,
                "Phase": str(self._phase),
                "Step": self._step,
                "Reason": reason,
                "Exit": exit_code,
            }
            return Telling(parameters, tuple(self._lines))


class Heartbeat:
    """Says every so often that a run is coordinated, on a thread of its own."""

    def __init__(self, coordination: Coordination, *, apart_seconds: float) -> None:
        """Do it so often."""
        self._coordination = coordination
        self._apart_seconds = apart_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="azsconfig-heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, and wait until it has."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._apart_seconds):
            self._coordination.renew()


def _ended(sent: "Iterable[Future[Failure | None]]", *, all_of_them: bool) -> "set[Future[Failure | None]]":
    """Wait until one node has written and the others had their time, or until all have failed; return those ended."""
    done, left = wait(sent, None if all_of_them else SLOWEST_SECONDS)
    while left and all(future.result() is not None for future in done):
        more, left = wait(left, None, FIRST_COMPLETED)
        done |= more
    return done


def _line(event: Event) -> str:
    told = event_object(event)
    told.pop("n", None)
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))
