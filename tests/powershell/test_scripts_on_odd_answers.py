"""The scripts on answers that differ from the usual: `odd_answers.toml` says what they make of them."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_engine import HERE, Run, ScriptEngine

CASES: list[dict[str, Any]] = tomllib.loads((HERE / "odd_answers.toml").read_text(encoding="utf-8"))["case"]


def place_agent(folder: Path, text: str) -> dict[str, str]:
    program = folder / "Program Files" / "AzureConnectedMachineAgent" / "azcmagent.exe"
    program.parent.mkdir(parents=True)
    if text != "not executable":
        text = f"#!/bin/sh\n{text}"
        program.touch(mode=0o700)
    program.write_text(text, encoding="utf-8")
    return {"ProgramFiles": str(folder / "Program Files"), "SystemDrive": str(folder / "Drive")}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_an_odd_answer_becomes_a_value_or_a_clear_error(
    engine: ScriptEngine, tmp_path: Path, case: dict[str, Any]
) -> None:
    environment = place_agent(tmp_path, case["agent"]) if "agent" in case else {}
    run = engine.run(case["script"], prelude=case.get("prelude", ""), environment=environment)
    expected = json.loads(case["expect"], strict=False)
    if isinstance(expected, list):
        assert run.out == expected
    else:
        assert len(run.out) == 1
        found = {key: run.out[0].get(key, "no such key") for key in expected}
        assert found == expected
        assert not set(case.get("absent", ())) & set(run.out[0])
    check_errors(run, case.get("errors", []))
    assert bool(run.warnings) == case.get("warns", False)
    assert not run.hollow


def check_errors(run: Run, expected: list[dict[str, Any]]) -> None:
    assert len(run.errors) == len(expected), run.errors
    for failure, wanted in zip(run.errors, expected, strict=True):
        assert failure.category == wanted["category"]
        assert failure.fqid.startswith(wanted["fqid"])
        assert failure.terminating == wanted["terminating"]


def test_the_text_of_a_real_agent_comes_through_unchanged(engine: ScriptEngine, tmp_path: Path, shared: Path) -> None:
    sample = shared / "samples" / "azcmagent-show_connected_azshci_1.40.txt"
    agent = f"""
        if [ "$1" = version ]; then echo 'azcmagent version 1.40.02664.1629'; exit 0; fi
        if [ "$2" = -j ]; then echo "Error: unknown shorthand flag: 'j' in -j"; exit 16; fi
        cat '{sample}'
    """
    run = engine.run("get-connected-machine-agent", environment=place_agent(tmp_path, agent))
    assert run.one["ShowText"].splitlines() == sample.read_text(encoding="utf-8").splitlines()
    assert run.one["Version"] == "1.40.02664.1629"


def test_extensions_survive_folders_that_are_not_as_inferred(engine: ScriptEngine, tmp_path: Path) -> None:
    environment = place_agent(tmp_path, "echo '{}'")
    plugins = tmp_path / "Drive" / "Packages" / "Plugins"
    for folder, status in {
        "A.Old/1.9.0/Status/0.status": "[]",
        "A.Old/1.10.0/Status/3.status": '[{"status": {"status": "transitioning"}}]',
        "B.Garbage/1.0/Status/0.status": "no JSON",
        "C.Nothing/readme.txt": "",
        "D.NoStatus/2.0.0/HandlerEnvironment.json": "[]",
        "E.Shapeless/1.0/Status/0.status": '[{"status": "odd"}]',
    }.items():
        file = plugins / folder
        file.parent.mkdir(parents=True)
        file.write_text(status, encoding="utf-8")
    run = engine.run("get-connected-machine-agent", environment=environment)
    assert run.one["Extensions"] == [
        {"Name": "A.Old", "Version": "1.10.0", "State": "transitioning"},
        {"Name": "B.Garbage", "Version": "1.0", "State": None},
        {"Name": "D.NoStatus", "Version": "2.0.0", "State": None},
        {"Name": "E.Shapeless", "Version": "1.0", "State": None},
    ]
    assert any("B.Garbage" in warning for warning in run.warnings)


def test_the_check_for_hollow_values_finds_one(engine: ScriptEngine) -> None:
    run = engine.evaluate("function f {}; [pscustomobject] @{ Hollow = (f); Null = $null; List = @() }")
    assert run.hollow == ["Hollow"]
