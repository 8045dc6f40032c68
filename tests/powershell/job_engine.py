"""Runs the product's jobs on a real PowerShell engine and stub modules, as a runner does: many cases in one process."""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.powershell.script_engine import HERE
from tui.nodes.script import script_text

STUBS = HERE / "stubs"
GALLERY = STUBS / "gallery"
NODE_COMMANDS = STUBS / "NodeCommands.psm1"
UPDATE_COMMANDS = STUBS / "UpdateCommands.psm1"
_PATIENCE_SECONDS = 60.0
_MARK = "\x1e"


@dataclass(frozen=True, slots=True)
class JobRun:
    """What one run of a job told and left."""

    told: list[dict[str, Any]]
    """Steps, progress and results in order."""
    stop: str | None
    """Reason it gave to Stop-Run."""
    message: str
    """Message it gave to Stop-Run, or of the error it ended with."""
    output: str
    """What it wrote to its host."""
    errors: str
    """What it wrote to standard error."""
    calls: list[dict[str, Any]]
    """What the stubs were called with."""
    confirm: str
    """$ConfirmPreference afterwards."""
    moved: bool
    """Whether it left the process in another folder."""

    @property
    def steps(self) -> list[str]:
        """Steps as `id status`."""
        return [f"{item['step']} {item['status']}" for item in self.told if "step" in item]

    @property
    def result(self) -> dict[str, Any]:
        """The only result."""
        (result,) = [item["result"] for item in self.told if "result" in item]
        return result

    def text(self, step: str, status: str) -> str:
        """Return what was said of a step."""
        (text,) = [item["text"] for item in self.told if item.get("step") == step and item["status"] == status]
        return text

    def called(self, command: str) -> list[dict[str, Any]]:
        """Return the calls of one command."""
        return [call for call in self.calls if call["Command"] == command]

    @property
    def bound(self) -> dict[str, Any]:
        """What the registration cmdlet was called with."""
        (call,) = [call for call in self.calls if "Bound" in call]
        return call["Bound"]


@dataclass(frozen=True, slots=True)
class JobNode:
    """A node on which jobs run: its folders, and the modules that are installed on it."""

    folder: Path
    """Folder of everything it has."""

    def install(self, name: str, *versions: str) -> None:
        """Install versions of a stub module for all users."""
        modules = self.folder / "modules" / name
        modules.mkdir(parents=True, exist_ok=True)
        for version in versions:
            (modules / version).symlink_to(GALLERY / name / version)

    @property
    def environment(self) -> dict[str, str]:
        """What a job finds in its environment."""
        for name in ("state", "modules", "ProgramData", "Program Files", "Windows"):
            (self.folder / name).mkdir(exist_ok=True)
        return {
            "AZSCONFIG_STUBS": str(STUBS),
            "AZSCONFIG_STUB_STATE": str(self.folder / "state"),
            "AZSCONFIG_STUB_SCENARIO": str(self.folder / "scenario.json"),
            "ProgramData": str(self.folder / "ProgramData"),
            "ProgramFiles": str(self.folder / "Program Files"),
            "windir": str(self.folder / "Windows"),
            "COMPUTERNAME": "HCI-N1",
            "PSModulePath": str(self.folder / "modules"),
        }

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What the stubs were called with so far."""
        file = self.folder / "state" / "calls.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []

    @property
    def logs(self) -> Path:
        """Where registration logs are by default."""
        return self.folder / "ProgramData" / "AzureStackHCI" / "Registration"


class JobEngine:
    """A PowerShell process that runs jobs on demand in its main runspace."""

    def __init__(self, pwsh: Path, folder: Path) -> None:
        self._folder = folder
        arguments = [str(pwsh), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(HERE / "run_jobs.ps1")]
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            # Old versions of Microsoft's cmdlets write their log where they are called.
            cwd=folder,
            # Far from UTC, so that a time taken for local or for UTC by mistake is seen.
            env={**os.environ, "TZ": "America/New_York", "NO_COLOR": "1"},
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._output: queue.Queue[str] = queue.Queue()
        self._errors: queue.Queue[str] = queue.Queue()
        for pipe, lines in ((self._process.stdout, self._output), (self._process.stderr, self._errors)):
            threading.Thread(target=_pump, args=(pipe, lines), daemon=True).start()

    def run(
        self,
        job: str,
        node: JobNode,
        *,
        parameters: Mapping[str, Any],
        secrets: Mapping[str, str],
        scenario: Mapping[str, Any],
        commands: Path = NODE_COMMANDS,
    ) -> JobRun:
        """Run one job of the product on a node, in a scenario."""
        file = self._folder / f"{job}.ps1"
        if not file.exists():
            file.write_text(script_text(job), encoding="ascii")
        return self.run_file(file, node, parameters=parameters, secrets=secrets, scenario=scenario, commands=commands)

    def run_file(
        self,
        file: Path,
        node: JobNode,
        *,
        parameters: Mapping[str, Any],
        secrets: Mapping[str, str],
        scenario: Mapping[str, Any],
        commands: Path = NODE_COMMANDS,
    ) -> JobRun:
        """Run the job that a file holds."""
        environment = node.environment
        Path(environment["AZSCONFIG_STUB_SCENARIO"]).write_text(json.dumps(scenario), encoding="utf-8")
        case = {
            "job": str(file),
            "parameters": parameters,
            "secrets": secrets,
            "environment": environment,
            "modules": [str(commands)],
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        output, last = _until(self._output)
        errors, _ = _until(self._errors)
        answer = json.loads(last)
        assert answer["stop"] or not answer["fqid"], answer
        assert not answer.get("out"), answer["out"]
        return JobRun(
            told=answer["told"],
            stop=answer["stop"],
            message=answer["message"] or "",
            output=output,
            errors=errors,
            calls=node.calls,
            confirm=answer["confirm"],
            moved=answer["moved"],
        )

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


def _pump(pipe: IO[str], lines: "queue.Queue[str]") -> None:
    with pipe:
        for line in pipe:
            lines.put(line.rstrip("\n"))


def _until(lines: "queue.Queue[str]") -> tuple[str, str]:
    """Return what was written up to the mark, and what follows the mark in its line."""
    found: list[str] = []
    while True:
        before, mark, after = lines.get(timeout=_PATIENCE_SECONDS).partition(_MARK)
        found.append(before)
        if mark:
            return "\n".join(found), after
