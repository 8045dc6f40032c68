"""The agents side by side: compared, as text, as data, and what the command ends with."""

from dataclasses import replace

import pytest

from tests.scenario_facts import NOW, scenario_facts
from tests.update_facts import AGENT, OPTED_IN, ROLLUP, UNREACHABLE, cluster, node, search, state
from tui.cluster.agent_comparison import AgentComparison, compare_agents
from tui.cluster.azure_resources import (
    ArcMachine,
    AutomaticUpgrade,
    AzureProblem,
    AzureProblemKind,
    AzureView,
    Found,
)
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.facts import ClusterFacts, Reading, value_of
from tui.cluster.resource_id import parse_resource_id
from tui.exit_codes import ExitCode
from tui.operations.read_agents import AgentsRead
from tui.pages.agent_versions import agents_text
from tui.pages.agents_object import agents_object
from tui.pages.columns import width
from tui.verbs.agent import versions_exit_code

CLOSED = replace(OPTED_IN, microsoft_update=False)
OFFERED = cluster(*(node(number, search(ROLLUP, AGENT)) for number in range(1, 5)))
NOT_OFFERED = cluster(*(node(number, search(ROLLUP), state(settings=CLOSED)) for number in range(1, 5)))
FORBIDDEN = AzureProblem(AzureProblemKind.FORBIDDEN, "No permission.", "Have a role assigned.")
NOT_ASKED = AzureProblem(AzureProblemKind.NOT_READ, "Nobody is signed in.", "Sign in.")


def azure(machines: Reading[tuple[ArcMachine, ...]] | AzureProblem) -> AzureView:
    return AzureView(
        "AzureCloud", "admin@contoso.test", None, Reading(Found(None), NOW), Reading(Found(None), NOW), machines
    )


def machine(name: str, upgrade: AutomaticUpgrade | None) -> ArcMachine:
    group = "/subscriptions/8f1c2d5e-0000-4000-8000-000000000001/resourceGroups/hci-rg"
    own = parse_resource_id(f"{group}/providers/Microsoft.HybridCompute/machines/{name}")
    return ArcMachine(own, "eastus", automatic_upgrade=upgrade)


def compared(scenario: str = "agent-old", updates: ClusterUpdates | None = OFFERED) -> AgentComparison:
    return compare_agents(scenario_facts(scenario), NOW, updates=updates)


def text(agents: AgentComparison, view: AzureView | None = None, columns: int = 80) -> str:
    return agents_text(agents, OFFERED, columns, azure=view, name="HCI-CL01")


def test_the_newest_and_those_behind_it_are_told() -> None:
    agents = compared()
    assert agents.newest == "1.61.03319.2737"
    assert (agents.behind, agents.unsupported) == (("HCI-N3",), ("HCI-N3",))
    assert [one.newest for one in agents.nodes] == [True, True, False, True]


def test_a_node_without_an_agent_is_neither_newest_nor_behind() -> None:
    agents = compared("arc-missing")
    assert agents.newest is None
    assert {one.newest for one in agents.nodes} == {None}
    assert "no agent" in text(agents)
    assert agents_object(agents)["nodes"][0] == {"name": "HCI-N1", "installed": False}


def test_what_is_offered_is_told_with_the_nodes() -> None:
    assert "Offered to all 4 nodes: Azure Connected Machine Agent 1.64.03319.2737 (65 MB)." in " ".join(
        text(compared()).split()
    )


def test_why_an_agent_is_never_offered_is_told_once() -> None:
    told = " ".join(text(compared(updates=NOT_OFFERED)).split())
    assert told.count("Not offered to all 4 nodes: The agent comes by Microsoft Update") == 1


def test_without_a_search_nothing_is_claimed_of_what_is_offered() -> None:
    agents = compared(updates=None)
    assert {one.searched for one in agents.nodes} == {False}
    assert [one["offered"] for one in agents_object(agents)["nodes"]] == [None] * 4
    assert "What is offered" not in text(agents)


def test_the_end_of_support_says_that_it_was_counted() -> None:
    told = text(compared())
    assert "no, since about 2025-06" in told
    assert "Out of Microsoft's support: HCI-N3." in told


def test_whether_azure_upgrades_is_told_for_nodes_of_either_kind() -> None:
    failed = AutomaticUpgrade(True, "1.64", NOW, "Failed", "The download failed.")
    machines = (machine("HCI-N1", failed), machine("hci-n2", AutomaticUpgrade(False)), machine("HCI-N3", None))
    view = azure(Reading(machines, NOW))
    agents = compare_agents(scenario_facts(), NOW, azure=view)
    told = text(agents, view)
    assert "on: HCI-N1" in told
    assert "off: HCI-N2" in told
    assert "not told: HCI-N3, HCI-N4" in told
    assert "Azure's last upgrade on 2026-05-04 failed: The download failed." in told
    assert agents_object(agents, azure=view)["nodes"][0]["agentUpgrade"]["lastAttemptStatus"] == "Failed"


def test_what_azure_does_not_tell_has_its_reason() -> None:
    told = text(compared(), azure(FORBIDDEN))
    assert "No permission." in told
    assert "Have a role assigned." in told
    data = agents_object(compared(), azure=azure(FORBIDDEN))
    assert data["azure"]["error"]["kind"] == "forbidden"


@pytest.mark.parametrize("columns", [40, 69, 70, 80, 132])
@pytest.mark.parametrize("scenario", ["agent-old", "node-down", "arc-missing"])
def test_every_line_fits(scenario: str, columns: int) -> None:
    view = azure(Reading((machine("HCI-N1", AutomaticUpgrade(True, "1", NOW, "Failed", "x" * 90)),), NOW))
    agents = compare_agents(scenario_facts(scenario), NOW, updates=NOT_OFFERED, azure=view)
    assert max(width(line) for line in text(agents, view, columns).splitlines()) <= columns


def read(scenario: str, updates: ClusterUpdates = OFFERED, view: AzureView | None = None) -> AgentsRead:
    return AgentsRead(scenario_facts(scenario), replace(updates, read_at=NOW), view)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (read("healthy"), ExitCode.DONE),
        (read("healthy", view=azure(Reading((), NOW))), ExitCode.DONE),
        (read("healthy", view=azure(NOT_ASKED)), ExitCode.DONE),
        (read("healthy", view=azure(FORBIDDEN)), ExitCode.PARTLY),
        (read("agent-old"), ExitCode.ATTENTION),
        (read("node-down"), ExitCode.PARTLY),
        (read("healthy", cluster(*OFFERED.nodes[:3], node(4, UNREACHABLE))), ExitCode.PARTLY),
        (read("agent-old", cluster(*OFFERED.nodes[:3], node(4, UNREACHABLE))), ExitCode.PARTLY),
    ],
)
def test_the_exit_code_tells_what_was_read_and_what_needs_attention(told: AgentsRead, code: ExitCode) -> None:
    assert versions_exit_code(told) is code


def test_where_no_agent_could_be_read_nothing_could() -> None:
    facts = scenario_facts("node-down")
    dead = next(one for one in facts.nodes if value_of(one.agent) is None)
    told = AgentsRead(ClusterFacts((dead,), NOW), cluster(node(4, UNREACHABLE, UNREACHABLE)), None)
    assert versions_exit_code(told) is ExitCode.UNREACHABLE
