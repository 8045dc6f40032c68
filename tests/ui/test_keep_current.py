"""Options 6 and 7: what is offered, choosing of it, and what the forms hand over; going on with a run of theirs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.made_up_runs import DONE, MadeUpOperation, events, run_state
from tests.scenario_facts import StillReader, scenario_snapshot
from tests.ui.shown import Shown, desk_with, driven, said
from tests.update_facts import AGENT, ROLLUP, cluster, node, search
from tui.cluster.cluster_updates import ClusterUpdates
from tui.operations.read_agents import AgentsRead
from tui.operations.running import ClusterRuns, FoundRun
from tui.runs.outcome import Outcome
from tui.views.desk import Desk

FEATURE = replace(
    ROLLUP, id="0a000000-0000-0000-0000-000000000003", title="A release", kbs=("KB5099013",), feature=True
)
OFFERED = cluster(node(1, search(ROLLUP, AGENT, FEATURE)), node(2, search(ROLLUP)))


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[ClusterUpdates]:
    """What searches find, one after the other; the last one again and again."""
    found = [OFFERED]

    class Reading:
        def __init__(self, _session: object) -> None:
            """Ask nobody."""

        def run(self) -> ClusterUpdates:
            return found.pop(0) if len(found) > 1 else found[0]

    monkeypatch.setattr("screens.offered_updates.UpdatesReading", Reading)
    return found


def kept(desk: Desk) -> ClusterUpdates | None:
    return desk.reader.snapshot().updates


@pytest.mark.usefixtures("searches")
def test_updates_are_chosen_by_number_and_installed() -> None:
    operation = MadeUpOperation()
    desk = desk_with(operation)

    async def steps(shown: Shown) -> None:
        await shown.press("6", "enter", "1", "enter")
        text = await shown.until("4) Install what is chosen")
        assert "1) [ ] 2026-05 Cumulative Update" in text
        await shown.press("4", "enter")
        assert "Nothing is chosen yet" in shown.text
        await shown.press("3", "enter")
        assert "3) [x] A release" in await shown.until("Install what is chosen: 1 of 3")
        await shown.press("a")
        assert "3) [ ] A release" in await shown.until("Install what is chosen: 2 of 3")
        await shown.press("1", "enter")
        assert "2) [x] Azure Connected Machine Agent" in await shown.until("Install what is chosen: 1 of 3")
        await shown.press("n")
        await shown.press("2", "enter", "1", "enter", "4", "enter")
        text = await shown.until("Look at what would be done")
        assert "those below" in text
        assert f"KB5099010 {AGENT.id}" in text
        await shown.press("5", "enter", "2", "enter", "7", "enter")
        assert "7: a restart needs a reason." in shown.text
        await shown.press("6", "enter", *"patch day", "enter")
        await shown.press("7", "enter")
        await shown.until("2) Do it")
        await shown.press("escape", "escape", "escape", "escape")

    driven(desk, steps)
    assert operation.inputs == {"select": f"KB5099010 {AGENT.id}", "restart": True, "reason": "patch day"}
    assert operation.applied == []
    assert kept(desk) is OFFERED


def test_a_new_search_forgets_what_was_chosen(searches: list[ClusterUpdates]) -> None:
    searches.append(cluster(node(1, search(AGENT))))

    async def steps(shown: Shown) -> None:
        await shown.press("6", "enter", "1", "enter")
        await shown.until("4) Install what is chosen")
        await shown.press("1", "enter")
        await shown.until("Install what is chosen: 1 of 3")
        await shown.press("r")
        text = await shown.until("2) Install what is chosen")
        assert "[x]" not in text

    driven(desk_with(MadeUpOperation()), steps)


@pytest.mark.usefixtures("searches")
def test_line_mode_chooses_all_and_none_by_letter() -> None:
    text = said(desk_with(MadeUpOperation()), "6\n1\na\nn\n2\n\n\n15\n")
    assert "1) [ ] 2026-05 Cumulative Update" in text
    assert "Install what is chosen: 2 of 3" in text
    assert "Install what is chosen: 1 of 3" in text


def test_a_form_names_what_does_not_go_together_and_hands_over_the_rest() -> None:
    operation = MadeUpOperation()
    answers = (
        "6\n2\n"
        "1\n2\n"  # recommended ones
        "2\nKB12\nKB5099010\n"  # no such article, then one: not beside a kind
        "7\n"
        "2\n-\n"
        "3\nHCI-N9\nhci-n2, HCI-N3\n"
        "4\n2\n"
        "5\n2\n7\n6\nno\x1bescape\npatch day\n"
        "7\n\n\n15\n"
    )
    snapshot = replace(scenario_snapshot(), targets=scenario_targets())
    text = said(desk_with(operation, snapshot), answers)
    assert "7: choose a kind of updates, or single ones." in text
    assert "There is no node HCI-N9; there are HCI-N1, HCI-N2, HCI-N3, HCI-N4." in text
    assert "7: a restart needs a reason." in text
    assert operation.inputs == {
        "select": "recommended",
        "nodes": "HCI-N2 HCI-N3",
        "rolling": True,
        "restart": True,
        "reason": "patch day",
    }


def scenario_targets() -> tuple[Any, ...]:
    from tui.nodes.connection import Connection

    return tuple(Connection(f"HCI-N{number}") for number in range(1, 5))


@pytest.mark.parametrize(
    ("answers", "inputs"),
    [
        ("6\n3\n3\n1\nHCI-N2\n2\nnew firmware\n3\n", {"nodes": "HCI-N2", "reason": "new firmware"}),
        ("6\n4\n2\n", {}),
        ("6\n5\n1\n3\n3\n", {"run_node": "HCI-N2"}),
        ("7\n2\n3\n2\n4\n", {"azcmagent": True}),
    ],
)
def test_every_form_hands_over_what_was_given(answers: str, inputs: dict[str, Any]) -> None:
    operation = MadeUpOperation()
    snapshot = replace(scenario_snapshot(), targets=scenario_targets())
    text = said(desk_with(operation, snapshot), f"{answers}\n\n\n15\n")
    assert operation.inputs == inputs
    assert "1) Back, change nothing" in text
    if "reason" in inputs:
        assert "3: Nodes and Reason are missing." in text


def test_an_msi_file_and_the_agent_s_own_upgrade_exclude_each_other() -> None:
    text = said(desk_with(MadeUpOperation()), "7\n2\n2\nC:\\agent.msi\n3\n2\n4\n\n\n\n15\n")
    assert "4: choose an MSI file, or by itself." in text


def test_the_agents_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = scenario_snapshot("agent-old").facts
    assert facts is not None
    read = AgentsRead(facts, OFFERED, None)

    def read_agents(_session: object) -> AgentsRead:
        return read

    monkeypatch.setattr("screens.agent.read_agents", read_agents)

    async def steps(shown: Shown) -> None:
        await shown.press("7", "enter", "1", "enter")
        text = await shown.until("Newest seen")
        assert "HCI-N4" in text
        await shown.press("c")
        assert "azcmagent.exe" in await shown.until("PowerShell")

    driven(desk_with(MadeUpOperation()), steps)


@pytest.mark.parametrize("pick", ["1", "2"])
def test_a_run_that_nobody_coordinates_is_looked_at_or_gone_on_with(pick: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def follow(what: str) -> Callable[..., Outcome]:
        def run(_session: object, _found: FoundRun, sink: Callable[..., None], _stop: object) -> Outcome:
            asked.append(what)
            for event in events():
                sink(event)
            return DONE

        return run

    monkeypatch.setattr("tui.operations.followed_runs.attach_found", follow("1"))
    monkeypatch.setattr("tui.operations.followed_runs.resume", follow("2"))
    left = replace(run_state(over=False), alive=False, coordinated=True)
    snapshot = replace(scenario_snapshot(), runs=ClusterRuns((FoundRun("HCI-N2", left),), read=4))

    async def steps(shown: Shown) -> None:
        await shown.press("1", "3", "enter", "1", "enter")
        await shown.until("Nobody coordinates this run any more.")
        await shown.press(pick, "enter")
        await shown.until("Done: HCI-CL01 is registered.")
        await shown.press("escape")
        assert "Runs of the cluster" in shown.text

    driven(desk_with(MadeUpOperation(), snapshot), steps)
    assert asked == [pick]


def test_read_only_offers_only_to_look_at_a_run_that_nobody_coordinates(monkeypatch: pytest.MonkeyPatch) -> None:
    def attach(*_given: object) -> Outcome:
        return DONE

    monkeypatch.setattr("tui.operations.followed_runs.attach_found", attach)
    left = replace(run_state(over=False), alive=False, coordinated=True)
    runs = ClusterRuns((FoundRun("HCI-N2", left),), read=4)
    desk = desk_with(MadeUpOperation(), replace(scenario_snapshot(), runs=runs, read_only=True))
    assert isinstance(desk.reader, StillReader)
    assert "Go on with it" not in said(desk, "13\n1\n\n\n15\n")
