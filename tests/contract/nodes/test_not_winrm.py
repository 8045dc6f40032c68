"""Things that answer at a node's address and are no WinRM, or a broken one."""

import threading
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.contract.nodes.node_world import ECHO, PASSWORD, PATIENCE_SECONDS, OpenChannel
from tui.nodes.connection import Connection, TransportKind
from tui.nodes.errors import Configuration, NodeError, Unreachable, Unreadable, WrongCredentials
from tui.secret import Secret

Answer = tuple[int, dict[str, str], bytes]
Serve = Callable[[Answer], str]

SERVED: dict[str, tuple[Answer, TransportKind, type[NodeError]]] = {
    "a web page": ((200, {"Content-Type": "text/html"}, b"<html>It works</html>"), TransportKind.NTLM, Unreachable),
    "a web page without type": ((200, {}, b"\xff\xfe\x00" * 50), TransportKind.NTLM, Unreachable),
    "a page that asks nobody who they are": ((200, {}, b"ok"), TransportKind.NEGOTIATE, Configuration),
    "a redirect": ((302, {"Location": "http://127.0.0.1:9/"}, b""), TransportKind.NTLM, Unreachable),
    "not found": ((404, {}, b"nothing here"), TransportKind.NTLM, Unreachable),
    "only digest": ((401, {"WWW-Authenticate": 'Digest realm="x"'}, b""), TransportKind.NTLM, WrongCredentials),
    "only digest for negotiate": (
        (401, {"WWW-Authenticate": 'Digest realm="x"'}, b""),
        TransportKind.NEGOTIATE,
        Configuration,
    ),
    "a challenge that is none": ((401, {"WWW-Authenticate": "NTLM !!!"}, b""), TransportKind.NTLM, NodeError),
    "a token that is none": ((401, {"WWW-Authenticate": "Negotiate AAAA"}, b""), TransportKind.NEGOTIATE, NodeError),
    "half an error": ((500, {"Content-Type": "application/soap+xml"}, b"<s:Envelope>"), TransportKind.NTLM, NodeError),
}


@pytest.fixture
def serve() -> Generator[Serve]:
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        status, headers, body = answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/wsman"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("case", SERVED)
def test_what_is_no_winrm_is_an_error_in_words(case: str, serve: Serve, open_channel: OpenChannel) -> None:
    answer, transport, expected = SERVED[case]
    connection = Connection("N", serve(answer), transport, user="u", password=Secret(PASSWORD))
    with pytest.raises(NodeError) as raised:
        open_channel(connection).submit(ECHO, {"Number": 1}).result(PATIENCE_SECONDS)
    assert isinstance(raised.value, expected), raised.value
    assert not isinstance(raised.value, Unreadable)
    assert raised.value.remedy
    assert not raised.value.may_have_run
    assert PASSWORD not in raised.value.message
