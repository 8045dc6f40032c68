"""The end of a session: SIGHUP when its terminal is closed or its network is gone, SIGTERM when it is told to end."""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Self

GRACE_SECONDS = 3.0
"""How long the front end may take to end by itself; a terminal that nobody reads holds its writing up for ever."""


class SessionEnd:
    """Ends azsconfig when its session ends, whatever its terminal does; a context manager for the main thread.

    A signal asks the front end to end. Where that takes longer than the grace, because it waits for a terminal that
    nobody reads, what is open is closed from here, and the process ends without a further word. Windows has no such
    signals: `tui.console.windows_care` has its part there.
    """

    def __init__(self, ask: Callable[[int], None], close: Callable[[], None]) -> None:
        """`ask` asks the front end to end with an exit code, in the signal handler; `close` may be called twice."""
        self._ask = ask
        self._close = close
        self._before: Mapping[int, Any] = {}
        self._begun = False

    def __enter__(self) -> Self:
        """Answer the signals from here on."""
        numbers = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
        self._before = {number: signal.signal(number, self._end) for number in numbers if number is not None}
        return self

    def __exit__(self, *_: object) -> None:
        """Answer them as before; an end that has begun goes on."""
        if not self._begun:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """Begin the end, once; a second signal changes nothing."""
        if self._begun:
            return
        self._begun = True
        code = 128 + number
        threading.Thread(target=self._insist, args=(code,), name="azsconfig-end", daemon=True).start()
        self._ask(code)

    def _insist(self, code: int) -> None:
        time.sleep(GRACE_SECONDS)
        try:
            self._close()
        finally:
            os._exit(code)
