"""The command line: what it costs, what it says, how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import azsconfig
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own configuration out of the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("AZSCONFIG_POWERSHELL", raising=False)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["status", "--help"], ["lab", "--list"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from tui.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "heavy = {'textual', 'rich', 'winrm', 'requests', 'azure', 'spnego', 'msgspec', 'psutil'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_machine_that_is_no_node_is_told_kindly_what_to_do() -> None:
    done = azsconfig("status")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no node" in done.stderr
    assert "--node" in done.stderr
    assert "--lab" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "--lab=nonsense"], "there is no scenario 'nonsense'"),
        (["status", "--lab", "--lab-nodes", "17"], "1 to 16 nodes"),
        (["status", "--config", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["status", "--cluster", "HCI-CL09"], "no cluster named HCI-CL09"),
        (["status", "--node", "http://", "--transport", "negotiate"], "names no host"),
        (["status", "--node", "n1", "--transport", "ntlm"], "needs a user and a password"),
        (["status", "--node", "n1,N1"], "named twice"),
        (["status", "--node", "https://adm:secret-of-the-test@n1"], "user and password do not belong"),
        (["status", "--node", "n1", "--secrets-stdin"], "no user"),
        (
            ["status", "--node", "http://n1", "--transport", "basic", "--user", "u", "--secrets-stdin"],
            "refused over http",
        ),
        (["status", "--node", "n1", "--user", "u"], "nobody to ask"),
        (["status", "--node", "https://n1", "--user", "u", "--secrets-stdin", "--ca", "none.pem"], "none.pem"),
        (["--nonsense"], "unrecognized arguments"),
        (["status", "--timeout", "0"], "not a number of seconds"),
        (["status", "--timeout", "nan"], "not a number of seconds"),
        (["lab", "--scenario", "nonsense"], "there is no scenario 'nonsense'"),
        (["lab", "--nodes", "0"], "1 to 16 nodes"),
    ],
)
def test_wrong_usage_names_what_was_wrong_and_ends_with_2(arguments: list[str], said: str) -> None:
    done = azsconfig(*arguments, stdin='{"password": "secret-of-the-test"}')
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "secret-of-the-test" not in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("secret-of-the-test", "no JSON object"),
        ('["secret-of-the-test"]', "no object of secrets"),
        ('{"password": 7}', "no text"),
        ('{"passwort": "secret-of-the-test"}', "passwort"),
        ("", "no JSON object"),
    ],
)
def test_bad_secrets_are_refused_and_never_shown(text: str, said: str) -> None:
    done = azsconfig("status", "--node", "n1", "--user", "u", "--secrets-stdin", stdin=text)
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret-of-the-test" not in done.stderr + done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full: a full disk cannot be shown")
def test_output_that_cannot_be_written_is_said_without_a_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "lab", "--list"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False
        )
        listed = subprocess.run(
            [sys.executable, "-m", "tui", "status", "--lab"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert b"Traceback" not in done.stderr + listed.stderr
    assert b"could not be written" in listed.stderr
    assert listed.returncode == 1


def test_a_lab_and_a_node_at_once_are_refused() -> None:
    done = azsconfig("status", "--lab", "--node", "n1")
    assert done.returncode == 2
    assert "two different clusters" in done.stderr


def test_the_menu_without_a_terminal_is_lines_until_the_input_ends() -> None:
    done = azsconfig("--lab")
    assert done.returncode == 0
    assert "15) Exit to command line" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_menu_without_a_terminal_and_without_a_cluster_says_what_to_name() -> None:
    done = azsconfig()
    assert done.returncode == 2
    assert "--cluster" in done.stderr


def test_lab_takes_a_scenario_only_after_an_equals_sign() -> None:
    done = azsconfig("--lab", "status", "--json")
    assert json.loads(done.stdout)["schema"] == 1


def test_the_scenarios_are_listed_with_what_they_are() -> None:
    done = azsconfig("lab", "--list")
    assert done.returncode == 0
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert names == [
        "healthy",
        "fresh",
        "expired",
        "offline",
        "out-of-policy",
        "repair-required",
        "firmware",
        "arc-missing",
        "arc-expired",
        "agent-old",
        "node-down",
        "rebooted",
        "clock-skew",
        "resource-deleted",
        "drift",
        "no-permission",
        "wrong-account",
        "arc-elsewhere",
        "half-unregistered",
        "extension-stuck",
        "locked",
        "modules-missing",
        "updates",
        "updates-failing",
        "wsus",
        "storage-repair",
        "cau",
    ]


def test_a_failure_of_our_own_is_told_in_words_and_logged_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    code = (
        "import sys, tui.cli\n"
        "def fail(options):\n    password = 'hunter2'\n    raise ZeroDivisionError(password)\n"
        "tui.cli._status = fail\n"
        "sys.exit(tui.cli.main(['status']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "failed (ZeroDivisionError)" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr
    (log,) = (tmp_path / "state").rglob("azsconfig.log")
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text("utf-8")
