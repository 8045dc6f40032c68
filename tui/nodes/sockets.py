"""TCP to a node: a quick look whether anybody answers, and connections that another thread can cut."""

import contextlib
import socket
import threading
import weakref

from tui.nodes.connection import Connection
from tui.nodes.errors import NameNotResolved, Unreachable


def probe(connection: Connection, host: str, port: int) -> None:
    """Raise NameNotResolved or Unreachable when nobody accepts connections at the address.

    WinRM's own time-out for connecting is that for reading, half a minute: this one is seconds.
    """
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NameNotResolved(connection.node, f"The name {host} cannot be resolved.") from error
    seconds = connection.connect_timeout.total_seconds()
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except ConnectionRefusedError as error:
        raise Unreachable(connection.node, f"{host} refuses connections on port {port}.") from error
    except TimeoutError as error:
        raise Unreachable(connection.node, f"{host} does not answer on port {port} within {seconds:g} s.") from error
    except OSError as error:
        raise Unreachable(
            connection.node, f"{host} cannot be reached on port {port}: {error.strerror or error}."
        ) from error


class OpenSockets:
    """The sockets of one conversation, so that a thread that waits on one can be woken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._last: weakref.ref[socket.socket] | None = None
        self._cut = False

    @property
    def last(self) -> socket.socket | None:
        """The socket that was connected last."""
        return self._last() if self._last else None

    @property
    def is_cut(self) -> bool:
        """Whether `cut` was called."""
        return self._cut

    def add(self, sock: socket.socket) -> None:
        """Take a connected socket; it is cut at once when this set is."""
        with self._lock:
            self._sockets.add(sock)
            self._last = weakref.ref(sock)
            cut = self._cut
        if cut:
            _shut(sock)

    def drop(self) -> None:
        """Close every connection, for a thread that uses them alone and connects anew.

        Closing the session does not close a connection whose answer was not read to its end.
        """
        with self._lock:
            sockets = list(self._sockets)
            self._sockets.clear()
        for sock in sockets:
            with contextlib.suppress(OSError, ValueError):
                sock.close()
                if sock.fileno() >= 0:
                    socket.close(sock.detach())

    def cut(self) -> None:
        """Cut every connection, now and for good; who waits on one gets an error."""
        with self._lock:
            self._cut = True
            sockets = list(self._sockets)
        for sock in sockets:
            _shut(sock)


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        # An SSL socket's own shutdown would change its state under the thread that reads from it.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
