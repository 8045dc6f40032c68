"""Registering, finding the run again and unregistering with the program itself; what is true is read on both sides."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Started, started, status
from tests.contract.cli.desk import NAME, desk
from tests.lab.patience import wait_until
from tui.lab.cluster_state import SUBSCRIPTION_ID

WHERE = ("--subscription", SUBSCRIPTION_ID, "--region", "eastus")
CHANGING = {"start-run", "enter-lock", "disconnect-agent", "sync-cluster"}
"""Scripts that leave something on a node."""


def held_at_login(command: Started) -> bool:
    """Whether a run that is followed with `--json` has come to its sign-in."""
    assert command.process.poll() is None, command.stderr.read_text("utf-8")
    return any(line["type"] == "progress" and "Logging in" in line.get("status", "") for line in command.lines())


def numbers(lines: list[dict[str, Any]]) -> list[int]:
    return [line["n"] for line in lines if "n" in line]


def test_a_fresh_cluster_is_registered_and_status_shows_it_on_both_sides(tmp_path: Path) -> None:
    with desk(tmp_path, "fresh") as run:
        done = run("register", *WHERE, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "4 of 4 nodes are Arc-enabled and connected" in done.stdout
        code, told = status(*run.at, home=tmp_path)
        assert (code, told["verdict"]) == (0, "healthy")
        for node in told["nodes"]:
            registration = node["registration"]
            assert (registration["RegistrationStatus"], registration["ConnectionStatus"]) == ("Registered", "Connected")
            assert node["agent"]["Status"] == "Connected"
            assert sorted(node["arc"]["NodesArcStatus"].values()) == ["Enabled"] * 4
        azure = told["azure"]
        assert (azure["cluster"]["status"], azure["cluster"]["connectivityStatus"]) == (
            "ConnectedRecently",
            "Connected",
        )
        assert [one["state"] for one in azure["arc_setting"]["perNodeDetails"]] == ["Connected"] * 4
        assert [one["status"] for one in azure["machines"]] == ["Connected"] * 4
        again = run("register", *WHERE, "--yes")
        assert again.returncode == 0
        assert "Nothing to do" in again.stdout
        assert run.begun() == 1


def test_a_dry_run_prints_the_plan_and_changes_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, "fresh", 2) as run:
        before = run.on_nodes(), run.in_azure()
        text = run("register", *WHERE, "--dry-run")
        assert text.returncode == 0, text.stderr
        for words in ("Nothing has been changed yet", "Register-AzStackHCI `", "-Region 'eastus'", "$armAccessToken"):
            assert words in text.stdout
        told = json.loads(run("register", *WHERE, "--dry-run", "--json").stdout)
        assert (told["schema"], told["operation"], told["can_start"]) == (1, "register", True)
        assert [step["id"] for step in told["steps"]] == ["identity", "cmdlet", "evidence"]
        assert all(step["title"] in text.stdout for step in told["steps"])
        assert (run.on_nodes(), run.in_azure()) == before
        for node in run.control.state()["nodes"]:
            assert not CHANGING & set(node["runs"])


def test_json_is_one_object_a_line_from_the_plan_to_the_outcome_for_each_command(tmp_path: Path) -> None:
    with desk(tmp_path, "fresh", 2) as run:
        for command in (
            ("register", *WHERE, "--yes"),
            ("repair", "--yes"),
            ("unregister", "--arc-only", "--confirm", NAME),
            ("enable-arc", "--yes"),
            ("unregister", "--confirm", NAME),
        ):
            code, lines = run.lines(*command)
            assert code == 0, lines[-1]
            assert {line["schema"] for line in lines} == {1}
            assert [lines[0]["type"], lines[0]["operation"]] == ["plan", command[0]]
            assert (lines[-1]["type"], lines[-1]["outcome"]) == ("outcome", "done")
            assert numbers(lines) == list(range(1, len(numbers(lines)) + 1))
        assert [one["operation"] for one in run.runs()] == [
            "unregister",
            "enable-arc",
            "unregister",
            "repair",
            "register",
        ]
        assert run.begun() == 5
        assert run.in_azure() == (None, set())


def test_a_killed_azsconfig_loses_nothing_and_meanwhile_nobody_starts_another(tmp_path: Path) -> None:
    with desk(tmp_path, "fresh") as run:
        run.control.fault("HCI-N1", "hold-at", "login")
        with started(tmp_path / "first", "register", *WHERE, "--yes", "--json", *run.at, home=tmp_path) as first:
            wait_until(lambda: held_at_login(first))
            first.kill()
            assert first.process.returncode == -signal.SIGKILL
            heard = numbers(first.lines())
        (going,) = run.runs()
        assert (going["operation"], going["over"], going["step"]) == ("register", False, "Register-AzStackHCI")
        second = run("register", *WHERE, "--yes")
        assert second.returncode == 5
        assert f"azsconfig runs attach {going['id']}" in " ".join(second.stdout.split())
        assert run("runs", "show", going["id"]).returncode == 7
        attach = ("runs", "attach", going["id"], "--json", *run.at)
        with started(tmp_path / "attached", *attach, home=tmp_path) as attached:
            wait_until(lambda: held_at_login(attached))
            run.control.clear()
            assert attached.ended() == 0, attached.stderr.read_text("utf-8")
            lines = attached.lines()
        assert numbers(lines) == list(range(1, len(numbers(lines)) + 1))
        assert numbers(lines)[: len(heard)] == heard
        assert (lines[-1]["outcome"], lines[-1]["run"]) == ("done", going["id"])
        code, again = run.lines("runs", "attach", going["id"])
        assert (code, again[-1]["message"]) == (0, lines[-1]["message"])
        assert {state for state, _, _ in run.on_nodes().values()} == {"Registered"}
        assert run.in_azure() == ("ConnectedRecently", {"HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4"})
        assert run.begun() == 1


def test_of_two_who_start_at_the_same_time_one_is_refused(tmp_path: Path) -> None:
    with desk(tmp_path, "fresh", 2) as run:
        run.control.fault("HCI-N1", "hold-at", "login")
        command = ("register", *WHERE, "--yes", "--json", *run.at)
        with (
            started(tmp_path / "one", *command, home=tmp_path) as one,
            started(tmp_path / "other", *command, home=tmp_path) as other,
        ):
            both = [one, other]
            wait_until(lambda: any(command.process.poll() is not None for command in both))
            refused, winner = sorted(both, key=lambda command: command.process.poll() is None)
            assert refused.ended() == 5, refused.stderr.read_text("utf-8")
            assert refused.lines()[-1]["outcome"] == "declined"
            run.control.clear()
            assert winner.ended() == 0, winner.lines()[-1]
        assert run.begun() == 1


@pytest.mark.parametrize(
    ("scenario", "arguments", "blocker", "words"),
    [
        ("fresh", ("--region", "mars"), "region-offered", "not offered in mars"),
        ("no-permission", (), "permissions", "lacks permissions"),
        ("node-down", (), "node-answers", "HCI-N2"),
        ("resource-deleted", (), "resource-deleted", "does not exist in Azure any more"),
    ],
)
def test_what_stands_in_the_way_of_registering_is_said_with_exit_code_5_and_changes_nothing(
    scenario: str, arguments: tuple[str, ...], blocker: str, words: str, tmp_path: Path
) -> None:
    with desk(tmp_path, "fresh" if scenario == "node-down" else scenario, 2) as run:
        if scenario == "node-down":
            run.control.stop("HCI-N2")
        before = run.on_nodes(), run.in_azure()
        code, lines = run.lines("register", *WHERE, *arguments, "--yes")
        assert code == 5
        stops = {check["id"]: check for check in lines[0]["checks"] if check["level"] == "blocker"}
        assert words in stops[blocker]["message"]
        assert stops[blocker]["remedy"]
        assert lines[-1]["outcome"] == "declined"
        assert any(words in detail for detail in lines[-1]["details"])
        assert (run.on_nodes(), run.in_azure()) == before
        for node in run.control.state()["nodes"]:
            assert not CHANGING & set(node["runs"])


def test_unregistering_is_refused_to_another_subscription_s_account_and_done_for_the_right_one(tmp_path: Path) -> None:
    with desk(tmp_path, "wrong-account") as run:
        before = run.on_nodes()
        refused = run("unregister", "--confirm", NAME)
        text = " ".join(refused.stdout.split())
        assert refused.returncode == 5
        assert f"registered in the subscription {SUBSCRIPTION_ID}" in text
        assert "the nodes would lose the registration, and its resources would stay" in text
        assert run.on_nodes() == before
        assert run.begun() == 0
        run.control.azure_role("Owner")
        assert run.in_azure() == ("ConnectedRecently", {"HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4"})
        unconfirmed = run("unregister", "--yes")
        assert unconfirmed.returncode == 5
        assert f"--confirm {NAME}" in unconfirmed.stdout
        code, lines = run.lines("unregister", "--confirm", NAME)
        assert (code, lines[-1]["outcome"]) == (0, "done"), lines[-1]
        assert run.in_azure() == (None, set())
        assert set(run.on_nodes().values()) == {("OutOfPolicy", None, None)}
        assert any("OutOfPolicy" in detail for detail in lines[-1]["details"])
