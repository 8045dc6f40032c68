"""A simulated PowerShell to talk to, without any carrier."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from tests.lab.patience import wait_until
from tui.lab.cluster_state import ClusterState
from tui.lab.simulated_powershell import PowerShellHost, SimulatedPowerShell
from tui.lab.simulated_scripts import Parameters, Steps, run_script
from tui.lab.winrm.program import ProgramStart

BOOTSTRAP = base64.b64encode("the bootstrap script".encode("utf-16-le")).decode()
START = ProgramStart("powershell.exe", ("-NoLogo", "-NoProfile", "-EncodedCommand", BOOTSTRAP))
AGENT = base64.b64encode(b"the agent script")


class Conversation:
    """A simulated PowerShell and everything it said. It is an `OutputSink`."""

    def __init__(self, cluster: ClusterState, start: ProgramStart = START, *, ring: int = 2000) -> None:
        self.faults: dict[str, Any] = {}
        self.delay = 0.0
        self.cluster = cluster
        self.output = b""
        self.errors = b""
        self.writes: list[bytes] = []
        self.exit_code: int | None = None
        self._ids = iter(range(1, 10_000))
        host = PowerShellHost("HCI-N2", 4711, self._run, lambda: dict(self.faults))
        self._host, self._start, self._ring = host, start, ring
        self.program: SimulatedPowerShell

    def begin(self) -> "Conversation":
        self.program = SimulatedPowerShell(self._host, self._start, self, ring=self._ring)
        return self

    def stdout(self, data: bytes) -> None:
        self.writes.append(data)
        self.output += data

    def stderr(self, data: bytes) -> None:
        self.errors += data

    def exited(self, exit_code: int) -> None:
        assert self.exit_code is None, "a program ends once"
        self.exit_code = exit_code

    def say(self, line: bytes | Mapping[str, object]) -> None:
        data = line if isinstance(line, bytes) else json.dumps(line).encode()
        self.program.write(data + b"\n")

    def records(self) -> list[dict[str, Any]]:
        """Return every record that came, as it came; what is no record is left out."""
        found: list[dict[str, Any]] = []
        for line in self.output.split(b"\n")[:-1]:
            if line.startswith(b"\x1e"):
                try:
                    record: object = json.loads(line[1:])
                except ValueError:
                    continue
                if isinstance(record, dict):
                    found.append(cast("dict[str, Any]", record))
        return found

    def of(self, identity: str) -> list[dict[str, Any]]:
        return [record for record in self.records() if record.get("id") == identity]

    def wait_for(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        wait_until(lambda: condition(self.records()))
        return self.records()

    def ended(self, identity: str) -> list[dict[str, Any]]:
        """Wait for a request's end and return its records."""
        self.wait_for(lambda records: any(r.get("id") == identity and r["t"] in {"end", "pong"} for r in records))
        return self.of(identity)

    def define(self, *names: str) -> None:
        for name in names:
            identity = f"d{next(self._ids)}"
            self.say({"id": identity, "op": "define", "name": name, "body": "text"})
            assert self.ended(identity)[-1]["ok"]

    def begin_run(self, name: str, parameters: Mapping[str, object] | None = None, **more: object) -> str:
        identity = f"r{next(self._ids)}"
        self.say({"id": identity, "op": "run", "name": name, "parameters": parameters or {}, **more})
        return identity

    def run(self, name: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        self.define(name)
        return self.ended(self.begin_run(name, parameters))

    def wait_for_exit(self) -> int:
        wait_until(lambda: self.exit_code is not None)
        assert self.exit_code is not None
        return self.exit_code

    def _run(self, script: str, parameters: Parameters) -> Steps:
        return run_script(self.cluster, "HCI-N2", script, parameters, delay=lambda: self.delay)
