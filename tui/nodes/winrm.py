"""The carrier over WinRM: one shell, one long-lived PowerShell in it, input by Send, output by Receive.

Two conversations: whoever comes first takes the main one, and whoever comes meanwhile the control one, which is only
made when it is needed. So input never waits for output, nor output for input.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from tui.nodes.carrier import Delivery, Gone
from tui.nodes.command_line import WINDOWS_POWERSHELL, powershell_arguments
from tui.nodes.connection import Connection
from tui.nodes.conversation import Conversation
from tui.nodes.errors import Cancelled, Lost, NodeError, Unreachable, Unreadable
from tui.nodes.faults import Aborted, Broken, Busy, Silent, words_for
from tui.nodes.patience import Patience

if TYPE_CHECKING:
    from winrm.protocol import Protocol

log = logging.getLogger("azsconfig.nodes")

T = TypeVar("T")

UTF8_CODEPAGE = 65001
SEND_BYTES = 64 * 1024
"""At most in one Send: its envelope must stay far below MaxEnvelopeSizekb."""
OPEN_SECONDS = 25
RECEIVE_SECONDS = 15
SEND_SECONDS = 10
BUSY_DELAYS_SECONDS = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Waits while the node still writes what was sent before (fault 170)."""
RETRY_DELETE_SECONDS = 0.05
SHELL_GONE = "The shell on the node is gone."
LIBRARIES = ("urllib3", "requests", "requests_ntlm", "requests_credssp", "spnego", "winrm")


