"""However a run ends, its state says how, its journal is whole, and nothing of it stays behind."""

import itertools
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.powershell.run_node import NodeOfRuns, run_id
from tests.powershell.script_engine import ScriptEngine
from tui.nodes.script import script_text

HOLD = "while (-not (Test-Path -LiteralPath $Parameters.Hold)) { Start-Sleep -Milliseconds 20 }\n"


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> Iterator[NodeOfRuns]:
    node = NodeOfRuns(tmp_path, engine)
    yield node
    node.kill()


def errors(node: NodeOfRuns, run: str) -> list[tuple[Any, ...]]:
    return [
        (event["text"], event.get("category"), event.get("fqid"))
        for event in node.said(run)
        if event["type"] == "error"
    ]


EARLY: dict[str, tuple[str, tuple[int, str], tuple[str, str, str] | None]] = {
    "thrown": (
        "throw (New-Object System.InvalidOperationException -ArgumentList 'it broke')",
        (1, "failed"),
        ("it broke", "OperationStopped", "it broke"),
    ),
    "caught": (
        "try { Stop-Run -Reason failed -Message 'for good' } catch { 'caught' }",
        (1, "failed"),
        ("for good", "OperationStopped", "AzsconfigJobStopped"),
    ),
    "left with a word": (
        "try { exit 3 } finally { Write-Host 'left'; Stop-Run -Reason refused -Message 'it left' }",
        (1, "refused"),
        ("it left", "OperationStopped", "AzsconfigJobStopped"),
    ),
    "left": (
        "function Leave { exit 3 }; Leave; 'never said'",
        (3, "failed"),
        ("The job ended its process with code 3.", "OperationStopped", "AzsconfigJobLeft"),
    ),
    "left well": ("exit 0", (0, "completed"), None),
}


@pytest.fixture(scope="module")
def early(
    engine: ScriptEngine, second_engine: ScriptEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[NodeOfRuns, dict[str, str]]]:
    """Runs of all these jobs, which go on side by side."""
    node = NodeOfRuns(tmp_path_factory.mktemp("early"), engine)
    other = replace(node, engine=second_engine)
    with ThreadPoolExecutor(2) as pool:
        jobs = [job for job, _, _ in EARLY.values()]
        runs = list(pool.map(NodeOfRuns.start, itertools.cycle([node, other]), jobs))
    yield node, dict(zip(EARLY, runs, strict=True))
    node.kill()


@pytest.mark.parametrize("name", EARLY)
def test_a_job_that_ends_early_says_why(early: tuple[NodeOfRuns, dict[str, str]], name: str) -> None:
    node, runs = early
    run = runs[name]
    _, ending, error = EARLY[name]
    state = node.ended(run)
    assert (state["Exit"], state["Reason"]) == ending
    assert errors(node, run) == ([error] if error else [])
    assert "never said" not in json.dumps(node.said(run))
    assert (node.said(run)[-1]["exit"], node.said(run)[-1]["reason"]) == ending


def test_a_job_that_asks_fails_and_what_it_leaves_behind_does_not_hold_the_run(node: NodeOfRuns) -> None:
    asks = (
        "Read-Host -Prompt 'Name'",
        "$Host.UI.PromptForChoice('a', 'b', [Management.Automation.Host.ChoiceDescription[]] @('&Yes', '&No'), 0)",
        "if ($null -eq [Console]::In.ReadLine()) { throw 'nothing to read' }",
        "& /bin/cat",
    )
    tries = "\n".join(f'try {{ {ask} }} catch {{ Write-Warning "$($_.Exception.Message)" }}' for ask in asks)
    run = node.start(f"{tries}\n$null = [Diagnostics.Process]::Start('/bin/sh', '-c \"sleep 600 & echo $! >sleeper\"')")
    try:
        assert node.ended(run)["Reason"] == "completed"
    finally:
        os.kill(int((node.run_folder(run) / "sleeper").read_text("ascii")), signal.SIGKILL)
    warnings = [event["text"] for event in node.said(run) if event["type"] == "warning"]
    assert len(warnings) == 3
    assert all("NonInteractive" in text or "not available" in text for text in warnings[:2])


