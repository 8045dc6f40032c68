"""How fast the runs of a lab go on."""

import threading
import time
from collections.abc import Callable

DEFAULT_SECONDS = 0.05
"""What each stage of a run takes when nobody says."""
_GLANCE_SECONDS = 0.01
"""How soon a wait notices that the pace has changed."""


class Pace:
    """What each stage of every run takes. Safe to use from any thread; a change reaches stages that already wait."""

    def __init__(self, seconds: float = DEFAULT_SECONDS) -> None:
        self._seconds = seconds

    @property
    def seconds(self) -> float:
        """What each stage takes."""
        return self._seconds

    def set(self, seconds: float) -> None:
        """Let each stage take so long; raises ValueError for less than nothing."""
        if not seconds >= 0:
            raise ValueError(f"a stage takes 0 seconds or more, not {seconds}")
        self._seconds = seconds

    def wait(self, over: threading.Event, held: Callable[[], bool] = lambda: False) -> None:
        """Return when a stage's time has passed and nothing holds it any more, or at once when `over` is set."""
        begun = time.monotonic()
        while held() or time.monotonic() - begun < self._seconds:
            left = self._seconds - (time.monotonic() - begun)
            if over.wait(min(_GLANCE_SECONDS, left) if left > 0 else _GLANCE_SECONDS):
                return
