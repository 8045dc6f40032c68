"""Every script of ours parses on Windows PowerShell 5.1 and says what it is for, by the engine's own syntax tree."""

import json
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_engine import HERE, SCRIPTS

TEXTS: dict[str, dict[str, str]] = tomllib.loads((HERE / "newer_constructs.toml").read_text(encoding="utf-8"))
FACT_SCRIPTS = {
    "get-registration",
    "get-arc-integration",
    "get-connected-machine-agent",
    "get-system",
    "get-cluster",
    "get-firmware",
    "get-modules",
    "get-services",
    "get-events",
    "get-run-readiness",
    "test-endpoints",
    "get-cluster-health",
}
UPDATE_SCRIPTS = {
    "search-updates",
    "get-update-state",
    "enable-microsoft-update",
    "write-file-part",
    "test-installer",
    "remove-file",
    "resume-after-restart",
    "job-install-updates",
    "job-drain-node",
    "job-resume-node",
    "job-restart-node",
    "job-upgrade-agent",
    "job-enable-microsoft-update",
    "job-cau-run",
}
RUN_SCRIPTS = {"start-run", "read-run", "get-runs", "enter-lock", "exit-lock", "complete-run", "runner"}
REGISTRATION_SCRIPTS = {"disconnect-agent", "sync-cluster", "job-register", "job-unregister"}
DOCUMENTED = sorted(FACT_SCRIPTS | UPDATE_SCRIPTS | RUN_SCRIPTS | REGISTRATION_SCRIPTS)


def ours() -> list[Path]:
    return sorted(SCRIPTS.glob("*.ps1"))


def examine(pwsh: Path, texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    arguments = [
        str(pwsh),
        "-NoLogo",
        "-NoProfile",
        "-NonInteractive",
        "-File",
        str(HERE / "find_newer_constructs.ps1"),
    ]
    scripts = json.dumps([{"name": name, "text": text} for name, text in texts.items()])
    done = subprocess.run(arguments, input=scripts, stdout=subprocess.PIPE, encoding="utf-8", check=True, timeout=120)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def examined(pwsh: Path) -> dict[str, dict[str, Any]]:
    samples = {f"{group}: {name}": text for group, cases in TEXTS.items() for name, text in cases.items()}
    scripts = {path.name: path.read_text(encoding="utf-8") for path in ours()}
    return examine(pwsh, {**samples, **scripts})


def test_all_fact_scripts_are_there() -> None:
    assert {path.stem for path in ours()} >= FACT_SCRIPTS


@pytest.mark.parametrize("name", TEXTS["found"])
def test_a_construct_that_5_1_lacks_is_found(examined: dict[str, dict[str, Any]], name: str) -> None:
    findings = examined[f"found: {name}"]["findings"]
    assert any(name in finding for finding in findings), findings


@pytest.mark.parametrize("name", TEXTS["unfound"])
def test_what_5_1_has_is_not_found(examined: dict[str, dict[str, Any]], name: str) -> None:
    assert examined[f"unfound: {name}"]["findings"] == []


@pytest.mark.parametrize("path", ours(), ids=lambda path: path.stem)
def test_a_script_of_ours_has_no_construct_that_5_1_lacks(examined: dict[str, dict[str, Any]], path: Path) -> None:
    assert examined[path.name]["findings"] == []


@pytest.mark.parametrize("path", ours(), ids=lambda path: path.stem)
def test_a_script_of_ours_is_ascii(path: Path) -> None:
    # 5.1 reads a file without a byte order mark in the machine's code page.
    path.read_bytes().decode("ascii")


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_script_that_is_run_by_its_name_has_parameters_and_help(
    examined: dict[str, dict[str, Any]], name: str
) -> None:
    script = examined[f"{name}.ps1"]
    assert script["param_block"]
    assert len(script["help"]["synopsis"].split()) > 3
    assert script["help"]["description"]
    assert script["help"]["examples"]
    assert script["help"]["outputs"]
    described = {parameter.casefold() for parameter in script["help"]["parameters"]}
    assert described == {parameter.casefold() for parameter in script["parameters"]}
