"""A listener on loopback for the lab's own programs: the relay of stand-ins and the control port."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


class LoopbackListener:
    """Accepts connections on 127.0.0.1 and gives each a thread, until it is stopped.

    `serve` owns its connection for as long as it runs; `stop` shuts connections down under it and waits for it.
    """

    def __init__(self, name: str, serve: Callable[[socket.socket], None]) -> None:
        self._name = name
        self._serve = serve
        self._lock = threading.Lock()
        self._stopped = False
        self._connections: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        """The port it listens on."""
        self._acceptor = threading.Thread(target=self._accept, name=f"lab {name}", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Close everything; when it returns none of its threads and connections is left."""
        with self._lock:
            self._stopped = True
            connections, threads = list(self._connections), list(self._threads)
        self._wake_acceptor()
        self._acceptor.join()
        for connection in connections:
            shut_down(connection)
        for thread in threads:
            thread.join()

    def _wake_acceptor(self) -> None:
        # Closing a socket does not wake its accept() everywhere; a connection does.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            pass

    def _accept(self) -> None:
        with self._listener:
            while True:
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    if self._stopped:
                        return
                    continue
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                thread = threading.Thread(
                    target=self._run, args=(connection,), name=f"lab {self._name} connection", daemon=True
                )
                with self._lock:
                    if self._stopped:
                        connection.close()
                        return
                    self._connections.add(connection)
                    self._threads.add(thread)
                    thread.start()

    def _run(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._serve(connection)
        except OSError as error:
            _log.debug("%s: connection lost: %s", self._name, error)
        except Exception:  # one bad connection must not cost the others; the lab's log has it
            _log.exception("%s: connection failed", self._name)
        finally:
            with self._lock:
                self._connections.discard(connection)
                self._threads.discard(threading.current_thread())


def shut_down(connection: socket.socket) -> None:
    """Shut a connection down in both directions, which wakes whoever reads or writes it."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
