"""A node on which detached runs really run: the product's scripts and real processes of a stand-in scheduler."""

import itertools
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.patience import wait_until
from tests.powershell.script_engine import HERE, Failure, Run, ScriptEngine
from tui.nodes.script import script_text

SCHEDULER = HERE / "stubs" / "scheduler"
TOKEN = "eyJ0eXAiOiJKV1Qi.run-token-nobody-may-see.0123456789-abcdefghijklmnopqrstuvwxyz"
PASSWORD = 'pass"word\\nobody <may> see'
_numbers = itertools.count(1)


def run_id(kind: str = "register", stamp: str = "20260131T120000Z") -> str:
    """Return an id that no other run has."""
    return f"{stamp}-{kind}-{next(_numbers):08x}"


@dataclass(frozen=True, slots=True)
class NodeOfRuns:
    """A folder that is a node's %ProgramData%, and the scripts of runs on it."""

    folder: Path
    """Folder of everything it has."""
    engine: ScriptEngine
    """What runs its scripts."""
    scheduler: dict[str, Any] = field(default_factory=dict[str, Any])
    """What goes wrong with the scheduler, as the stand-in knows it."""
    more: dict[str, str] = field(default_factory=dict[str, str])
    """Further variables of its environment."""

    @property
    def root(self) -> Path:
        """The folder of azsconfig on it."""
        return self.folder / "ProgramData" / "azsconfig"

    def environment(self) -> dict[str, str]:
        """Return what scripts and tasks find in their environment."""
        (self.folder / "ProgramData").mkdir(exist_ok=True)
        return {
            "ProgramData": str(self.folder / "ProgramData"),
            "AZSCONFIG_STUB_STATE": str(self.folder / "state"),
            "AZSCONFIG_STUB_SCHEDULER": json.dumps(self.scheduler),
            "PSModulePath": str(SCHEDULER),
            **self.more,
        }

    def ask(self, script: str, engine: ScriptEngine | None = None, **parameters: Any) -> Run:
        """Run a script on it."""
        answer = (engine or self.engine).evaluate(
            script_text(script), environment=self.environment(), parameters=parameters
        )
        assert answer.hollow == []
        return answer

    def refused(self, script: str, **parameters: Any) -> Failure:
        """Run a script that fails, and return how."""
        answer = self.ask(script, **parameters)
        assert answer.out == []
        return answer.errors[-1]

    def start(
        self,
        job: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        **others: Any,
    ) -> str:
        """Start a job and return the id of its run."""
        state = self.ask("start-run", **order(job, parameters=parameters, secrets=secrets, **others)).one
        assert state["Existing"] is False
        return str(state["Id"])

    def read(self, run: str, offset: int = 0, most: int = 65536) -> dict[str, Any]:
        """Return a part of a run's journal."""
        return self.ask("read-run", Id=run, Offset=offset, MaxBytes=most).one

    def state(self, run: str) -> dict[str, Any]:
        """Return how a run is."""
        return self.read(run)["State"]

    def run_folder(self, run: str) -> Path:
        """Return where a run lies."""
        return self.root / "runs" / run

    def said(self, run: str) -> list[dict[str, Any]]:
        """Return the events there are so far."""
        file = self.run_folder(run) / "events.jsonl"
        return [json.loads(line) for line in file.read_text("ascii").splitlines()] if file.exists() else []

    def wait_for(self, run: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for an event and return it."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found.extend(event for event in self.said(run) if event["type"] == kind and fields.items() <= event.items())
            return bool(found)

        wait_until(there)
        return found[0]

    def ended(self, run: str) -> dict[str, Any]:
        """Wait for the end of a run, and of its processes, and return its state."""
        wait_until(lambda: self.written(run).get("Phase") == "ended" or not self.alive(run))
        wait_until(lambda: not self.processes(run))
        return self.state(run)

    def written(self, run: str) -> dict[str, Any]:
        """Return what the runner of a run wrote of it last; nothing before its first word."""
        file = self.run_folder(run) / "state.json"
        return json.loads(file.read_text("ascii")) if file.exists() else {}

    def alive(self, run: str) -> bool:
        """Return whether the runner of a run is there, which has said something."""
        try:
            return Path(f"/proc/{self.written(run)['ProcessId']}/cmdline").read_bytes() != b""
        except OSError:
            return False

    def processes(self, run: str = "") -> dict[int, list[str]]:
        """Return the processes that work in a run's folder, or in any of this node, with their arguments."""
        place = str(self.root / "runs" / run)
        found: dict[int, list[str]] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (entry / "cmdline").read_bytes().decode("utf-8").split("\0")
            except OSError:
                continue
            # Whatever has ended and waits for its parent has no arguments any more.
            if any(argument.startswith(place) for argument in arguments) and "/bin/sh" not in arguments[0]:
                found[int(entry.name)] = arguments
        return found

    def process(self, run: str, *, worker: bool) -> int:
        """Wait for the runner or the worker of a run and return its process."""
        found: list[int] = []

        def there() -> bool:
            found.extend(pid for pid, arguments in self.processes(run).items() if ("-Worker" in arguments) == worker)
            return bool(found)

        wait_until(there)
        return found[0]

    @property
    def tasks(self) -> list[str]:
        """Tasks that are registered."""
        return sorted(path.stem for path in (self.folder / "state" / "tasks").glob("*.json"))

    def calls(self, run: str) -> list[dict[str, Any]]:
        """Return what was asked of the scheduler for a run."""
        file = self.folder / "state" / "tasks" / f"azsconfig-{run}.calls"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    def printed(self, run: str) -> str:
        """Return what the process of a task wrote past the journal."""
        return (self.folder / "state" / "tasks" / f"azsconfig-{run}.out").read_text("utf-8")

    def kill(self) -> None:
        """End whatever still runs."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.processes())


def order(
    job: str, *, parameters: Mapping[str, Any] | None = None, secrets: Mapping[str, str] | None = None, **others: Any
) -> dict[str, Any]:
    """Return the parameters of start-run for a job."""
    kind = others.get("Kind", "register")
    return {
        "Id": run_id(kind),
        "Kind": kind,
        "Title": "Register HCI-CL01 with Azure",
        "Operation": "register",
        "Cluster": "HCI-CL01",
        "StartedBy": "CONTOSO\\admin",
        "Runner": script_text("runner"),
        "Job": f"param($Parameters, $Secrets)\n{job}\n",
        "Parameters": dict(parameters or {}),
        "Secrets": dict(secrets or {}),
        "RunAsUser": "",
        "RunAsPassword": "",
        **others,
    }
