"""`azsconfig status` against the lab, over its real protocols: every scenario says what it should."""

import json
from typing import Any

import pytest

from tests.commands import status
from tests.conftest import ROOT

CASES: dict[str, dict[str, Any]] = json.loads((ROOT / "tests/cases/status_of_scenarios.json").read_text("utf-8"))


@pytest.mark.parametrize("scenario", CASES)
def test_each_scenario_has_its_verdict_exit_code_and_findings(scenario: str) -> None:
    expected = CASES[scenario]
    code, told = status(f"--lab={scenario}")
    assert code == expected["exit_code"]
    assert told["verdict"] == expected["verdict"]
    found = {finding["id"] for finding in told["findings"]}
    assert found >= set(expected["findings"]), told["findings"]
    assert [node["name"] for node in told["nodes"]] == ["HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4"]


def test_a_healthy_cluster_tells_everything_of_four_nodes() -> None:
    code, told = status("--lab")
    assert code == 0
    assert told["schema"] == 1
    assert told["cluster"]["name"] == "HCI-CL01"
    for node in told["nodes"]:
        assert node["registration"]["RegistrationStatus"] == "Registered"
        assert node["registration"]["ConnectionStatus"] == "Connected"
        assert node["arc"]["ClusterArcStatus"] == "Enabled"
        assert node["agent"]["Status"] == "Connected"
        assert node["firmware"]["SecureBoot"] is True
        assert abs(node["clock"]["ahead_seconds"]) < 60
        assert node["verdict"] == "healthy"
    assert [node["local"] for node in told["nodes"]] == [True, False, False, False]


def test_a_dead_node_costs_its_own_values_alone() -> None:
    code, told = status("--lab=node-down")
    assert code == 4
    *alive, dead = told["nodes"]
    assert [node["registration"]["RegistrationStatus"] for node in alive] == ["Registered"] * 3
    assert dead["error"]["kind"] == "unreachable"
    assert dead["error"]["message"]
    assert dead["error"]["remedy"]


def test_the_odd_firmware_is_named() -> None:
    _, told = status("--lab=firmware")
    odd = [finding for finding in told["findings"] if finding["id"].startswith("firmware")]
    assert {finding["node"] for finding in odd} == {"HCI-N3"}


@pytest.mark.parametrize("nodes", [1, 16])
def test_clusters_of_one_to_sixteen_nodes_are_read(nodes: int) -> None:
    code, told = status("--lab", "--lab-nodes", str(nodes))
    assert code == 0
    assert len(told["nodes"]) == nodes


def test_azure_is_read_beside_the_nodes_and_agrees_with_them() -> None:
    _, told = status("--lab")
    azure = told["azure"]
    assert azure["cloud"] == "AzureCloud"
    assert azure["cluster"]["status"] == "ConnectedRecently"
    assert azure["cluster_id"].casefold() == told["cluster"]["resource_id"].casefold()
    assert [node["name"] for node in azure["cluster"]["nodes"]] == [node["name"] for node in told["nodes"]]
    assert {machine["status"] for machine in azure["machines"]} == {"Connected"}
    assert azure["arc_setting"]["aggregateState"] == "Connected"


def test_a_resource_that_was_deleted_is_told_although_the_nodes_are_content() -> None:
    _, told = status("--lab=resource-deleted")
    assert told["azure"]["cluster"] is None
    assert {node["verdict"] for node in told["nodes"]} == {"healthy"}


def test_what_was_never_registered_is_not_looked_for_in_azure() -> None:
    _, told = status("--lab=fresh")
    assert told["azure"]["cluster_id"] is None
    assert told["azure"]["cluster"]["error"]["kind"] == "not-read"
    assert not [finding for finding in told["findings"] if finding["id"].startswith("azure")]
