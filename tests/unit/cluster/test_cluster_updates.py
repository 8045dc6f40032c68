"""What nodes are offered, joined over the cluster, and why a search failed."""

from dataclasses import replace

import pytest

from tests.update_facts import AGENT, NOT_READ, ROLLUP, UNREACHABLE, cluster, node, search, state
from tui.cluster.cluster_updates import code_in, explained
from tui.cluster.facts import Problem, ProblemKind


def test_an_update_stands_once_with_every_node_that_is_offered_it() -> None:
    found = cluster(
        node(1, search(ROLLUP, AGENT)),
        node(2, search(replace(ROLLUP, downloaded=True))),
        node(3, search(replace(ROLLUP, restart_pending=True))),
    )
    rollup, agent = found.offered
    assert (rollup.nodes, rollup.downloaded, rollup.waiting) == (("HCI-N1", "HCI-N2"), ("HCI-N2",), ("HCI-N3",))
    assert (agent.nodes, agent.downloaded, agent.waiting) == (("HCI-N1",), (), ())


def test_another_revision_is_another_update() -> None:
    found = cluster(node(1, search(ROLLUP)), node(2, search(replace(ROLLUP, revision=201))))
    assert [(one.update.revision, one.nodes) for one in found.offered] == [(200, ("HCI-N1",)), (201, ("HCI-N2",))]


def test_what_only_waits_for_a_restart_is_not_available() -> None:
    found = cluster(node(1, search(replace(ROLLUP, restart_pending=True)), state(pending=True)))
    assert found.available == ()
    assert len(found.offered) == 1
    assert found.restart_pending == ("HCI-N1",)


def test_a_node_that_is_still_searching_has_neither_been_searched_nor_failed() -> None:
    found = cluster(node(1, NOT_READ), node(2, UNREACHABLE, UNREACHABLE), node(3, search()))
    assert (found.searched, found.not_searched) == (("HCI-N3",), ("HCI-N2",))
    assert [one.problem for one in found.nodes] == [None, UNREACHABLE, None]


def test_the_agent_a_node_is_offered_is_the_latest_revision_that_is_not_installed() -> None:
    newer, staged = replace(AGENT, revision=201), replace(AGENT, revision=202, restart_pending=True)
    assert node(1, search(ROLLUP, newer, AGENT, staged)).agent_update == newer
    assert node(1, search(ROLLUP)).agent_update is None
    assert node(1, UNREACHABLE).agent_update is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The search for updates failed with 0x8024402C.", "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED"),
        ("failed (0x80070422): disabled", "ERROR_SERVICE_DISABLED"),
        ("no code at all", None),
        ("0x8024402C1 is too long", None),
    ],
)
def test_the_code_in_a_text_is_found(text: str, name: str | None) -> None:
    code = code_in(text)
    assert (code.name if code else None) == name


def test_a_search_that_failed_with_a_code_has_that_code_s_remedy() -> None:
    failed = Problem(ProblemKind.SCRIPT_ERROR, "HCI-N1", "search-updates: It failed with 0x8024402C.", "Look.")
    told = explained(failed)
    assert told.message.startswith("search-updates: It failed with 0x8024402C: the name of the update server")
    assert "netsh winhttp show proxy" in told.remedy


@pytest.mark.parametrize(
    "problem",
    [
        UNREACHABLE,
        replace(UNREACHABLE, message="0x80070005 while connecting"),
        replace(UNREACHABLE, kind=ProblemKind.SCRIPT_ERROR, message="The script has no code."),
    ],
)
def test_any_other_problem_stays_as_it_is(problem: Problem) -> None:
    assert explained(problem) == problem
