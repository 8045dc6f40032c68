"""A whole lab in this process: nodes, the stand-in's relay, the control port and the files that lead to them."""

import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.lab import stand_in
from tui.lab.azure.roles import ROLES
from tui.lab.azure.service import LabAzure
from tui.lab.azure.trouble import AzureTrouble
from tui.lab.certificates import CertificateAuthority
from tui.lab.clock import LabClock
from tui.lab.cluster_state import CLUSTER_NAME, DOMAIN, NETBIOS_DOMAIN, ClusterState
from tui.lab.configuration_file import write_configuration
from tui.lab.control_port import ControlPort
from tui.lab.files import replace_file
from tui.lab.lab_node import LabNode
from tui.lab.names import DEFAULT_NODES, DEFAULT_SCENARIO
from tui.lab.node_state import newest_agent
from tui.lab.ready import LabEndpoint, LabReady
from tui.lab.relay import Relay
from tui.lab.runs.azure_gate import AzureGate
from tui.lab.runs.cau import CauCoordinator
from tui.lab.runs.world import RunWorld
from tui.lab.scenarios import build_cluster
from tui.lab.updates.installers import make_installer
from tui.lab.winrm.accounts import Account, AccountStore
from tui.lab.winrm.program import OutputSink, ProgramStart, ShellProgram

ADMINISTRATOR = "Administrator"
"""Name of the one user of the simulated domain."""
AGENT_INSTALLER = "AzureConnectedMachineAgent.msi"
"""Name of the file, beside the configuration, that the lab's nodes take for an installer of the newest agent."""
_REFRESH_SECONDS = 20.0


