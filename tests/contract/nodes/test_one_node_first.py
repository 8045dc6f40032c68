"""A password goes to one node first, whatever becomes of that node."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.watched_nodes import PASSWORD, USER, WatchedNode, watched_nodes
from tui.cluster.facts import ClusterFacts, Problem, ProblemKind, Reading
from tui.lab.lab import Lab
from tui.nodes.connection import Connection, Target
from tui.operations.read_nodes import read_cluster
from tui.operations.subjects import SUBJECTS
from tui.pages.values import all_facts
from tui.secret import Secret
from tui.session import Session
from tui.targets import Chosen

DEADLINE = timedelta(seconds=20)


@pytest.fixture
def nodes(tmp_path: Path) -> Generator[Sequence[WatchedNode]]:
    """Sixteen nodes that nobody has signed in to."""
    with watched_nodes(tmp_path, 16) as running:
        yield running


@contextlib.contextmanager
def session_of(targets: Iterable[Target], deadline: timedelta = DEADLINE) -> Generator[Session]:
    """Open a session of some nodes, and close it."""
    session = Session(Chosen(None, tuple(targets), discover=False), deadline=deadline)
    try:
        yield session
    finally:
        session.close()


def read(session: Session) -> ClusterFacts:
    """Read everything once; every subject of every node has exactly one answer."""
    arrived: list[tuple[str, str]] = []
    facts = read_cluster(session, lambda fact: arrived.append((fact.node, fact.subject)))
    assert len(arrived) == len(set(arrived)) == len(session.targets) * len(SUBJECTS)
    return facts


def kinds(facts: ClusterFacts) -> list[ProblemKind | None]:
    """Return what is the matter with each node; every subject of a node has the same problem, or none has any."""
    found: list[ProblemKind | None] = []
    for node in facts.nodes:
        of_node = {fact.kind if isinstance(fact, Problem) else None for fact in all_facts(node)}
        assert len(of_node) == 1, of_node
        found.append(of_node.pop())
    return found


def tried(nodes: Sequence[WatchedNode]) -> list[str]:
    """Return the nodes that somebody tried to sign in to."""
    return [node.name for node in nodes if node.accounts.messages]


def test_every_pass_tries_a_wrong_password_once(nodes: Sequence[WatchedNode]) -> None:
    with session_of(node.connection() for node in nodes) as session:
        for passes in (1, 2):
            assert set(kinds(read(session))) == {ProblemKind.WRONG_CREDENTIALS}
            assert [node.accounts.messages for node in nodes] == [2 * passes] + [0] * 15


def test_each_password_is_tried_on_a_node_of_its_own(nodes: Sequence[WatchedNode]) -> None:
    with session_of(node.connection(f"wrong {number % 2}") for number, node in enumerate(nodes)) as session:
        assert set(kinds(read(session))) == {ProblemKind.WRONG_CREDENTIALS}
    assert tried(nodes) == ["HCI-N1", "HCI-N2"]


def test_a_node_that_is_off_hands_over_to_the_next(nodes: Sequence[WatchedNode]) -> None:
    for node in nodes[:3]:
        node.server.stop()
    with session_of(node.connection() for node in nodes) as session:
        assert kinds(read(session)) == [ProblemKind.UNREACHABLE] * 3 + [ProblemKind.WRONG_CREDENTIALS] * 13
    assert tried(nodes) == ["HCI-N4"]


def test_a_node_that_hangs_keeps_the_next_waiting_for_two_seconds(nodes: Sequence[WatchedNode]) -> None:
    nodes[0].server.faults.hang(True)
    with session_of((node.connection() for node in nodes), timedelta(seconds=3)) as session:
        begun = time.monotonic()
        facts = read(session)
        assert time.monotonic() - begun < 10
    assert tried(nodes) == ["HCI-N2"]
    assert kinds(ClusterFacts(facts.nodes[1:], facts.read_at)) == [ProblemKind.WRONG_CREDENTIALS] * 15


def test_nodes_without_a_password_are_not_kept_waiting(nodes: Sequence[WatchedNode]) -> None:
    alone = Connection("HCI-N99", nodes[1].server.http_url, user=USER, password=Secret("another"))
    nodes[0].server.faults.hang(True)
    order: list[str] = []
    targets = [*(node.connection() for node in nodes if node is not nodes[1]), alone]
    with session_of(targets, timedelta(seconds=3)) as session:
        read_cluster(session, lambda fact: order.append(fact.node))
    assert order[: len(SUBJECTS)] == ["HCI-N99"] * len(SUBJECTS)


@pytest.mark.skipif(sys.platform != "linux", reason="how a full queue of connections behaves is Linux's")
def test_nodes_that_drop_everything_are_told_apart_together_and_not_one_after_the_other() -> None:
    with contextlib.ExitStack() as cleanup:
        listening = cleanup.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        # From now on, whoever connects gets no answer at all.
        cleanup.enter_context(socket.create_connection(listening.getsockname()))
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        silent = [Connection(f"OFF-{number}", address, user=USER, password=Secret("wrong")) for number in range(16)]
        with session_of(silent) as session:
            begun = time.monotonic()
            assert kinds(read(session)) == [ProblemKind.UNREACHABLE] * 16
            assert time.monotonic() - begun < 8


@pytest.mark.skipif(sys.platform != "linux", reason="how a full queue of connections behaves is Linux's")
def test_a_node_that_is_slow_to_fail_keeps_its_own_problem_when_the_next_refuses(nodes: Sequence[WatchedNode]) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        with socket.create_connection(listening.getsockname()):
            slow = replace(nodes[0].connection(), address=f"127.0.0.1:{listening.getsockname()[1]}")
            with session_of([slow, *(node.connection() for node in nodes[1:])]) as session:
                assert kinds(read(session)) == [ProblemKind.UNREACHABLE] + [ProblemKind.WRONG_CREDENTIALS] * 15
    assert tried(nodes) == ["HCI-N2"]


def test_with_the_right_password_everything_is_read_and_nothing_waits_from_then_on() -> None:
    with Lab("healthy", 4) as lab:
        password = Secret(lab.ready.password)
        targets = [Connection(node.name, node.http, user=lab.ready.user, password=password) for node in lab.ready.nodes]
        with session_of(targets) as session:
            assert kinds(read(session)) == [None] * 4
            lab.nodes[0].winrm.faults.slow_down(0.7)
            order: list[str] = []
            read_cluster(session, lambda fact: order.append(fact.node))
            assert set(order[: 3 * len(SUBJECTS)]) == {"HCI-N2", "HCI-N3", "HCI-N4"}
        assert [node.winrm.open_shells for node in lab.nodes] == [0] * 4


def test_a_node_that_knows_us_and_lets_us_do_nothing_has_shown_that_the_password_is_right() -> None:
    with Lab("healthy", 3) as lab:
        password = Secret(lab.ready.password)
        lab.nodes[0].winrm.faults.deny_access(True)
        targets = [Connection(node.name, node.http, user=lab.ready.user, password=password) for node in lab.ready.nodes]
        with session_of(targets) as session:
            assert kinds(read(session)) == [ProblemKind.NOT_AN_ADMINISTRATOR, None, None]


def test_closing_while_the_first_node_hangs_ends_the_pass(nodes: Sequence[WatchedNode]) -> None:
    nodes[0].server.faults.hang(True)
    with session_of(node.connection(PASSWORD) for node in nodes) as session:
        ended: list[ClusterFacts] = []
        reader = threading.Thread(target=lambda: ended.append(read(session)))
        reader.start()
        session.close()
        reader.join(15)
        assert not reader.is_alive()
        assert all(not isinstance(fact, Reading) for node in ended[0].nodes for fact in all_facts(node))
