"""Endpoints for these tests: accounts, certificates and servers that must leave nothing behind."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import pytest
from pypsrp.wsman import WSMan
from winrm.protocol import Protocol

from tui.lab.certificates import CertificateAuthority, IssuedCertificate
from tui.lab.winrm.accounts import Account, AccountStore
from tui.lab.winrm.command_prompt import CommandPrompt
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.program import ProgramFactory
from tui.lab.winrm.server import EndpointOptions, WinrmServer

PASSWORD = "Correct-Horse-7"
ADMINISTRATOR = Account("Administrator", PASSWORD, "HCI", "hci.contoso.test")
SECOND_ADMINISTRATOR = Account("Operator", PASSWORD, "HCI", "hci.contoso.test")
LOCAL_ADMINISTRATOR = Account("vagrant", PASSWORD)
USER = Account("Reader", PASSWORD, "HCI", "hci.contoso.test", administrator=False)
PATIENCE_SECONDS = 30.0


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something another thread does; fails when it never happens."""
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for never happened"
        pause.wait(0.005)


@dataclass(frozen=True)
class Lab:
    """What the endpoints of these tests share."""

    authority: CertificateAuthority
    server_certificate: IssuedCertificate
    client_certificate: IssuedCertificate
    store: AccountStore


@dataclass(frozen=True)
class Node:
    """A running endpoint and ways to talk to it."""

    server: WinrmServer
    lab: Lab

    def pypsrp(self, auth: str, *, ssl: bool, user: str = r"HCI\Administrator", **more: object) -> WSMan:
        settings: dict[str, object] = {
            "server": "localhost" if ssl else "127.0.0.1",
            "port": self.server.https_port if ssl else self.server.http_port,
            "ssl": ssl,
            "auth": auth,
            "username": user,
            "password": PASSWORD,
            "no_proxy": True,
            "cert_validation": str(self.lab.authority.ca_file) if ssl else True,
            **more,
        }
        return WSMan(**settings)  # pyright: ignore[reportArgumentType] - a table of settings per case

    def pywinrm(
        self, transport: str, *, ssl: bool = False, user: str = r"HCI\Administrator", **more: object
    ) -> Protocol:
        endpoint = (self.server.https_url or "").replace("127.0.0.1", "localhost") if ssl else self.server.http_url
        settings: dict[str, object] = {
            "endpoint": endpoint,
            "transport": transport,
            "username": user,
            "password": PASSWORD,
            "proxy": None,
            "ca_trust_path": str(self.lab.authority.ca_file),
            **more,
        }
        return Protocol(**settings)  # pyright: ignore[reportArgumentType] - a table of settings per case


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("winrm")
    authority = CertificateAuthority(folder / "ca")
    accounts = [ADMINISTRATOR, SECOND_ADMINISTRATOR, LOCAL_ADMINISTRATOR, USER]
    return Lab(
        authority,
        authority.issue_server("HCI-N1", ["hci-n1.hci.contoso.test"]),
        authority.issue_client("Administrator@hci.contoso.test"),
        AccountStore(folder / "accounts", accounts, ["HCI-N1"]),
    )


NodeFactory = Callable[..., Node]


@pytest.fixture
def start_node(lab: Lab) -> Generator[NodeFactory]:
    """Start endpoints; every one is stopped at the end, and no thread of theirs may be left."""
    before = set(threading.enumerate())
    servers: list[WinrmServer] = []

    def start(programs: ProgramFactory | None = None, options: EndpointOptions | None = None) -> Node:
        server = WinrmServer(
            "HCI-N1",
            programs=programs or CommandPrompt("HCI-N1"),
            accounts=lab.store,
            certificate=lab.server_certificate,
            client_ca=lab.authority.ca_file,
            options=options or EndpointOptions(authentication=ServiceAuthentication(certificate=True, credssp=True)),
        )
        server.start()
        servers.append(server)
        return Node(server, lab)

    yield start
    for server in servers:
        server.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), f"{thread.name} outlived its endpoint"


@pytest.fixture
def node(start_node: NodeFactory) -> Node:
    """An endpoint with every way to sign in and a small Windows command prompt behind it."""
    return start_node()
