"""Leaving the menu while it coordinates a run: it ends at once, and anyone can go on at once."""

import json
import signal
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.commands import azsconfig
from tests.terminal.conftest import Cluster, start_menu
from tests.terminal.emulated import EmulatedTerminal
from tui.lab.control import LabControl
from tui.lab.launcher import LabProcess


@pytest.fixture
def updating() -> Generator[Cluster]:
    """A cluster of two nodes that are offered updates; the first one waits in the middle of installing them."""
    with LabProcess("updates", 2) as ready:
        control = LabControl.beside(ready.config)
        control.fault("HCI-N1", "hold-at", "install")
        yield Cluster(ready, control)


def begun(cluster: Cluster, home: Path) -> EmulatedTerminal:
    """Install all updates on all nodes from the menu, up to where the first one waits."""
    terminal = start_menu(cluster, home, columns=80, rows=25, term="xterm-256color")
    terminal.wait_for("2 of 2 connected")
    terminal.send("6\r2\r7\r")
    terminal.wait_for("2) Do it", 60)
    terminal.send("2\r")
    terminal.wait_for("Installing updates", 60)
    return terminal


@pytest.mark.parametrize("way", ["option 15", "SIGTERM", "the terminal is closed"])
def test_it_ends_and_is_gone_on_with(way: str, updating: Cluster, tmp_path: Path) -> None:
    terminal = begun(updating, tmp_path)
    try:
        if way == "option 15":
            terminal.send("\x1b")
            terminal.wait_for("It goes on. 13 shows it again.")
            terminal.send("15\r")
            terminal.wait_for("azsconfig does this itself now: Install updates on 2 nodes.")
            terminal.send("2\r")
        elif way == "SIGTERM":
            terminal.signal(signal.SIGTERM)
        else:
            terminal.hang_up()
        terminal.wait_ended()
        assert "Traceback" not in terminal.said
    finally:
        terminal.end()
    at = ("--config", updating.ready.config)
    runs = json.loads(azsconfig("runs", "list", "--json", *at, home=tmp_path).stdout)["runs"]
    (left,) = (run for run in runs if run["stands_still"])
    assert left["title"] == "Install updates on 2 nodes"
    updating.control.clear()
    done = azsconfig("runs", "resume", left["id"], *at, home=tmp_path)
    assert done.returncode == 6, done.stdout + done.stderr
    assert "need a restart to finish it" in done.stdout
