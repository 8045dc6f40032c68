"""Simulated PowerShells to talk to, and watches for what a lab leaves behind."""

import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.lab.conversation import AGENT, START, Conversation
from tests.lab.patience import PATIENCE_SECONDS
from tests.lab.runs_lab import RunsLab
from tui.lab.scenarios import build_cluster
from tui.lab.winrm.program import ProgramStart


@pytest.fixture
def conversations() -> Generator[Callable[..., Conversation]]:
    """Start conversations; every program is ended after the test and its thread gone."""
    begun: list[Conversation] = []

    def begin(start: ProgramStart = START, *, ring: int = 2000, **faults: object) -> Conversation:
        conversation = Conversation(build_cluster("healthy", 4), start, ring=ring)
        conversation.faults.update(faults)
        begun.append(conversation.begin())
        return conversation

    yield begin
    for conversation in begun:
        conversation.program.kill()
        assert conversation.program.join(PATIENCE_SECONDS), "the program's thread goes on"
        assert conversation.exit_code is not None


@pytest.fixture
def talk(conversations: Callable[..., Conversation]) -> Conversation:
    """A simulated PowerShell that has started and said that it is ready."""
    conversation = conversations()
    conversation.say(AGENT)
    conversation.wait_for(lambda records: records[:1] != [])
    return conversation


@pytest.fixture
def runs_labs(tmp_path: Path) -> Generator[Callable[..., RunsLab]]:
    """Arrange clusters whose nodes have runs, by scenario; their runners are gone after the test."""
    arranged: list[RunsLab] = []

    def arrange(scenario: str = "fresh", nodes: int = 4) -> RunsLab:
        arranged.append(RunsLab(tmp_path, scenario, nodes))
        return arranged[-1]

    yield arrange
    for lab in arranged:
        lab.close()


@pytest.fixture
def lab_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place for temporary files of this test and its child processes; a lab must leave it empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def no_threads_left() -> Generator[None]:
    """Fail when a thread that the test started is still there at its end."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + PATIENCE_SECONDS
    for thread in set(threading.enumerate()) - before:
        thread.join(max(0.0, deadline - time.monotonic()))
        assert not thread.is_alive(), f"{thread.name} is left"
