"""A shell's program that is a thread of this process, written as one function over a console."""

import logging
import queue
import threading
from collections.abc import Callable

from tui.lab.winrm.program import OutputSink

_INTERRUPTED_EXIT = 3_221_225_786
"""STATUS_CONTROL_C_EXIT: how Windows programs end on Ctrl+C."""
_log = logging.getLogger(__name__)


class ProgramStoppedError(Exception):
    """Raised inside a program's function when it is killed or interrupted."""


class Console:
    """What a program's function talks to; text is encoded in the console's code page."""

    def __init__(self, sink: OutputSink, codepage: int) -> None:
        self._sink = sink
        self._encoding = "utf-8" if codepage == 65001 else f"cp{codepage}"
        self._input: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._input_ended = False
        self._stopped = threading.Event()

    def out(self, text: str) -> None:
        """Write to standard output in one write."""
        self._sink.stdout(text.encode(self._encoding, "replace"))

    def err(self, text: str) -> None:
        """Write to standard error in one write."""
        self._sink.stderr(text.encode(self._encoding, "replace"))

    def read(self) -> str | None:
        """Wait for a piece of standard input; None at its end. Raises `ProgramStoppedError`."""
        if self._input_ended:
            return None
        data = self._input.get()
        if self._stopped.is_set():
            raise ProgramStoppedError
        if data is None:
            self._input_ended = True
            return None
        return data.decode(self._encoding, "replace")

    def sleep(self, seconds: float) -> None:
        """Wait; raises `ProgramStoppedError` when the program is stopped meanwhile."""
        if self._stopped.wait(seconds):
            raise ProgramStoppedError

    def feed(self, data: bytes | None) -> None:
        """Put input in, or its end: called by the shell, not by the program."""
        self._input.put(data)

    def stop(self) -> None:
        """Make the program's next wait fail: called by the shell, not by the program."""
        self._stopped.set()
        self._input.put(None)


class ThreadProgram:
    """Runs a function as a program; what it returns is the exit code."""

    def __init__(self, main: Callable[[Console], int], sink: OutputSink, codepage: int, name: str) -> None:
        self._main = main
        self._sink = sink
        self._console = Console(sink, codepage)
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def write(self, data: bytes) -> None:
        """Hand bytes to the function's `read`."""
        self._console.feed(data)

    def close_input(self) -> None:
        """End the function's input."""
        self._console.feed(None)

    def interrupt(self) -> None:
        """Stop the function at its next wait."""
        self._console.stop()

    def kill(self) -> None:
        """Stop the function at its next wait; its writes go nowhere from now on."""
        self._console.stop()

    def _run(self) -> None:
        code = 1
        try:
            code = self._main(self._console)
        except ProgramStoppedError:
            code = _INTERRUPTED_EXIT
        except Exception:
            _log.exception("a simulated program failed")
        finally:
            self._sink.exited(code)
