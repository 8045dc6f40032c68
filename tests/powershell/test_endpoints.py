"""test-endpoints: what a node reaches, through which proxy, and in words what stands in the way."""

import socket
import ssl
import struct
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_engine import ScriptEngine
from tui.lab.certificates import CertificateAuthority

WINHTTP = """
function Get-ItemProperty {
    [CmdletBinding()] param([string] $LiteralPath, [string] $Name)
    if ($Name -ne 'WinHttpSettings') { throw "no $Name" }
    [pscustomobject] @{ WinHttpSettings = [byte[]] @(%s) }
}
"""


class _Site(BaseHTTPRequestHandler):
    """Answers that there is no such page, and lets others through as a proxy does."""

    asked: list[str]
    site: int

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        self.close_connection = True
        status = {"forbidden.test:443": 403, "sign-in.test:443": 407, "broken.test:443": 502}.get(self.path)
        if status is not None:
            self.send_response(status)
            if status == 407:
                self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(("127.0.0.1", self.site)) as onward:
            back = threading.Thread(target=_copy, args=(onward, self.connection))
            back.start()
            _copy(self.connection, onward)
            back.join()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that does not trust a certificate goes away in the middle."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def served(context: ssl.SSLContext | None = None, **of_handler: Any) -> Generator[int]:
    """Serve on a port of loopback."""
    handler = type("Handler", (_Site,), {"asked": [], "site": 0, **of_handler})
    with _Server(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def site(authority: CertificateAuthority) -> Iterator[int]:
    """The port of a site whose certificate nobody trusts but who knows our authority."""
    certificate = authority.issue_server("through.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate_file, certificate.key_file)
    with served(context) as port:
        yield port


@pytest.fixture
def quiet() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def ask(engine: ScriptEngine, *endpoints: str, seconds: int = 10, prelude: str = "") -> list[dict[str, Any]]:
    parameters = {"Endpoint": list(endpoints), "TimeoutSeconds": seconds}
    run = engine.run("test-endpoints", prelude=prelude, parameters=parameters)
    assert not run.errors
    assert not run.hollow
    assert [answer["Endpoint"] for answer in run.out] == list(endpoints)
    return run.out


def test_any_answer_is_reachable(engine: ScriptEngine) -> None:
    with served() as port:
        endpoint = f"http://127.0.0.1:{port}/"
        assert ask(engine, endpoint) == [{"Endpoint": endpoint, "Reachable": True, "Proxy": None, "Error": None}]


def test_a_port_nobody_listens_on_refuses(engine: ScriptEngine, closed: int) -> None:
    (answer,) = ask(engine, f"127.0.0.1:{closed}")
    assert (answer["Reachable"], answer["Error"]) == (False, f"127.0.0.1:{closed} refused the connection.")


def test_a_name_that_does_not_exist_is_not_resolved(engine: ScriptEngine) -> None:
    (answer,) = ask(engine, "no-such-host.invalid")
    assert answer["Error"] == "The name of no-such-host.invalid was not resolved."


def test_a_certificate_that_is_not_trusted_is_said(engine: ScriptEngine, site: int) -> None:
    (answer,) = ask(engine, f"localhost:{site}")
    assert answer["Reachable"] is False
    assert answer["Error"].startswith(f"The TLS certificate of localhost:{site} is not trusted: ")


def test_all_are_waited_for_together(engine: ScriptEngine, quiet: int) -> None:
    with served() as port:
        endpoints = [*(f"127.0.0.1:{quiet}" for _ in range(20)), f"http://127.0.0.1:{port}"]
        # One after the other they would use up the engine's patience.
        answers = ask(engine, *endpoints, seconds=1)
    assert {answer["Error"] for answer in answers[:-1]} == {f"127.0.0.1:{quiet} did not answer in time."}
    assert answers[-1]["Reachable"] is True


@pytest.mark.parametrize("endpoint", ["*.his.arc.azure.com", "two words", "https://", "host:port"])
def test_what_is_no_host_is_said_to_be_none(engine: ScriptEngine, endpoint: str) -> None:
    (answer,) = ask(engine, endpoint)
    assert answer["Error"] == f"'{endpoint}' is no name of a host; it takes host or host:port."


def winhttp(proxy: str, bypass: str = "", flags: int = 3) -> str:
    """Return what the registry holds where `netsh winhttp set proxy` was used."""
    texts = b"".join(struct.pack("<i", len(text)) + text.encode("ascii") for text in (proxy, bypass))
    blob = struct.pack("<iii", 0x28, 0, flags) + texts
    return WINHTTP % ",".join(str(byte) for byte in blob)


@pytest.mark.parametrize(
    ("settings", "proxy"),
    [
        (("127.0.0.1:{0}",), True),
        (("http=127.0.0.1:1;https=127.0.0.1:{0}",), True),
        (("http=127.0.0.1:1",), False),
        (("127.0.0.1:{0}", "*.else.invalid;<local>"), True),
        (("127.0.0.1:{0}", "<local>;*.invalid"), False),
        (("127.0.0.1:{0}", "", 1), False),
    ],
)
def test_the_proxy_of_winhttp_is_asked_where_there_is_no_other(
    engine: ScriptEngine, closed: int, settings: tuple[Any, ...], proxy: bool
) -> None:
    prelude = winhttp(settings[0].format(closed), *settings[1:])
    (answer,) = ask(engine, "no-such-host.invalid", prelude=prelude)
    if proxy:
        assert answer["Proxy"] == f"http://127.0.0.1:{closed}"
        assert answer["Error"] == f"The proxy 127.0.0.1:{closed} refused the connection."
    else:
        assert answer["Proxy"] is None
        assert answer["Error"] == "The name of no-such-host.invalid was not resolved."


def test_a_broken_setting_of_winhttp_is_none(engine: ScriptEngine, closed: int) -> None:
    for blob in ("1,2,3", "40,0,0,0,0,0,0,0,3,0,0,0,255,0,0,0", "40,0,0,0,0,0,0,0,3,0,0,0,255,255,255,255,1"):
        (answer,) = ask(engine, f"127.0.0.1:{closed}", prelude=WINHTTP % blob)
        assert answer["Proxy"] is None


@pytest.fixture(scope="module")
def proxied(pwsh: Path, authority: CertificateAuthority, site: int) -> Iterator[tuple[ScriptEngine, int, list[str]]]:
    """An engine behind a proxy, which trusts our authority; the proxy's port and what it was asked for."""
    asked: list[str] = []
    with served(asked=asked, site=site) as port, pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy"):
            patch.setenv(name, f"http://127.0.0.1:{port}")
        patch.setenv("no_proxy", "past.invalid")
        patch.setenv("SSL_CERT_FILE", str(authority.ca_file))
        engine = ScriptEngine(pwsh)
        yield engine, port, asked
        engine.close()


def test_the_system_s_proxy_is_asked_and_named(proxied: tuple[ScriptEngine, int, list[str]]) -> None:
    engine, port, asked = proxied
    through, past = ask(engine, "through.test", "past.invalid")
    assert through == {
        "Endpoint": "through.test",
        "Reachable": True,
        "Proxy": f"http://127.0.0.1:{port}",
        "Error": None,
    }
    assert asked == ["through.test:443"]
    assert (past["Proxy"], past["Reachable"]) == (None, False)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("forbidden.test", "does not let the request through: "),
        ("broken.test", "does not let the request through: "),
        ("sign-in.test", "asks for a sign-in."),
    ],
)
def test_what_the_proxy_refuses_is_not_reachable(
    proxied: tuple[ScriptEngine, int, list[str]], host: str, said: str
) -> None:
    engine, port, _ = proxied
    (answer,) = ask(engine, host)
    assert answer["Reachable"] is False
    assert answer["Error"].startswith(f"The proxy 127.0.0.1:{port} {said}")
