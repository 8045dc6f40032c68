"""Endpoints with agents behind them, and channels that must leave nothing behind on either side."""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.nodes.echo_agent import EchoAgents
from tui.lab.certificates import CertificateAuthority, IssuedCertificate
from tui.lab.winrm.accounts import Account, AccountStore
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.program import ProgramFactory
from tui.lab.winrm.server import EndpointOptions, WinrmServer
from tui.nodes.channel import NodeChannel
from tui.nodes.connection import Connection, Target, TransportKind
from tui.nodes.process_wide import ProcessWide
from tui.nodes.script import Script
from tui.secret import Secret

PASSWORD = "Correct-Horse-7"
ADMINISTRATOR = r"HCI\Administrator"
PATIENCE_SECONDS = 30.0
PATIENCE = timedelta(seconds=PATIENCE_SECONDS)
ECHO = Script("echo", "param($Number) [pscustomobject] @{ Number = $Number }")


@dataclass(frozen=True)
class World:
    """Accounts and certificates of all endpoints of a test run."""

    authority: CertificateAuthority
    other_authority: CertificateAuthority
    certificate: IssuedCertificate
    client_certificate: IssuedCertificate
    accounts: AccountStore


@dataclass(frozen=True)
class Node:
    """A running endpoint and how to connect to it."""

    server: WinrmServer
    world: World
    agents: EchoAgents = field(default_factory=EchoAgents)

    def http(self, transport: TransportKind = TransportKind.NTLM, **more: Any) -> Connection:
        settings: dict[str, Any] = {"user": ADMINISTRATOR, "password": Secret(PASSWORD), **more}
        return Connection(self.server.name, self.server.http_url, transport, **settings)

    def https(self, transport: TransportKind = TransportKind.BASIC, **more: Any) -> Connection:
        settings: dict[str, Any] = {"user": "Administrator", "password": Secret(PASSWORD), **more}
        if "pin_sha256" not in settings:
            settings.setdefault("ca_file", self.world.authority.ca_file)
        url = self.server.https_url
        assert url
        return Connection(self.server.name, url, transport, **settings)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("nodes")
    authority = CertificateAuthority(folder / "ca")
    accounts = [
        Account("Administrator", PASSWORD, "HCI", "hci.contoso.test"),
        Account("Administrator2", PASSWORD),
        Account("Reader", PASSWORD, "HCI", "hci.contoso.test", administrator=False),
    ]
    return World(
        authority,
        CertificateAuthority(folder / "other-ca"),
        authority.issue_server("HCI-N1"),
        authority.issue_client("Administrator@hci.contoso.test"),
        AccountStore(folder / "accounts", accounts, ["HCI-N1"]),
    )


NodeFactory = Callable[..., Node]
OpenChannel = Callable[..., NodeChannel]


@pytest.fixture
def start_node(world: World) -> Generator[NodeFactory]:
    """Start endpoints; every one is stopped at the end."""
    servers: list[WinrmServer] = []

    def start(name: str = "HCI-N1", programs: ProgramFactory | None = None, **options: Any) -> Node:
        agents = EchoAgents()
        options.setdefault("authentication", ServiceAuthentication(certificate=True, credssp=True))
        options.setdefault("linger_seconds", 0.0)
        server = WinrmServer(
            name,
            programs=programs or agents,
            accounts=world.accounts,
            certificate=world.certificate,
            client_ca=world.authority.ca_file,
            options=EndpointOptions(**options),
        )
        server.start()
        servers.append(server)
        return Node(server, world, agents)

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def node(start_node: NodeFactory) -> Node:
    """An endpoint with every way to sign in and the echoing agent behind it."""
    return start_node()


@pytest.fixture
def open_channel() -> Generator[OpenChannel]:
    """Make channels; every one is closed at the end, and no thread of theirs may be left."""
    channels: list[NodeChannel] = []
    shared = ProcessWide()

    def make(target: Target, **more: Any) -> NodeChannel:
        channel = NodeChannel(target, shared=shared, **more)
        channels.append(channel)
        return channel

    yield make
    for channel in channels:
        channel.close(timedelta(seconds=10))
    for thread in threading.enumerate():
        if thread.name.startswith("azsconfig"):
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), f"{thread.name} outlived its channel"
