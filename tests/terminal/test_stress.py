"""Storms of sizes and keys, and a terminal that nobody reads."""

import random
import signal
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from tests.terminal.conftest import Cluster, Menu, start_menu
from tests.terminal.emulated import EmulatedTerminal, left_of
from tui.lab.control import LabControl
from tui.lab.launcher import LabProcess

KEYS = 10_000
CHUNK = 250
AT_A_TIME = 4
PROMPT = "Enter number to select an option:"
STALLED_SECONDS = 60.0
STORM = 100
ESCAPE_SECONDS = 120.0
SCREENS = {
    "menu": "",
    "registration status": "1\r",
    "node": "1\r2\r",
    "arc-enabled servers": "2\r",
    "arc-enabled server": "2\r1\r",
    "activity log": "13\r",
    "settings": "14\r",
    "connection": "14\r1\r",
    "new connection": "14\r2\r",
    "help": "?",
    "powershell": "c",
    "question": "1\rs",
    "filter": "13\rf",
}
SPECIAL = (
    "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1bOP", "\x1b[24~", "\x1b[Z",
    "\t", "\r", "\r", "\x7f", "\x1b", "\x1b\x1b", "\x1b[200~1\r2\n\x1b[201~", "\x1b[<0;10;10M", "\x1b[I", "\x1b[O",
    "\x1b[", "\x1b]0;x\x07", "\x00", "\x01", "\x04", "\x0b", "\x0c", "\x1a", "\u00e9", "\u30b5", "\U0001f469", "\u0301",
)  # fmt: skip
LETTERS = "?csrfqyYn0123456789 /-.:\\'\"=,@xXzZ"


def random_keys(seed: str, count: int) -> list[str]:
    """Return keys, most of them letters and digits, some that only terminals send, some that no terminal sends."""
    chosen = random.Random(seed)  # noqa: S311 - the same keys every time
    return [chosen.choice(SPECIAL) if chosen.random() < 0.4 else chosen.choice(LETTERS) for _ in range(count)]


def back_in_the_menu(terminal: EmulatedTerminal) -> bool:
    return "Azure Stack HCI reg" in terminal.rows[0] and terminal.rows[-1] == PROMPT


def press_escape_until_menu(terminal: EmulatedTerminal) -> None:
    """Press Esc until nothing lies above the menu, or the last keys have left it; a busy machine takes its time."""
    until = time.monotonic() + ESCAPE_SECONDS
    while time.monotonic() < until:
        before, patience = terminal.text, min(time.monotonic() + 3.0, until)
        terminal.send("\x1b")
        while time.monotonic() < patience:
            terminal.wait_quiet(0.12)
            if back_in_the_menu(terminal) or terminal.process.poll() is not None:
                return
            if terminal.text != before:
                break
    raise AssertionError(f"Esc does not lead back from here:\n{terminal.text}")


