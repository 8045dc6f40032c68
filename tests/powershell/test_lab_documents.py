"""What the lab itself writes down of a node, the real scripts find on it."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_engine import ScriptEngine
from tui.lab.node_document import node_document, write_document
from tui.lab.powershell import MODULE, prepare
from tui.lab.scenarios import SCENARIOS, build_cluster

MANY = {"get-modules", "get-services", "get-events"}


def read(engine: ScriptEngine, folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    state = write_document(folder, document)
    environment = prepare(folder, sys.executable) | {"AZSCONFIG_LAB_STATE": str(state)}
    found: dict[str, Any] = {}
    for script in document["facts"]:
        run = engine.run(script, modules=[MODULE], environment=environment)
        found[script] = run.out if script in MANY else run.one
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_odd_node_of_a_scenario_is_found_as_the_lab_has_it(
    engine: ScriptEngine, tmp_path: Path, scenario: str
) -> None:
    cluster = build_cluster(scenario, 3)
    document = node_document(cluster, cluster.odd_node().name)
    found = read(engine, tmp_path, document)
    for facts in (found, document["facts"]):
        assert facts["get-system"].pop("UtcNow").endswith("Z")
    assert found == document["facts"]