def test_a_runner_that_is_killed_is_seen_to_be_dead_and_takes_its_worker_along(
    node: NodeOfRuns, tmp_path: Path
) -> None:
    lines = "1..20 | ForEach-Object { \"line $_\" }\nWrite-RunStep -Id last -Status started -Text 'Last'\n"
    run = node.start(lines + HOLD, parameters={"Hold": str(tmp_path / "never")})
    node.ask("enter-lock", RunId=run, Kind="register", Title="t", Owner="o", Holder="h")
    node.wait_for(run, "step", step="last")
    assert node.state(run)["Alive"] is True
    os.kill(node.process(run, worker=False), signal.SIGKILL)
    state = node.ended(run)
    assert (state["Phase"], state["Alive"], state["Step"]) == ("running", False, "Last")
    texts = [json.loads(line).get("text") for line in node.read(run)["Lines"]]
    assert texts == [None, *(f"line {number}" for number in range(1, 21)), "Last"]
    # What it leaves is taken away by whoever looks after it.
    assert node.tasks == [f"azsconfig-{run}"]
    assert node.ask("complete-run", Id=run, Outcome={"outcome": "lost"}).one["Outcome"] == {"outcome": "lost"}
    assert node.tasks == []
    assert node.ask("exit-lock", RunId=run).one == {"Removed": True, "Lock": None}


def test_a_worker_that_is_killed_ends_the_run_as_died(node: NodeOfRuns, tmp_path: Path) -> None:
    run = node.start("Write-Host 'there'\n" + HOLD, parameters={"Hold": str(tmp_path / "never")})
    node.ask("enter-lock", RunId=run, Kind="register", Title="t", Owner="o", Holder="h")
    node.wait_for(run, "output", text="there")
    os.kill(node.process(run, worker=True), signal.SIGKILL)
    state = node.ended(run)
    assert (state["Phase"], state["Reason"], state["Exit"]) == ("ended", "died", 137)
    assert errors(node, run)[0][2] == "AzsconfigJobDied"
    assert (node.tasks, node.ask("get-runs").one["Lock"]) == ([], None)


def test_a_full_disk_does_not_stop_the_job(node: NodeOfRuns, tmp_path: Path) -> None:
    node.scheduler["blocks"] = 64
    run = node.start(
        """
    $line = 'x' * 200
    foreach ($number in 1..400) { $line }
    Write-RunStep -Id last -Status done
    Write-RunResult -Data @{ Claimed = 'Success' }
    [IO.File]::WriteAllText($Parameters.Mark, 'it went on')
    """,
        parameters={"Mark": str(tmp_path / "mark")},
    )
    state = node.ended(run)
    assert (state["Phase"], state["Reason"], state["Result"]) == ("ended", "disk-full", {"Claimed": "Success"})
    assert (tmp_path / "mark").read_text("ascii") == "it went on"
    told = node.said(run)
    assert [event["n"] for event in told] == list(range(1, len(told) + 1))
    assert told[-1]["reason"] == "disk-full"
    assert node.tasks == []


def test_a_runner_that_gets_no_secrets_ends(node: NodeOfRuns, pwsh: Path) -> None:
    run = run_id()
    folder = node.run_folder(run)
    folder.mkdir(parents=True)
    request = {"Id": run, "Pipe": f"azsconfig-{run}", "ProcessId": 4194303, "ProcessStarted": "2026-01-01T00:00:00Z"}
    (folder / "request.json").write_text(json.dumps(request), encoding="ascii")
    (folder / "runner.ps1").write_text(script_text("runner"), encoding="ascii")
    arguments = [str(pwsh), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(folder / "runner.ps1")]
    done = subprocess.run(
        arguments, env={**os.environ, **node.environment()}, capture_output=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    state = node.state(run)
    assert (state["Phase"], state["Reason"], state["Exit"]) == ("ended", "no-secrets", 1)
    assert [event["type"] for event in node.said(run)] == ["error", "ended"]


def test_reading_while_it_grows_gives_every_event_once(node: NodeOfRuns) -> None:
    run = node.start('foreach ($number in 1..150) { "line $number"; [Threading.Thread]::Sleep(2) }')
    numbers: list[int] = []
    offset, pages = 0, 0

    def all_read() -> bool:
        nonlocal offset, pages
        page = node.read(run, offset, 2000)
        pages += 1
        offset = page["Offset"]
        numbers.extend(json.loads(line)["n"] for line in page["Lines"])
        return page["State"]["Phase"] == "ended" and not page["Lines"]

    wait_until(all_read)
    assert numbers == list(range(1, 153))
    assert pages > 3
