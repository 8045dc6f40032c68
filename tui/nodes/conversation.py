"""The guard around pywinrm: one connection, one authentication, one thread at a time.

pywinrm must not be used by two threads, does not notice that an idle connection was cut (it then gets HTTP 400 for
ever), and waits half a minute for a machine that is off. Every call goes through here.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from tui.nodes.connection import Connection
from tui.nodes.errors import Cancelled
from tui.nodes.faults import Broken, understood
from tui.nodes.sockets import OpenSockets, probe
from tui.nodes.transports import NodeTransport, new_protocol

if TYPE_CHECKING:
    from winrm.protocol import Protocol

T = TypeVar("T")

log = logging.getLogger("azsconfig.nodes")
READ_GRACE_SECONDS = 5
"""How much longer than the node we wait for the end of an operation."""
HANDSHAKE_SECONDS = 20
CONNECT_SECONDS = 10
"""For TCP and TLS together, after the probe has found the port open."""


class Conversation:
    """Calls of pywinrm's protocol over one connection that is made when needed and made anew when it must be."""

    def __init__(self, connection: Connection, handshakes: threading.Semaphore, name: str) -> None:
        self._connection = connection
        self._handshakes = handshakes
        self._name = name
        self._lock = threading.Lock()
        self._sockets = OpenSockets()
        self._protocol: Protocol | None = None
        self._used_at = 0.0
        self._worked = False
        self.authentication: str | None = None
        """How the node knows us, once it does."""

    @contextlib.contextmanager
    def held(self, seconds: float) -> Generator[bool]:
        """Hold the conversation for calls of this thread; gives False when another had it for that many seconds."""
        held = self._lock.acquire(timeout=seconds) if seconds > 0 else self._lock.acquire(blocking=False)
        try:
            yield held
        finally:
            if held:
                self._lock.release()

    def call(
        self, operation: "Callable[[Protocol], T]", *, seconds: float, grace_seconds: float = READ_GRACE_SECONDS
    ) -> T:
        """Do one operation that the node may take `seconds` for; whoever calls holds the conversation.

        Its answer may take `grace_seconds` longer. Raises NodeError, or Broken, Silent, Busy or Gone. After Broken the
        next call connects anew; shell and command survive that on the node.
        """
        try:
            self._worked = self._worked and self._is_open
            protocol = self._connected(seconds, grace_seconds)
            self._limit(protocol, seconds, grace_seconds)
            result = operation(protocol)
        except Exception as error:  # noqa: BLE001, RUF100 - the one place where every library's errors get a meaning
            meaning = understood(error, self._connection, worked=self._worked)
            if isinstance(meaning, Broken):
                log.info("%s: the %s conversation broke: %s", self._connection.node, self._name, meaning)
                self._forget()
            else:
                self._used_at = time.monotonic()
            if self._sockets.is_cut:
                raise Cancelled(self._connection.node, "The channel was closed.") from error
            raise meaning from error
        self._used_at = time.monotonic()
        self._worked = True
        return result

    def cut(self) -> None:
        """Cut the connection for good, also under a thread that waits for an answer on it."""
        self._sockets.cut()
        with self.held(0) as held:
            if held:
                self._forget()

    @property
    def _is_open(self) -> bool:
        return self._protocol is not None and self._protocol.transport.session is not None

    def _connected(self, seconds: float, grace_seconds: float) -> "Protocol":
        protocol = self._protocol
        if protocol is None:
            protocol = self._protocol = new_protocol(self._connection, self._sockets)
        transport = _transport(protocol)
        idle = time.monotonic() - self._used_at
        if transport.session is not None and idle > self._connection.connection_idle_limit.total_seconds():
            transport.forget()
            self._worked = False
        if transport.session is None:
            self._connect(protocol, transport, seconds, grace_seconds)
        return protocol

    def _connect(self, protocol: "Protocol", transport: NodeTransport, seconds: float, grace_seconds: float) -> None:
        parts = urlsplit(self._connection.url)
        probe(self._connection, parts.hostname or "", parts.port or 0)
        while not self._handshakes.acquire(timeout=0.5):
            if self._sockets.is_cut:
                raise Cancelled(self._connection.node, "The channel was closed.")
        try:
            self._limit(protocol, min(seconds, HANDSHAKE_SECONDS), grace_seconds)
            transport.build_session()
        finally:
            self._handshakes.release()
        if transport.authentication != self.authentication:
            self.authentication = transport.authentication
            log.info("%s: %s, authenticated with %s", self._connection.node, self._connection.url, self.authentication)

    def _limit(self, protocol: "Protocol", seconds: float, grace_seconds: float) -> None:
        """Set how long the node may take for the next operation, and how much longer we wait."""
        protocol.operation_timeout_sec = max(1, int(seconds))
        # requests takes a pair: for connecting, and for reading.
        protocol.transport.read_timeout_sec = cast("Any", (CONNECT_SECONDS, max(0.2, seconds + grace_seconds)))

    def _forget(self) -> None:
        if self._protocol is not None:
            _transport(self._protocol).forget()


def _transport(protocol: "Protocol") -> NodeTransport:
    return cast("NodeTransport", protocol.transport)
