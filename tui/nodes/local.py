"""The carrier to this machine's own PowerShell: a child process and its pipes."""

import contextlib
import os
import shutil
import signal
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

import psutil

from tui.nodes.carrier import Delivery, Gone
from tui.nodes.command_line import WINDOWS_POWERSHELL, powershell_arguments
from tui.nodes.connection import LocalPowerShell
from tui.nodes.errors import Configuration, PowerShellNotStarted

READ_BYTES = 65536
KEPT_STDERR_CHUNKS = 64
GRACE_SECONDS = 1.5
"""How long PowerShell may take to end by itself when its standard input ends."""


def own_powershell(node: str, environment: Mapping[str, str], *, windows: bool = os.name == "nt") -> str:
    """Return this machine's PowerShell: Windows PowerShell on Windows, else AZSCONFIG_POWERSHELL or `pwsh` on PATH.

    On Windows it is always the one of the system folder, so that nobody puts another before it. Raises Configuration
    when there is none.
    """
    if windows:
        # A 32-bit Python sees 32-bit programs under System32; Sysnative is the real folder for it.
        folder = "Sysnative" if struct.calcsize("P") == 4 else "System32"
        root = environment.get("SystemRoot") or environment.get("SYSTEMROOT") or r"C:\Windows"
        return rf"{root}\{folder}\WindowsPowerShell\v1.0\{WINDOWS_POWERSHELL}"
    named = environment.get("AZSCONFIG_POWERSHELL")
    found = shutil.which(named or "pwsh", path=environment.get("PATH"))
    if found is None:
        message = (
            f"AZSCONFIG_POWERSHELL names {named}, which is no program." if named else "There is no PowerShell here."
        )
        raise Configuration(node, message, remedy="Install PowerShell, or name it with AZSCONFIG_POWERSHELL.")
    return found


def child_environment(environment: Mapping[str, str], *, windows: bool = os.name == "nt") -> dict[str, str]:
    """Return the environment PowerShell is started with."""
    child = dict(environment)
    if windows:
        # Started from PowerShell 7, this names modules that Windows PowerShell cannot load; it makes its own.
        for name in [name for name in child if name.upper() == "PSMODULEPATH"]:
            del child[name]
    child["POWERSHELL_TELEMETRY_OPTOUT"] = "1"
    child["NO_COLOR"] = "1"
    return child


class LocalCarrier:
    """A child process; ends with us, because its standard input does."""

    authentication: str | None = None
    """Nobody asks who we are."""

    def __init__(self, target: LocalPowerShell, environment: Mapping[str, str] | None = None) -> None:
        self._target = target
        self._environment = os.environ if environment is None else environment
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = False
        self._stderr: deque[bytes] = deque(maxlen=KEPT_STDERR_CHUNKS)
        self._drain: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the child, once it runs."""
        return self._process.pid if self._process else None

    def open(self, first_line: bytes) -> None:
        """Start the child. Raises PowerShellNotStarted or Configuration when it cannot be."""
        program = self._target.program or (own_powershell(self._target.node, self._environment),)
        with self._lock:
            if self._closing:
                raise Gone
            self._process = process = self._start([*program, *powershell_arguments()])
        self._drain = threading.Thread(
            target=self._drain_stderr, args=(process,), name=f"azsconfig {self._target.node} stderr", daemon=True
        )
        self._drain.start()
        with contextlib.suppress(Gone):  # what it says before it ends is read like everything else
            self.write(first_line)

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        windows = os.name == "nt"
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=child_environment(self._environment),
                # A group of its own: Ctrl+C in our terminal is ours alone, and what it starts can be ended with it.
                start_new_session=not windows,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0) if windows else 0,
            )
        except (OSError, ValueError) as error:
            raise PowerShellNotStarted(
                self._target.node,
                f"{Path(command[0]).name} could not be started: {getattr(error, 'strerror', None) or error}.",
                remedy=f"Check that {command[0]} is there and may be run.",
            ) from error

    def write(self, data: bytes) -> None:
        """Write whole lines. Raises Gone when the child has ended before it took any of them."""
        process = self._process
        if process is None or process.stdin is None or process.poll() is not None:
            raise Gone
        view = memoryview(data)
        written = 0
        try:
            with self._writing:
                while written < len(view):
                    written += os.write(process.stdin.fileno(), view[written : written + READ_BYTES])
        except (OSError, ValueError) as error:
            if written == 0:
                raise Gone from error
            # Some lines may have been read: that the child has ended, `read` says.

    def read(self) -> Delivery:
        """Wait for output of the child, or for its end."""
        process = self._process
        if process is None or process.stdout is None:
            raise Gone
        try:
            data = os.read(process.stdout.fileno(), READ_BYTES)
        except (OSError, ValueError):
            data = b""
        if data:
            return Delivery(stdout=data)
        code = self._reap(process, GRACE_SECONDS)
        if self._drain is not None:
            self._drain.join(GRACE_SECONDS)
        return Delivery(stderr=b"".join(self._stderr), ended=True, exit_code=code)

    def close(self, within: float) -> bool:
        """End the child and its children: its standard input first, then by force."""
        until = time.monotonic() + within
        with self._lock:
            self._closing = True
            process = self._process
        if process is None:
            return True
        children = _descendants(process.pid)
        # Windows waits in close() for a write that is going on: a child that does not read is killed first.
        if self._writing.acquire(timeout=min(GRACE_SECONDS, within / 4)):
            self._close_input(process)
            self._writing.release()
        else:
            _kill(process, children)
        code = self._reap(process, min(GRACE_SECONDS, within / 2))
        _kill(process, children)
        if code is None:
            code = self._reap(process, max(0.1, until - time.monotonic()))
        if self._drain is not None:
            self._drain.join(max(0.0, until - time.monotonic()))
        if code is not None:
            self._close_input(process)
            for pipe in (process.stdout, process.stderr):
                with contextlib.suppress(OSError):
                    pipe.close() if pipe else None
        return code is not None

    @staticmethod
    def _close_input(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            if process.stdin is not None:
                process.stdin.close()

    @staticmethod
    def _reap(process: subprocess.Popen[bytes], seconds: float) -> int | None:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def _drain_stderr(self, process: subprocess.Popen[bytes]) -> None:
        """Keep the child from waiting for a reader of its errors; keep the last of them."""
        assert process.stderr is not None  # noqa: S101 - it was started with a pipe
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(process.stderr.fileno(), READ_BYTES):
                self._stderr.append(data)


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _kill(process: subprocess.Popen[bytes], children: list[psutil.Process]) -> None:
    """Kill the child, its group, and what it had started; on Windows there are no groups to kill."""
    if os.name != "nt":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for child in children:
        with contextlib.suppress(psutil.Error):
            child.kill()
    with contextlib.suppress(OSError):
        process.kill()
