"""HTTPS on loopback for the simulated Azure."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from tui.lab.azure.http_messages import BadRequestError, ConnectionCutError, Request, Response, json_response
from tui.lab.certificates import IssuedCertificate
from tui.lab.loopback import shut_down

_LONGEST_BODY = 4 * 1024 * 1024
_log = logging.getLogger(__name__)

Handle: TypeAlias = Callable[[Request], Response]


class HttpsServer:
    """Answers requests over TLS, each connection on a thread of its own, until it is stopped."""

    def __init__(self, name: str, certificate: IssuedCertificate, handle: Handle) -> None:
        """Listen at once on a free port; `handle` is called from many threads."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate_file, certificate.key_file)
        self._server = _Server(context, handle)
        self.port: int = self._server.server_address[1]
        """The port it listens on."""
        self.url = f"https://localhost:{self.port}"
        """Its URL, without a slash at the end."""
        self._server.base_url = self.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"lab {name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close everything; when it returns none of its threads and connections is left."""
        self._server.shutdown()
        self._thread.join()
        self._server.cut()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, context: ssl.SSLContext, handle: Handle) -> None:
        self.context = context
        self.handle = handle
        self.base_url = ""
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Shake hands on the connection's own thread: a client that is slow there holds up nobody."""
        with self._lock:
            self._connections.add(request)
        try:
            secure = self.context.wrap_socket(request, server_side=True)
        except OSError:
            self.shutdown_request(request)
            return
        finally:
            with self._lock:
                self._connections.discard(request)
        with self._lock:
            self._connections.add(secure)
        try:
            super().process_request_thread(secure, client_address)
        finally:
            with self._lock:
                self._connections.discard(secure)

    def cut(self) -> None:
        """Cut every connection, also idle ones."""
        with self._lock:
            connections = tuple(self._connections)
        for connection in connections:
            shut_down(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's words
        """Write nothing to the terminal: a connection that was cut is no news."""
        _log.debug("a connection failed", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        _log.debug(format, *args)

    def _serve(self) -> None:
        try:
            self._reply(self._answer())
        except ConnectionCutError:
            self.close_connection = True

    def _answer(self) -> Response:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= _LONGEST_BODY:
            self.close_connection = True
            return _refusal(413 if length > 0 else 400, "the content is too long, or its length is no number")
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            base_url=self.server.base_url,
        )
        try:
            return self.server.handle(request)
        except BadRequestError as error:
            return _refusal(400, str(error))
        except ConnectionCutError:
            raise
        except Exception:  # the lab's own mistake is told as what Azure says of its own
            _log.exception("%s %s failed", request.method, request.path)
            return _refusal(500, "the lab failed; see its log")

    def _reply(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)


def _refusal(status: int, message: str) -> Response:
    return json_response(status, {"error": {"code": "LabRefusal", "message": message}})
