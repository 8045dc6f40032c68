"""A run starts once, in a folder that is safe, or leaves nothing behind."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.powershell.run_node import NodeOfRuns, order, run_id
from tests.powershell.script_engine import ScriptEngine

SAFE = "O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> Iterator[NodeOfRuns]:
    node = NodeOfRuns(tmp_path, engine)
    yield node
    node.kill()


def left(node: NodeOfRuns) -> list[str]:
    """Return what lies among the runs, and the tasks that there are."""
    runs = node.root / "runs"
    return [path.name for path in runs.iterdir()] + node.tasks if runs.exists() else node.tasks


def start(node: NodeOfRuns, engine: ScriptEngine, wanted: dict[str, Any]) -> dict[str, Any]:
    return node.ask("start-run", engine, **wanted).one


def test_two_that_start_the_same_run_at_once_start_one(node: NodeOfRuns, second_engine: ScriptEngine) -> None:
    wanted = order("'once'")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(start, [node, node], [node.engine, second_engine], [wanted, wanted]))
    assert sorted(state["Existing"] for state in both) == [False, True]
    (first,) = [state for state in both if not state["Existing"]]
    assert (first["Phase"], first["Alive"]) == ("running", True)
    assert node.ended(wanted["Id"])["Reason"] == "completed"
    assert [event.get("text") for event in node.said(wanted["Id"])].count("once") == 1
    assert left(node) == [wanted["Id"]]
    again = start(node, node.engine, wanted)
    assert (again["Existing"], again["Phase"], again["Reason"]) == (True, "ended", "completed")
    assert [call["Call"] for call in node.calls(wanted["Id"])].count("Start") == 1


def test_a_run_whose_start_is_going_on_is_alive(node: NodeOfRuns, second_engine: ScriptEngine, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    node.scheduler["holds"] = str(go_on)
    wanted = order("'once'")
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(start, node, second_engine, wanted)
        wait_until(node.run_folder(wanted["Id"]).exists)
        seen = start(node, node.engine, wanted)
        go_on.touch()
        started = starting.result()
    assert (seen["Existing"], seen["Phase"], seen["Alive"]) == (True, "starting", True)
    assert started["Existing"] is False
    node.ended(wanted["Id"])


@pytest.mark.parametrize(
    ("sddl", "flaw"),
    [
        ("O:S-1-5-21-1-2-3-1001G:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", "belongs to S-1-5-21-1-2-3-1001"),
        (SAFE + "(A;CI;DCLCRPCR;;;BU)", "(A;CI;DCLCRPCR;;;BU)"),
        (SAFE + "(A;OICI;0x1301bf;;;AU)", "(A;OICI;0x1301bf;;;AU)"),
        (SAFE + "(A;;0x100000002;;;WD)", "(A;;0x100000002;;;WD)"),
        ("O:BAG:BAD:NO_ACCESS_CONTROL", "not understood"),
        ("O:BAG:BA", "not understood"),
        ("", None),
        (
            "O:SYG:SYD:AI(A;OICI;FA;;;S-1-5-18)(A;OICIIO;GA;;;CO)(A;OICI;0x1200a9;;;BU)(D;;FA;;;WD)S:AI(AU;;FA;;;WD)",
            None,
        ),
    ],
)
def test_a_folder_where_others_may_write_is_refused(node: NodeOfRuns, sddl: str, flaw: str | None) -> None:
    node.scheduler["sddl"] = sddl
    lock: dict[str, Any] = {"RunId": run_id(), "Kind": "register", "Title": "t", "Owner": "o", "Holder": "h"}
    if flaw is None:
        assert node.ask("enter-lock", **lock).one["Taken"] is True
        return
    refused = node.refused("enter-lock", **lock)
    assert refused.fqid == "AzsconfigRunFolderUnsafe"
    assert flaw in refused.message
    started = node.refused("start-run", **order("'never'"))
    assert (started.fqid, left(node)) == ("AzsconfigRunFolderUnsafe", [])


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_folder_that_is_none_is_refused(node: NodeOfRuns, tmp_path: Path, kind: str) -> None:
    node.environment()
    if kind == "link":
        (tmp_path / "elsewhere").mkdir()
        node.root.symlink_to(tmp_path / "elsewhere")
    else:
        node.root.write_text("", encoding="ascii")
    assert node.refused("start-run", **order("'never'")).fqid == "AzsconfigRunFolderUnsafe"
    assert node.tasks == []


@pytest.mark.parametrize(
    ("setting", "fqid", "words"),
    [
        ({"refuses": "80070005"}, "AzsconfigRunTaskRefused", "The scheduler says 80070005."),
        ({"refuses": "8007052e"}, "AzsconfigRunLogonRefused", "could not log on as CONTOSO\\admin"),
        ({"refuses": "80070520"}, "AzsconfigRunLogonRefused", "forbids to store passwords"),
        ({"result": 0x80070569}, "AzsconfigRunLogonRefused", "0x80070569"),
    ],
)
def test_a_task_that_is_refused_leaves_nothing(
    node: NodeOfRuns, setting: dict[str, str], fqid: str, words: str
) -> None:
    node.scheduler.update(setting)
    wanted = order("'never'", RunAsUser="CONTOSO\\admin", RunAsPassword="a-logon-password")
    refused = node.refused("start-run", **wanted)
    assert refused.fqid == fqid
    assert words in refused.message
    assert "a-logon-password" not in refused.message
    assert left(node) == []


SILENT = """
$state = @{ Phase = 'waiting-for-secrets'; ProcessId = 4194303; ProcessStarted = '2026-01-01T00:00:00Z' }
[IO.File]::WriteAllText("$PSScriptRoot/state.json", (ConvertTo-Json -InputObject $state))
[Threading.Thread]::Sleep(600000)
"""


@pytest.mark.parametrize(
    ("runner", "fqid"), [("exit 7", "AzsconfigRunDidNotStart"), (SILENT, "AzsconfigRunSecretsNotTaken")]
)
def test_a_runner_that_does_not_work_leaves_nothing(node: NodeOfRuns, runner: str, fqid: str) -> None:
    assert node.refused("start-run", **order("'never'", Runner=runner)).fqid == fqid
    assert left(node) == []
    wait_until(lambda: not node.processes())


def test_a_full_disk_is_told_and_leaves_nothing(node: NodeOfRuns, pwsh: Path, tmp_path: Path) -> None:
    limited = tmp_path / "limited"
    # The product's own scripts are larger than any file may be.
    limited.write_text(
        f"#!/bin/sh\ntrap '' XFSZ\nulimit -f 8\nDOTNET_EnableWriteXorExecute=0 exec {pwsh} \"$@\"\n", encoding="ascii"
    )
    limited.chmod(0o755)
    engine = ScriptEngine(limited)
    try:
        answer = node.ask("start-run", engine, **order("'never'"))
    finally:
        engine.close()
    assert answer.errors[-1].fqid == "AzsconfigRunDiskFull"
    assert left(node) == []


def test_old_runs_go_and_whatever_lives_stays(node: NodeOfRuns) -> None:
    started = node.engine.evaluate(
        "param($Id) [Diagnostics.Process]::GetProcessById($Id).StartTime.ToUniversalTime().ToString('o')",
        parameters={"Id": os.getpid()},
    ).out[0]
    ended = [run_id(stamp=f"20250101T{number:06}Z") for number in range(55)]
    living, dead = run_id(stamp="20240101T000000Z"), run_id(stamp="20240101T000001Z")
    for run in [*ended, living, dead]:
        node.run_folder(run).mkdir(parents=True)
        state = {"Phase": "ended" if run in ended else "running", "ProcessId": os.getpid(), "ProcessStarted": started}
        if run == dead:
            state["ProcessStarted"] = "2024-01-01T00:00:00Z"
        (node.run_folder(run) / "state.json").write_text(json.dumps(state), encoding="ascii")
    part = node.root / "runs" / f"{living}.0123.part"
    part.mkdir()
    os.utime(part, (0, 0))
    tasks = node.folder / "state" / "tasks"
    tasks.mkdir(parents=True)
    for run in (living, dead):
        (tasks / f"azsconfig-{run}.json").write_text("{}", encoding="ascii")
    run = node.start("'new'")
    node.ended(run)
    assert sorted(path.name for path in (node.root / "runs").iterdir()) == sorted([living, *ended[6:], run])
    assert node.tasks == [f"azsconfig-{living}"]
    listed = node.ask("get-runs", Last=1000).one["Runs"]
    assert [state["Id"] for state in listed] == [run, *reversed(ended[6:]), living]
    assert listed[-1]["Alive"] is True
