"""Every scenario shows what it is called after, and nothing else."""

import json

import pytest

from tests.scenario_facts import NOW, scenario_facts
from tui.cluster.verdict import judge
from tui.lab.clock import LabClock
from tui.lab.cluster_state import ClusterState
from tui.lab.failover.health import get_cluster_health
from tui.lab.node_document import node_document
from tui.lab.scenarios import SCENARIOS, UnknownScenarioError, build_cluster
from tui.lab.updates.documents import update_state_document
from tui.lab.updates.search import offered

EXPECTED: dict[str, tuple[str, str]] = {
    "healthy": ("healthy", "4 of 4 nodes registered and connected"),
    "fresh": ("attention", "not registered, 26 days"),
    "expired": ("unhealthy", "30 days to register passed 11 days ago"),
    "offline": ("unhealthy", "disconnected, last sync 5 days ago"),
    "out-of-policy": ("unhealthy", "no sync for 37 days"),
    "repair-required": ("unhealthy", "must be repaired (event 591)"),
    "firmware": ("unhealthy", "HCI-N3: out of policy: firmware differs"),
    "arc-missing": ("attention", "Azure Arc integration is disabled"),
    "arc-expired": ("unhealthy", "HCI-N3: the Arc agent's identity has expired"),
    "agent-old": ("attention", "HCI-N3: Arc agent 1.40 has been out of support"),
    "node-down": ("attention", "HCI-N4: could not be read"),
    "rebooted": ("attention", "HCI-N3: restarted 6 minutes ago"),
    "clock-skew": ("attention", "HCI-N3: its clock is 11 minutes ahead"),
    "resource-deleted": ("healthy", "4 of 4 nodes registered and connected"),
    "drift": ("healthy", "4 of 4 nodes registered and connected"),
    "no-permission": ("attention", "not registered, 26 days"),
    "wrong-account": ("healthy", "4 of 4 nodes registered and connected"),
    "arc-elsewhere": ("attention", "not registered, 26 days"),
    "half-unregistered": ("attention", "Azure Arc integration is being disabled"),
    "extension-stuck": ("healthy", "4 of 4 nodes registered and connected"),
    "locked": ("healthy", "4 of 4 nodes registered and connected"),
    "modules-missing": ("attention", "not registered, 26 days"),
    "updates": ("healthy", "4 of 4 nodes registered and connected"),
    "updates-failing": ("healthy", "4 of 4 nodes registered and connected"),
    "wsus": ("healthy", "4 of 4 nodes registered and connected"),
    "storage-repair": ("healthy", "4 of 4 nodes registered and connected"),
    "cau": ("healthy", "4 of 4 nodes registered and connected"),
}
"""What the rules of the product make of what the nodes say in each scenario: level and part of the reason."""
IN_AZURE = {
    "resource-deleted": "healthy",
    "drift": "healthy",
    "wrong-account": "healthy",
    "no-permission": "fresh",
    "locked": "healthy",
}
"""Scenarios in which the nodes notice nothing, and the one that they take it for."""


def test_every_scenario_is_listed_here() -> None:
    assert list(EXPECTED) == list(SCENARIOS)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_scenario_is_judged_as_what_it_is(name: str) -> None:
    verdict = judge(scenario_facts(name), NOW)
    level, reason = EXPECTED[name]
    assert (str(verdict.level), reason in verdict.reason) == (level, True), verdict.reason


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("nodes", [1, 2, 16])
def test_a_scenario_exists_for_every_number_of_nodes(name: str, nodes: int) -> None:
    facts = scenario_facts(name, nodes)
    assert [node.name for node in facts.nodes] == [f"HCI-N{number}" for number in range(1, nodes + 1)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_document_is_plain_ascii_json(name: str) -> None:
    document = node_document(build_cluster(name, 4, LabClock(lambda: NOW)), "HCI-N3")
    assert json.loads(json.dumps(document)) == document


def test_no_two_scenarios_say_the_same() -> None:
    told = {
        name: json.dumps([_everything(cluster, node) for node in cluster.names])
        for name in SCENARIOS
        for cluster in [build_cluster(name, 4, LabClock(lambda: NOW))]
    }
    assert len(set(told.values())) == len(SCENARIOS) - len(IN_AZURE)
    assert {name for name, other in IN_AZURE.items() if told[name] == told[other]} == set(IN_AZURE)


def _everything(cluster: ClusterState, node: str) -> list[object]:
    """Return all that scripts tell of a node without asking anybody else, and what it is offered."""
    health = list(get_cluster_health(cluster, node, {}))
    updates = [update_state_document(cluster, node), [offer.id for offer in offered(cluster.node(node))]]
    failing = dict(cluster.node(node).updates.failing)
    return [node_document(cluster, node)["facts"], health, updates, failing]


def test_each_scenario_has_one_line_of_description() -> None:
    assert all(scenario.description and "\n" not in scenario.description for scenario in SCENARIOS.values())


def test_an_unknown_scenario_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownScenarioError) as refused:
        build_cluster("helthy", 4)
    assert all(name in str(refused.value) for name in SCENARIOS)


@pytest.mark.parametrize("nodes", [0, 17, -1])
def test_a_number_of_nodes_no_cluster_has_is_refused(nodes: int) -> None:
    with pytest.raises(ValueError, match="1 to 16 nodes"):
        build_cluster("healthy", nodes)


def test_a_healthy_lab_stays_healthy_over_the_years() -> None:
    later = NOW.replace(year=2031)
    document = node_document(build_cluster("healthy", 1, LabClock(lambda: later)), "HCI-N1")
    version = document["facts"]["get-connected-machine-agent"]["Version"]
    assert int(version.split(".")[1]) > 67
