"""The Windows console, as little of it as is needed: one interface, so that everything else runs anywhere."""

from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import Protocol


class Handle(IntEnum):
    """Standard handles, as GetStdHandle numbers them."""

    INPUT = -10
    OUTPUT = -11
    ERROR = -12


class InputMode(IntFlag):
    """Bits of an input handle's console mode that matter here; others are kept as they are."""

    PROCESSED_INPUT = 0x0001
    INSERT_MODE = 0x0020
    QUICK_EDIT_MODE = 0x0040
    EXTENDED_FLAGS = 0x0080
    VIRTUAL_TERMINAL_INPUT = 0x0200


class OutputMode(IntFlag):
    """Bits of an output handle's console mode that matter here; others are kept as they are."""

    PROCESSED_OUTPUT = 0x0001
    VIRTUAL_TERMINAL_PROCESSING = 0x0004
    DISABLE_NEWLINE_AUTO_RETURN = 0x0008


class ControlEvent(IntEnum):
    """What a console control handler is told."""

    CTRL_C = 0
    CTRL_BREAK = 1
    CLOSE = 2
    LOGOFF = 5
    SHUTDOWN = 6


UTF_8 = 65001
"""Code page of UTF-8."""
INVALID_PARAMETER = 87
"""ERROR_INVALID_PARAMETER: what the legacy console says to modes it does not know."""


class WindowsCallError(Exception):
    """A call of the Windows API failed: which one, and with which error code."""

    def __init__(self, call: str, code: int) -> None:
        """Keep the call's name and the code of GetLastError."""
        super().__init__(f"{call} failed with error {code}")
        self.call = call
        self.code = code


class WindowsConsole(Protocol):
    """The console this process is attached to. Every method raises `WindowsCallError` where Windows refuses."""

    def mode(self, handle: Handle) -> int:
        """Return the mode of a standard handle; fails where the handle is no console."""
        ...

    def set_mode(self, handle: Handle, mode: int) -> None:
        """Set the mode of a standard handle."""
        ...

    def code_page(self, handle: Handle) -> int:
        """Return the code page that bytes are read (INPUT) or written (OUTPUT) in."""
        ...

    def set_code_page(self, handle: Handle, code_page: int) -> None:
        """Set the code page that bytes are read (INPUT) or written (OUTPUT) in."""
        ...

    def set_control_handler(self, handler: Callable[[int], bool] | None) -> None:
        """Call `handler` on a thread of Windows' own for every control event; `None` takes it away again.

        The handler returns whether it has dealt with the event.
        """
        ...

    def window_size(self) -> tuple[int, int]:
        """Return columns and rows of the window, not of the buffer behind it."""
        ...

    def parents(self) -> tuple[str, ...]:
        """Return the program names of the processes above this one, the nearest first."""
        ...
