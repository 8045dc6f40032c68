"""A shell's program that is a real child process, with nothing of it left behind."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

import psutil

from tui.lab.winrm.program import OutputSink, ProgramFactory, ProgramNotFoundError, ProgramStart, ShellProgram

_READ_SIZE = 65_536
_GROUP_PATIENCE_SECONDS = 5.0
_GROUP_POLL_SECONDS = 0.005


class ProcessProgram:
    """A child process in a process group of its own; ending it ends all it started."""

    def __init__(
        self,
        argv: Sequence[str],
        sink: OutputSink,
        *,
        environment: Mapping[str, str] | None = None,
        working_directory: str | None = None,
    ) -> None:
        """Start it; `environment` is the whole environment. Raises `ProgramNotFoundError`."""
        self._sink = sink
        self._input: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._reaped = threading.Lock()
        self._is_reaped = False
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=dict(environment) if environment is not None else None,
                cwd=working_directory,
                start_new_session=True,
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
            )
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ProgramNotFoundError(str(argv[0])) from error
        assert self._process.stdin  # noqa: S101 - Popen was asked for all three
        assert self._process.stdout  # noqa: S101
        assert self._process.stderr  # noqa: S101
        readers = [
            self._thread("stdout", self._read, self._process.stdout, sink.stdout),
            self._thread("stderr", self._read, self._process.stderr, sink.stderr),
        ]
        self._writer = self._thread("stdin", self._write, self._process.stdin)
        self._thread("wait", self._wait, readers)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def write(self, data: bytes) -> None:
        """Queue bytes for standard input."""
        self._input.put(data)

    def close_input(self) -> None:
        """Close standard input once everything queued is written."""
        self._input.put(None)

    def interrupt(self) -> None:
        """Send what Ctrl+C sends."""
        if sys.platform == "win32":
            self._process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            self._signal_group(signal.SIGINT)

    def kill(self) -> None:
        """Kill the process and everything in its group."""
        if sys.platform == "win32":
            subprocess.run(
                ["taskkill", "/T", "/F", "/PID", str(self._process.pid)],  # noqa: S607 - a program of Windows itself
                capture_output=True,
                check=False,
            )
        else:
            self._signal_group(signal.SIGKILL)

    def _thread(self, name: str, target: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, name=f"{name}-{self._process.pid}", daemon=True)
        thread.start()
        return thread

    def _signal_group(self, number: signal.Signals) -> None:
        # Once the leader is reaped its number may belong to a stranger.
        with self._reaped:
            if not self._is_reaped and sys.platform != "win32":
                try:
                    os.killpg(self._process.pid, number)
                except ProcessLookupError:
                    return

    def _wait_for_group(self) -> None:
        # A killed process closes its pipes before it is gone, on a busy machine by tens of milliseconds: without this
        # wait `exited` would be said while a grandchild can still be seen.
        deadline = time.monotonic() + _GROUP_PATIENCE_SECONDS
        while _running_in_group(self._process.pid) and time.monotonic() < deadline:
            time.sleep(_GROUP_POLL_SECONDS)

    def _read(self, pipe: IO[bytes], deliver: Callable[[bytes], None]) -> None:
        with pipe:
            while data := pipe.read(_READ_SIZE):
                deliver(data)

    def _write(self, pipe: IO[bytes]) -> None:
        broken = False
        while (data := self._input.get()) is not None:
            view = memoryview(data)
            while view and not broken:
                try:
                    view = view[pipe.write(view) :]
                except OSError:
                    broken = True
        try:
            pipe.close()
        except OSError:
            return

    def _wait(self, readers: Sequence[threading.Thread]) -> None:
        # As in WinRM, a command lasts as long as anybody holds its output, not only as long as its first process.
        for reader in readers:
            reader.join()
        if sys.platform == "win32":
            code = self._process.wait()
        else:
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            self._signal_group(signal.SIGKILL)
            self._wait_for_group()
            with self._reaped:
                self._is_reaped = True
                code = self._process.wait()
        self._input.put(None)
        self._writer.join()
        self._sink.exited(code if code >= 0 else 128 - code)


def _running_in_group(group: int) -> bool:
    if sys.platform == "win32":
        return False
    for pid in psutil.pids():
        try:
            if os.getpgid(pid) == group and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return False


def run_program(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> ProgramFactory:
    """Return a factory that runs one real program, whatever command line the client sends."""

    def start_program(start: ProgramStart, sink: OutputSink) -> ShellProgram:
        base = dict(os.environ) if environment is None else dict(environment)
        base.pop("NTLM_USER_FILE", None)
        return ProcessProgram(argv, sink, environment={**base, **start.environment})

    return start_program
