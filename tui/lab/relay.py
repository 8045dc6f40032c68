"""The lab's side of the stand-in for PowerShell: gives the local node's pipes a program of the lab."""

import contextlib
import hmac
import socket
import threading
from collections.abc import Callable

from tui.lab.loopback import LoopbackListener
from tui.lab.stand_in import EXIT, HELLO, STDERR, STDIN, STDOUT, receive_frame, send_exit, send_frame
from tui.lab.winrm.program import OutputSink, ProgramStart, ShellProgram

_HELLO_SECONDS = 10.0

StartOnNode = Callable[[str, ProgramStart, OutputSink], ShellProgram | None]
"""Starts a program on a node by name; None when the node does not run."""


class _SocketSink:
    """Sends a program's output to the stand-in. A stand-in that nobody reads blocks it, as a pipe would."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._ended = False

    def stdout(self, data: bytes) -> None:
        self._send(STDOUT, data)

    def stderr(self, data: bytes) -> None:
        self._send(STDERR, data)

    def exited(self, exit_code: int) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
            try:
                send_exit(self._connection, exit_code)
            except OSError:
                return
            finally:
                # The stand-in ends now and so closes its side. Closing ours before could take the exit code with it.
                with contextlib.suppress(OSError):
                    self._connection.shutdown(socket.SHUT_WR)

    def _send(self, kind: int, data: bytes) -> None:
        with self._lock:
            if self._ended:
                return
            try:
                send_frame(self._connection, kind, data)
            except OSError:
                self._ended = True


class Relay:
    """Waits for stand-ins and runs what they ask for."""

    def __init__(self, token: str, start: StartOnNode) -> None:
        """`token` proves that a stand-in belongs to this lab's user."""
        self._token = token
        self._start = start
        self._listener = LoopbackListener("relay", self._serve)

    @property
    def port(self) -> int:
        """The port that stand-ins connect to."""
        return self._listener.port

    def stop(self) -> None:
        """End all of it, programs included."""
        self._listener.stop()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_HELLO_SECONDS)
        hello = receive_frame(connection)
        connection.settimeout(None)
        if hello is None or hello[0] != HELLO:
            return
        token, node, *arguments = hello[1].decode().split("\0")
        if not hmac.compare_digest(token, self._token):
            return
        sink = _SocketSink(connection)
        start = ProgramStart("powershell.exe", tuple(arguments), skip_cmd_shell=True, codepage=65001)
        program = self._start(node, start, sink)
        if program is None:
            sink.stderr(f"the simulated node {node} does not run\n".encode())
            sink.exited(1)
            return
        try:
            _relay_input(connection, program)
        finally:
            program.kill()


def _relay_input(connection: socket.socket, program: ShellProgram) -> None:
    """Hand input on until the program has ended or the stand-in is gone; the end of input alone ends neither."""
    while (frame := receive_frame(connection)) is not None and frame[0] != EXIT:
        kind, content = frame
        if kind != STDIN:
            return
        if content:
            program.write(content)
        else:
            program.close_input()
