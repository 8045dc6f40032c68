"""The end of a session: SIGHUP when its terminal is closed or its network is gone, SIGTERM when it is told to end."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Self

GRACE_SECONDS = 3.0
"""How long the front end may take to end by itself; a terminal that nobody reads holds its writing up for ever."""
NAMES = ("SIGTERM", "SIGHUP")
_heard: list[int] = []
"""Signals that were answered by an exception. Where Python was in a place that lets none out, nobody saw it."""


def end_by_exception() -> None:
    """Answer a request to end with SystemExit, from here on; what is open is closed on its way out."""
    _heard.clear()

    def end(number: int, _frame: FrameType | None) -> None:
        _heard.append(number)
        sys.exit(128 + number)

    for name in (*NAMES, "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and threading.current_thread() is threading.main_thread():
            signal.signal(number, end)


def stay_until_left() -> None:
    """Let Ctrl+Z pass from here on, on the main thread: stopped now, azsconfig would leave its nodes waiting."""
    number = getattr(signal, "SIGTSTP", None)
    if number is not None and threading.current_thread() is threading.main_thread():
        signal.signal(number, signal.SIG_IGN)


class SessionEnd:
    """Ends azsconfig when its session ends, whatever its terminal does; a context manager for the main thread.

    A signal asks the front end to end, in a handler on the main thread. That thread may wait for a terminal that nobody
    reads, and then it may never come to run a handler. So a thread of its own hears of the signal too, by Python's
    wake-up descriptor, and after the grace closes what is open and ends the process without a further word. Windows
    has no such signals: `tui.console.windows_care` has its part there.
    """

    def __init__(self, ask: Callable[[int], None], close: Callable[[], None]) -> None:
        """`ask` asks the front end to end with an exit code, in the signal handler; `close` may be called twice."""
        self._ask = ask
        self._close = close
        self._before: Mapping[int, Any] = {}
        self._asked = False
        self._old_wake_up = -1
        self._pipe = (-1, -1)

    def __enter__(self) -> Self:
        """Answer the signals from here on; nothing happens where there are none."""
        numbers = [int(number) for name in NAMES if (number := getattr(signal, name, None)) is not None]
        if os.name != "posix" or threading.current_thread() is not threading.main_thread():
            return self
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        threading.Thread(target=self._watch, args=(set(numbers),), name="azsconfig-end", daemon=True).start()
        self._old_wake_up = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._end) for number in numbers}
        if _heard:
            # It came while everything was being started, and got lost there.
            signal.raise_signal(_heard[-1])
        return self

    def __exit__(self, *_: object) -> None:
        """Answer them as before; an end that has begun goes on."""
        if self._asked or not self._before:
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_wake_up)
        # The watching thread reads the end of it.
        os.close(self._pipe[1])

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """Ask once; a second signal changes nothing."""
        if not self._asked:
            self._asked = True
            self._ask(128 + number)

    def _watch(self, numbers: set[int]) -> None:
        """Wait for a signal that ends the session, and see to it that it does."""
        while heard := os.read(self._pipe[0], 64):
            ending = numbers.intersection(heard)
            if ending:
                self._insist(128 + min(ending))
        os.close(self._pipe[0])

    def _insist(self, code: int) -> None:
        time.sleep(GRACE_SECONDS)
        try:
            self._close()
        finally:
            os._exit(code)
