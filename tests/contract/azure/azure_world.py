"""A simulated Azure, and clients of ours that reach it."""

import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tui.azure.clients import Clients
from tui.azure.identity import DeviceCode, Identity, Method
from tui.azure.network import DIRECT, Network
from tui.azure.sign_in import SignedIn, sign_in
from tui.cluster.clouds import Cloud, custom_cloud
from tui.lab.azure.service import LabAzure
from tui.lab.certificates import CertificateAuthority
from tui.lab.cluster_state import TENANT_ID, ClusterState
from tui.lab.scenarios import build_cluster
from tui.secret import Secret


class AzureWorld:
    """A cluster, its Azure, and how to sign in to it."""

    def __init__(self, authority: CertificateAuthority, scenario: str = "healthy", nodes: int = 4) -> None:
        self.cluster: ClusterState = build_cluster(scenario, nodes)
        self.lab = LabAzure(self.cluster, authority.issue_server("localhost"), approve_after=0.0)
        endpoint = self.lab.endpoint
        self.cloud: Cloud = custom_cloud(
            "AzureCloud",
            authority=endpoint.authority,
            resource_manager=endpoint.resource_manager,
            graph=endpoint.graph,
        )
        self.network = Network(ca_file=authority.ca_file, proxy=DIRECT)
        self.codes: list[DeviceCode] = []
        self.signed_in: list[SignedIn] = []

    def sign_in(self, identity: Identity, cancel: threading.Event | None = None) -> SignedIn:
        signed_in = sign_in(self.cloud, self.network, identity, show_code=self.codes.append, cancel=cancel)
        self.signed_in.append(signed_in)
        return signed_in

    def person(self) -> SignedIn:
        return self.sign_in(Identity(tenant=TENANT_ID))

    def application(self, secret: str | None = None) -> SignedIn:
        given = Secret(secret or self.lab.secret)
        return self.sign_in(Identity(Method.SECRET, TENANT_ID, self.lab.application.app_id, given))

    def clients(self, cancel: threading.Event | None = None) -> Clients:
        return Clients(self.application(), cancel)

    def close(self) -> None:
        for signed_in in self.signed_in:
            signed_in.close()
        self.lab.stop()


MakeWorld = Callable[..., AzureWorld]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("azure") / "ca")


@pytest.fixture
def make_world(authority: CertificateAuthority) -> Generator[MakeWorld]:
    """Make simulated Azures; each is stopped at the end, with all its threads."""
    before = set(threading.enumerate())
    worlds: list[AzureWorld] = []

    def make(scenario: str = "healthy", nodes: int = 4) -> AzureWorld:
        world = AzureWorld(authority, scenario, nodes)
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive(), f"{thread.name} is left"


@pytest.fixture
def world(make_world: MakeWorld) -> AzureWorld:
    """The Azure of a healthy cluster."""
    return make_world()


@pytest.fixture
def missing_file(tmp_path: Path) -> Path:
    return tmp_path / "nothing.pem"
