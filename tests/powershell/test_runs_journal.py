"""Everything that a job says becomes events, in order, in the journal of its run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.run_node import NodeOfRuns, order, run_id
from tests.powershell.script_engine import ScriptEngine
from tui.cluster.decode import decode
from tui.runs.event import EventKind, event_from_line
from tui.runs.run_state import RunPhase, RunState

JOB = r"""
Set-StrictMode -Version 2
Write-RunStep -Id one -Status started -Text 'The first step'
Write-Progress -Id 1 -Activity 'Registering' -Status 'Logging in' -PercentComplete 30
Write-Progress -Id 2 -ParentId 1 -Activity 'Arc' -Status 'Enabling'
Write-Output "two`nlines"
Write-Host 'a ' -NoNewline; Write-Host 'host line'
Write-Information 'informed'
Write-Verbose 'detailed' -Verbose
$DebugPreference = 'Continue'; Write-Debug 'debugged'
Write-Warning 'careful'
Write-Error -Message 'an error record' -ErrorId 'Some.Id' -Category InvalidData
$Host.UI.WriteErrorLine('to the host alone')
$Host.UI.Write('without an end'); $Host.UI.WriteLine('')
New-Object PSObject -Property @{ Result = 'Success' } | Format-List
[pscustomobject] @{ Name = 'value' * 40; Other = $Parameters.Text }
& /bin/sh -c 'echo native; echo complaint >&2'
$block = {
    function Test-InModule { Write-Progress -Activity 'In a module' -Completed }
    # As modules of old are: this neither fails nor stops there at a prompt.
    function Test-Lax { if ($null -eq $neverSet) { Write-Error 'lax' -ErrorId 'Lax' }; 'went on' }
}
New-Module -Name Asks -ScriptBlock $block | Out-Null
Test-InModule
Test-Lax
Write-RunStep -Id one -Status done
Write-RunStep -Id two -Status skipped -Text 'not needed'
'Z' + [char] 252 + 'rich "quoted" \ end'
$events = @([pscustomobject] @{ Id = 9004 })
Write-RunResult -Data ([pscustomobject] @{ Claimed = 'Success'; Events = $events; Nothing = $null; None = @() })
"""


@pytest.fixture(scope="module")
def node(engine: ScriptEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeOfRuns]:
    node = NodeOfRuns(tmp_path_factory.mktemp("node"), engine)
    yield node
    node.kill()


@pytest.fixture(scope="module")
def run(node: NodeOfRuns) -> str:
    """A run of that job, from its start to its end."""
    run = node.start(JOB, parameters={"Text": "given", "List": [1], "When": "2026-01-31T12:00:00Z"})
    node.ended(run)
    return run


@pytest.fixture(scope="module")
def told(node: NodeOfRuns, run: str) -> list[dict[str, Any]]:
    return node.said(run)


def of(told: list[dict[str, Any]], kind: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(event.get(name) for name in names) for event in told if event["type"] == kind]


def test_its_lines_are_events_numbered_from_one(told: list[dict[str, Any]]) -> None:
    assert [event["n"] for event in told] == list(range(1, len(told) + 1))
    read = [event_from_line(json.dumps(event), "N1") for event in told]
    assert read[0].kind == EventKind.STARTED
    assert read[-1].kind == EventKind.ENDED
    assert all(event.kind in set(EventKind) for event in read)


def test_steps_are_told(told: list[dict[str, Any]]) -> None:
    assert of(told, "step", "step", "status", "text") == [
        ("one", "started", "The first step"),
        ("one", "done", None),
        ("two", "skipped", "not needed"),
    ]


def test_progress_is_told_of_whoever_reports_it(told: list[dict[str, Any]]) -> None:
    assert of(told, "progress", "id", "parent", "activity", "status", "percent") == [
        (1, None, "Registering", "Logging in", 30),
        (2, 1, "Arc", "Enabling", None),
        (0, None, "In a module", "", 100),
    ]


def test_every_stream_is_told_as_what_it_is(told: list[dict[str, Any]]) -> None:
    output = of(told, "output", "stream", "text")
    for line in (
        ("output", "two"),
        ("output", "lines"),
        ("host", "a host line"),
        ("information", "informed"),
        ("verbose", "detailed"),
        ("debug", "debugged"),
        ("host", "without an end"),
        ("output", "Result : Success"),
        ("output", "native"),
        ("output", "went on"),
        ("native", "complaint"),
        ("output", 'Z\u00fcrich "quoted" \\ end'),
    ):
        assert output.count(line) == 1, line
    assert of(told, "warning", "text") == [("careful",)]


def test_an_object_is_told_as_a_list_that_is_not_cut(told: list[dict[str, Any]]) -> None:
    text = "\n".join(line for _, line in of(told, "output", "stream", "text"))
    assert "value" * 40 in text
    assert "given" in text


def test_an_error_record_has_its_id_and_what_goes_to_the_host_alone_has_none(told: list[dict[str, Any]]) -> None:
    records = of(told, "error", "text", "category", "fqid")
    assert sorted(records, key=str) == [
        ("an error record", "InvalidData", "Some.Id"),
        ("lax", "NotSpecified", "Lax,Test-Lax"),
        ("to the host alone", None, None),
    ]


def test_it_ends_with_what_the_job_claims(node: NodeOfRuns, run: str, told: list[dict[str, Any]]) -> None:
    result = {"Claimed": "Success", "Events": [{"Id": 9004}], "Nothing": None, "None": []}
    assert of(told, "result", "data") == [(result,)]
    assert of(told, "ended", "exit", "reason") == [(0, "completed")]
    state = decode(RunState, node.state(run))
    assert (state.phase, state.exit, state.reason) == (RunPhase.ENDED, 0, "completed")
    assert state.result == result
    assert state.step == "The first step"
    assert state.parameters == {"Text": "given", "List": [1], "When": "2026-01-31T12:00:00Z"}
    assert (state.title, state.cluster, state.operation) == ("Register HCI-CL01 with Azure", "HCI-CL01", "register")
    assert state.started_by == "CONTOSO\\admin"
    assert state.over
    assert not state.died
    assert state.ended is not None
    assert (state.ended - state.started).total_seconds() < 60


def test_nothing_is_left_of_its_task(node: NodeOfRuns, run: str) -> None:
    assert node.tasks == []
    assert [call["Call"] for call in node.calls(run)] == ["Register", "Start", "Unregister"]
    assert node.calls(run)[0] == {"Call": "Register", "User": "S-1-5-18", "Password": 0, "Limit": 0}
    assert node.printed(run) == ""
    assert sorted(path.name for path in node.run_folder(run).iterdir()) == [
        "events.jsonl",
        "job.ps1",
        "request.json",
        "runner.ps1",
        "state.json",
    ]


@pytest.mark.parametrize("most", [1, 300])
def test_it_is_read_in_parts_of_whole_lines(node: NodeOfRuns, run: str, most: int) -> None:
    whole = (node.run_folder(run) / "events.jsonl").read_text("ascii").splitlines()
    offset, read = 0, list[str]()
    while page := node.read(run, offset, most)["Lines"]:
        read += page
        offset += sum(len(line) + 1 for line in page)
        if most == 1 and len(read) > 2:
            whole = whole[: len(read)]
            break
    assert read == whole


def test_half_a_line_is_not_given_and_an_offset_past_the_end_gives_nothing(node: NodeOfRuns, run: str) -> None:
    copy = run_id()
    folder = node.run_folder(copy)
    folder.mkdir()
    for name in ("request.json", "state.json"):
        (folder / name).write_bytes((node.run_folder(run) / name).read_bytes())
    (folder / "events.jsonl").write_bytes(b'{"n":1}\n{"n":2')
    assert node.read(copy, 0, 3) == node.read(copy) == {"State": node.state(copy), "Offset": 8, "Lines": ['{"n":1}']}
    assert node.read(copy, 8)["Lines"] == []
    assert node.read(copy, 99)["Offset"] == 99


def test_what_is_true_afterwards_is_noted_once(node: NodeOfRuns, run: str) -> None:
    first = node.ask("complete-run", Id=run, Outcome={"outcome": "done", "details": ["a"]}).one
    second = node.ask("complete-run", Id=run, Outcome={"outcome": "failed"}).one
    assert first["Outcome"] == second["Outcome"] == {"outcome": "done", "details": ["a"]}
    assert node.refused("complete-run", Id=run_id(), Outcome={"a": 1}).fqid == "AzsconfigRunNotFound"


def test_a_job_that_says_very_much_is_cut_and_still_tells_what_counts(node: NodeOfRuns) -> None:
    flood = """
    foreach ($number in 1..300) { Write-Progress -Activity a -Status "s$number" -PercentComplete 10 }
    'z' * 100000
    $line = 'x' * 10000
    foreach ($number in 1..100) { Write-Output $line }
    [Console]::Out.Write("$line`n" * 2000)
    $Host.UI.Write('y' * 3000000); $Host.UI.WriteLine('')
    Write-RunStep -Id late -Status done -Text 'told all the same'
    """
    run = node.start(flood)
    state = node.ended(run)
    assert (state["Phase"], state["Reason"]) == ("ended", "completed")
    assert 4_900_000 < state["Size"] < 5_300_000
    told = node.said(run)
    records = of(told, "progress", "status")
    assert len(records) < 30
    assert records[-1] == ("s300",)
    assert of(told, "output", "text")[0] == ("z" * 32768 + "... (67232 more characters)",)
    assert of(told, "warning", "text") == [("The journal is full; further output is not kept.",)]
    assert [event["type"] for event in told[-2:]] == ["step", "ended"]


def test_runs_are_listed_newest_first(node: NodeOfRuns, run: str, tmp_path: Path) -> None:
    listed = node.ask("get-runs", Last=3).one
    ids = [state["Id"] for state in listed["Runs"]]
    assert len(ids) > 1
    assert ids == sorted(ids, reverse=True)
    assert listed["Lock"] is None
    assert run in [state["Id"] for state in node.ask("get-runs").one["Runs"]]
    assert NodeOfRuns(tmp_path, node.engine).ask("get-runs").one == {"Runs": [], "Lock": None}


@pytest.mark.parametrize("script", ["read-run", "start-run", "complete-run"])
def test_what_is_no_id_never_becomes_a_path(node: NodeOfRuns, script: str) -> None:
    others: dict[str, dict[str, Any]] = {"read-run": {}, "start-run": order(""), "complete-run": {"Outcome": {}}}
    for bad in (
        "../20260131T120000Z-a-b-00000000",
        "20260131T120000Z-Register-00000000",
        "20260131T120000Z-register-00000000\n",
    ):
        assert node.refused(script, **{**others[script], "Id": bad}).fqid == "ParameterArgumentValidationError"
