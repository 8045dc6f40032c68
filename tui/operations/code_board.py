"""The code that a person has to enter elsewhere to sign in to Azure: kept while somebody waits for it."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.azure.identity import DeviceCode


class CodeBoard:
    """Where an engine thread puts the code, and every view finds it. Every method may be called from any thread."""

    def __init__(self) -> None:
        """Have no code."""
        self._lock = threading.Lock()
        self._code: DeviceCode | None = None
        self.changed: Callable[[], None] = _nobody
        """Called when there is another code, or none any more."""

    def show(self, code: "DeviceCode") -> None:
        """Show a code until it is cleared."""
        with self._lock:
            self._code = code
        self.changed()

    def clear(self) -> None:
        """Show none any more: somebody has signed in, or it was given up."""
        with self._lock:
            if self._code is None:
                return
            self._code = None
        self.changed()

    @property
    def current(self) -> "DeviceCode | None":
        """The code that somebody waits for."""
        with self._lock:
            return self._code


def _nobody() -> None:
    """Tell nobody."""
