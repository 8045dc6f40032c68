"""A lab as a process: what it says, and that nothing of it is left however it ends."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.lab.patience import PATIENCE_SECONDS, wait_until
from tui.lab import launcher
from tui.lab.azure_endpoint import AzureEndpoint
from tui.lab.launcher import LabProcess, LabStartError
from tui.lab.ready import LabEndpoint, LabReady, ready_from_json
from tui.lab.scenarios import SCENARIOS

LAB = [sys.executable, "-m", "tui.lab"]


def run_lab(*options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*LAB, *options], capture_output=True, check=False, text=True, timeout=PATIENCE_SECONDS)


def started(*options: str) -> tuple["subprocess.Popen[bytes]", bytes]:
    """Start a lab and return it with its first line."""
    process = subprocess.Popen([*LAB, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    return process, process.stdout.readline()


def end(process: "subprocess.Popen[bytes]") -> int:
    process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode


def test_a_ready_lab_says_one_json_object_with_everything_to_reach_it(lab_folders: Path) -> None:
    process, line = started("--json", "--watch-stdin", "--nodes", "2", "--scenario", "firmware")
    document: dict[str, Any] = json.loads(line)
    assert list(document) == ["schema", "config", "ca", "user", "password", "nodes", "azure"]
    assert (document["schema"], document["user"]) == (1, r"HCI\Administrator")
    assert list(document["azure"]) == ["authority", "resource_manager", "graph", "tenant", "subscription"]
    assert [list(node) for node in document["nodes"]] == [["name", "http", "https"]] * 2
    assert document["nodes"][1]["http"].startswith("http://127.0.0.1:")
    assert document["nodes"][1]["https"].endswith("/wsman")
    folder = Path(document["config"]).parent
    assert folder.parent == lab_folders
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    private = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert private == [], "nobody else may read what leads into the lab"
    assert (folder / "password").read_text(encoding="ascii") == document["password"]
    assert end(process) == 0
    assert list(lab_folders.iterdir()) == []


def test_its_configuration_reaches_the_local_node_by_program_and_the_others_by_address(lab_folders: Path) -> None:
    with LabProcess("offline", 3) as ready:
        config = tomllib.loads(Path(ready.config).read_text(encoding="utf-8"))
    cluster = config["clusters"][config["default"]]
    assert (config["schema"], cluster["banner"], cluster["transport"]) == (1, "LAB offline", "negotiate")
    assert (cluster["user"], cluster["ca_file"]) == (ready.user, ready.ca)
    local, *others = cluster["nodes"]
    assert local["name"] == "HCI-N1"
    assert local["powershell"][0] == sys.executable
    assert [(node["name"], node["address"]) for node in others] == [(node.name, node.http) for node in ready.nodes[1:]]


def test_for_people_it_says_how_to_use_it(lab_folders: Path) -> None:
    process = subprocess.Popen([*LAB, "--nodes", "1"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    text = ""
    while "Ctrl+C" not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    assert "azsconfig status --config" in text
    assert "--node http://127.0.0.1:" in text
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert list(lab_folders.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_nothing(lab_folders: Path, number: signal.Signals) -> None:
    process, _ = started("--json")
    process.send_signal(number)
    assert end(process) == 0
    assert list(lab_folders.iterdir()) == []


def test_ctrl_c_is_left_to_the_parent_of_a_lab_that_watches_its_input(lab_folders: Path) -> None:
    process, _ = started("--json", "--watch-stdin")
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    assert end(process) == 0


def test_a_lab_outlives_its_killed_parent_by_nothing(lab_folders: Path) -> None:
    parent_script = (
        "from tui.lab.launcher import LabProcess\n"
        "import sys\n"
        "with LabProcess('healthy', 2) as ready:\n"
        "    print(ready.config, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", parent_script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout
    folder = Path(parent.stdout.readline().decode().strip()).parent
    (lab,) = psutil.Process(parent.pid).children()
    assert folder.exists()
    parent.kill()
    end(parent)
    wait_until(lambda: not folder.exists() and not _runs(lab))
    assert list(lab_folders.iterdir()) == []


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_launcher_gives_the_lab_and_takes_it_away(lab_folders: Path) -> None:
    before, others = set(threading.enumerate()), set(psutil.Process().children())
    with LabProcess("healthy", 2, 0.25) as ready:
        assert [node.name for node in ready.nodes] == ["HCI-N1", "HCI-N2"]
        (lab,) = set(psutil.Process().children()) - others
        assert os.getpgid(lab.pid) != os.getpgid(0), "Ctrl+C in this terminal is not for the lab"
    assert not _runs(lab)
    assert list(lab_folders.iterdir()) == []
    assert set(threading.enumerate()) == before


def test_the_launcher_says_why_a_lab_does_not_start() -> None:
    with (
        pytest.raises(LabStartError, match=r"^there is no scenario 'x'; the lab knows healthy, ") as refused,
        LabProcess("x", 2),
    ):
        pass
    assert "Traceback" not in str(refused.value)


def test_the_launcher_does_not_wait_for_ever(lab_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "START_SECONDS", 0.0)
    before = set(psutil.Process().children())
    with pytest.raises(LabStartError, match="not ready within"), LabProcess("healthy", 1):
        pass
    assert set(psutil.Process().children()) <= before
    assert list(lab_folders.iterdir()) == []


def test_the_launcher_imports_nothing_heavy() -> None:
    script = "import sys, tui.lab.launcher; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout.split()
    assert not {"cryptography", "spnego", "msgspec", "requests", "textual", "winrm", "asyncio"} & set(loaded)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scenario", "nonsense"], "there is no scenario 'nonsense'; the lab knows healthy, fresh, expired"),
        (["--nodes", "17"], "1 to 16 nodes, not 17"),
        (["--nodes", "0"], "1 to 16 nodes, not 0"),
        (["--nodes", "many"], "invalid int value"),
        (["--powershell", "/nowhere/pwsh"], "there is no program /nowhere/pwsh"),
        (["--frobnicate"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_is_told_in_words(lab_folders: Path, options: list[str], said: str) -> None:
    ended = run_lab(*options)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(lab_folders.iterdir()) == []


def test_the_scenarios_are_listed_with_their_descriptions() -> None:
    ended = run_lab("--list")
    assert ended.returncode == 0
    assert [line.split(maxsplit=1) for line in ended.stdout.splitlines()] == [
        [scenario.name, scenario.description] for scenario in SCENARIOS.values()
    ]


def test_what_a_lab_says_is_read_back() -> None:
    azure = AzureEndpoint("https://a", "https://a/arm", "https://a/graph", "t", "s")
    ready = LabReady("c", "ca", "u", "p", (LabEndpoint("HCI-N1", "http://a", "https://a"),), azure)
    assert ready_from_json(ready.to_json()) == ready


@pytest.mark.parametrize("line", ["", "no json", "[]", "{}", '{"schema": 2}', '{"schema": 1, "config": "c"}'])
def test_something_else_is_not_taken_for_a_lab(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ready_from_json(line)
