"""An administrator's desk: a lab that runs, and commands given to it; what is true is read on both sides."""

import json
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests.commands import azsconfig, running_lab
from tui.azure.clusters import read_cluster
from tui.azure.errors import NotFound
from tui.azure.machines import list_machines
from tui.cluster.resource_id import ResourceId
from tui.lab.cluster_state import SUBSCRIPTION_ID
from tui.lab.control import LabControl
from tui.session import Session
from tui.targets import Wish, choose

GROUP, NAME = "HCI-CL01-rg", "HCI-CL01"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an administrator sits: a lab that runs, and a home of one's own."""

    config: str
    home: Path
    control: LabControl

    @property
    def at(self) -> tuple[str, str]:
        """How a command is told the lab."""
        return "--config", self.config

    def __call__(self, *arguments: str) -> "CompletedProcess[str]":
        """Run a command to its end; no traceback is ever shown."""
        done = azsconfig(*arguments, *self.at, home=self.home)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def lines(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        """Run a command with `--json` and return its exit code and what it told, an object a line."""
        done = self(*arguments, "--json")
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def runs(self) -> list[dict[str, Any]]:
        """Return the runs that `runs list` knows."""
        done = self("runs", "list", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["runs"]

    def begun(self) -> int:
        """Return how often a node was asked to start a run."""
        return sum(node["runs"].get("start-run", 0) for node in self.control.state()["nodes"])

    def on_nodes(self) -> dict[str, tuple[str, str | None, str | None]]:
        """Return what each node that is up holds: status, resource, and the machine that its agent is."""
        held: dict[str, tuple[str, str | None, str | None]] = {}
        for node in self.control.state()["nodes"]:
            if node["up"]:
                facts = self.control.document(node["name"])["facts"]
                told, agent = facts["get-registration"], facts["get-connected-machine-agent"]
                held[node["name"]] = (
                    told["RegistrationStatus"],
                    told["AzureResourceUri"] or None,
                    agent.get("ResourceId") or None,
                )
        return held

    def in_azure(self) -> tuple[str | None, set[str]]:
        """Return the status of the cluster's resource in Azure and the names of Arc machines in its group."""
        session = Session(choose(Wish(config=Path(self.config)), lambda _user: None), deadline=timedelta(seconds=30))
        machines: set[str] = set()
        try:
            assert session.azure is not None
            clients = session.azure.clients()
            resource = ResourceId(SUBSCRIPTION_ID, GROUP, "Microsoft.AzureStackHCI", ("clusters",), (NAME,))
            cluster = read_cluster(clients, resource).value
            with suppress(NotFound):
                machines |= {machine.id.name for machine in list_machines(clients, SUBSCRIPTION_ID, GROUP)}
            return str(cluster.status) if cluster is not None else None, machines
        finally:
            session.close()


@contextmanager
def desk(home: Path, scenario: str, nodes: int = 4) -> Generator[Desk]:
    """Keep a lab running and sit down in front of it."""
    with running_lab("--scenario", scenario, "--nodes", str(nodes)) as lab:
        control = LabControl.beside(lab["config"])
        control.pace(0.005)
        yield Desk(lab["config"], home, control)