class WinRMCarrier:
    """One PowerShell on a node, in a shell of its own."""

    def __init__(self, connection: Connection, handshakes: threading.Semaphore) -> None:
        for name in LIBRARIES:
            # They log tokens and messages, and must not reach whatever handler the program has.
            logging.getLogger(name).propagate = False
        self._connection = connection
        self._main = Conversation(connection, handshakes, "main")
        self._control = Conversation(connection, handshakes, "control")
        self._unused = threading.Semaphore(2)
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._reading = Patience(connection.node, self._closing)
        self._shell: str | None = None
        self._command: str | None = None

    @property
    def authentication(self) -> str | None:
        """How the node knows us, once it does."""
        return self._main.authentication

    @property
    def shell_id(self) -> str | None:
        """The shell's id on the node."""
        return self._shell

    def open(self, first_line: bytes) -> None:
        """Open the shell and start PowerShell in it."""
        patience = Patience(self._connection.node, self._closing)
        while True:
            self._raise_if_closing()
            try:
                self._start()
                break
            except (Broken, Silent, Busy, Gone) as error:
                # The shell of an answer that was lost has no name here; its idle timeout removes it.
                with self._main.held(SEND_SECONDS) as held:
                    if held:
                        self._delete_shell(self._main, SEND_SECONDS)
                try:
                    patience.failed(error)
                except (Lost, Unreadable) as end:
                    message = f"What answers at the address does not answer as WinRM: {words_for(error)}."
                    raise Unreachable(self._connection.node, message) from end
        self.write(first_line)

    def _start(self) -> None:
        def open_shell(protocol: "Protocol") -> str:
            idle = _duration(self._connection.shell_idle_timeout)
            return protocol.open_shell(codepage=UTF8_CODEPAGE, noprofile=True, idle_timeout=idle)

        def run(protocol: "Protocol") -> str:
            return protocol.run_command(
                self._shell or "", WINDOWS_POWERSHELL, powershell_arguments(), console_mode_stdin=False
            )

        with self._main.held(OPEN_SECONDS) as held:
            if not held:
                raise Silent
            self._shell = self._main.call(open_shell, seconds=OPEN_SECONDS)
            log.info("%s: opened shell %s", self._connection.node, self._shell)
            self._raise_if_closing()
            self._command = self._main.call(run, seconds=OPEN_SECONDS)

    def write(self, data: bytes) -> None:
        """Send lines, over whichever conversation is free."""
        with self._writing:
            for number, part in enumerate(_parts(data)):
                try:
                    self._send(part)
                except Gone as error:
                    if number:
                        raise Lost(self._connection.node, SHELL_GONE, may_have_run=True) from error
                    raise

    def _send(self, part: bytes) -> None:
        shell, command = self._shell, self._command
        if shell is None or command is None:
            raise Gone
        patience = Patience(self._connection.node, self._closing)
        busy = iter(BUSY_DELAYS_SECONDS)
        uncertain = False
        while True:
            self._raise_if_closing()
            content = part

            def send(protocol: "Protocol", content: bytes = content) -> None:
                protocol.send_command_input(shell, command, content)

            try:
                self._on_free(send, SEND_SECONDS)
            except Busy as error:
                delay = next(busy, None)
                if delay is None:
                    raise Lost(
                        self._connection.node, "The node does not take input any more (it stays busy)."
                    ) from error
                self._closing.wait(delay)
            except Gone as error:
                if uncertain or isinstance(error, Aborted):
                    raise Lost(self._connection.node, SHELL_GONE, may_have_run=True) from error
                raise
            except (Broken, Silent, Unreachable) as error:
                uncertain = uncertain or not (isinstance(error, Unreachable) or getattr(error, "untouched", False))
                patience.failed(error)
                # It may have been written, whole or in part: a line end keeps that apart from its repetition.
                part = b"\n" + part.lstrip(b"\n")
            else:
                return

    def read(self) -> Delivery:
        """Wait for output; an answer that was lost is a gap, and is never asked for again the same way."""
        shell, command = self._shell, self._command
        if shell is None or command is None:
            raise Gone

        def receive(protocol: "Protocol") -> tuple[bytes, bytes, int, bool]:
            return protocol.get_command_output_raw(shell, command)

        try:
            # Not behind a line that is being sent: PowerShell may take none before its output has been fetched.
            with self._free(SEND_SECONDS) as conversation:
                self._raise_if_closing()
                stdout, stderr, code, done = conversation.call(receive, seconds=RECEIVE_SECONDS)
        except Silent:
            self._reading.worked()
            return Delivery()
        except Busy:
            self._closing.wait(BUSY_DELAYS_SECONDS[0])
            return Delivery()
        except (Broken, Unreachable) as error:
            self._reading.failed(error)
            return Delivery(gap=True)
        self._reading.worked()
        return Delivery(stdout=stdout, stderr=stderr, ended=done, exit_code=code if done else None)

    def close(self, within: float) -> bool:
        """End PowerShell and delete the shell, then cut both connections."""
        until = time.monotonic() + within
        self._closing.set()
        if self._shell is None:
            # An answer to Create may be on its way: its shell can only be deleted when it is known.
            with self._main.held(within / 2):
                pass
        gone = self._shell is None
        if not gone:
            # A broken node must not keep us: the shell's idle timeout removes what we cannot.
            with contextlib.suppress(Exception), self._free(within / 2) as conversation:
                self._terminate(conversation, (until - time.monotonic()) / 2)
                gone = self._delete_shell(conversation, until - time.monotonic())
        self._main.cut()
        self._control.cut()
        log.info("%s: closed the shell%s", self._connection.node, "" if gone else ", without an answer")
        return gone

    def _terminate(self, conversation: Conversation, seconds: float) -> None:
        shell, command = self._shell, self._command
        if shell is not None and command is not None:
            with contextlib.suppress(Broken, Silent, Busy, Gone):
                conversation.call(
                    lambda protocol: protocol.cleanup_command(shell, command), seconds=seconds, grace_seconds=0
                )

    def _delete_shell(self, conversation: Conversation, seconds: float) -> bool:
        shell, self._shell, self._command = self._shell, None, None
        if shell is None:
            return True
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                conversation.call(
                    lambda protocol: protocol.close_shell(shell, close_session=False), seconds=left, grace_seconds=0
                )
            except Gone:
                return True
            except (Broken, Busy):
                time.sleep(RETRY_DELETE_SECONDS)
                continue
            except (Silent, NodeError):
                return False
            return True
        return False

    def _on_free(self, operation: "Callable[[Protocol], T]", seconds: float) -> T:
        with self._free(seconds) as conversation:
            return conversation.call(operation, seconds=seconds)

    @contextlib.contextmanager
    def _free(self, seconds: float) -> Generator[Conversation]:
        """Hold the main conversation when it is free, else the control one, whichever is so first."""
        until = time.monotonic() + seconds
        if not self._unused.acquire(timeout=max(0.0, seconds)):
            raise Silent
        try:
            with self._main.held(0) as main:
                if main:
                    yield self._main
                    return
            with self._control.held(until - time.monotonic()) as control:
                if not control:
                    raise Silent
                yield self._control
        finally:
            self._unused.release()

    def _raise_if_closing(self) -> None:
        if self._closing.is_set():
            raise Cancelled(self._connection.node, "The channel was closed.")


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield pieces for one Send each, cut between lines unless one line is longer than that."""
    start = 0
    while start < len(data):
        end = len(data) if len(data) - start <= SEND_BYTES else data.rfind(b"\n", start, start + SEND_BYTES) + 1
        if end <= start:
            end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def _duration(time_span: timedelta) -> str:
    return f"PT{time_span.total_seconds():g}S"
