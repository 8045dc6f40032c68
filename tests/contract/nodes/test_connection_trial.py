"""A connection is tried before it is saved: what each node says, and that nothing of the trial stays there."""

import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.watched_nodes import watched_nodes
from tests.lab.patience import PATIENCE_SECONDS, wait_until
from tui.cluster.facts import ProblemKind
from tui.lab.lab import Lab
from tui.lab.lab_node import LabNode
from tui.nodes.connection import Connection, LocalPowerShell, Target
from tui.operations.connection_trial import ConnectionTrial, NodeResult
from tui.secret import Secret
from tui.targets import Chosen

DEADLINE = timedelta(seconds=20)
LONG_SECONDS = 120.0


class Trial:
    """A trial and what it said while it went on."""

    def __init__(self, targets: Iterable[Target], deadline: timedelta = DEADLINE) -> None:
        self.test = ConnectionTrial(Chosen("HCI-CL01", tuple(targets), discover=False), deadline, self._note)
        self.seen: list[tuple[bool, tuple[NodeResult, ...]]] = []
        self.ended = threading.Event()

    def _note(self) -> None:
        self.seen.append((self.test.done, self.test.results()))
        if self.test.done:
            self.ended.set()

    def finish(self) -> tuple[NodeResult, ...]:
        """Run it to its end and return what came of it."""
        self.test.start()
        assert self.ended.wait(PATIENCE_SECONDS)
        assert self.test.wait_until_closed(PATIENCE_SECONDS)
        return self.test.results()


OpenTrial = Callable[..., Trial]


@pytest.fixture
def trial() -> Generator[OpenTrial]:
    """Make trials; every one is ended afterwards, and no thread of theirs is left."""
    made: list[Trial] = []

    def make(*targets: Target, **more: timedelta) -> Trial:
        made.append(Trial(targets, **more))
        return made[-1]

    yield make
    for one in made:
        one.test.cancel()
        assert one.test.wait_until_closed(PATIENCE_SECONDS)
    for thread in threading.enumerate():
        if thread.name.startswith("azsconfig"):
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), f"{thread.name} outlived its trial"


@pytest.fixture
def lab() -> Generator[Lab]:
    """Three nodes; nothing runs on them afterwards."""
    with Lab("healthy", 3) as running:
        yield running
        assert [(node.report()["shells"], node.report()["programs"]) for node in running.nodes] == [(0, 0)] * 3


def connections(lab: Lab) -> list[Connection]:
    """Return how the lab's nodes are reached."""
    password = Secret(lab.ready.password)
    return [Connection(node.name, node.http, user=lab.ready.user, password=password) for node in lab.ready.nodes]


def asked(node: LabNode) -> bool:
    """Return whether somebody asked a node who it is."""
    return bool(node.report()["runs"].get("get-system"))


def test_every_node_says_who_it_is_and_nothing_stays_there(lab: Lab, trial: OpenTrial) -> None:
    trying = trial(*connections(lab))
    results = trying.finish()
    assert [result.node for result in results] == ["HCI-N1", "HCI-N2", "HCI-N3"]
    for result in results:
        assert (result.state, result.computer_name, result.authentication) == ("ok", result.node, "ntlm")
        assert result.release.startswith("22H2 (20349.")
        assert (result.elevated, result.remark, result.problem) == (True, "", None)
        assert result.seconds is not None
        assert result.seconds > 0
    assert [done for done, _ in trying.seen] == [False] * (len(trying.seen) - 1) + [True]
    assert {node.report()["runs"]["get-system"] for node in lab.nodes} == {1}


def test_a_node_that_is_off_fails_alone(lab: Lab, trial: OpenTrial) -> None:
    lab.nodes[0].stop()
    first, *others = trial(*connections(lab)).finish()
    assert (first.state, [other.state for other in others]) == ("failed", ["ok", "ok"])
    assert first.problem is not None
    assert first.problem.kind is ProblemKind.UNREACHABLE
    lab.nodes[0].start()


def test_a_wrong_password_is_tried_on_one_node(tmp_path: Path, trial: OpenTrial) -> None:
    with watched_nodes(tmp_path, 4) as nodes:
        first, *others = trial(*(node.connection() for node in nodes)).finish()
        assert [node.accounts.messages for node in nodes] == [2, 0, 0, 0]
    assert first.state == "failed"
    assert {other.state for other in others} == {"not-tried"}
    assert all(result.problem and result.problem.kind is ProblemKind.WRONG_CREDENTIALS for result in (first, *others))


def test_another_name_and_the_same_computer_twice_are_remarked(lab: Lab, trial: OpenTrial) -> None:
    first, second, third = connections(lab)
    results = trial(
        replace(first, node="hci-n1.hci.contoso.test"),
        replace(second, node="HCI-N3"),
        replace(third, node="127.0.0.1:5985"),
        replace(first, node="10.0.0.1"),
    ).finish()
    assert [result.state for result in results] == ["ok"] * 4
    assert [result.remark for result in results] == [
        "",
        "although it is called HCI-N3 here",
        "",
        "the same computer as hci-n1.hci.contoso.test",
    ]


def test_a_node_of_our_own_needs_no_sign_in(lab: Lab, trial: OpenTrial) -> None:
    (result,) = trial(LocalPowerShell("HCI-N9", ("/nonexistent/pwsh",))).finish()
    assert (result.state, result.authentication) == ("failed", None)
    assert result.problem is not None
    assert result.problem.remedy


def test_cancelling_returns_at_once_and_leaves_nothing_running(lab: Lab, trial: OpenTrial) -> None:
    lab.nodes[1].set_delay(LONG_SECONDS)
    trying = trial(*connections(lab))
    trying.test.start()
    wait_until(lambda: asked(lab.nodes[1]) and trying.test.results()[0].state == trying.test.results()[2].state == "ok")
    assert not trying.test.done
    trying.test.cancel()
    told = len(trying.seen)
    assert trying.test.done
    first, second, third = trying.test.results()
    assert (first.state, second.state, third.state) == ("ok", "not-tried", "ok")
    assert second.problem is not None
    assert second.problem.kind is ProblemKind.CANCELLED
    assert trying.test.wait_until_closed(PATIENCE_SECONDS)
    assert len(trying.seen) == told


def test_a_trial_that_was_never_begun_can_be_cancelled(lab: Lab, trial: OpenTrial) -> None:
    trying = trial(*connections(lab))
    assert {result.state for result in trying.test.results()} == {"waiting"}
    trying.test.cancel()
    trying.test.start()
    assert trying.test.done
    assert trying.test.wait_until_closed(PATIENCE_SECONDS)
    assert not any(asked(node) for node in lab.nodes)


def test_a_node_that_never_answers_ends_by_its_deadline(lab: Lab, trial: OpenTrial) -> None:
    lab.nodes[2].set_delay(LONG_SECONDS)
    results = trial(*connections(lab), deadline=timedelta(seconds=3)).finish()
    assert [result.state for result in results] == ["ok", "ok", "failed"]
    assert results[2].problem is not None
    assert results[2].problem.kind is ProblemKind.TIMED_OUT
