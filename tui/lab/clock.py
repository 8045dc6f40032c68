"""The lab's time: the real clock plus the days that were made to pass."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _real_now() -> datetime:
    return datetime.now(UTC)


class LabClock:
    """Time inside the lab, and how it is shown outside.

    Letting days pass moves the lab's own time ahead of the real one, but what nodes say of any moment is shifted back
    by the same amount: their clocks always read the real time and everything that happened lies longer ago. So a client
    that compares with its own clock sees a cluster that has aged and no clock that is wrong.
    """

    def __init__(self, real_now: Callable[[], datetime] = _real_now) -> None:
        self._real_now = real_now
        self._passed = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the lab's own time, UTC; the state of nodes is kept in it."""
        with self._lock:
            return self._real_now() + self._passed

    def shown(self, moment: datetime) -> datetime:
        """Return how a moment of the lab's own time is shown to the world."""
        with self._lock:
            return moment - self._passed

    def advance(self, passed: timedelta) -> None:
        """Let time pass at once; it never goes back."""
        if passed < timedelta():
            raise ValueError("time in the lab does not go back")
        with self._lock:
            self._passed += passed


def iso(moment: datetime) -> str:
    """Spell a moment as the scripts do: ISO 8601, UTC, seven digits of a second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"
