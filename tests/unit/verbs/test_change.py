"""What the changing commands ask, print and end with, whatever the operation is."""

import io
import json
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.made_up_runs import BLOCKED, NAMED, NOW, PLAN, RUN_ID, MadeUpOperation, events
from tui.cli import build_parser
from tui.nodes.connection import Connection
from tui.nodes.errors import Unreachable
from tui.runs.errors import RunGoingOn
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Plan
from tui.runs.run_lock import RunLock
from tui.secret import Secret
from tui.verbs import change as verb

Run = Callable[..., int]
Command = tuple[Run, pytest.CaptureFixture[str]]
REGISTER = ("register", "--subscription", "S", "--region", "eastus")


class _Session:
    banner = "LAB made-up"

    def __init__(self) -> None:
        self.closed = False

    def discover_peers(self) -> None:
        """There are none."""

    def close(self) -> None:
        self.closed = True


class _Chosen:
    """Stands for the cluster that is meant; its password is known."""

    targets = (Connection("HCI-N1", user="HCI\\admin", password=Secret("the password of the test")),)


class _Terminal(io.StringIO):
    """Standard input on which somebody types."""

    def isatty(self) -> bool:
        return True


def _always(result: object) -> Callable[..., object]:
    def give(*_arguments: object, **_names: object) -> object:
        return result

    return give


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command on a made-up operation; `typed` is what somebody types at the terminal."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))

    def ran(
        operation: MadeUpOperation, *arguments: str, typed: str | None = None, secrets: dict[str, Secret] | None = None
    ) -> int:
        session = _Session()
        for name, result in (
            ("operation", operation),
            ("choose_cluster", _Chosen()),
            ("open_session", session),
            ("read_secrets", secrets or {}),
        ):
            monkeypatch.setattr(verb, name, _always(result))
        monkeypatch.setattr(sys, "stdin", _Terminal(typed) if typed is not None else io.StringIO())
        code = verb.change(build_parser().parse_args([*arguments]))
        assert session.closed
        return code

    return ran


@pytest.fixture
def command(run: Run, capsys: pytest.CaptureFixture[str]) -> Command:
    """The same with what is written."""
    return run, capsys


def test_a_confirmed_change_tells_steps_on_standard_error_and_the_outcome_alone_on_standard_output(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = MadeUpOperation(told=events(60))
    assert run(operation, *REGISTER, "--yes") == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        " LAB made-up",
        "",
        "Done: HCI-CL01 is registered.",
        "   HCI-N1: Registered, Connected",
        f" Run: {RUN_ID}",
    ]
    assert operation.inputs == {"subscription": "S", "region": "eastus"}
    for words in ("Register-AzStackHCI: going on", "Register-AzStackHCI: done", "WARNING: The log folder was made."):
        assert words in err
    # The plan stands in front of what is done, and not every percent is a line.
    assert err.index("Azure bills the cluster") < err.index("going on")
    assert 2 <= err.count("Creating the resource") <= 7
    assert "Result : Success" not in err


