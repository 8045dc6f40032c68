"""A terminal that a test sits at: a pseudo-terminal, and an emulator that says what is on the screen."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

PATIENCE_SECONDS = 15.0
# What pyte would print instead of understanding it: questions to the terminal, and modes of newer terminals.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[?>=<][0-9;]*(?:\$p|[a-zA-Z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_KEPT = re.compile(rb"\x1b\[\?(?:25|1049|7|6)[hl]")


class NeverCameError(AssertionError):
    """What a test waited for did not come."""


class EmulatedTerminal:
    """A program on a pseudo-terminal whose screen is kept up to date."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 25,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Run `command` in a session of its own."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._reading = threading.Event()
        self._reading.set()
        self._closed = threading.Event()
        self.written = bytearray()
        """Everything the program has written."""
        self._rest = b""
        self._looking = True
        self._ours, theirs = os.openpty()
        self._set_size(columns, rows)
        self.process = subprocess.Popen(
            list(command),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={"TERM": "xterm-256color", **(environment or {})},
            start_new_session=True,
            # The pseudo-terminal becomes the session's own, so that hanging up reaches the program.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,  # noqa: PLW1509
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, name="emulated terminal", daemon=True)
        self._reader.start()

    def end(self) -> None:
        """End the program, if it has not ended, and the terminal."""
        # As a session ends; killed, it could not take leave of the nodes.
        self.hang_up()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def rows(self) -> list[str]:
        """The rows on the screen, without trailing spaces."""
        with self._lock:
            return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)

    @property
    def said(self) -> str:
        """Everything that was ever written, as text."""
        with self._lock:
            return bytes(self.written).decode("utf-8", "replace")

    @property
    def given_back(self) -> bool:
        """Whether the terminal echoes what is typed and makes signals of some of it, as for a command line."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def send(self, keys: str | bytes) -> None:
        """Type keys."""
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            data = data[os.write(self._ours, data) :]

    def wait_for(self, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until `text` stands on the screen."""
        self.wait_until(lambda: text in self.text, text, seconds)

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise NeverCameError(f"not within {seconds:.0f} s: {what}\n{self.text}")
            time.sleep(0.01)

    def wait_ended(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until the program has ended; returns its exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise NeverCameError(f"still running after {seconds:.0f} s\n{self.text}") from error

    def wait_quiet(self, seconds: float = 0.3) -> None:
        """Wait until nothing has been written for so long."""
        count = -1
        while count != len(self.written):
            count = len(self.written)
            time.sleep(seconds)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the program is told by SIGWINCH."""
        with self._lock:
            self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def look_away(self) -> None:
        """Read, and keep no screen: emulating one costs more than the program does."""
        self._looking = False

    def look_again(self) -> None:
        """Keep the screen again; another size makes the program draw all of it."""
        columns, rows = self._screen.columns, self._screen.lines
        self._looking = True
        self.resize(columns - 1, rows)
        self.wait_quiet()
        self.resize(columns, rows)
        self.wait_quiet()

    def stop_reading(self) -> None:
        """Read nothing any more, as a session whose network has stalled."""
        self._reading.clear()

    def read_on(self) -> None:
        """Read again."""
        self._reading.set()

    def hang_up(self) -> None:
        """Close the terminal: its programs get SIGHUP, and their writing fails."""
        if not self._closed.is_set():
            # A read that goes on would keep the terminal open.
            self._closed.set()
            self._reading.set()
            self._reader.join()
            os.close(self._ours)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while True:
            self._reading.wait()
            if self._closed.is_set():
                return
            if not select.select([self._ours], [], [], 0.02)[0]:
                continue
            try:
                data = os.read(self._ours, 65_536)
            except OSError:
                # Its last program has ended.
                return
            with self._lock:
                self.written += data
                if self._looking:
                    self._feed(data)

    def _feed(self, data: bytes) -> None:
        data = self._rest + data
        # A sequence that is not complete yet waits for its end.
        cut = data.rfind(b"\x1b")
        self._rest = data[cut:] if cut >= 0 and len(data) - cut < 16 and not _complete(data[cut:]) else b""
        shown = data[: len(data) - len(self._rest)]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(lambda found: found[0] if _KEPT.fullmatch(found[0]) else b"", shown))


def _complete(sequence: bytes) -> bool:
    return re.match(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[^\[\]])", sequence) is not None


def left_of(session: int) -> list[Any]:
    """Return the processes of a session that are still there, but for zombies: name and id."""
    found: list[Any] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue
        state, _parent, _group, of_session = rest.split()[:4]
        if int(of_session) == session and state != "Z":
            found.append((name, int(folder.name)))
    return found
