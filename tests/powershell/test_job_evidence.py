"""A job collects the traces that a cmdlet left, and only those of this run."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.powershell.job_cases import Jobs
from tests.powershell.job_engine import JobRun

OLD = "2020/01/01 10:00:00 , ERROR , of another run\nwith more of it\n"


@pytest.fixture
def node(jobs: Jobs) -> Jobs:
    """A node whose folders are there, with the newest module."""
    jobs.have("2.6.0")
    assert jobs.node.environment
    jobs.node.logs.mkdir(parents=True)
    return jobs


def arc_log(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "RegisterArc_20260501.log"
    file.write_text(text, encoding="utf-8")
    # As if the task wrote it while the cmdlet waits for it.
    later = datetime.now(UTC).timestamp() + 60
    os.utime(file, (later, later))
    return file


def moments(run: JobRun) -> list[datetime]:
    return [datetime.fromisoformat(event["Time"]) for event in run.result["Events"]]


def test_events_are_in_their_order_and_in_utc(node: Jobs) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    run = node.register()
    assert [event["Id"] for event in run.result["Events"]] == [9001, 9004]
    assert all(event["Time"].endswith("Z") for event in run.result["Events"])
    assert before <= moments(run)[0] <= moments(run)[1] <= datetime.now(UTC)


def test_events_of_a_run_before_are_not_its_own(node: Jobs) -> None:
    node.register(act="throw", text="first")
    events = node.node.folder / "state" / "events.jsonl"
    long_ago = int(
        (datetime.now(UTC) - timedelta(hours=1) - datetime(1, 1, 1, tzinfo=UTC)).total_seconds() * 10_000_000
    )
    events.write_text(f'{{"Id": 9114, "Ticks": {long_ago}, "Message": "first"}}\n', encoding="utf-8")
    assert [event["Id"] for event in node.register().result["Events"]] == [9001, 9004]


def test_errors_in_a_log_of_several_runs_are_those_of_this_one(node: Jobs) -> None:
    now = datetime.now(UTC)
    for minute in (now, now + timedelta(minutes=1)):
        # The cmdlet names its log by the minute, in the node's own time.
        local = minute.astimezone(ZoneInfo("America/New_York"))
        (node.node.logs / f"RegisterHCI_{local:%Y%m%d-%H%M}.log").write_text(OLD, encoding="utf-8")
    run = node.register(act="throw", text="of this run")
    (error,) = run.result["LogErrors"]
    assert "Exception occurred in Register-AzStackHCI : of this run" in error
    assert "of another run" not in error


def test_an_older_log_is_not_the_one(node: Jobs) -> None:
    old = node.node.logs / "RegisterHCI_20200101-1000.log"
    old.write_text(OLD, encoding="utf-8")
    os.utime(old, (1_577_872_800, 1_577_872_800))
    run = node.register(act="exit")
    assert (run.result["LogFile"], run.result["LogErrors"]) == (None, [])


def test_an_old_version_that_logs_where_it_is_called_logs_in_the_usual_folder(jobs: Jobs) -> None:
    jobs.have("1.4.1")
    assert Path(jobs.register().result["LogFile"]).parent == jobs.node.logs


def test_a_folder_that_only_the_module_knows_is_asked_for_without_a_question(node: Jobs) -> None:
    elsewhere = node.node.folder / "logs of the cluster"
    log = arc_log(elsewhere, "").rename(elsewhere / "RegisterHCI_20260501-1000.log")
    run = node.register(act="exit", logs=str(elsewhere))
    assert run.result["LogFile"] == str(log)
    assert "NonInteractive" not in run.errors


@pytest.mark.parametrize(
    ("text", "onboarded", "lines"),
    [
        ("x\nArc agent process succeeded to onboard machine\n", True, 1),
        ("level=error AZCM0042: failed\ny\nArc agent process failed to onboard machine\n", False, 2),
        ("Arc agent process failed to onboard machine\nArc agent process succeeded to onboard machine\n", True, 2),
        ("nothing of interest\n", None, 0),
    ],
)
def test_the_arc_task_of_this_node_is_heard(node: Jobs, text: str, onboarded: bool | None, lines: int) -> None:
    file = arc_log(node.node.folder / "Windows" / "Tasks" / "ArcForServers", text)
    told = node.register(act="arc-permissions").result["ArcLog"]
    assert (told["File"], told["Onboarded"], len(told["Lines"])) == (str(file), onboarded, lines)


def test_a_log_that_may_not_be_read_does_not_hide_the_result(node: Jobs) -> None:
    run = node.register(eventlog="Attempted to perform an unauthorized operation.")
    assert (run.stop, run.result["Claimed"], run.result["Events"]) == (None, "Success", [])
    assert "The Application log could not be read: Attempted to perform an unauthorized operation." in run.output
