"""Line mode: the same words as the screens, as append-only lines; complete whatever the input is."""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands import environment
from tests.conftest import ROOT
from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tui.line_mode import LineMode
from tui.operations.snapshot import Snapshot
from tui.options import OPTIONS


def said(answers: str, snapshot: Snapshot | None = None) -> str:
    """Return what line mode writes to the given answers."""
    output = io.StringIO()
    LineMode(desk_of(StillReader(snapshot or scenario_snapshot())), io.StringIO(answers), output, 80).run()
    return output.getvalue()


def lines_of(text: str) -> list[str]:
    """Return the lines that say something."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_menu_says_every_option_with_its_value() -> None:
    text = said("15\n")
    for option in OPTIONS:
        assert f"{option.number:2}) {option.title}" in text
    assert "Registered, connected 28 minutes before" in text
    assert "LAB healthy" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("number", [1, 2])
def test_a_page_and_the_details_of_its_first_row_are_said(number: int) -> None:
    text = said(f"{number}\n1\n\n\n15\n")
    assert "cluster HCI-CL01 ==" in text
    assert "HCI-N1 ==" in text


def test_help_is_said_for_each_page() -> None:
    text = said("?\n\n1\n?\n\n\n15\n")
    assert "== Help: the menu ==" in text
    assert "== Help: registration status ==" in text


def test_a_refused_or_unknown_answer_is_said_and_asked_again() -> None:
    text = said("10\n99\nfoo\n15\n")
    assert "10: not in this version yet" in text
    assert "There is no '99' here." in text
    assert "There is no 'foo' here." in text


def test_input_that_ends_ends_it_quietly() -> None:
    assert lines_of(said(""))[-1].startswith("Enter number to select an option:")
    assert "Registration status - cluster" in said("1\n")


def test_r_reads_again() -> None:
    reader = StillReader(scenario_snapshot())
    LineMode(desk_of(reader), io.StringIO("r\n15\n"), io.StringIO(), 80).run()
    assert reader.asked_to_read == 1


def test_a_cluster_that_cannot_be_opened_is_said_and_the_menu_stays() -> None:
    text = said("1\n\n15\n", Snapshot(error="Nothing answers. Look at the node."))
    assert "Nothing answers. Look at the node." in text
    assert "15) Exit to command line" in text


def test_read_only_is_said_on_every_page() -> None:
    text = said("1\n\n15\n", replace(scenario_snapshot(), read_only=True))
    assert text.count("READ-ONLY") == 3


def test_a_dumb_terminal_gets_line_mode_by_itself(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--lab"],
        cwd=ROOT,
        input="2\n\n15\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**(environment(tmp_path) or {}), "TERM": "dumb"},
    )
    assert done.returncode == 0, done.stderr
    assert "4 of 4 connected" in done.stdout
    assert "== Arc-enabled servers - cluster HCI-CL01 ==" in done.stdout
    assert "\x1b" not in done.stdout


def test_ctrl_c_at_a_prompt_leaves_with_130_and_no_traceback(tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect", reason="pexpect drives a terminal, and is not installed")
    menu = pexpect.spawn(
        sys.executable, ["-m", "tui", "--lab", "--plain"], cwd=str(ROOT), timeout=60, env=environment(tmp_path)
    )
    try:
        menu.expect("Enter number to select an option:")
        menu.sendintr()
        rest = menu.read().decode()
        menu.wait()
        assert menu.exitstatus == 130
        assert "Traceback" not in rest
    finally:
        menu.close(force=True)
