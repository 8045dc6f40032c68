"""`azsconfig --diagnose-terminal`: what was found, what was decided and why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import azsconfig, environment
from tests.conftest import ROOT
from tui.console.diagnose import diagnosis
from tui.console.evidence import Evidence, WindowsEvidence
from tui.console.judge import Wishes, judge


def test_a_pipe_is_told_as_one_and_nothing_secret_is_said(tmp_path: Path) -> None:
    done = azsconfig("--diagnose-terminal", home=tmp_path)
    assert done.returncode == 0
    assert "Standard output            no terminal" in done.stdout
    assert "Menu shown as              lines" in done.stdout
    assert "so the menu is shown as lines." in done.stdout
    assert str(tmp_path) in done.stdout
    assert "\x1b" not in done.stdout


def test_windows_facts_are_told_by_their_numbers() -> None:
    windows = WindowsEvidence(0x1F7, 0x3, 87, (437, 850), ("powershell.exe", "cmd.exe"), ("GetConsoleCP failed",))
    evidence = Evidence(windows=windows, environment={"SSH_CONNECTION": "set"})
    terminal = judge(evidence, Wishes(), lambda _name: None)
    text = diagnosis(evidence, terminal, shown=("dark", True), log_file=Path("x.log"))
    for words in ("0x01f7", "refused, error 87", "437 850", "powershell.exe < cmd.exe", "GetConsoleCP failed", "x.log"):
        assert words in text


@pytest.mark.parametrize("answers", [True, False])
def test_the_terminal_itself_is_asked_and_left_as_it_was(tmp_path: Path, *, answers: bool) -> None:
    pexpect = pytest.importorskip("pexpect", reason="pexpect drives a terminal, and is not installed")
    import termios

    child = pexpect.spawn(
        sys.executable,
        ["-m", "tui", "--diagnose-terminal"],
        cwd=str(ROOT),
        timeout=30,
        env={**(environment(tmp_path) or {}), "TERM": "xterm-256color"},
        echo=True,
    )
    try:
        before = termios.tcgetattr(child.child_fd)
        if answers:
            child.expect_exact("\x1b[c")
            child.send("\x1b[?62;22c")
            child.expect_exact("\x1b[6n")
            child.send("\x1b[1;3R")
        rest = child.read().decode()
        child.wait()
        assert child.exitstatus == 0
        assert ("Device attributes          62;22" in rest) is answers
        assert ("Cells of a wide character  2" in rest) is answers
        assert rest.count("no answer within 0.5 s") == (0 if answers else 2)
        assert "Menu shown as              screens" in rest
        if sys.platform == "linux":
            assert termios.tcgetattr(child.child_fd)[3] == before[3]
    finally:
        child.close(force=True)


def test_no_color_and_a_theme_that_was_chosen(tmp_path: Path) -> None:
    variables = {**(environment(tmp_path) or os.environ), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "tui", "--diagnose-terminal", "--theme", "contrast", "--ascii"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert "Theme                      contrast" in done.stdout
    assert "ASCII only                 yes" in done.stdout
    assert "NO_COLOR is set" in done.stdout
