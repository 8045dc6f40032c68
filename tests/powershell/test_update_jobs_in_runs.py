"""Jobs about updates as their runner runs them: what they tell arrives in the journal, in order."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_engine import UPDATE_COMMANDS
from tests.powershell.run_node import NodeOfRuns
from tests.powershell.script_engine import ScriptEngine
from tests.powershell.update_cases import AGENT, ROLLUP
from tui.nodes.script import script_text

PARAMETERS_LINE = "param($Parameters, $Secrets)\n"


@pytest.fixture
def node(tmp_path: Path, engine: ScriptEngine) -> NodeOfRuns:
    windows = tmp_path / "Windows"
    scenario = tmp_path / "scenario.json"
    return NodeOfRuns(tmp_path, engine, more={"windir": str(windows), "AZSCONFIG_STUB_SCENARIO": str(scenario)})


def run(node: NodeOfRuns, job: str, scenario: dict[str, Any], **parameters: Any) -> tuple[str, list[dict[str, Any]]]:
    """Run a job of the product with the stubs of updates; return its id and its events."""
    (node.folder / "scenario.json").write_text(json.dumps(scenario), encoding="utf-8")
    text = script_text(job)
    assert text.count(PARAMETERS_LINE) == 1
    stubs = f"$env:COMPUTERNAME = 'HCI-N1'\nImport-Module -Name '{UPDATE_COMMANDS}' -DisableNameChecking -Global\n"
    started = node.start("", Job=text.replace(PARAMETERS_LINE, PARAMETERS_LINE + stubs), parameters=parameters)
    reason = node.ended(started)["Reason"]
    events = node.said(started)
    assert reason == "completed", events
    return started, events


def test_an_installation_is_told_as_it_goes(node: NodeOfRuns) -> None:
    scenario = {"updates": [ROLLUP | {"download": {"throws": "0x80240017"}}, AGENT]}
    wanted = [{"Id": update["id"], "Revision": 199, "Title": update["title"]} for update in (ROLLUP, AGENT)]
    _, events = run(node, "job-install-updates", scenario, Updates=wanted)
    steps = [f"{event['step']} {event['status']}" for event in events if event["type"] == "step"]
    assert steps == [
        "search started",
        "search done",
        "download started",
        "download failed",
        "install started",
        "install done",
    ]
    warnings = [event["text"] for event in events if event["type"] == "warning"]
    assert len(warnings) == 3
    assert warnings[2] == f"{ROLLUP['title']}: the download failed with 0x80240017."
    (told,) = [event["data"] for event in events if event["type"] == "result"]
    assert [update["ResultCode"] for update in told["Updates"]] == ["Failed", "Succeeded"]
    assert (told["Installed"], told["Failed"], told["Updates"][1]["KBs"]) == (1, 1, [])
    assert not [event for event in events if event["type"] in {"error", "output"}]


def test_a_node_that_resumes_itself_has_the_script_for_it_beside_the_run(node: NodeOfRuns) -> None:
    program = node.folder / "Windows" / "System32" / "shutdown.exe"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o700)
    program.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    started, events = run(node, "job-restart-node", {}, Reason="Updates", Delay=30, Resume=True)
    (told,) = [event["data"] for event in events if event["type"] == "result"]
    assert told == {"BootTime": None, "Delay": 30, "Resumes": True}
    script = node.run_folder(started) / "resume-after-restart.ps1"
    assert script.read_text("ascii").strip() == script_text("resume-after-restart").strip()
