"""What a program owes the Windows console: set it up for itself, and put everything back whatever happens.

After the models of `microsoft/edit` and facts about conhost: while text is selected with the mouse (QuickEdit), the
console holds back whatever is written, so one stray click would stop the program.
"""

import atexit
import logging
import threading
from collections.abc import Callable
from typing import Self

from tui.console.windows_api import (
    UTF_8,
    ControlEvent,
    Handle,
    InputMode,
    OutputMode,
    WindowsCallError,
    WindowsConsole,
)

LOG = logging.getLogger("azsconfig.console")
CLOSE_SECONDS = 4.0
"""How long a closing console waits for us: Windows ends the process five seconds after it said so."""
ENDING = frozenset({ControlEvent.CLOSE, ControlEvent.LOGOFF, ControlEvent.SHUTDOWN})


class WindowsCare:
    """Sets the console up while azsconfig runs and puts it back; a context manager.

    A console that cannot be set up is still of use: what failed is in `problems`, and nothing is raised. Textual's
    own driver saves the modes it finds when it starts and puts those back when it stops; it runs inside of this, so
    what is put back last is what stood there before azsconfig.
    """

    def __init__(self, console: WindowsConsole, on_end: Callable[[], None]) -> None:
        """Care for `console`; `on_end` closes what is open, on a thread of Windows' own, when the console is closed."""
        self._console = console
        self._on_end = on_end
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._finished = threading.Event()
        self._ending = threading.Lock()
        self.problems: list[str] = []
        """What could not be set up, in the words of the failed call."""

    def __enter__(self) -> Self:
        """Set the console up, as far as it can be."""
        atexit.register(self.restore)
        self._step("input mode", self._input_mode)
        self._step("output mode", self._output_mode)
        for handle in (Handle.INPUT, Handle.OUTPUT):
            self._step(f"{handle.name.lower()} code page", lambda handle=handle: self._code_page(handle))
        self._step("control handler", self._control_handler)
        return self

    def __exit__(self, *_: object) -> None:
        """Put everything back."""
        self.restore()

    def restore(self) -> None:
        """Put back what was changed, the last change first; one that fails costs no other. May be called twice."""
        atexit.unregister(self.restore)
        while self._undo:
            what, undo = self._undo.pop()
            try:
                undo()
            except WindowsCallError as error:
                LOG.warning("the %s could not be put back: %s", what, error)

    def _step(self, what: str, change: Callable[[], None]) -> None:
        try:
            change()
        except WindowsCallError as error:
            LOG.warning("the %s could not be set: %s", what, error)
            self.problems.append(f"{what}: {error}")

    def _input_mode(self) -> None:
        old = self._console.mode(Handle.INPUT)
        # Without the extended flag Windows leaves QuickEdit as it is, whatever else is said.
        new = (old | InputMode.EXTENDED_FLAGS) & ~(InputMode.QUICK_EDIT_MODE | InputMode.INSERT_MODE)
        self._console.set_mode(Handle.INPUT, new)
        # The old mode turns QuickEdit on again only together with that flag.
        back = old | InputMode.EXTENDED_FLAGS
        self._undo.append(("input mode", lambda: self._console.set_mode(Handle.INPUT, back)))

    def _output_mode(self) -> None:
        old = self._console.mode(Handle.OUTPUT)
        wanted = OutputMode.VIRTUAL_TERMINAL_PROCESSING | OutputMode.DISABLE_NEWLINE_AUTO_RETURN
        self._console.set_mode(Handle.OUTPUT, old | OutputMode.PROCESSED_OUTPUT | wanted)
        self._undo.append(("output mode", lambda: self._console.set_mode(Handle.OUTPUT, old)))

    def _code_page(self, handle: Handle) -> None:
        old = self._console.code_page(handle)
        if old == UTF_8:
            return
        self._console.set_code_page(handle, UTF_8)
        what = f"{handle.name.lower()} code page"
        self._undo.append((what, lambda: self._console.set_code_page(handle, old)))

    def _control_handler(self) -> None:
        self._console.set_control_handler(self._control)
        self._undo.append(("control handler", lambda: self._console.set_control_handler(None)))

    def _control(self, event: int) -> bool:
        """Answer a control event; Ctrl+C and Ctrl+Break are Python's own."""
        if event not in ENDING:
            return False
        # Windows may say close and then log off: the end is begun once.
        if self._ending.acquire(blocking=False):
            LOG.info("the console is being closed (%s)", ControlEvent(event).name)
            try:
                self._on_end()
            finally:
                self._finished.set()
        # When this returns, Windows ends the process: shells on the nodes are closed before.
        self._finished.wait(CLOSE_SECONDS)
        return True