class Storms:
    """A storm of keys on every screen, several at a time; each has a user of its own."""

    def __init__(self, cluster: Cluster, homes: Path) -> None:
        """Begin all of them."""
        self._cluster = cluster
        self._homes = homes
        self._started: list[EmulatedTerminal] = []
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="storm")
        self.of = {screen: self._pool.submit(self._storm, screen) for screen in SCREENS}

    def end(self) -> None:
        """End what still runs."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for terminal in self._started:
            terminal.end()

    def _storm(self, screen: str) -> None:
        home = self._homes / screen.replace(" ", "-")
        home.mkdir()
        keys = random_keys(screen, KEYS)
        terminal = None
        while keys:
            terminal = terminal or self._at(screen, home)
            chunk, keys = keys[:CHUNK], keys[CHUNK:]
            terminal.send("".join(chunk))
            terminal.wait_quiet(0.15)
            if terminal.process.poll() is not None:
                # It was left by its own option, or by Ctrl+Q.
                assert terminal.process.returncode == 0, terminal.text
                terminal = None
        if terminal is not None:
            terminal.look_again()
            press_escape_until_menu(terminal)
            if terminal.process.poll() is None:
                terminal.send("15\r")
            assert terminal.wait_ended() == 0
        assert all("Traceback" not in one.said for one in self._started)

    def _at(self, screen: str, home: Path) -> EmulatedTerminal:
        (home / "lab.toml").unlink(missing_ok=True)
        terminal = start_menu(self._cluster, home, columns=80, rows=25, term="xterm-256color")
        self._started.append(terminal)
        terminal.wait_until(lambda: "4 of 4" in terminal.text, "the facts")
        terminal.send(SCREENS[screen])
        terminal.wait_quiet(0.2)
        terminal.look_away()
        return terminal


@pytest.fixture(scope="module")
def storms(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Storms]:
    """The storms of keys, all of them begun."""
    begun = Storms(cluster, tmp_path_factory.mktemp("storms"))
    yield begun
    begun.end()


def test_a_terminal_that_nobody_reads_loses_nothing_and_is_up_to_date_afterwards(
    storms: Storms, tmp_path: Path
) -> None:
    # The storms go on meanwhile: this one mostly waits.
    del storms
    with LabProcess("healthy", 4) as ready:
        control = LabControl.beside(ready.config)
        terminal = start_menu(Cluster(ready, control), tmp_path, columns=80, rows=25, term="xterm-256color")
        terminal.wait_for("4 of 4 connected")
        terminal.stop_reading()
        until = time.monotonic() + STALLED_SECONDS
        # More than the terminal's own buffers take, so that writing stops.
        for number in range(60):
            terminal.resize(80 + number % 2, 25)
            terminal.send("\x1b[B")
            time.sleep(0.05)
        control.stop("HCI-N3")
        terminal.send("r")
        time.sleep(until - time.monotonic())
        assert terminal.process.poll() is None
        terminal.resize(80, 25)
        terminal.read_on()
        terminal.send("1\r")
        terminal.wait_for("HCI-N3 could not be read", 30.0)
        terminal.send("\x1b")
        terminal.wait_until(lambda: back_in_the_menu(terminal), "the menu")
        terminal.send("15\r")
        assert terminal.wait_ended() == 0
        terminal.end()


@pytest.mark.parametrize("screen", SCREENS)
def test_ten_thousand_random_keys_find_no_traceback_and_no_dead_end(storms: Storms, screen: str) -> None:
    storms.of[screen].result()


def test_the_storms_of_keys_leave_no_shell(storms: Storms, cluster: Cluster) -> None:
    wait(storms.of.values())
    assert cluster.shells == 0


def test_a_storm_of_sizes_ends_in_a_whole_screen(menu: Menu) -> None:
    terminal = menu(columns=200, rows=60)
    terminal.wait_for("4 of 4 connected")
    chosen = random.Random("sizes")  # noqa: S311 - the same sizes every time
    started = time.monotonic()
    for number in range(STORM):
        terminal.resize(chosen.randint(40, 200), chosen.randint(12, 60))
        time.sleep(max(0.0, started + (number + 1) / STORM - time.monotonic()))
    for columns, rows in ((200, 60), (40, 12), (80, 25)):
        terminal.resize(columns, rows)
        terminal.wait_until(lambda rows=rows: back_in_the_menu(terminal) and len(terminal.rows) == rows, "the menu")
        terminal.wait_quiet()
        assert all(len(row) <= columns for row in terminal.rows)
        assert "1) Registration status" in terminal.text
    assert "Traceback" not in terminal.said
    terminal.send("15\r")
    assert terminal.wait_ended() == 0


@pytest.mark.parametrize("how", ["the terminal is closed", "SIGTERM"])
def test_a_stalled_session_that_is_cut_leaves_nothing(menu: Menu, cluster: Cluster, how: str) -> None:
    terminal = menu()
    terminal.wait_for("4 of 4 connected")
    terminal.stop_reading()
    for number in range(60):
        terminal.resize(80 + number % 2, 25)
        time.sleep(0.02)
    if how == "SIGTERM":
        terminal.signal(signal.SIGTERM)
    else:
        terminal.hang_up()
    terminal.wait_ended()
    terminal.wait_until(lambda: not left_of(terminal.process.pid), "no process")
    terminal.wait_until(lambda: cluster.shells == 0, "no shell")
