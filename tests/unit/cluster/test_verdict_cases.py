"""The verdict on described clusters: tests/cases/cluster/verdicts/*.json."""

from typing import Any

import pytest

from tests.unit.cluster.cluster_builders import CASES, NOW, build_cluster, dead, healthy, load_cases
from tui.cluster.facts import ClusterFacts, ProblemKind
from tui.cluster.findings import Level
from tui.cluster.verdict import judge

_FILES = sorted(path.name for path in (CASES / "verdicts").glob("*.json"))
_ALL = [
    pytest.param(case, id=f"{name.removesuffix('.json')}: {case['it']}")
    for name in _FILES
    for case in load_cases(f"verdicts/{name}")
]


@pytest.mark.parametrize("case", _ALL)
def test_verdict(case: dict[str, Any]):
    verdict = judge(build_cluster(case["nodes"]), NOW)
    notes_everywhere = {"end-of-support"} - {expected[0] for expected in case["findings"]}
    found = [[item.id, item.level.value, item.node] for item in verdict.findings if item.id not in notes_everywhere]
    assert (verdict.level.value, verdict.reason) == (case["level"], case["reason"])
    assert sorted(found, key=str) == sorted(case["findings"], key=str)


@pytest.mark.parametrize("case", _ALL)
def test_whatever_needs_something_says_what_to_do(case: dict[str, Any]):
    verdict = judge(build_cluster(case["nodes"]), NOW)
    for finding in verdict.findings:
        assert finding.message
        assert finding.remedy or finding.level is Level.HEALTHY, finding
        assert "\n" not in finding.message + finding.remedy


def test_a_healthy_cluster_needs_nothing():
    verdict = judge(healthy(), NOW)
    assert verdict.level is Level.HEALTHY
    assert verdict.reason == "4 of 4 nodes registered and connected"
    assert verdict.name == "HCI-CL01"
    assert {node.level for node in verdict.nodes} == {Level.HEALTHY}
    assert [finding.id for finding in verdict.findings] == ["end-of-support"]


def test_what_all_readable_nodes_share_is_one_finding_and_stays_with_each_node():
    facts = build_cluster(
        {name: {"get-registration": {"ConnectionStatus": "Disconnected"}} for name in ("HCI-N1", "HCI-N2")}
    )
    verdict = judge(ClusterFacts((*facts.nodes, dead("HCI-N3")), NOW), NOW)
    assert [finding.node for finding in verdict.findings if finding.id == "disconnected"] == [None]
    assert ["disconnected" in {item.id for item in node.findings} for node in verdict.nodes] == [True, True, False]


def test_a_cluster_without_nodes_is_unknown_and_says_why():
    verdict = judge(ClusterFacts((), NOW), NOW)
    assert (verdict.level, verdict.reason, verdict.name) == (Level.UNKNOWN, "no node was asked", None)


def test_a_node_that_is_still_being_read_is_unknown_without_a_finding():
    verdict = judge(ClusterFacts((dead("HCI-N1", "", ProblemKind.NOT_READ),), NOW), NOW)
    assert (verdict.level, verdict.reason, verdict.findings) == (Level.UNKNOWN, "not read yet", ())


def test_the_cluster_is_called_what_most_nodes_call_it():
    facts = build_cluster({"HCI-N1": {"get-cluster": {"Name": "OTHER"}}, "HCI-N2": {}, "HCI-N3": {}})
    assert judge(facts, NOW).name == "HCI-CL01"


def test_a_cluster_whose_service_is_down_is_called_as_in_azure():
    facts = build_cluster({"HCI-N1": {"get-cluster": {"Clustered": False, "Name": None, "Nodes": []}}})
    assert judge(facts, NOW).name == "HCI-CL01"


def test_the_offer_is_that_of_the_least_capable_node():
    facts = build_cluster({"HCI-N1": {}, "HCI-N2": {"get-system": {"Build": 25398}}, "HCI-N3": "dead"})
    assert judge(facts, NOW).offer.changes is False
