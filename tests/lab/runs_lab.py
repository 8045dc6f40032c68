"""Nodes with runs and an Azure, without any carrier: scripts are called as a node's PowerShell calls them."""

import itertools
import json
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.lab.patience import wait_until
from tui.lab.azure.directory import Directory
from tui.lab.azure.roles import OWNER, Role, Roles
from tui.lab.azure.tokens import Principal, Tokens
from tui.lab.clock import LabClock
from tui.lab.cluster_state import DOMAIN, NETBIOS_DOMAIN, SUBSCRIPTION_ID, TENANT_ID
from tui.lab.failover.power import SERVICES_STAGES, NodePower
from tui.lab.node_document import node_document
from tui.lab.runs.azure_gate import AzureGate
from tui.lab.runs.cau import CauCoordinator
from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.scripts import RunScripts
from tui.lab.runs.world import RunWorld
from tui.lab.scenarios import build_cluster
from tui.lab.simulated_scripts import Wait
from tui.lab.winrm.accounts import Account, AccountStore

AUDIENCE = "https://localhost/arm"
USER = f"{NETBIOS_DOMAIN}\\Administrator"
PASSWORD = "the administrator's password"


class RunsLab:
    """A cluster whose nodes can run scripts of runs; its signed-in user is an owner unless a test says else."""

    def __init__(self, folder: Path, scenario: str = "fresh", nodes: int = 4) -> None:
        self.clock = LabClock()
        self.cluster = build_cluster(scenario, nodes, self.clock)
        self.directory = Directory(TENANT_ID, "contoso.onmicrosoft.test", self.clock)
        self.roles = Roles()
        self.tokens = Tokens(TENANT_ID, "https://localhost", self.clock)
        self.user = self.directory.add_user("admin@contoso.onmicrosoft.test")
        self.grant(OWNER)
        accounts = AccountStore(folder / "accounts", [Account("Administrator", PASSWORD, NETBIOS_DOMAIN, DOMAIN)])
        gate = AzureGate(self.tokens, self.roles, self.directory, AUDIENCE)
        self.cluster.pace.set(0.0)
        self.world = RunWorld(self.cluster, gate, accounts)
        CauCoordinator(self.world)
        self.faults: dict[str, dict[str, Any]] = {name: {} for name in self.cluster.names}
        self.world.node_faults = {name: faults.copy for name, faults in self.faults.items()}
        self.runs = {name: NodeRuns(self.world, name) for name in self.cluster.names}
        for name in self.cluster.names:
            self._add_power(name)
        self._scripts = {name: RunScripts(runs) for name, runs in self.runs.items()}
        self._numbers = itertools.count(1)
        self.warnings: list[str] = []

    def _add_power(self, name: str) -> None:
        def go_down() -> None:
            self.cluster.stop(name)
            self.runs[name].kill()

        self.world.power[name] = NodePower(
            name,
            self.cluster.pace,
            self.faults[name].copy,
            go_down=go_down,
            come_up=lambda: self.cluster.start(name, services_after=SERVICES_STAGES),
        )

    def close(self) -> None:
        self.world.cau_coordinator.stop()
        for power in self.world.power.values():
            power.cancel()
        for runs in self.runs.values():
            runs.kill()

    def application(self, role: Role | None) -> tuple[str, str]:
        """Add an application with a role in the subscription; return its id and secret."""
        made = self.directory.add_application("arc")
        if role is not None:
            self.roles.assign(f"/subscriptions/{SUBSCRIPTION_ID}", made.object_id, role)
        return made.app_id, self.directory.add_secret(made.app_id, self.clock.now() + timedelta(days=30))

    def grant(self, role: Role, scope: str = f"/subscriptions/{SUBSCRIPTION_ID}") -> None:
        """Give the user this role and no other."""
        self.roles.take_away(self.user.object_id)
        self.roles.assign(scope, self.user.object_id, role)

    def token(self) -> str:
        return self.tokens.access(Principal(self.user.object_id, self.user.name, person=True), AUDIENCE)[0]

    def call(self, script: str, parameters: Mapping[str, Any] | None = None, node: str = "HCI-N1") -> Any:
        """Return the last object a script answers on a node; raises `ScriptStopped` as it ends."""
        return self.answers(script, parameters, node)[-1]

    def answers(self, script: str, parameters: Mapping[str, Any] | None = None, node: str = "HCI-N1") -> list[Any]:
        """Return every object a script answers on a node."""
        answers: list[Any] = []
        for step in self._scripts[node].steps(script, parameters or {}, delay=lambda: 0.0):
            if isinstance(step, Wait):
                time.sleep(step.seconds)
            elif step["t"] == "warning":
                self.warnings.append(step["message"])
            else:
                answers.append(step["data"])
        return answers

    def new_id(self, kind: str) -> str:
        return f"20260504T140231Z-{kind}-{next(self._numbers):08x}"

    def start(
        self,
        kind: str = "register",
        parameters: Mapping[str, Any] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        node: str = "HCI-N1",
        **more: object,
    ) -> dict[str, Any]:
        """Start a run; registering needs nothing said but what differs from the usual."""
        registering = {} if kind.startswith("lab-") else self.usual(node)
        return self.call(
            "start-run",
            {
                "Id": self.new_id(kind),
                "Kind": kind,
                "Title": f"A run of the kind {kind}",
                "Operation": kind,
                "Cluster": self.cluster.name,
                "StartedBy": "somebody on a jump host",
                "Runner": "the runner",
                "Job": "the job",
                "Parameters": {**registering, **(parameters or {})},
                "Secrets": {"ArmAccessToken": self.token()} if secrets is None else secrets,
                "RunAsUser": USER,
                "RunAsPassword": PASSWORD,
                **more,
            },
            node,
        )

    def job(self, kind: str, node: str = "HCI-N1", **parameters: object) -> dict[str, Any]:
        """Run a job that keeps a node current, under SYSTEM; return its state once it is over."""
        started = self.start_job(kind, node, **parameters)
        return self.follow(started["Id"], node)[0]

    def start_job(self, kind: str, node: str = "HCI-N1", **parameters: object) -> dict[str, Any]:
        """Start a job that keeps a node current, under SYSTEM."""
        asked = {"Id": self.new_id(kind), "Kind": kind, "Title": kind, "Runner": "the runner", "Job": "the job"}
        return self.call("start-run", {**asked, "Parameters": parameters}, node)

    def events(self, run_id: str, node: str = "HCI-N1") -> list[dict[str, Any]]:
        """Return the events of a run once it is over."""
        return [json.loads(line) for line in self.follow(run_id, node)[1]]

    def usual(self, node: str) -> dict[str, Any]:
        return {
            "Mode": "Register",
            "SubscriptionId": SUBSCRIPTION_ID,
            "Region": "eastus",
            "TenantId": TENANT_ID,
            "AccountId": self.user.name,
            "EnvironmentName": "AzureCloud",
            "Peers": [f"{name}.{DOMAIN}" for name in self.cluster.names if name != node],
        }

    def follow(self, run_id: str, node: str = "HCI-N1") -> tuple[dict[str, Any], list[str]]:
        """Wait until a run is over; return its state and its lines."""
        wait_until(lambda: not self.runs[node].state(run_id)["Alive"])
        page = self.call("read-run", {"Id": run_id, "MaxBytes": 10_000_000}, node)
        return page["State"], page["Lines"]

    def run(self, kind: str = "register", parameters: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Start a run and return its state once it is over."""
        node = str(more.get("node", "HCI-N1"))
        return self.follow(self.start(kind, parameters, **more)["Id"], node)[0]

    def claim(self, kind: str = "register", parameters: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Start a run and return what its job claims to have come to, once it is over."""
        result = self.run(kind, parameters, **more)["Result"]
        assert result is not None, "the job came to no result"
        return result

    def statuses(self) -> list[str]:
        """Return the registration status of every node."""
        return [self.fact("get-registration", name)["RegistrationStatus"] for name in self.cluster.names]

    def arc_statuses(self) -> dict[str, str]:
        """Return the Arc status of every node, by its name in lower case."""
        return self.fact("get-arc-integration")["NodesArcStatus"]

    def fact(self, script: str, node: str = "HCI-N1") -> Any:
        return node_document(self.cluster, node)["facts"][script]
