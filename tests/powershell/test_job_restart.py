"""job-restart-node: a planned restart with a reason, and a node that resumes itself afterwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_engine import JobRun
from tests.powershell.update_cases import UpdateNode
from tui.nodes.script import script_text

REASON = "Updates: KB5036910"
BOOT = "2026-05-01T06:30:00"
SCHEDULED = 'echo "A system shutdown has already been scheduled.(1190)" >&2; exit 166'
PAUSED = {"state": "Paused", "drain": "Completed"}
UP = {"state": "Up"}


def place(node: UpdateNode, text: str = "") -> Path:
    """Put shutdown.exe in place; return the file in which it writes down its arguments, one a line."""
    file = node.node.folder / "arguments"
    node.place("Windows/System32/shutdown.exe", f"printf '%s\\n' \"$@\" >>'{file}'\n{text}")
    return file


def restart(node: UpdateNode, scenario: dict[str, Any] | None = None, **parameters: Any) -> JobRun:
    given = {"Reason": REASON, "Delay": 30, **parameters}
    return node.job("job-restart-node", {"boot": BOOT, **(scenario or {})}, **given)


def test_a_restart_is_planned_and_has_a_reason(update_node: UpdateNode) -> None:
    arguments = place(update_node)
    run = restart(update_node)
    assert arguments.read_text("utf-8").splitlines() == ["/r", "/t", "30", "/d", "p:2:17", "/c", REASON]
    assert (run.stop, run.steps) == (None, ["restart started", "restart done"])
    assert run.result == {"BootTime": "2026-05-01T06:30:00.0000000Z", "Delay": 30, "Resumes": False}
    assert not run.called("Register-ScheduledTask")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (' KB "1"\r\nand\tmore\\ ', "KB '1' and more"),
        ("C:\\folder\\\\", "C:\\folder"),
        ("r" * 600, "r" * 500),
        ("r" * 499 + "\\\\", "r" * 499),
        ("$(evil) `x %PATH%", "$(evil) `x %PATH%"),
    ],
)
def test_a_reason_gets_through_a_command_line(update_node: UpdateNode, given: str, said: str) -> None:
    arguments = place(update_node)
    assert restart(update_node, Reason=given).stop is None
    assert arguments.read_text("utf-8").splitlines()[-1] == said


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"Delay": 4}, "Delay is '4'; it has to be between 5 and 3600 seconds."),
        ({"Delay": 3601}, "Delay is '3601'; it has to be between 5 and 3600 seconds."),
        ({"Delay": None}, "Delay is ''; it has to be between 5 and 3600 seconds."),
        ({"Delay": "soon"}, "Delay is 'soon'; it has to be between 5 and 3600 seconds."),
        ({"Reason": None}, "A restart needs a reason."),
        ({"Reason": ' \\" '}, None),
        ({"Reason": "\\"}, "A restart needs a reason."),
    ],
)
def test_a_restart_without_delay_or_reason_is_refused(
    update_node: UpdateNode, parameters: dict[str, Any], said: str | None
) -> None:
    arguments = place(update_node)
    run = restart(update_node, **parameters)
    assert (run.stop, run.message) == (("refused", said) if said else (None, ""))
    assert arguments.exists() == (said is None)


@pytest.mark.parametrize("code", [1190, 1115])
def test_a_restart_that_is_scheduled_already_is_as_good(update_node: UpdateNode, code: int) -> None:
    # The exit code of a real process is one byte here: the script is given one that says the whole.
    text = script_text("job-restart-node").replace("$LASTEXITCODE", str(code))
    place(update_node, SCHEDULED)
    run = update_node.job_text(text, {"boot": BOOT}, Reason=REASON, Delay=30)
    assert (run.stop, run.steps) == (None, ["restart started", "restart done"])
    assert f"scheduled already: shutdown.exe ended with {code}. A system shutdown has already been" in run.output


@pytest.mark.parametrize("resume", [False, True])
def test_a_restart_that_is_refused_fails(update_node: UpdateNode, resume: bool) -> None:
    place(update_node, "echo 'Access is denied.(5)' >&2; exit 5")
    run = restart(update_node, Resume=resume)
    assert (run.stop, run.message) == ("failed", "shutdown.exe ended with 5: Access is denied.(5)")
    assert not [item for item in run.told if "result" in item]
    assert len(run.called("Unregister-ScheduledTask")) == resume


@pytest.mark.parametrize("resume", [False, True])
def test_a_program_that_is_not_there_fails(update_node: UpdateNode, resume: bool) -> None:
    run = restart(update_node, Resume=resume)
    assert run.stop == "failed"
    assert run.message.startswith("shutdown.exe could not be started:")
    assert len(run.called("Unregister-ScheduledTask")) == resume


def test_a_node_that_does_not_know_when_it_started_restarts(update_node: UpdateNode) -> None:
    place(update_node)
    run = restart(update_node, {"boot": None})
    assert run.result["BootTime"] is None
    assert "The RPC server is unavailable." in run.output


def test_updates_that_wait_for_the_restart_are_finished_by_the_agent(update_node: UpdateNode) -> None:
    place(update_node)
    assert not restart(update_node).called("Commit")
    assert restart(update_node, {"restart_required": True}).called("Commit") == [{"Command": "Commit", "Flags": 0}]


@pytest.mark.parametrize(
    "scenario", [{"no_agent": True}, {"restart_required": True, "commit": {"throws": "0x80240016"}}]
)
def test_an_agent_that_cannot_is_no_reason_to_stay(update_node: UpdateNode, scenario: dict[str, Any]) -> None:
    arguments = place(update_node)
    run = restart(update_node, scenario)
    assert run.stop is None
    assert "The Windows Update Agent did not prepare the restart" in run.output
    assert arguments.exists()


def test_a_node_can_be_told_to_resume_itself_at_its_next_start(update_node: UpdateNode) -> None:
    place(update_node)
    run = restart(update_node, Resume=True)
    assert run.result["Resumes"] is True
    (task,) = run.called("Register-ScheduledTask")
    assert (task["Name"], task["User"], task["Startup"], task["Force"]) == ("azsconfig-resume", "S-1-5-18", True, True)
    assert task["Program"].endswith("powershell.exe")
    assert task["Limit"] > 30
    until = datetime.fromisoformat(task["End"]) - datetime.now(UTC)
    assert timedelta(hours=20) < until < timedelta(hours=30)
    words = task["Arguments"].split('"')
    assert words[0].endswith("-File ")
    assert words[2].strip() == "-TaskName azsconfig-resume -Log"
    assert Path(words[1]).read_text("ascii").strip() == script_text("resume-after-restart").strip()
    assert Path(words[3]).parent == Path(words[1]).parent
    assert not run.called("Unregister-ScheduledTask")


def test_a_node_that_cannot_be_told_to_resume_itself_is_not_restarted(update_node: UpdateNode) -> None:
    arguments = place(update_node)
    run = restart(update_node, {"tasks_refused": True}, Resume=True)
    assert run.stop == "failed"
    assert run.message == "The node could not be told to resume itself, and is not restarted: Access is denied."
    assert not arguments.exists()


def resume(node: UpdateNode, *now: Any, after: Any = UP, **more: Any) -> dict[str, Any]:
    scenario = {"cluster": {"name": "HCI-N1", "now": now, "after resume": after, **more}}
    return node.ask("resume-after-restart", scenario, TaskName="azsconfig-resume").one


def test_a_node_that_comes_back_paused_is_resumed(update_node: UpdateNode) -> None:
    told = resume(update_node, "The cluster service is not running.", {"state": "Joining"}, PAUSED)
    assert told == {"State": "Up", "Resumed": True, "Trouble": None}
    (call,) = update_node.called("Resume-ClusterNode")
    assert (call["Name"], call["Failback"]) == ("HCI-N1", "Immediate")
    assert update_node.node.calls[-1]["Command"] == "Unregister-ScheduledTask"
    assert len(update_node.called("Start-Sleep")) == 2


def test_a_node_that_comes_back_up_stays_as_it_is(update_node: UpdateNode) -> None:
    assert resume(update_node, {"state": "Joining"}, UP) == {"State": "Up", "Resumed": False, "Trouble": None}
    assert not update_node.called("Resume-ClusterNode")
    assert len(update_node.called("Unregister-ScheduledTask")) == 1


def test_what_never_came_back_is_given_up_and_written_down(update_node: UpdateNode, tmp_path: Path) -> None:
    log = tmp_path / "resume.log"
    scenario = {"cluster": {"name": "HCI-N1", "now": PAUSED, "after resume": UP, "resume": {"throws": "0x80070005"}}}
    parameters = {"TaskName": "azsconfig-resume", "Log": str(log), "LongestMinutes": 0}
    told = update_node.ask("resume-after-restart", scenario, **parameters).one
    assert (told["State"], told["Resumed"]) == ("Paused", False)
    assert "0x80070005" in told["Trouble"]
    time, words = log.read_text("utf-8").rstrip("\r\n").split(" ", 1)
    assert datetime.now(UTC) - datetime.fromisoformat(time) < timedelta(minutes=1)
    assert words.startswith("State: Paused. Resumed: False. Access is denied.")
    assert len(update_node.called("Unregister-ScheduledTask")) == 1


def test_a_node_that_is_not_up_in_time_says_how_it_is(update_node: UpdateNode) -> None:
    scenario = {"cluster": {"name": "HCI-N1", "now": {"state": "Joining"}}}
    told = update_node.ask("resume-after-restart", scenario, LongestMinutes=0).one
    assert told == {"State": "Joining", "Resumed": False, "Trouble": "HCI-N1 is Joining."}
    assert not update_node.called("Unregister-ScheduledTask")


def test_a_machine_without_a_cluster_is_not_waited_for(update_node: UpdateNode) -> None:
    told = update_node.ask("resume-after-restart", {}, TaskName="azsconfig-resume").one
    assert told == {"State": None, "Resumed": False, "Trouble": "HCI-N1 is in no cluster."}
    assert len(update_node.called("Unregister-ScheduledTask")) == 1


def test_the_script_of_the_task_fits_into_the_job() -> None:
    # A line that begins so would end the text it stands in.
    assert not [line for line in script_text("resume-after-restart").splitlines() if line.startswith("'@")]
