"""Waiting for something slow so that Ctrl+C is heard at once, on Windows too."""

import threading
from collections.abc import Callable
from typing import Generic, Self, TypeVar

T = TypeVar("T")

SLICE_SECONDS = 0.2
"""Windows lets Ctrl+C through only between waits."""


class InBackground(Generic[T]):
    """Something slow on a thread of its own, which never keeps azsconfig from ending."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Prepare to do `work`."""
        self._work = work
        self._result: list[T] = []
        self._error: BaseException | None = None
        # Not the thread's own end: an interrupted join takes a thread that still runs for one that has ended.
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="azsconfig-change", daemon=True)

    def start(self) -> Self:
        """Begin; return itself."""
        self._thread.start()
        return self

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is done, at most so many seconds; return whether it is. Raises KeyboardInterrupt."""
        left = seconds
        while not self._done.wait(SLICE_SECONDS) and (left is None or left > SLICE_SECONDS):
            left = None if left is None else left - SLICE_SECONDS
        return self._done.is_set()

    def result(self) -> T:
        """Wait for what it came to; raises what it raised, and KeyboardInterrupt."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._result[0]
