"""How fast the runs of a lab go on, and whatever else in it takes its time."""

import threading
import time
from collections.abc import Callable

DEFAULT_SECONDS = 0.05
"""What each stage of a run takes when nobody says."""
_GLANCE_SECONDS = 0.01
"""How soon a wait notices that the pace has changed."""
_LEAST_SECONDS = 1e-6
"""What a stage takes, at the fastest, of what goes on by itself: not nothing, so that one comes after the other."""


class Pace:
    """What each stage of every run takes. Safe to use from any thread; a change reaches stages that already wait."""

    def __init__(self, seconds: float = DEFAULT_SECONDS, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is the time, in seconds, by which things go on by themselves."""
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._counted, self._since = 0.0, now()

    @property
    def seconds(self) -> float:
        """What each stage takes."""
        return self._seconds

    def set(self, seconds: float) -> None:
        """Let each stage take so long; raises ValueError for less than nothing."""
        if not seconds >= 0:
            raise ValueError(f"a stage takes 0 seconds or more, not {seconds}")
        self.passed()
        self._seconds = seconds

    def passed(self) -> float:
        """Return how many stages have passed since it was made: what goes on by itself counts its time in them."""
        with self._lock:
            now = self._now()
            self._counted += (now - self._since) / max(self._seconds, _LEAST_SECONDS)
            self._since = now
            return self._counted

    def wait(self, over: threading.Event, held: Callable[[], bool] = lambda: False) -> None:
        """Return when a stage's time has passed and nothing holds it any more, or at once when `over` is set."""
        begun = time.monotonic()
        while held() or time.monotonic() - begun < self._seconds:
            left = self._seconds - (time.monotonic() - begun)
            if over.wait(min(_GLANCE_SECONDS, left) if left > 0 else _GLANCE_SECONDS):
                return
