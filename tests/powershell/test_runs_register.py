"""The product's job for registering, run by the product's runner on stubs of Microsoft's cmdlets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_cases import TOKEN, USUAL
from tests.powershell.job_engine import NODE_COMMANDS, JobNode
from tests.powershell.run_node import SCHEDULER, NodeOfRuns
from tests.powershell.script_engine import ScriptEngine
from tui.nodes.script import script_text

STRICT = "Set-StrictMode -Version 2\n"


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> Iterator[NodeOfRuns]:
    stubs = JobNode(tmp_path)
    stubs.install("Az.StackHCI", "2.6.0")
    stubs.install("Az.Accounts", "2.13.2")
    more = stubs.environment
    more["PSModulePath"] += f":{SCHEDULER}"
    node = NodeOfRuns(tmp_path, engine, more=more)
    yield node
    node.kill()


def register(node: NodeOfRuns, scenario: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run job-register in a scenario; return how its run ended and what it said."""
    (node.folder / "scenario.json").write_text(scenario, encoding="utf-8")
    # Commands of Windows come out of a module here.
    text = script_text("job-register").replace(STRICT, f"Import-Module -Name '{NODE_COMMANDS}' -Global\n{STRICT}", 1)
    run = node.start("", parameters={"Mode": "Register", **USUAL}, secrets={"ArmAccessToken": TOKEN}, Job=text)
    state = node.ended(run)
    for path in node.run_folder(run).iterdir():
        assert TOKEN not in path.read_text("utf-8")
    return state, node.said(run)


def texts(told: list[dict[str, Any]], kind: str) -> list[str]:
    return [event["text"] for event in told if event["type"] == kind]


def test_a_registration_that_succeeds(node: NodeOfRuns) -> None:
    state, told = register(node, '{"act": "success"}')
    assert (state["Reason"], state["Exit"]) == ("completed", 0), told
    assert state["Result"]["Claimed"] == "Success"
    assert state["Result"]["ModuleVersion"] == "2.6.0"
    steps = [f"{event['step']} {event['status']}" for event in told if event["type"] == "step"]
    assert steps == [
        "identity started",
        "identity done",
        "install-modules skipped",
        "cmdlet started",
        "cmdlet done",
        "evidence started",
        "evidence done",
    ]
    bars = {(event["id"], event.get("parent")) for event in told if event["type"] == "progress"}
    assert bars == {(1, None), (2, 1)}
    assert "Newer version of the Az.StackHCI module is available." in texts(told, "warning")
    assert any(line.startswith("AzureResourceId") for line in texts(told, "output"))
    assert node.tasks == []


def test_a_registration_that_fails_to_the_host_alone(node: NodeOfRuns) -> None:
    state, told = register(node, '{"act": "failed"}')
    assert (state["Reason"], state["Exit"]) == ("failed", 1)
    host_alone = [event["text"] for event in told if event["type"] == "error" and "fqid" not in event]
    assert host_alone == ["Azure Stack HCI is not yet available in region nowhere."]
    assert state["Result"]["Claimed"] == "Failed"


def test_a_registration_that_leaves(node: NodeOfRuns) -> None:
    state, told = register(node, '{"act": "exit"}')
    assert state["Reason"] == "failed"
    assert state["Result"] is not None
    assert "ended the script" in texts(told, "error")[-1]
