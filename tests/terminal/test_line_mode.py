"""Line mode where nothing better is possible: TERM=dumb, files and pipes."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.terminal.conftest import Cluster, Menu, command
from tests.terminal.emulated import left_of

PROMPT = "Enter number to select an option:"
SCENARIO = ("1", "1", "", "", "2", "1", "", "", "13", "", "14", "?", "", "", "c", "", "15")
"""Status, a node, back; Arc, a server, back; the log; settings with help; PowerShell; exit."""


def test_a_dumb_terminal_gets_lines_and_no_control_character(menu: Menu, cluster: Cluster) -> None:
    terminal = menu(term="dumb")
    for typed in SCENARIO:
        terminal.wait_quiet(0.15)
        terminal.send(f"{typed}\r")
    assert terminal.wait_ended() == 0
    terminal.wait_quiet(0.1)
    said = terminal.said
    titles = ("Registration status", "Node HCI-N1", "Arc-enabled server HCI-N1", "Help: settings", "PowerShell: ")
    for words in titles:
        assert words in said, words
    assert not re.search(r"[^\x20-\x7e\r\n]", said)
    assert cluster.shells == 0


@pytest.mark.parametrize("typed", [(), ("1",), ("1", "s"), ("13", "f"), ("14", "1"), ("14", "1", "1"), ("?",)])
def test_ctrl_c_at_any_prompt_leaves_or_goes_back(menu: Menu, cluster: Cluster, typed: tuple[str, ...]) -> None:
    terminal = menu("--plain")
    terminal.wait_for(PROMPT)
    for answer in typed:
        terminal.send(f"{answer}\r")
        terminal.wait_quiet(0.15)
    terminal.send("\x03")
    terminal.wait_quiet(0.2)
    assert "Traceback" not in terminal.said
    for _ in range(6):
        if terminal.process.poll() is not None:
            break
        terminal.send("\x03")
        terminal.wait_quiet(0.15)
        if terminal.process.poll() is None:
            terminal.send("15\r")
            terminal.wait_quiet(0.15)
    assert terminal.wait_ended() in {0, 130}
    assert not left_of(terminal.process.pid)
    assert cluster.shells == 0


@pytest.mark.parametrize("count", range(len(SCENARIO)))
def test_input_that_ends_anywhere_ends_the_menu(
    cluster: Cluster, environment: dict[str, str], tmp_path: Path, count: int
) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("".join(f"{line}\n" for line in SCENARIO[:count]), encoding="utf-8")
    with answers.open(encoding="utf-8") as file:
        done = subprocess.run(
            command(cluster, tmp_path, "--plain"),
            stdin=file,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            env=environment,
            check=False,
        )
    assert done.returncode == 0
    assert done.stderr == ""
    assert not re.search(r"[^\x20-\x7e\n]", done.stdout)
    assert cluster.shells == 0


def test_a_reader_of_the_output_that_goes_away_ends_the_menu_in_silence(
    cluster: Cluster, environment: dict[str, str], tmp_path: Path
) -> None:
    menu = subprocess.Popen(
        command(cluster, tmp_path, "--plain"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert menu.stdin is not None
    assert menu.stdout is not None
    menu.stdout.readline()
    menu.stdout.close()
    _, errors = menu.communicate("1\n2\n13\n", timeout=60)
    assert "Traceback" not in errors
    assert cluster.shells == 0
