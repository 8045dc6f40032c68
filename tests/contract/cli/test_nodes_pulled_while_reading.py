"""Any node may go away at any moment of a pass: its own facts say so, and the others' values stand."""

import threading
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from tui.cluster.facts import Problem, ProblemKind, Reading
from tui.lab.control import LabControl
from tui.lab.launcher import LabProcess
from tui.operations.read_nodes import FactArrived, read_cluster
from tui.operations.subjects import SUBJECTS
from tui.pages.values import all_facts
from tui.session import Session
from tui.targets import Wish, choose

GONE = {ProblemKind.UNREACHABLE, ProblemKind.LOST, ProblemKind.POWERSHELL_NOT_STARTED, ProblemKind.TIMED_OUT}


@pytest.fixture(scope="module")
def lab() -> Generator[Path]:
    """A lab of three nodes."""
    with LabProcess("healthy", 3) as ready:
        yield Path(ready.config)


@pytest.fixture
def session(lab: Path) -> Generator[Session]:
    """A session of its three nodes; all nodes are up again afterwards."""
    opened = Session(choose(Wish(config=lab), lambda _user: None), deadline=timedelta(seconds=20))
    yield opened
    opened.close()
    control = LabControl.beside(lab)
    control.delay(0)
    for node in ("HCI-N2", "HCI-N3"):
        if not control.node(node)["up"]:
            control.start(node)


@pytest.mark.parametrize("after", [0, 1, 8, 20, 26])
def test_a_node_pulled_after_some_facts_costs_its_own_alone(session: Session, lab: Path, after: int) -> None:
    control = LabControl.beside(lab)
    control.delay(0.05)
    arrived: list[FactArrived] = []
    pulled = threading.Event()

    def sink(fact: FactArrived) -> None:
        arrived.append(fact)
        if len(arrived) >= after and not pulled.is_set():
            pulled.set()
            control.stop("HCI-N2")

    if after == 0:
        pulled.set()
        control.stop("HCI-N2")
    facts = read_cluster(session, sink)
    assert len(arrived) == 3 * len(SUBJECTS)
    assert len({(fact.node, fact.subject) for fact in arrived}) == len(arrived)
    first, second, third = facts.nodes
    assert all(isinstance(fact, Reading) for fact in all_facts(first))
    assert all(isinstance(fact, Reading) for fact in all_facts(third))
    problems = [fact for fact in all_facts(second) if isinstance(fact, Problem)]
    assert {problem.kind for problem in problems} <= GONE
    assert all(problem.message and problem.remedy for problem in problems)


def test_a_node_that_restarted_is_read_again_in_the_next_pass(session: Session, lab: Path) -> None:
    control = LabControl.beside(lab)
    read_cluster(session, lambda _arrived: None)
    control.stop("HCI-N3")
    control.start("HCI-N3")
    facts = read_cluster(session, lambda _arrived: None)
    if any(isinstance(fact, Problem) for fact in all_facts(facts.nodes[2])):
        facts = read_cluster(session, lambda _arrived: None)
    assert all(isinstance(fact, Reading) for fact in all_facts(facts.nodes[2]))


def test_closing_in_the_middle_of_a_pass_ends_it_and_leaves_no_shell(session: Session, lab: Path) -> None:
    control = LabControl.beside(lab)
    control.delay(1.0)
    first = threading.Event()
    done = threading.Event()

    def read() -> None:
        read_cluster(session, lambda _arrived: first.set())
        done.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert first.wait(20)
    session.close()
    assert done.wait(20)
    reader.join()
    assert [node["shells"] for node in control.state()["nodes"]] == [0, 0, 0]
    assert [node["programs"] for node in control.state()["nodes"]] == [0, 0, 0]
