"""The reader behind the menu, on real sessions with a lab: what was read stays until the new answers come."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tui.cluster.facts import Problem, Reading
from tui.configuration.error import ConfigurationError
from tui.lab.control import LabControl
from tui.lab.launcher import LabProcess
from tui.operations.activity import ActivityLog, Outcome
from tui.operations.reader import ClusterReader
from tui.operations.snapshot import Snapshot
from tui.session import Session
from tui.targets import Wish, choose

PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def lab() -> Generator[Path]:
    """A lab of two nodes."""
    with LabProcess("healthy", 2) as ready:
        yield Path(ready.config)


def session_of(lab: Path) -> Session:
    return Session(choose(Wish(config=lab), lambda _user: None), deadline=timedelta(seconds=20))


@contextmanager
def reading(open_session: Callable[[], Session], log: ActivityLog | None = None) -> Generator["Followed"]:
    reader = ClusterReader(open_session, log)
    followed = Followed(reader)
    reader.start()
    try:
        yield followed
    finally:
        reader.close()


class Followed:
    """A reader, and waiting until its snapshot is as wanted."""

    def __init__(self, reader: ClusterReader) -> None:
        self.reader = reader
        self._changed = threading.Condition()
        reader.subscribe(self._tell)

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, wanted: Callable[[Snapshot], bool]) -> Snapshot:
        with self._changed:
            assert self._changed.wait_for(lambda: wanted(self.reader.snapshot()), PATIENCE_SECONDS)
        return self.reader.snapshot()

    def until_read(self) -> Snapshot:
        return self.until(lambda shown: shown.verdict is not None and not shown.reading)


def shells(lab: Path) -> int:
    return sum(node["shells"] for node in LabControl.beside(lab).state()["nodes"])


def test_a_second_pass_keeps_every_old_value_until_the_new_one_is_there(lab: Path) -> None:
    with reading(lambda: session_of(lab)) as followed:
        first = followed.until_read()
        LabControl.beside(lab).delay(0.3)
        try:
            followed.reader.read_again()
            during = followed.until(lambda shown: shown.reading and shown.facts is not first.facts)
            assert during.verdict is first.verdict
            assert during.facts is not None
            assert all(isinstance(node.registration, Reading) for node in during.facts.nodes)
            assert first.facts is not None
            assert during.facts.read_at == first.facts.read_at
            second = followed.until_read()
        finally:
            LabControl.beside(lab).delay(0)
        assert second.facts is not None
        assert second.facts.read_at > first.facts.read_at


def test_a_node_that_goes_away_between_two_passes_is_told_with_its_reason(lab: Path) -> None:
    with reading(lambda: session_of(lab)) as followed:
        followed.until_read()
        LabControl.beside(lab).stop("HCI-N2")
        try:
            followed.reader.read_again()
            facts = followed.until_read().facts
        finally:
            LabControl.beside(lab).start("HCI-N2")
        assert facts is not None
        assert [isinstance(node.registration, Problem) for node in facts.nodes] == [False, True]


def test_a_cluster_that_could_not_be_opened_is_opened_when_it_is_read_again(lab: Path) -> None:
    log = ActivityLog()
    tries: list[int] = []

    def opener() -> Session:
        tries.append(1)
        if len(tries) == 1:
            message = "The file is not there."
            raise ConfigurationError(message, "Put it there.")
        return session_of(lab)

    with reading(opener, log) as followed:
        assert followed.until(lambda shown: shown.error is not None).error == "The file is not there. Put it there."
        followed.reader.read_again()
        assert followed.until_read().error is None
    failed = [entry for entry in log.entries() if entry.outcome is Outcome.FAILED]
    assert [entry.what for entry in failed] == ["The file is not there."]


def test_another_cluster_is_opened_and_the_first_one_left_without_a_shell(lab: Path) -> None:
    with LabProcess("firmware", 3) as other, reading(lambda: session_of(lab)) as followed:
        followed.until_read()
        # One of its nodes is this computer: no shell is opened there.
        assert shells(lab) == 1
        followed.reader.switch(lambda: session_of(Path(other.config)))
        shown = followed.until_read()
        assert shown.banner == "LAB firmware"
        assert shown.facts is not None
        assert len(shown.facts.nodes) == 3
        assert shells(Path(other.config)) == 2
        followed.reader.close()
        assert shells(Path(other.config)) == 0
    assert shells(lab) == 0


def test_a_pass_that_goes_on_ends_when_another_cluster_is_opened(lab: Path) -> None:
    with reading(lambda: session_of(lab)) as followed:
        followed.until_read()
        LabControl.beside(lab).delay(5)
        try:
            followed.reader.read_again()
            followed.until(lambda shown: shown.reading)
            followed.reader.switch(lambda: session_of(lab))
            LabControl.beside(lab).delay(0)
            assert followed.until_read().error is None
        finally:
            LabControl.beside(lab).delay(0)


def test_every_pass_is_in_the_activity_log_with_what_could_not_be_read(lab: Path) -> None:
    log = ActivityLog()
    LabControl.beside(lab).stop("HCI-N2")
    try:
        with reading(lambda: session_of(lab), log) as followed:
            followed.until_read()
    finally:
        LabControl.beside(lab).start("HCI-N2")
    whole, lost, azure, opened = log.entries()
    assert azure.what.startswith("Read Azure (AzureCloud) as ")
    assert opened.what == "Opened HCI-CL01 (HCI-N1, HCI-N2)."
    assert (lost.node, lost.outcome) == ("HCI-N2", Outcome.FAILED)
    assert lost.remedy
    assert whole.what.startswith("Read 1 of 2 nodes: ")
    assert {entry.banner for entry in log.entries()} == {"LAB healthy"}


def test_read_only_holds_for_the_session_too(lab: Path) -> None:
    session = session_of(lab)
    with reading(lambda: session) as followed:
        followed.reader.set_read_only(read_only=True)
        followed.until_read()
        assert session.read_only
        followed.reader.set_read_only(read_only=False)
        assert not session.read_only
