"""Asking every node for its updates: side by side, partly, with an end."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.unit.operations.asked_nodes import AskedNodes
from tests.update_facts import AGENT, ROLLUP
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.encode import encode
from tui.cluster.facts import Problem, ProblemKind, Reading, value_of
from tui.nodes.errors import ScriptError, Unreachable
from tui.operations.read_updates import CLUSTER, HEALTH, SEARCH, STATE, UpdatesReading
from tui.session import Session

NODES = ("HCI-N1", "HCI-N2", "HCI-N3")
PATIENCE_SECONDS = 20
STOOD: Mapping[str, Any] = {
    "Restart": {"Pending": False, "Reasons": []},
    "Settings": {"MicrosoftUpdate": True, "InternetBlocked": False, "ByPolicy": False},
    "History": [],
    "HistoryCount": 0,
}
FOUND: Mapping[str, Any] = {
    "SearchedAt": "2026-05-04T14:02:31Z",
    "ResultCode": "Succeeded",
    "Updates": [encode(ROLLUP), encode(AGENT)],
    "Warnings": [],
}
WELL: Mapping[str, Any] = {
    STATE: STOOD,
    SEARCH: FOUND,
    HEALTH: {"Clustered": True, "Nodes": []},
    CLUSTER: {"Clustered": True, "Name": "HCI-CL01"},
}


def read(nodes: AskedNodes, only: tuple[str, ...] | None = None) -> ClusterUpdates:
    return UpdatesReading(cast("Session", nodes), only).run()


def test_every_node_is_asked_for_both_and_one_of_them_for_the_cluster() -> None:
    nodes = AskedNodes(NODES, lambda _node, script: WELL[script])
    found = read(nodes)
    assert [one.node for one in found.nodes] == list(NODES)
    assert found.searched == NODES
    assert found.name == "HCI-CL01"
    assert isinstance(found.health, Reading)
    assert [node for node, script, _ in nodes.asked if script == HEALTH] == ["HCI-N1"]


def test_a_search_has_minutes_and_everything_else_the_deadline_of_the_session() -> None:
    nodes = AskedNodes(NODES, lambda _node, script: WELL[script])
    read(nodes)
    deadlines = {script: deadline for _, script, deadline in nodes.asked}
    assert (deadlines[SEARCH] or timedelta()) >= timedelta(minutes=10)
    assert {deadlines[script] for script in (STATE, HEALTH, CLUSTER)} == {None}


def test_a_dead_node_hides_no_other_and_another_one_tells_of_the_cluster() -> None:
    dead = Unreachable("HCI-N1", "HCI-N1 does not answer.")
    nodes = AskedNodes(NODES, lambda node, script: dead if node == "HCI-N1" else WELL[script])
    found = read(nodes)
    assert found.nodes[0].problem == dead.problem
    assert found.searched == ("HCI-N2", "HCI-N3")
    assert found.name == "HCI-CL01"


def test_where_no_node_answers_there_is_a_reason_for_the_cluster_too() -> None:
    dead = Unreachable("HCI-N1", "No answer.")
    found = read(AskedNodes(NODES, lambda _node, _script: dead))
    assert found.health == dead.problem
    assert found.searched == ()


def test_a_node_outside_a_cluster_lets_the_next_one_be_asked() -> None:
    alone: Mapping[str, Any] = {"Clustered": False, "Nodes": []}
    nodes = AskedNodes(
        NODES, lambda node, script: alone if node == "HCI-N1" and script in {HEALTH, CLUSTER} else WELL[script]
    )
    found = read(nodes)
    assert [node for node, script, _ in nodes.asked if script == HEALTH] == ["HCI-N1", "HCI-N2"]
    health = value_of(found.health)
    assert health is not None
    assert health.clustered


def test_a_failed_search_says_what_its_code_means() -> None:
    failed = ScriptError("HCI-N2", "search-updates: The search failed with 0x80070422.", fqid="UpdateSearchFailed")
    found = read(
        AskedNodes(NODES, lambda node, script: failed if (node, script) == ("HCI-N2", SEARCH) else WELL[script])
    )
    problem = found.nodes[1].search
    assert isinstance(problem, Problem)
    assert "disabled" in problem.message
    assert "Set-Service wuauserv" in problem.remedy
    assert isinstance(found.nodes[1].state, Reading)


@pytest.mark.parametrize("said", [{"Updates": "none"}, {"SearchedAt": "yesterday", "ResultCode": "Succeeded"}])
def test_an_answer_nobody_understands_is_told_as_that(said: Mapping[str, Any]) -> None:
    found = read(AskedNodes(NODES[:1], lambda _node, script: said if script == SEARCH else WELL[script]))
    problem = found.nodes[0].search
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.UNREADABLE
    assert "search-updates.ps1" in problem.remedy


def test_what_is_known_is_told_after_each_answer() -> None:
    nodes = AskedNodes(NODES[:1], lambda _node, script: WELL[script])
    told: list[ClusterUpdates] = []
    UpdatesReading(cast("Session", nodes)).run(told.append)
    first, *_, last = told
    assert isinstance(first.nodes[0].search, Problem)
    assert first.nodes[0].search.kind is ProblemKind.NOT_READ
    assert (first.searched, first.not_searched) == ((), ())
    assert last.searched == ("HCI-N1",)


def test_only_nodes_that_are_named_are_asked() -> None:
    nodes = AskedNodes(NODES, lambda _node, script: WELL[script])
    found = read(nodes, ("HCI-N3",))
    assert [one.node for one in found.nodes] == ["HCI-N3"]
    assert {node for node, _, _ in nodes.asked} == {"HCI-N3"}


def test_cancelling_keeps_what_was_told() -> None:
    nodes = AskedNodes(NODES, lambda node, script: None if (node, script) == ("HCI-N3", SEARCH) else WELL[script])
    reading = UpdatesReading(cast("Session", nodes))
    came: list[ClusterUpdates] = []
    thread = threading.Thread(target=lambda: came.append(reading.run()), daemon=True)
    thread.start()
    assert nodes.silent.wait(PATIENCE_SECONDS)
    reading.cancel()
    thread.join(PATIENCE_SECONDS)
    (found,) = came
    # What was asked before it was cancelled may have been told; the one that kept silent was not.
    problem = found.nodes[2].search
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.CANCELLED


def test_what_is_begun_after_it_was_cancelled_asks_nobody() -> None:
    nodes = AskedNodes(NODES, lambda _node, script: WELL[script])
    reading = UpdatesReading(cast("Session", nodes))
    reading.cancel()
    found = reading.run()
    assert nodes.asked == []
    assert {one.problem.kind for one in found.nodes if one.problem is not None} == {ProblemKind.CANCELLED}
