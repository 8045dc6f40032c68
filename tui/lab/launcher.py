"""Starts a lab as a child process for one command of azsconfig, and ends it with that command.

Imports nothing heavy: the menu is drawn while the lab starts.
"""

import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

from tui.lab.ready import LabReady, ready_from_json

START_SECONDS = 20.0
"""How long a lab may take to start."""
_END_SECONDS = 10.0


class LabStartError(Exception):
    """The lab did not start; the message says why in words."""


class LabProcess:
    """A lab in a process of its own, between entering and leaving. It also ends when this process is killed."""

    def __init__(self, scenario: str, nodes: int, delay: float = 0.0) -> None:
        self._options = ["--scenario", scenario, "--nodes", str(nodes), "--delay", str(delay)]
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: LabReady | None = None

    def __enter__(self) -> LabReady:
        """Start it and wait until it is ready; raises `LabStartError`."""
        with tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tui.lab", "--json", "--watch-stdin", *self._options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                # Ctrl+C in this terminal is ours to act on; the lab ends because its input does.
                start_new_session=True,
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
            )
            try:
                self._ready = self._wait(self._process, errors)
            except BaseException:
                self._end()
                raise
        return self._ready

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _wait(self, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> LabReady:
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        output = process.stdout
        assert output is not None  # noqa: S101 - Popen was asked for it
        threading.Thread(target=lambda: lines.put(output.readline()), name="lab start", daemon=True).start()
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            raise LabStartError(f"the lab was not ready within {START_SECONDS:.0f} seconds") from None
        if not line:
            process.wait(_END_SECONDS)
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            reason = said[-1].removeprefix("azsconfig lab: ") if said else f"exit code {process.returncode}"
            raise LabStartError(reason)
        try:
            return ready_from_json(line)
        except ValueError as error:
            raise LabStartError(f"the lab said something else than where it is: {error}") from error

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101 - Popen was asked for it
        assert process.stdout is not None  # noqa: S101
        process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            if self._ready is not None:
                # Nobody else removes the folder of a lab that was killed.
                shutil.rmtree(Path(self._ready.config).parent, ignore_errors=True)
        process.stdout.close()
