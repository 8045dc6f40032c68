"""The real scripts on the lab's stub commands give exactly the facts of the node's document."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_documents import DOCUMENTS, Document, healthy_22h2, text_only_agent, without_agent
from tests.powershell.script_engine import Run, ScriptEngine
from tui.lab.powershell import MODULE, prepare

MANY = ("get-modules", "get-services", "get-events")
"""Scripts that give one object per thing; the others give exactly one."""


class Node:
    """A simulated node with a folder of its own, asked through the engine."""

    def __init__(self, engine: ScriptEngine, folder: Path) -> None:
        self._engine = engine
        self._state = folder / "state.json"
        self._environment = {**prepare(folder, sys.executable), "AZSCONFIG_LAB_STATE": str(self._state)}

    def become(self, document: Document) -> None:
        self._state.write_text(json.dumps(document), encoding="utf-8")

    def run(self, script: str, **parameters: Any) -> Run:
        return self._engine.run(script, modules=[MODULE], environment=self._environment, parameters=parameters)


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> Node:
    return Node(engine, tmp_path)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("script", sorted(healthy_22h2()["facts"]))
def test_a_script_gives_the_facts_of_the_document(node: Node, name: str, script: str) -> None:
    document = DOCUMENTS[name]()
    now = datetime.now(UTC).isoformat()
    document |= {"now": "2026-05-01T10:00:00.0000000Z", "written": now}
    node.become(document)
    run = node.run(script)
    out = run.out if script in MANY else run.one
    if isinstance(out, dict) and script == "get-system":
        assert moment(out["UtcNow"]) >= moment("2026-05-01T10:00:00Z")
        out["UtcNow"] = None
    assert out == document["facts"][script]
    assert not run.errors
    assert not run.warnings
    assert not run.hollow


def test_properties_keep_the_order_of_the_contract(node: Node) -> None:
    document = healthy_22h2()
    node.become(document)
    assert list(node.run("get-registration").one) == list(document["facts"]["get-registration"])


def test_the_clock_of_a_node_runs_in_simulated_time_with_its_own_skew(node: Node) -> None:
    document = healthy_22h2()
    written = datetime.now(UTC)
    document |= {"now": "2030-01-01T00:00:00Z", "written": written.isoformat(), "clock_offset_seconds": -86400.0}
    node.become(document)
    before = datetime.now(UTC) - written
    told = moment(node.run("get-system").one["UtcNow"])
    after = datetime.now(UTC) - written
    start = moment("2029-12-31T00:00:00Z")
    assert start + before - timedelta(milliseconds=1) <= told <= start + after + timedelta(milliseconds=1)


def test_an_agent_appears_and_disappears_with_the_document(node: Node) -> None:
    for document in (without_agent(), healthy_22h2(), text_only_agent(), without_agent(), healthy_22h2()):
        node.become(document)
        assert node.run("get-connected-machine-agent").one == document["facts"]["get-connected-machine-agent"]


def test_an_extension_that_was_upgraded_or_lost_its_state_is_followed(node: Node) -> None:
    document = healthy_22h2()
    extension = document["facts"]["get-connected-machine-agent"]["Extensions"][0]
    for change in ({"State": "error"}, {"Version": "1.31.0.0"}, {"Version": "1.9.0.0", "State": None}):
        extension |= change
        node.become(document)
        assert node.run("get-connected-machine-agent").one["Extensions"][0] == extension


def test_events_are_limited_by_number_and_by_age_on_the_nodes_clock(node: Node) -> None:
    document = healthy_22h2()
    document |= {"now": "2026-05-01T07:00:00Z", "written": datetime.now(UTC).isoformat()}
    node.become(document)
    assert [event["EventId"] for event in node.run("get-events", MaxEvents=1).out] == [592]
    assert [event["EventId"] for event in node.run("get-events", Days=1).out] == [592]
    assert len(node.run("get-events", Days=2).out) == 2


def test_modules_that_are_already_loaded_are_still_listed(engine: ScriptEngine, node: Node, tmp_path: Path) -> None:
    node.become(healthy_22h2())
    script = "(Get-Module).Name -contains 'AzsconfigLab'; (Get-Module -Name AzsconfigLab).Path"
    run = engine.evaluate(script, modules=[MODULE])
    assert run.out == [True, str(MODULE.with_suffix(".psm1"))]
