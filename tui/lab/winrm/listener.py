"""A listening socket on loopback and the threads that serve its connections."""

import contextlib
import socket
import ssl
import sys
import threading

from tui.lab.winrm.connection import Connection, EndpointParts

LOOPBACK = "127.0.0.1"
_BACKLOG = 128
_JOIN_SECONDS = 10.0


class Listener:
    """Accepts connections on one port; every one gets a thread, so that no client can block another."""

    def __init__(self, parts: EndpointParts, tls: tuple[ssl.SSLContext, bytes] | None = None) -> None:
        self._parts = parts
        self._tls = tls
        self._lock = threading.Lock()
        self._open: dict[Connection, threading.Thread] = {}
        self._socket: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self.port = 0
        """The port: chosen by the system at the first start, the same one after every restart."""

    def start(self) -> None:
        """Listen; raises OSError when the port was taken meanwhile."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # On Windows the option means something else: it would let others take the port while it is in use.
            if sys.platform != "win32":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((LOOPBACK, self.port))
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
        self.port = listening.getsockname()[1]
        self._socket = listening
        self._acceptor = threading.Thread(
            target=self._accept, args=(listening,), name=f"winrm-accept-{self.port}", daemon=True
        )
        self._acceptor.start()

    def close(self) -> None:
        """Close the port and cut every connection; their threads may still be on their way out."""
        listening, self._socket = self._socket, None
        if listening is None or self._acceptor is None:
            return
        # Closing a socket wakes no thread that waits in accept on every platform; a connection does.
        with contextlib.suppress(OSError):
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        self._acceptor.join(_JOIN_SECONDS)
        listening.close()
        self.cut_connections()

    def join(self) -> None:
        """Wait for the threads of the connections that `close` cut."""
        with self._lock:
            threads = list(self._open.values())
        for thread in threads:
            thread.join(_JOIN_SECONDS)

    def cut_connections(self) -> None:
        """Cut every connection there is and go on listening."""
        with self._lock:
            open_connections = list(self._open)
        for connection in open_connections:
            connection.cut()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, address = listening.accept()
            except OSError:
                return
            if self._socket is not listening:
                client.close()
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(client, address[0], self._parts, self._tls)
            thread = threading.Thread(
                target=self._serve, args=(connection,), name=f"winrm-{self.port}-{address[1]}", daemon=True
            )
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        finally:
            with self._lock:
                del self._open[connection]
