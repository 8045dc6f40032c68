"""Deadlines: one thread that calls back when a moment has come, and ends when none is left."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger("azsconfig.nodes")


class Appointment:
    """Something that will be called; cancel it when it is no longer wanted."""

    __slots__ = ("_clock", "action")

    def __init__(self, clock: "Clock", action: Callable[[], None]) -> None:
        self._clock = clock
        self.action: Callable[[], None] | None = action
        """What is called; `None` once it was, or was cancelled."""

    def cancel(self) -> None:
        """Call nothing any more."""
        self._clock.cancel(self)


class Clock:
    """Calls actions at their time on one thread of its own, which lives only while something is due."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Appointment]] = []
        self._order = itertools.count()
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, action: Callable[[], None]) -> Appointment:
        """Call `action` in that many seconds; it must be quick."""
        appointment = Appointment(self, action)
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), appointment))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="azsconfig deadlines", daemon=True)
                self._thread.start()
            self._changed.notify()
        return appointment

    def cancel(self, appointment: Appointment) -> None:
        """Call nothing for this appointment any more."""
        with self._changed:
            appointment.action = None
            self._changed.notify()

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except Exception:  # every other deadline needs this thread
                log.exception("a deadline's action failed")

    def _next(self) -> Callable[[], None] | None:
        """Wait for the next action; None when nothing is due any more, and then the thread is over."""
        with self._changed:
            while True:
                while self._due and self._due[0][2].action is None:
                    heapq.heappop(self._due)
                if not self._due:
                    self._thread = None
                    return None
                moment, _, appointment = self._due[0]
                left = moment - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                    continue
                heapq.heappop(self._due)
                action, appointment.action = appointment.action, None
                if action is not None:
                    return action