def test_json_is_one_object_a_line_with_the_plan_first_and_the_outcome_last(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(MadeUpOperation(told=events(3)), *REGISTER, "--yes", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["schema"] for line in lines} == {1}
    assert [line["type"] for line in lines][:3] == ["plan", "note", "started"]
    assert lines[-1]["type"] == "outcome"
    assert (lines[-1]["outcome"], lines[-1]["run"]) == ("done", RUN_ID)
    assert [line["percent"] for line in lines if line["type"] == "progress"] == [1, 2, 3]


@pytest.mark.parametrize(("plan", "code"), [(PLAN, 0), (BLOCKED, 5)])
def test_a_dry_run_prints_the_plan_and_starts_nothing(
    plan: Plan, code: int, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = MadeUpOperation(plan)
    assert run(operation, *REGISTER, "--dry-run") == code
    text = capsys.readouterr().out
    assert run(operation, *REGISTER, "--dry-run", "--json", "--read-only") == code
    told = json.loads(capsys.readouterr().out)
    assert operation.applied == []
    assert told["schema"] == 1
    assert told["can_start"] is (code == 0)
    for step in told["steps"]:
        assert step["title"] in text
    assert "Register-AzStackHCI -SubscriptionId" in text
    assert ("Name another." in text) is (code == 5)


def test_blockers_are_printed_with_the_plan_and_nothing_is_started(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = MadeUpOperation(BLOCKED)
    assert run(operation, *REGISTER, "--yes") == 5
    out, err = capsys.readouterr()
    assert operation.applied == []
    assert "Azure does not offer the region mars. Name another." in out
    assert "What stands in the way" in err


@pytest.mark.parametrize(
    ("plan", "switches", "typed", "said"),
    [
        (PLAN, (), None, "--yes"),
        (PLAN, (), "\n", "You said no"),
        (PLAN, (), "", "You said no"),
        (PLAN, (), "yes\n", "Done"),
        (PLAN, ("--confirm", "hci-cl01"), None, "Done"),
        (NAMED, (), None, "--confirm HCI-CL01"),
        (NAMED, ("--yes",), None, "--confirm HCI-CL01"),
        (NAMED, ("--confirm", "HCI-CL02"), None, "--confirm names HCI-CL02"),
        (NAMED, ("--confirm", "HCI-CL01"), None, "Done"),
        (NAMED, (), "yes\n", "You said no"),
        (NAMED, ("--yes",), "HCI-CL01\n", "Done"),
    ],
)
def test_nothing_is_done_without_the_confirmation_the_plan_asks_for(
    plan: Plan,
    switches: tuple[str, ...],
    typed: str | None,
    said: str,
    command: Command,
) -> None:
    run, capsys = command
    operation = MadeUpOperation(plan)
    done = said == "Done"
    assert run(operation, *REGISTER, *switches, typed=typed) == (0 if done else 5)
    assert said in capsys.readouterr().out
    assert len(operation.applied) == done


def test_what_is_so_already_is_not_asked_about(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    operation = MadeUpOperation(replace(PLAN, nothing_to_do="It is registered there already."))
    assert run(operation, *REGISTER) == 0
    assert "Nothing to do: It is registered there already." in capsys.readouterr().out
    assert operation.applied == []


def test_read_only_refuses_before_anything_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    # No cluster is named: to choose one would already fail.
    assert verb.change(build_parser().parse_args([*REGISTER, "--yes", "--read-only", "--json"])) == 5
    assert json.loads(capsys.readouterr().out)["outcome"] == "declined"


def test_the_setting_read_only_holds_for_commands_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text("schema = 1\n[settings]\nread_only = true\n", encoding="utf-8")
    assert verb.change(build_parser().parse_args([*REGISTER, "--yes", "--config", str(config)])) == 5
    assert "read-only" in capsys.readouterr().out


def test_secrets_reach_the_operation_and_nothing_that_is_written(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    operation = MadeUpOperation(told=events(3))
    secret = Secret("the secret of the test")
    given = (*REGISTER, "--yes", "--json", "--arc-spn-id", "app", "--tag", "a=1", "--tag", "b=2", "--install-modules")
    assert run(operation, *given, secrets={"arc_spn_secret": secret}) == 0
    assert operation.inputs["arc_spn_secret"] is secret
    assert operation.inputs["tag"] == ["a=1", "b=2"]
    assert operation.inputs["install_modules"] == "gallery"
    written = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file())
    assert "Register HCI-CL01 with Azure" in written
    assert secret.reveal() not in written + "".join(capsys.readouterr())


def test_ctrl_c_leaves_the_run_going_and_says_how_to_find_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def until_stopped(stop: threading.Event | None) -> None:
        assert stop is not None
        signal.raise_signal(signal.SIGINT)
        assert stop.wait(20)

    going = Outcome(
        OutcomeKind.RUNNING, "The run goes on, on HCI-N1.", remedy=f"azsconfig runs attach {RUN_ID}", run=RUN_ID
    )
    operation = MadeUpOperation(told=events(3)[:5], outcome=going, until=until_stopped)
    assert run(operation, *REGISTER, "--yes") == 7
    out, err = capsys.readouterr()
    assert f"azsconfig runs attach {RUN_ID}" in out
    assert "Leaving" in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unreachable("HCI-N1", "No answer."), 3),
        (RunGoingOn(RunLock("x", "register", "HCI-N1", NOW), None, node="HCI-N1"), 5),
    ],
)
@pytest.mark.parametrize("where", ["prepare", "apply"])
def test_what_fails_is_the_outcome_in_words(
    error: Exception, code: int, where: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = MadeUpOperation(error) if where == "prepare" else MadeUpOperation(outcome=error)
    assert run(operation, *REGISTER, "--yes", "--json") == code
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["type"] == "outcome"


def test_a_service_principal_without_its_secret_is_wrong_usage(run: Run) -> None:
    from tui.configuration.error import ConfigurationError

    given: tuple[tuple[tuple[str, ...], dict[str, Secret]], ...] = (
        ((), {"arc_spn_secret": Secret("x")}),
        (("--arc-spn-id", "app"), {}),
    )
    for switches, secrets in given:
        with pytest.raises(ConfigurationError, match="secret"):
            run(MadeUpOperation(), *REGISTER, *switches, secrets=secrets)
