"""Programs on real terminals, beside a simulated cluster that outlives them."""

import os
import shutil
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("pyte", reason="pyte emulates a terminal, and is not installed")

from tests.conftest import ROOT
from tests.terminal.emulated import EmulatedTerminal
from tui.lab.control import LabControl
from tui.lab.launcher import LabProcess, LabReady


@dataclass(frozen=True)
class Cluster:
    """A simulated cluster that goes on when azsconfig ends."""

    ready: LabReady
    control: LabControl

    @property
    def shells(self) -> int:
        """Shells that are open on its nodes now."""
        return sum(node["shells"] for node in self.control.state()["nodes"])


@pytest.fixture(scope="session")
def cluster() -> Generator[Cluster]:
    """A healthy cluster of four nodes."""
    with LabProcess("healthy", 4) as ready:
        yield Cluster(ready, LabControl.beside(ready.config))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has never used azsconfig."""
    return environment_of(tmp_path)


def environment_of(home: Path) -> dict[str, str]:
    """Return the environment of a user with this home."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "AZSCONFIG_POWERSHELL") if name in os.environ}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def command(cluster: Cluster, home: Path, *arguments: str) -> list[str]:
    """Return the command that opens the cluster by a copy of its configuration, which may be changed."""
    config = home / "lab.toml"
    if not config.exists():
        shutil.copy(cluster.ready.config, config)
    return [sys.executable, "-m", "tui", "--config", str(config), *arguments]


def start_menu(cluster: Cluster, home: Path, *arguments: str, columns: int, rows: int, term: str) -> EmulatedTerminal:
    """Start the menu for a user with this home."""
    environment = {**environment_of(home), "TERM": term}
    words = command(cluster, home, *arguments)
    return EmulatedTerminal(words, columns=columns, rows=rows, environment=environment, folder=ROOT)


Menu = Callable[..., EmulatedTerminal]
"""Starts the menu: arguments, and by name `columns`, `rows`, `term`."""


@pytest.fixture
def menu(cluster: Cluster, tmp_path: Path) -> Generator[Menu]:
    """Start the menu on the cluster; what was started is ended with the test."""
    started: list[EmulatedTerminal] = []

    def start(*arguments: str, columns: int = 80, rows: int = 25, term: str = "xterm-256color") -> EmulatedTerminal:
        terminal = start_menu(cluster, tmp_path, *arguments, columns=columns, rows=rows, term=term)
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.end()
