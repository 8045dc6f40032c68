"""What the menu costs on a pseudo-terminal of 80x25, beside the smallest possible Textual app in the same run."""

import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

import pexpect

from tests.conftest import ROOT

SMALLEST = (
    "from textual.app import App\nfrom textual.widgets import Static\n\n"
    "class Smallest(App):\n    def compose(self):\n        yield Static('READY')\n\nSmallest().run()\n"
)
MENU = "from tests.benchmarks.unconnected import show\nshow()\n"
FOLLOWED = "from tests.benchmarks.followed import show\nshow()\n"
AZSCONFIG = "import sys\nfrom tui.cli import main\nsys.argv = ['azsconfig', '--lab']\nsys.exit(main())\n"
"""The program itself, with everything it loads and starts behind the menu."""
LIVELY = {"registration status": "1\r", "arc-enabled servers": "2\r", "runs and activity log": "13\r"}
"""Screens with rows to move over, and the keys that lead there."""
READY = "Enter number to select an option:"
SMALLEST_READY = "READY"
QUIET_SECONDS = 0.4


class Terminal:
    """A program on a pseudo-terminal; a context manager that ends it."""

    def __init__(self, code: str, ready: str) -> None:
        """Run Python `code` and wait until it has written `ready`."""
        started = time.perf_counter()
        # What azsconfig keeps for its user goes where nobody misses it.
        self._home = tempfile.TemporaryDirectory()
        home = self._home.name
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "25", "HOME": home}
        self._child: Any = pexpect.spawn(
            sys.executable, ["-c", code], cwd=str(ROOT), dimensions=(25, 80), env=environment, timeout=30
        )
        self._child.expect(ready)
        self.seconds_to_ready = time.perf_counter() - started
        """From the start of the process to the first usable screen."""
        self.drain()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Told to end, it leaves the nodes; killed, it could not.
        self._child.kill(signal.SIGTERM)
        self._child.expect(pexpect.EOF)
        self._child.close(force=True)
        self._home.cleanup()

    def bytes_after(self, keys: str) -> int:
        """Return how many bytes the program writes in answer to keys."""
        self._child.send(keys)
        return self.drain()

    def bytes_in(self, seconds: float) -> int:
        """Return how many bytes the program writes in so many seconds when nothing happens."""
        return self.drain(seconds)

    def expect(self, words: str) -> None:
        """Wait until words have been written."""
        self._child.expect(words)

    def bytes_during(self, seconds: float) -> int:
        """Return how many bytes the program writes in so many seconds, whatever it does."""
        count, until = 0, time.monotonic() + seconds
        descriptor = self._child.child_fd
        while (left := until - time.monotonic()) > 0:
            if select.select([descriptor], [], [], left)[0]:
                count += len(os.read(descriptor, 65_536))
        return count

    def send(self, keys: str) -> None:
        """Type keys."""
        self._child.send(keys)

    def peak_bytes(self) -> int:
        """Return the largest memory the process had so far, in bytes."""
        status = Path(f"/proc/{self._child.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return 1024 * int(line.split()[1])

    def drain(self, quiet_seconds: float = QUIET_SECONDS) -> int:
        """Read until nothing has come for so long; returns the number of bytes."""
        count = 0
        descriptor = self._child.child_fd
        while select.select([descriptor], [], [], quiet_seconds)[0]:
            count += len(os.read(descriptor, 65_536))
        return count


def seconds_to_start(repeats: int) -> dict[str, float]:
    """Return the medians of seconds to the first usable screen, by program; they take turns."""
    programs = {SMALLEST: SMALLEST_READY, MENU: READY, AZSCONFIG: READY}
    found: dict[str, list[float]] = {code: [] for code in programs}
    for _ in range(repeats):
        for code, ready in programs.items():
            found[code].append(_start(code, ready))
    return {code: median(seconds) for code, seconds in found.items()}


def _start(code: str, ready: str) -> float:
    with Terminal(code, ready) as terminal:
        return terminal.seconds_to_ready


def arrow_bytes(keys: Sequence[str] = ("\x1b[B",) * 8) -> list[int]:
    """Return how many bytes each arrow key costs in the menu."""
    with Terminal(MENU, READY) as terminal:
        return [terminal.bytes_after(key) for key in keys]


def bytes_of_a_followed_run(seconds: float) -> float:
    """Return how many bytes a second it costs to follow a run that never stops talking."""
    with Terminal(FOLLOWED, READY) as terminal:
        for keys, words in (("4\r7\r", "2\\) Do it"), ("2\r", "Output, newest first")):
            terminal.send(keys)
            terminal.expect(words)
        return terminal.bytes_during(seconds) / seconds


def arrow_bytes_on(screen: str) -> list[int]:
    """Return how many bytes arrow keys cost on a screen of `LIVELY` of a healthy lab."""
    with Terminal(AZSCONFIG, READY) as terminal:
        # Until the lab has started and was read: then nothing more is drawn.
        terminal.drain(2.0)
        terminal.bytes_after(LIVELY[screen])
        return [terminal.bytes_after(key) for key in ("\x1b[B", "\x1b[B", "\x1b[A")]
