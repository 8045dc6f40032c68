"""Runs over several nodes that azsconfig itself coordinates: their journal on one node."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.powershell.run_node import NodeOfRuns, run_id
from tests.powershell.script_engine import ScriptEngine
from tui.cluster.decode import decode
from tui.runs.event import event_from_line
from tui.runs.run_state import RunPhase, RunState

ME, OTHER = "0" * 32, "f" * 32
LONG_AGO = "2026-01-31T12:00:00.000Z"


@pytest.fixture(scope="module")
def node(engine: ScriptEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeOfRuns]:
    node = NodeOfRuns(tmp_path_factory.mktemp("node"), engine)
    yield node
    node.kill()


@pytest.fixture
def run() -> str:
    return run_id("update-nodes")


def told(number: int) -> str:
    return json.dumps({"time": "2026-01-31T12:00:00Z", "type": "note", "text": f'event {number}, "quoted" \u00fc'})


def given(run: str, first: int = 1, *events: str, coordinator: str = ME, **more: Any) -> dict[str, Any]:
    return {
        "Id": run,
        "Kind": "update-nodes",
        "Title": "Install updates on 4 nodes",
        "Operation": "updates",
        "Cluster": "HCI-CL01",
        "StartedBy": "me from JUMP1",
        "Parameters": {"Nodes": ["HCI-N1"], "Selection": "all", "Restart": True},
        "Coordinator": coordinator,
        "First": first,
        "Events": list(events),
        "Phase": "running",
        "Step": "HCI-N1: drain",
        "Reason": "",
        "Exit": None,
        "Take": False,
        "Previous": "",
        **more,
    }


def written(node: NodeOfRuns, *args: Any, **more: Any) -> dict[str, Any]:
    return node.ask("write-run", **given(*args, **more)).one


def refused(node: NodeOfRuns, *args: Any, **more: Any) -> str:
    return node.refused("write-run", **given(*args, **more)).fqid.partition(",")[0]


def age(node: NodeOfRuns, run: str) -> None:
    """Let its coordinator have said nothing for a long time."""
    file = node.run_folder(run) / "state.json"
    file.write_text(json.dumps({**json.loads(file.read_text("ascii")), "Updated": LONG_AGO}), "ascii")


def test_it_is_a_run_like_any_other_and_says_that_it_is_coordinated(node: NodeOfRuns, run: str) -> None:
    answer = written(node, run, 1, told(1), told(2))
    assert answer["Count"] == 2
    state = decode(RunState, answer["State"])
    assert (state.coordinated, state.coordinator, state.alive, state.phase) == (True, ME, True, RunPhase.RUNNING)
    assert (state.kind, state.operation, state.step) == ("update-nodes", "updates", "HCI-N1: drain")
    assert state.parameters == {"Nodes": ["HCI-N1"], "Selection": "all", "Restart": True}
    assert decode(RunState, node.state(run)) == state
    listed = [one for one in node.ask("get-runs").one["Runs"] if one["Id"] == run]
    assert decode(RunState, listed[0]) == state
    events = [event_from_line(line, "HCI-N1") for line in node.read(run)["Lines"]]
    assert [(event.number, event.text) for event in events] == [
        (1, 'event 1, "quoted" \u00fc'),
        (2, 'event 2, "quoted" \u00fc'),
    ]


def test_what_is_asked_twice_is_there_once(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1), told(2))
    assert written(node, run, 1, told(1), told(2))["Count"] == 2
    assert written(node, run, 2, told(2), told(3))["Count"] == 3
    assert [event["n"] for event in node.said(run)] == [1, 2, 3]


def test_a_gap_is_refused_and_changes_nothing(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1))
    before = node.written(run)
    assert refused(node, run, 3, told(3)) == "AzsconfigRunGap"
    assert len(node.said(run)) == 1
    assert node.written(run) == before


def test_only_one_coordinates_it_until_it_says_nothing_for_a_minute(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1))
    assert refused(node, run, 2, told(2), coordinator=OTHER, Take=True) == "AzsconfigRunCoordinated"
    age(node, run)
    assert decode(RunState, node.state(run)).stands_still
    assert refused(node, run, 2, told(2), coordinator=OTHER) == "AzsconfigRunCoordinated"
    assert written(node, run, 2, told(2), coordinator=OTHER, Take=True)["State"]["Coordinator"] == OTHER
    assert refused(node, run, 3, told(3)) == "AzsconfigRunCoordinated"
    assert len(node.said(run)) == 2


def test_who_leaves_it_lets_another_one_go_on_at_once(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1))
    left = decode(RunState, written(node, run, 2, Phase="paused", Reason="stopped")["State"])
    assert (left.stands_still, left.reason) == (True, "stopped")
    again = decode(RunState, written(node, run, 2, told(2), coordinator=OTHER, Take=True)["State"])
    assert (again.alive, again.reason) == (True, None)


def test_a_node_that_has_not_heard_that_somebody_left_is_told_by_the_next_one(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1))
    assert refused(node, run, 2, told(2), coordinator=OTHER, Previous=ME) == "AzsconfigRunCoordinated"
    assert refused(node, run, 2, coordinator=OTHER, Take=True, Previous="1" * 32) == "AzsconfigRunCoordinated"
    assert written(node, run, 2, told(2), coordinator=OTHER, Take=True, Previous=ME)["Count"] == 2


def test_what_the_power_cut_short_is_written_again(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1))
    journal = node.run_folder(run) / "events.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"n":2,"time":"2026')
    assert written(node, run, 2, told(2))["Count"] == 2
    assert [event["n"] for event in node.said(run)] == [1, 2]


def test_one_that_is_over_stays_as_it_is(node: NodeOfRuns, run: str) -> None:
    written(node, run, 1, told(1))
    state = decode(RunState, written(node, run, 2, told(2), Phase="ended", Reason="completed", Exit=0)["State"])
    assert (state.over, state.died, state.stands_still, state.exit) == (True, False, False, 0)
    assert state.ended is not None
    assert refused(node, run, 3, told(3)) == "AzsconfigRunEnded"
    assert written(node, run, 2, told(2))["State"]["Phase"] == "ended"
    completed = node.ask("complete-run", Id=run, Outcome={"outcome": "done"}).one
    assert completed["Outcome"] == {"outcome": "done"}


@pytest.mark.parametrize("line", ["no JSON", '{"text": "two\nlines"}', ""])
def test_what_is_no_line_of_json_is_refused(node: NodeOfRuns, run: str, line: str) -> None:
    written(node, run, 1, told(1))
    assert refused(node, run, 2, line) == "AzsconfigRunBadEvent"
    assert len(node.said(run)) == 1


def test_a_run_of_the_same_id_that_has_a_process_is_left_alone(node: NodeOfRuns) -> None:
    known = node.start("Write-Output 'done'")
    node.ended(known)
    before = node.said(known)
    assert refused(node, known, 1, told(1)) == "AzsconfigRunExists"
    assert node.said(known) == before


def test_a_journal_of_many_events_is_counted_whole(node: NodeOfRuns, run: str) -> None:
    lines = [told(number) for number in range(1, 1501)]
    assert written(node, run, 1, *lines[:1000])["Count"] == 1000
    assert written(node, run, 1, *lines)["Count"] == 1500
    assert [event["n"] for event in node.said(run)] == list(range(1, 1501))
