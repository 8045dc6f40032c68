"""One running command of a shell: its program, and its output until a client has received it."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tui.lab.winrm import wsman_faults
from tui.lab.winrm.program import ShellProgram

_BUFFER_LIMIT = 4 * 1024 * 1024
_STREAM_OVERHEAD = 130
"""Bytes that one rsp:Stream element costs besides its data."""


@dataclass(frozen=True, slots=True)
class Received:
    """What one Receive hands out."""

    chunks: tuple[tuple[str, bytes], ...]
    """(stream name, data), everything of stdout first: that is how Windows groups one answer."""
    exit_code: int | None
    """Set when the command has ended and nothing of its output is left."""


class CommandOutput:
    """The sink a program writes into and Receive reads from. A full one blocks the program, as a full pipe would."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._chunks: deque[tuple[str, bytes]] = deque()
        self._pending = 0
        self._exit_code: int | None = None
        self._aborted = False
        self._discarding = False
        self._reader: object | None = None

    def stdout(self, data: bytes) -> None:
        """Take one write to standard output."""
        self._put("stdout", data)

    def stderr(self, data: bytes) -> None:
        """Take one write to standard error."""
        self._put("stderr", data)

    def exited(self, exit_code: int) -> None:
        """Note the end of the program."""
        with self._changed:
            if self._exit_code is None:
                self._exit_code = exit_code
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._exit_code is not None

    def wait_until_ended(self, timeout: float) -> bool:
        """Wait for the program's end; returns whether it came."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ended, timeout)

    def discard(self) -> None:
        """Let no write block any more: the program is being killed."""
        with self._changed:
            self._discarding = True
            self._changed.notify_all()

    def abort(self) -> None:
        """Fail pending and later receives: the shell is gone."""
        with self._changed:
            self._aborted = self._discarding = True
            self._chunks.clear()
            self._changed.notify_all()

    def receive(self, streams: Sequence[str], timeout: float, limit: int, linger: float) -> Received:
        """Wait for output or the end of the command, and take what fits into `limit` bytes of XML.

        `linger` is how long output may wait for the end of the command, so that both travel in one answer. Raises
        `WsmanFaultError` after `timeout` seconds of silence, when the shell goes away, and when a newer Receive
        takes over, which is what happens when a client lost its connection.
        """
        this_reader = object()
        deadline = time.monotonic() + timeout
        with self._changed:
            self._reader = this_reader
            self._changed.notify_all()

            def taken_over() -> bool:
                return self._aborted or self._reader is not this_reader

            self._changed.wait_for(lambda: self._chunks or self.ended or taken_over(), timeout)
            if linger and self._chunks:
                self._changed.wait_for(
                    lambda: self.ended or taken_over() or self._pending * 4 > limit * 3,
                    min(linger, max(0.0, deadline - time.monotonic())),
                )
            if taken_over():
                raise wsman_faults.operation_aborted()
            if not self._chunks and not self.ended:
                raise wsman_faults.timed_out()
            chunks = [chunk for chunk in self._take(limit) if chunk[0] in streams]
            chunks.sort(key=lambda chunk: chunk[0] != "stdout")
            self._changed.notify_all()
            return Received(tuple(chunks), None if self._chunks else self._exit_code)

    def _put(self, stream: str, data: bytes) -> None:
        if not data:
            return
        with self._changed:
            self._changed.wait_for(lambda: self._pending < _BUFFER_LIMIT or self._discarding or self.ended)
            if self._discarding or self.ended:
                return
            self._chunks.append((stream, data))
            self._pending += len(data)
            self._changed.notify_all()

    def _take(self, limit: int) -> list[tuple[str, bytes]]:
        taken: list[tuple[str, bytes]] = []
        room = limit
        while self._chunks:
            stream, data = self._chunks[0]
            fits = (room - _STREAM_OVERHEAD) // 4 * 3
            if fits <= 0:
                break
            if len(data) > fits:
                self._chunks[0] = (stream, data[fits:])
                data = data[:fits]
            else:
                self._chunks.popleft()
            taken.append((stream, data))
            self._pending -= len(data)
            room -= _STREAM_OVERHEAD + (len(data) + 2) // 3 * 4
        return taken


class RunningCommand:
    """A command of a shell, from Command until its end was received or it was signalled away."""

    def __init__(self, command_id: str, output: CommandOutput, program: ShellProgram) -> None:
        self.id = command_id
        self.output = output
        self.program = program
        self._interactive = False

    def write(self, data: bytes) -> None:
        """Hand bytes to the program's standard input."""
        self._interactive = True
        self.program.write(data)

    def close_input(self) -> None:
        """End the program's standard input."""
        self._interactive = False
        self.program.close_input()

    def receive(self, streams: Sequence[str], timeout: float, limit: int, linger: float) -> Received:
        """Receive output; a command that is being talked to answers at once, another waits `linger` for its end."""
        return self.output.receive(streams, timeout, limit, 0.0 if self._interactive else linger)

    def kill(self) -> None:
        """End the program; pending receives get what is left of its output and its exit code."""
        self.output.discard()
        self.program.kill()

    def abort(self) -> None:
        """End the program because its shell ends; pending receives fail."""
        self.output.abort()
        self.program.kill()
