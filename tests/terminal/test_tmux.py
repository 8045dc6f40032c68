"""The menu in tmux, as administrators keep it open over days."""

import shutil
import subprocess
import time
import uuid
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.terminal.conftest import Cluster, command, environment_of
from tests.terminal.emulated import PATIENCE_SECONDS

TMUX = shutil.which("tmux")
pytestmark = pytest.mark.skipif(TMUX is None, reason="no tmux: the menu was not looked at in it")


class Tmux:
    """A tmux server of its own with one window."""

    def __init__(self, home: Path) -> None:
        """Prepare; nothing is started."""
        self._socket = home / f"{uuid.uuid4().hex[:8]}.socket"
        self._environment = environment_of(home)

    def run(self, *arguments: str) -> str:
        """Run a tmux command and return what it prints."""
        words = [str(TMUX), "-S", str(self._socket), "-f", "/dev/null", *arguments]
        environment = {**self._environment, "TERM": "xterm-256color"}
        done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=30, check=True, cwd=ROOT)
        return done.stdout

    def start(self, words: list[str], columns: int, rows: int) -> None:
        """Run a command in a window of this size."""
        size = ("-x", str(columns), "-y", str(rows))
        self.run("new-session", "-d", *size, *words)

    @property
    def rows(self) -> list[str]:
        """What the window shows."""
        return self.run("capture-pane", "-p").split("\n")

    def wait_for(self, text: str) -> None:
        """Wait until `text` is shown."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in "\n".join(self.rows):
            assert time.monotonic() < deadline, f"{text!r} did not come:\n" + "\n".join(self.rows)
            time.sleep(0.05)

    def end(self) -> None:
        """End the server and what runs in it."""
        words = [str(TMUX), "-S", str(self._socket), "kill-server"]
        subprocess.run(words, capture_output=True, env=self._environment, timeout=30, check=False)


@pytest.fixture
def tmux(tmp_path_factory: pytest.TempPathFactory) -> Generator[Tmux]:
    """A tmux of this test; a socket's path has to be short."""
    server = Tmux(tmp_path_factory.mktemp("t"))
    yield server
    server.end()


@pytest.mark.parametrize(("columns", "rows"), [(80, 25), (40, 12), (200, 60)])
def test_the_menu_stands_whole_in_tmux(tmux: Tmux, cluster: Cluster, tmp_path: Path, columns: int, rows: int) -> None:
    tmux.start(command(cluster, tmp_path), columns, rows)
    tmux.wait_for("4 of 4")
    shown = tmux.rows
    assert shown[0].startswith("=")
    assert shown[rows - 1] == "Enter number to select an option:"
    assert shown[rows - 2].startswith(" LAB healthy")
    tmux.run("send-keys", "1", "Enter")
    tmux.wait_for("Registration status")
    tmux.run("send-keys", "Escape")
    tmux.wait_for("Enter number to select")


def test_a_window_that_is_made_small_and_large_again_shows_the_same(
    tmux: Tmux, cluster: Cluster, tmp_path: Path
) -> None:
    tmux.start(command(cluster, tmp_path), 80, 25)
    tmux.wait_for("4 of 4 connected")
    tmux.wait_for(" read at ")
    tmux.wait_for("Read 4 of 4 nodes")
    before = tmux.rows
    tmux.run("resize-window", "-x", "40", "-y", "12")
    tmux.wait_for("LAB healthy                    ? c s r")
    tmux.run("send-keys", "2", "Enter")
    tmux.wait_for("Arc-enabled servers")
    tmux.run("send-keys", "Escape")
    tmux.wait_for("Enter number to select")
    tmux.run("resize-window", "-x", "80", "-y", "25")
    tmux.wait_for("? help  c PowerShell  s save  r read")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while [row.lstrip(" >") for row in tmux.rows] != [row.lstrip(" >") for row in before]:
        assert time.monotonic() < deadline, "\n".join(tmux.rows)
        time.sleep(0.05)


def test_a_killed_tmux_leaves_no_shell(tmux: Tmux, cluster: Cluster, tmp_path: Path) -> None:
    tmux.start(command(cluster, tmp_path), 80, 25)
    tmux.wait_for("4 of 4 connected")
    assert cluster.shells > 0
    tmux.end()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while cluster.shells:
        assert time.monotonic() < deadline, cluster.shells
        time.sleep(0.05)
