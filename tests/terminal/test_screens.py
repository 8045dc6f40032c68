"""The menu on a real pseudo-terminal, against a cluster that speaks WinRM."""

import pytest

from tests.terminal.conftest import Menu
from tests.terminal.emulated import EmulatedTerminal

SIZES = [(80, 25), (40, 12), (200, 60)]


def until_read(terminal: EmulatedTerminal) -> None:
    """Wait until the first pass is over."""
    terminal.wait_until(lambda: "4 of 4" in terminal.text, "4 of 4 connected")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_every_option_can_be_opened_and_left(menu: Menu, columns: int, rows: int) -> None:
    terminal = menu(columns=columns, rows=rows)
    until_read(terminal)
    for number, title in (("1", "Registration status"), ("2", "Arc-enabled servers"), ("14", "Settings")):
        terminal.send(f"{number}\r")
        terminal.wait_until(lambda title=title: title in terminal.rows[0], title)
        assert terminal.rows[-1].strip()
        terminal.send("\x1b")
        terminal.wait_until(lambda: "registration" in terminal.rows[0], "the menu")
    terminal.send("15\r")
    assert terminal.wait_ended() == 0


def test_a_small_window_and_back_breaks_nothing(menu: Menu) -> None:
    terminal = menu()
    until_read(terminal)
    terminal.wait_for("Read 4 of 4 nodes")
    before = terminal.rows
    terminal.resize(40, 12)
    terminal.wait_until(lambda: terminal.rows[-1].startswith("Enter number") and len(terminal.rows) == 12, "the prompt")
    terminal.send("1\r")
    terminal.wait_until(lambda: "Registration status" in terminal.rows[0], "option 1")
    terminal.send("\x1b")
    terminal.wait_until(lambda: terminal.rows[-1].startswith("Enter number"), "the menu")
    terminal.resize(80, 25)
    terminal.wait_quiet()
    assert terminal.rows == before


def test_the_terminal_is_given_back_as_it_was(menu: Menu) -> None:
    terminal = menu()
    until_read(terminal)
    terminal.send("15\r")
    assert terminal.wait_ended() == 0
    terminal.wait_quiet(0.1)
    said = terminal.said
    assert said.rindex("\x1b[?1049l") > said.rindex("\x1b[?1049h")
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")
    assert said.rindex("\x1b[?7h") > said.rindex("\x1b[?7l")
    assert said.rindex("\x1b[?2004l") > said.rindex("\x1b[?2004h")
    assert said.rindex("\x1b[?1004l") > said.rindex("\x1b[?1004h")
    assert said.rindex("\x1b[<u") > said.rindex("\x1b[>")


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ("1\rs", "Save: Registration status"),
        ("1\r2\r", "Node HCI-N2"),
        ("2\r3\rc", "PowerShell: Arc-enabled server HCI-N3"),
        ("14\r2\r1\rThe cellar\r", "Connection The cellar"),
        ("14\r2\r1\rab\x7fc\r2\r", "Nodes of the connection"),
        ("13\rfnothing\r?", "Help: runs and activity log"),
    ],
)
def test_what_is_typed_ahead_reaches_the_screen_it_is_meant_for(menu: Menu, keys: str, title: str) -> None:
    terminal = menu()
    until_read(terminal)
    terminal.send(keys)
    terminal.wait_until(lambda: title.casefold() in terminal.rows[0].casefold(), title)