class Lab:
    """A simulated cluster that runs between entering and leaving it.

    Everything it writes is in one folder in the system's place for temporary files, which its user alone can read and
    which is gone when it has ended; so are its threads and child processes.
    """

    def __init__(
        self,
        scenario: str = DEFAULT_SCENARIO,
        nodes: int = DEFAULT_NODES,
        *,
        delay: float = 0.0,
        powershell: Path | None = None,
        clock: LabClock | None = None,
    ) -> None:
        """Arrange a cluster; raises ValueError for an unknown scenario, or a number of nodes that no cluster has.

        `delay` is what each script takes, in seconds; `powershell` runs a real one on every node instead of the
        simulated one; `clock` is its time, the real one unless given.
        """
        self.cluster: ClusterState = build_cluster(scenario, nodes, clock)
        """The state of the simulated cluster."""
        self._scenario = scenario
        self._delay = delay
        self._powershell = powershell
        self._left = ExitStack()
        self._nodes: dict[str, LabNode] = {}
        self._ready: LabReady | None = None

    @property
    def ready(self) -> LabReady:
        """How to reach it, once it has been entered."""
        if self._ready is None:
            raise RuntimeError("the lab has not been started")
        return self._ready

    @property
    def nodes(self) -> tuple[LabNode, ...]:
        """Its running nodes."""
        return tuple(self._nodes.values())

    def __enter__(self) -> Self:
        with ExitStack() as cleanup:
            self._ready = self._start(cleanup)
            self._left = cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.close()

    def _start(self, cleanup: ExitStack) -> LabReady:
        folder = Path(tempfile.mkdtemp(prefix="azsconfig-lab-"))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        password = secrets.token_urlsafe(18)
        password_file, token_file = folder / "password", folder / "relay-token"
        replace_file(password_file, password.encode())
        token = secrets.token_urlsafe(24)
        replace_file(token_file, token.encode())
        authority = CertificateAuthority(folder / "certificates")
        azure = LabAzure(self.cluster, authority.issue_server("localhost"))
        cleanup.callback(azure.stop)
        self._give_access(azure)
        world = self._make_nodes(folder, authority, password, azure)
        cau = CauCoordinator(world)
        cleanup.callback(cau.stop)
        cleanup.callback(_each, [node.close for node in self.nodes])
        for node in self.nodes:
            node.open()
        relay = Relay(token, self._start_local)
        cleanup.callback(relay.stop)
        secret_file = folder / "azure-secret"
        replace_file(secret_file, azure.secret.encode())
        replace_file(folder / AGENT_INSTALLER, make_installer(newest_agent(self.cluster.clock.now())))
        control = ControlPort(folder, self._scenario, self.cluster, self.nodes, cau=cau, azure=AzureTrouble(azure))
        cleanup.callback(control.stop)
        if self._powershell:
            self._keep_documents_fresh(cleanup)
        endpoints = tuple(
            LabEndpoint(node.name, node.winrm.http_url, node.winrm.https_url or "") for node in self.nodes
        )
        user = f"{NETBIOS_DOMAIN}\\{ADMINISTRATOR}"
        config = folder / "config.toml"
        local = endpoints[0].name
        write_configuration(
            config,
            cluster=CLUSTER_NAME,
            banner=f"LAB {self._scenario}",
            user=user,
            ca_file=authority.ca_file,
            password_file=password_file,
            local_node=local,
            # By its path and without site packages: it starts faster than with -m, and from any folder.
            local_program=[
                *(sys.executable, "-I", "-S", str(Path(stand_in.__file__).resolve())),
                *("--port", str(relay.port), "--token-file", str(token_file), "--node", local),
            ],
            azure={
                "authority": azure.endpoint.authority,
                "resource_manager": azure.endpoint.resource_manager,
                "graph": azure.endpoint.graph,
                "ca_file": str(authority.ca_file),
                "proxy": "direct",
                "tenant": azure.endpoint.tenant,
                "auth": "secret",
                "application": azure.application.app_id,
                "secret_file": str(secret_file),
            },
            others=[(endpoint.name, endpoint.http) for endpoint in endpoints[1:]],
        )
        return LabReady(str(config), str(authority.ca_file), user, password, endpoints, azure.endpoint)

    def _give_access(self, azure: LabAzure) -> None:
        """Give the lab's application the role of the scenario instead of that of an owner."""
        access = self.cluster.application_access
        role = next(role for role in ROLES if role.name == access.role)
        azure.roles.take_away(azure.application.object_id)
        azure.roles.assign(f"/subscriptions/{access.subscription_id}", azure.application.object_id, role)

    def _make_nodes(self, folder: Path, authority: CertificateAuthority, password: str, azure: LabAzure) -> RunWorld:
        account = Account(ADMINISTRATOR, password, domain=NETBIOS_DOMAIN, dns_domain=DOMAIN)
        accounts = AccountStore(folder / "accounts", [account], self.cluster.names)
        arm = azure.endpoint.resource_manager
        gate = AzureGate(azure.tokens, azure.roles, azure.directory, arm, azure.faults)
        world = RunWorld(self.cluster, gate, accounts)
        # One certificate for all nodes: the lab's trust is the same, and sixteen keys would cost its start.
        names = [f"{name}.{DOMAIN}" for name in self.cluster.names]
        certificate = authority.issue_server(names[0], [*names, *self.cluster.names])
        for name in self.cluster.names:
            self._nodes[name] = LabNode(
                self.cluster,
                name,
                accounts=accounts,
                certificate=certificate,
                client_ca=authority.ca_file,
                delay=self._delay,
                powershell=self._powershell,
                folder=folder,
                world=world,
            )
        return world

    def _start_local(self, node: str, start: ProgramStart, sink: OutputSink) -> ShellProgram | None:
        found = self._nodes.get(node)
        return found.start_local(start, sink) if found else None

    def _keep_documents_fresh(self, cleanup: ExitStack) -> None:
        over = threading.Event()

        def refresh() -> None:
            while not over.wait(_REFRESH_SECONDS):
                _each([node.refresh for node in self.nodes])

        thread = threading.Thread(target=refresh, name="lab documents", daemon=True)
        thread.start()
        cleanup.callback(thread.join)
        cleanup.callback(over.set)


def _each(actions: list[Callable[[], None]]) -> None:
    for action in actions:
        action()
