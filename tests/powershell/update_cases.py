"""What the tests of updates start from: a node with a Windows Update Agent, a cluster and programs that are stubs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.powershell.job_engine import UPDATE_COMMANDS, JobEngine, JobNode, JobRun
from tests.powershell.script_engine import Run, ScriptEngine
from tui.nodes.script import script_text

ROLLUP: dict[str, Any] = {
    "id": "5a1b2c3d-0000-4000-8000-000000000001",
    "title": "2026-05 Cumulative Update for Azure Stack HCI (KB5036910)",
    "kbs": ["5036910"],
    "size": 912345678,
    "severity": "Critical",
    "categories": [
        {"id": "product", "name": "Azure Stack HCI", "type": "Product"},
        {"id": "class", "name": "Security Updates", "type": "UpdateClassification"},
        {"id": "company", "name": "Microsoft", "type": "Company"},
    ],
    "behavior": 2,
}
AGENT: dict[str, Any] = {
    "id": "5a1b2c3d-0000-4000-8000-000000000002",
    "title": "AzureConnectedMachineAgent 1.61",
    "behavior": 0,
}
PREVIEW: dict[str, Any] = {
    "id": "5a1b2c3d-0000-4000-8000-000000000003",
    "title": "2026-05 Preview of .NET Framework (KB5037002)",
    "kbs": ["5037002"],
    "action": "OptionalInstallation",
    "browse": True,
}


class UpdateNode:
    """A node for scripts and jobs about updates."""

    def __init__(self, engine: ScriptEngine, job_engine: JobEngine, folder: Path) -> None:
        self._engine = engine
        self._job_engine = job_engine
        self.node = JobNode(folder)

    def ask(self, script: str, scenario: Mapping[str, Any] | None = None, **parameters: Any) -> Run:
        """Run a script in a scenario."""
        environment = self.node.environment
        Path(environment["AZSCONFIG_STUB_SCENARIO"]).write_text(json.dumps(scenario or {}), encoding="utf-8")
        run = self._engine.evaluate(
            script_text(script), modules=[UPDATE_COMMANDS], environment=environment, parameters=parameters
        )
        assert run.hollow == []
        return run

    def job(self, job: str, scenario: Mapping[str, Any] | None = None, **parameters: Any) -> JobRun:
        """Run a job in a scenario."""
        return self._job_engine.run(
            job, self.node, parameters=parameters, secrets={}, scenario=scenario or {}, commands=UPDATE_COMMANDS
        )

    def job_text(self, text: str, scenario: Mapping[str, Any], **parameters: Any) -> JobRun:
        """Run the text of a job in a scenario."""
        file = self.node.folder / "job.ps1"
        file.write_text(text, encoding="ascii")
        return self._job_engine.run_file(
            file, self.node, parameters=parameters, secrets={}, scenario=scenario, commands=UPDATE_COMMANDS
        )

    def place(self, program: str, text: str) -> Path:
        """Put a program in place, by its path below the node's folder; it is a script of sh."""
        path = self.node.folder / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o700)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        return path

    def called(self, command: str) -> list[dict[str, Any]]:
        """Return the calls of one command so far."""
        return [call for call in self.node.calls if call["Command"] == command]
