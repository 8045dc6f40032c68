"""Waiting for what another thread or process does, without guessing how long it takes."""

import threading
import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when a condition holds; fail when it never does."""
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for never happened"
        pause.wait(0.005)
