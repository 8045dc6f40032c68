"""The lock of a node: one run at a time has it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.run_node import NodeOfRuns, run_id
from tests.powershell.script_engine import ScriptEngine
from tui.cluster.decode import decode
from tui.runs.run_lock import RunLock


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> NodeOfRuns:
    return NodeOfRuns(tmp_path, engine)


def enter(node: NodeOfRuns, run: str, engine: ScriptEngine | None = None) -> dict[str, Any]:
    return node.ask(
        "enter-lock", engine, RunId=run, Kind="register", Title="Z\u00fcrich", Owner="CONTOSO\\admin", Holder="N1"
    ).one


def leave(node: NodeOfRuns, run: str, engine: ScriptEngine | None = None) -> bool:
    return node.ask("exit-lock", engine, RunId=run).one["Removed"]


def test_it_is_taken_refused_renewed_and_left(node: NodeOfRuns) -> None:
    mine, other = run_id(), run_id()
    first = enter(node, mine)
    lock = decode(RunLock, first["Lock"])
    assert first["Taken"] is True
    assert (lock.run_id, lock.kind, lock.title) == (mine, "register", "Z\u00fcrich")
    assert (lock.owner, lock.holder) == ("CONTOSO\\admin", "N1")
    assert lock.renewed == lock.since
    assert enter(node, other) == {"Taken": False, "Lock": first["Lock"]}
    again = enter(node, mine)
    assert again["Taken"] is True
    assert again["Lock"]["Since"] == first["Lock"]["Since"]
    assert again["Lock"]["Renewed"] > first["Lock"]["Renewed"]
    assert node.ask("get-runs").one["Lock"] == again["Lock"]
    assert node.ask("exit-lock", RunId=other).one == {"Removed": False, "Lock": again["Lock"]}
    assert node.ask("exit-lock", RunId=mine).one == {"Removed": True, "Lock": None}
    assert node.ask("exit-lock", RunId=mine).one == {"Removed": False, "Lock": None}
    assert enter(node, other)["Taken"] is True


def test_of_two_processes_one_gets_it(node: NodeOfRuns, second_engine: ScriptEngine) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            runs = [run_id(), run_id()]
            both = list(pool.map(enter, [node, node], runs, [node.engine, second_engine]))
            assert sorted(each["Taken"] for each in both) == [False, True]
            assert both[0]["Lock"] == both[1]["Lock"]
            winner = both[0]["Lock"]["RunId"]
            exits = pool.map(leave, [node, node], runs, [node.engine, second_engine])
            assert [run for run, removed in zip(runs, exits, strict=True) if removed] == [winner]


@pytest.mark.parametrize("text", [None, "", '{"RunId":'])
def test_a_lock_that_says_nothing_is_free(node: NodeOfRuns, text: str | None) -> None:
    folder = node.root / "lock"
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "owner.json").write_text(text, encoding="ascii")
    assert node.ask("get-runs").one["Lock"] is None
    assert enter(node, run_id())["Taken"] is True


def test_a_run_that_ends_leaves_the_lock_of_another(node: NodeOfRuns) -> None:
    other = run_id()
    enter(node, other)
    node.ended(node.start("'quick'"))
    assert node.ask("get-runs").one["Lock"]["RunId"] == other
