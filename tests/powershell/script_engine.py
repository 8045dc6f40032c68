"""Runs the product's fact scripts on a real PowerShell engine, many cases in one process."""

import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_PATIENCE_SECONDS = 60.0
SCRIPTS = HERE.parent.parent / "tui" / "nodes" / "scripts"


@dataclass(frozen=True, slots=True)
class Failure:
    """One error record of a run."""

    category: str
    fqid: str
    message: str
    terminating: bool


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a script gave."""

    out: list[Any]
    """Objects, through ConvertTo-Json."""
    errors: list[Failure] = field(default_factory=list[Failure])
    warnings: list[str] = field(default_factory=list[str])
    hollow: list[str] = field(default_factory=list[str])
    """Properties that Windows PowerShell 5.1 would write as `{}` instead of null."""

    @property
    def one(self) -> dict[str, Any]:
        """The only object, of a run without errors."""
        assert not self.errors
        assert len(self.out) == 1
        return self.out[0]


class ScriptEngine:
    """A PowerShell process that runs scripts on demand, each in a runspace of its own."""

    def __init__(self, pwsh: Path) -> None:
        arguments = [str(pwsh), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(HERE / "run_cases.ps1")]
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Far from UTC, so that a time taken for local or for UTC by mistake is seen.
            env={**os.environ, "TZ": "America/New_York"},
        )

    def run(
        self,
        script: str,
        *,
        prelude: str = "",
        modules: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Run:
        """Run one script by its name, with commands that the prelude or the modules define."""
        text = (SCRIPTS / f"{script}.ps1").read_text(encoding="ascii")
        return self.evaluate(text, prelude=prelude, modules=modules, environment=environment, parameters=parameters)

    def evaluate(
        self,
        text: str,
        *,
        prelude: str = "",
        modules: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Run:
        """Run the text of a script."""
        case = {
            "text": text,
            "prelude": prelude,
            "modules": [str(module) for module in modules],
            "environment": dict(environment or {}),
            "parameters": dict(parameters or {}),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        # A script that hangs ends the engine, and so the tests, instead of waiting forever.
        guard = threading.Timer(_PATIENCE_SECONDS, self._process.kill)
        guard.start()
        line = self._process.stdout.readline()
        guard.cancel()
        assert line, "the engine ended, or the script did not"
        answer = json.loads(line)
        assert "broken" not in answer, answer["broken"]
        return Run(
            out=[json.loads(text) for text in answer["out"]],
            errors=[Failure(**failure) for failure in answer["errors"]],
            warnings=answer["warnings"],
            hollow=answer["hollow"],
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)
