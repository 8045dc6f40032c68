"""A session that is cut at any moment leaves no process here and no shell on a node."""

import signal
import time

import pytest

from tests.terminal.conftest import Cluster, Menu
from tests.terminal.emulated import EmulatedTerminal, left_of

HANG_UP = "the terminal is closed"
END = "SIGTERM"
MOMENTS = [0.1, 0.3, 0.5, 0.8, 1.1, 1.5, 2.0, 2.5, 3.0, 4.0]
"""Seconds after the start of all: while Python loads, the menu is drawn, channels open, and facts are read."""


def cut(terminal: EmulatedTerminal, how: str) -> None:
    if how == HANG_UP:
        terminal.hang_up()
    else:
        terminal.signal(signal.SIGTERM)


def assert_nothing_left(terminal: EmulatedTerminal, cluster: Cluster) -> None:
    terminal.wait_ended()
    terminal.wait_until(lambda: not left_of(terminal.process.pid), f"no process: {left_of(terminal.process.pid)}")
    terminal.wait_until(lambda: cluster.shells == 0, f"no shell: {cluster.shells}")
    assert "Traceback" not in terminal.said


@pytest.mark.parametrize("how", [HANG_UP, END])
@pytest.mark.parametrize("mode", ["screens", "lines"])
def test_a_start_that_is_cut_at_any_moment_leaves_nothing(menu: Menu, cluster: Cluster, how: str, mode: str) -> None:
    arguments = ["--plain"] if mode == "lines" else []
    begun = time.monotonic()
    terminals = [menu(*arguments) for _ in MOMENTS]
    for terminal, seconds in zip(terminals, MOMENTS, strict=True):
        time.sleep(max(0.0, begun + seconds - time.monotonic()))
        cut(terminal, how)
    for terminal in terminals:
        assert_nothing_left(terminal, cluster)


@pytest.mark.parametrize("how", [HANG_UP, END])
def test_a_menu_that_is_cut_while_it_stands_leaves_nothing(menu: Menu, cluster: Cluster, how: str) -> None:
    terminal = menu()
    terminal.wait_for("4 of 4 connected")
    assert cluster.shells > 0
    cut(terminal, how)
    assert_nothing_left(terminal, cluster)


def test_ctrl_z_while_it_is_being_left_does_not_stop_it(menu: Menu, cluster: Cluster) -> None:
    terminal = menu()
    terminal.wait_for("4 of 4 connected")
    terminal.send("15\r")
    terminal.wait_until(lambda: terminal.given_back, "the terminal given back")
    terminal.send("\x1a")
    assert terminal.wait_ended() == 0
    assert_nothing_left(terminal, cluster)


@pytest.mark.parametrize("how", [HANG_UP, END])
def test_a_reading_that_is_cut_on_slow_nodes_leaves_nothing(menu: Menu, cluster: Cluster, how: str) -> None:
    cluster.control.delay(2.0)
    try:
        terminal = menu()
        terminal.wait_for("HCI-N1 and 3 peers")
        time.sleep(1.0)
        cut(terminal, how)
        assert_nothing_left(terminal, cluster)
    finally:
        cluster.control.delay(0)


@pytest.mark.parametrize("how", [HANG_UP, END])
def test_a_question_that_is_cut_leaves_nothing(menu: Menu, cluster: Cluster, how: str) -> None:
    terminal = menu()
    terminal.wait_for("4 of 4 connected")
    terminal.send("1\rs")
    terminal.wait_for("File (Enter takes it")
    cut(terminal, how)
    assert_nothing_left(terminal, cluster)


def test_nodes_that_are_pulled_while_the_menu_stands_are_told_and_nothing_is_left(menu: Menu, cluster: Cluster) -> None:
    terminal = menu()
    terminal.wait_for("4 of 4 connected")
    try:
        for node in ("HCI-N2", "HCI-N4"):
            cluster.control.stop(node)
        terminal.send("1\rr")
        terminal.wait_until(lambda: terminal.text.count("could not be read") >= 2, "both nodes")
        cluster.control.start("HCI-N2")
        terminal.send("r")
        terminal.wait_for("2) HCI-N2 attention")
        assert "4) HCI-N4 could not be read" in terminal.text
    finally:
        for node in ("HCI-N2", "HCI-N4"):
            if not cluster.control.node(node)["up"]:
                cluster.control.start(node)
    terminal.send("r")
    terminal.wait_until(lambda: "could not be read" not in terminal.text, "all nodes back")
    terminal.send("\x1b")
    terminal.wait_for("4 of 4 connected")
    terminal.send("15\r")
    assert_nothing_left(terminal, cluster)
