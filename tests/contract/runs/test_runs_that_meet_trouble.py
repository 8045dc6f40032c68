"""Runs started, followed and ended through everything that can go wrong around them: nothing lost, nothing twice."""

import json
import random
import threading
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.runs.unsteady import RegisterForTest, UnsteadySession, clear, stormy
from tests.lab.patience import wait_until
from tests.lab.runs_lab import RunsLab
from tui.nodes.errors import Unreachable
from tui.operations import attach as attaching
from tui.operations.attach import attach
from tui.operations.running import runs_of
from tui.runs import follow as following
from tui.runs import locks as locking
from tui.runs.errors import RunGoingOn, RunNotFound, RunUnreadable
from tui.runs.event import Event, EventKind
from tui.runs.locks import Claim, enter_locks, leave_locks
from tui.runs.node_runs import read_run
from tui.runs.outcome import OutcomeKind
from tui.runs.run_state import new_run_id

pytestmark = pytest.mark.usefixtures("no_threads_left")
NODE = "HCI-N1"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once: these nodes are in this process."""
    monkeypatch.setattr(following, "QUICKEST_SECONDS", 0.002)
    monkeypatch.setattr(following, "SLOWEST_SECONDS", 0.01)


@pytest.fixture
def lab(tmp_path: Path) -> Generator[RunsLab]:
    made = RunsLab(tmp_path)
    yield made
    made.close()


@pytest.fixture
def register(lab: RunsLab, monkeypatch: pytest.MonkeyPatch) -> RegisterForTest:
    """The operation, which attaching finds under its usual name."""
    made = RegisterForTest(lab)
    find_always(made, monkeypatch)
    return made


def find_always(operation: RegisterForTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attaching find this operation."""

    def found(_operation_id: str) -> RegisterForTest:
        return operation

    monkeypatch.setattr(attaching, "operation", found)


def only_run(lab: RunsLab, node: str = NODE) -> str:
    """Return the id of the only run of a node."""
    (run,) = lab.call("get-runs", {}, node)["Runs"]
    return str(run["Id"])


def journal(lab: RunsLab, run_id: str) -> list[int]:
    """Return the numbers of everything in a run's journal."""
    lines = lab.call("read-run", {"Id": run_id, "MaxBytes": 10_000_000})["Lines"]
    return [json.loads(line)["n"] for line in lines]


def numbers(events: list[Event]) -> list[int]:
    return [event.number for event in events if event.number is not None]


def assert_free(lab: RunsLab) -> None:
    """Fail where a lock is left that whoever comes next could not take."""
    session = UnsteadySession(lab)
    claim = Claim(new_run_id("register", lab.clock.now()), "register", "next", "next", NODE)
    taken = enter_locks(session.submit, lab.cluster.names, claim)
    leave_locks(session.submit, taken, claim.run_id)


def test_a_run_is_followed_to_its_end_and_its_outcome_noted_on_the_node(
    lab: RunsLab, register: RegisterForTest
) -> None:
    events: list[Event] = []
    session = UnsteadySession(lab)
    outcome = register.apply(session, register.prepare(session, {}, events.append), events.append)
    assert outcome.kind is OutcomeKind.DONE
    run_id = only_run(lab)
    assert outcome.run == run_id
    assert numbers(events) == journal(lab, run_id)
    noted = lab.call("get-runs")["Runs"][0]["Outcome"]
    assert (noted["outcome"], noted["message"]) == ("done", "Registered.")
    assert_free(lab)
    assert all(lab.call("get-runs", {}, node)["Lock"] is None for node in lab.cluster.names)


def test_a_second_start_while_one_goes_on_is_refused_and_names_it(lab: RunsLab, register: RegisterForTest) -> None:
    lab.faults[NODE]["hold-at"] = "login"
    first: list[Event] = []
    session, stop = UnsteadySession(lab), threading.Event()
    plan = register.prepare(session, {}, first.append)
    outcomes: list[OutcomeKind] = []
    thread = threading.Thread(target=lambda: outcomes.append(register.apply(session, plan, first.append, stop).kind))
    thread.start()
    wait_until(lambda: bool(lab.call("get-runs")["Runs"]))
    other = UnsteadySession(lab)
    refused = register.apply(other, register.prepare(other, {"run_node": "HCI-N2"}, print), lambda _event: None)
    assert refused.kind is OutcomeKind.DECLINED
    assert only_run(lab) in refused.remedy
    assert lab.call("get-runs", {}, "HCI-N2")["Runs"] == []
    lab.faults[NODE].clear()
    thread.join()
    assert outcomes == [OutcomeKind.DONE]


def test_following_can_be_left_and_taken_up_again_with_the_whole_journal(
    lab: RunsLab, register: RegisterForTest
) -> None:
    lab.faults[NODE]["hold-at"] = "login"
    session, stop = UnsteadySession(lab), threading.Event()

    def leave_at_login(event: Event) -> None:
        if event.kind == EventKind.PROGRESS:
            stop.set()

    outcome = register.apply(session, register.prepare(session, {}, print), leave_at_login, stop)
    assert outcome.kind is OutcomeKind.RUNNING
    assert outcome.run in outcome.remedy if outcome.run else False
    with pytest.raises(RunGoingOn):
        assert_free(lab)
    lab.faults[NODE].clear()
    events: list[Event] = []
    again = attach(UnsteadySession(lab), only_run(lab), events.append)
    assert again.kind is OutcomeKind.DONE
    assert numbers(events) == journal(lab, only_run(lab))
    assert attach(UnsteadySession(lab), only_run(lab), events.append) == again
    assert_free(lab)


@pytest.mark.parametrize("at", ["identity", "login", "arc-nodes", "evidence"])
def test_a_runner_that_dies_ends_in_an_outcome_that_says_so(lab: RunsLab, register: RegisterForTest, at: str) -> None:
    lab.faults[NODE]["runner-dies-at"] = at
    session = UnsteadySession(lab)
    outcome = register.apply(session, register.prepare(session, {}, print), lambda _event: None)
    registered = set(lab.statuses()) == {"Registered"}
    assert outcome.kind is (OutcomeKind.ATTENTION if registered else OutcomeKind.LOST)
    assert "ended in the middle" in outcome.message
    lab.faults[NODE].clear()
    assert_free(lab)


def test_a_node_that_restarts_in_the_middle_has_the_journal_and_no_run(lab: RunsLab, register: RegisterForTest) -> None:
    lab.faults[NODE]["hold-at"] = "login"
    session, events = UnsteadySession(lab), list[Event]()

    def restart(event: Event) -> None:
        events.append(event)
        if event.kind == EventKind.PROGRESS and lab.cluster.node(NODE).up and not restarted.is_set():
            restarted.set()
            lab.cluster.stop(NODE)
            lab.runs[NODE].kill()
        elif event.kind == EventKind.NOTE and "does not answer" in event.text:
            lab.cluster.start(NODE)

    restarted = threading.Event()
    outcome = register.apply(session, register.prepare(session, {}, print), restart)
    assert outcome.kind is OutcomeKind.LOST
    assert [event.text for event in events if event.kind == EventKind.NOTE and "answers again" in event.text]
    assert numbers(events) == journal(lab, only_run(lab))
    assert_free(lab)


def test_a_node_that_stays_away_leaves_the_run_going_on_as_far_as_is_known(lab: RunsLab) -> None:
    lab.faults[NODE]["hold-at"] = "login"
    run_id = lab.start()["Id"]
    session = UnsteadySession(lab, lambda node, _script: "no-way" if node == NODE else "clear")
    followed = following.follow(session.submit, NODE, run_id, lambda _event: None, patience=timedelta(seconds=0.05))
    assert isinstance(followed.lost, Unreachable)
    assert not followed.over
    lab.faults[NODE].clear()
    lab.follow(run_id)


@pytest.mark.parametrize(
    ("fault", "value", "words"),
    [
        ("disk-full", True, "not enough space"),
        ("disk-full", "login", "disk of its node was full"),
        ("task-refused", True, "task scheduler refused"),
        ("no-password-storage", True, "forbids to store passwords"),
        ("peers-refuse", True, "refused to go on before it changed anything"),
    ],
)
def test_what_keeps_a_run_from_working_is_said_and_leaves_the_cluster_free(
    lab: RunsLab, register: RegisterForTest, fault: str, value: object, words: str
) -> None:
    lab.faults[NODE][fault] = value
    session = UnsteadySession(lab)
    outcome = register.apply(session, register.prepare(session, {}, print), lambda _event: None)
    assert outcome.kind is OutcomeKind.FAILED
    assert words in outcome.message
    lab.faults[NODE].clear()
    assert_free(lab)


def test_the_lock_of_a_dead_run_is_taken_over_and_that_of_a_living_one_is_not(lab: RunsLab) -> None:
    lab.faults[NODE]["hold-at"] = "login"
    run_id = lab.start()["Id"]
    session = UnsteadySession(lab)
    enter_locks(session.submit, lab.cluster.names, Claim(run_id, "register", "first", "first", NODE))
    with pytest.raises(RunGoingOn) as met:
        assert_free(lab)
    assert met.value.run is not None
    assert met.value.run.id == run_id
    lab.runs[NODE].kill()
    assert_free(lab)


def test_a_node_that_is_down_is_no_reason_not_to_lock_the_others(lab: RunsLab) -> None:
    lab.cluster.stop("HCI-N3")
    claim = Claim(new_run_id("register", lab.clock.now()), "register", "t", "o", NODE)
    assert enter_locks(UnsteadySession(lab).submit, lab.cluster.names, claim) == ("HCI-N1", "HCI-N2", "HCI-N4")


def test_a_lock_that_one_node_cannot_give_leaves_none_behind(lab: RunsLab) -> None:
    session = UnsteadySession(
        lab, lambda node, script: "no-reply" if (node, script) == ("HCI-N4", "enter-lock") else "clear"
    )
    claim = Claim(new_run_id("register", lab.clock.now()), "register", "t", "o", NODE)
    with pytest.raises(Exception, match="lost"):
        enter_locks(session.submit, lab.cluster.names, claim)
    assert [lab.call("get-runs", {}, node)["Lock"] for node in ("HCI-N1", "HCI-N2", "HCI-N3")] == [None] * 3


def test_what_is_no_id_is_never_asked_of_a_node(lab: RunsLab) -> None:
    session = UnsteadySession(lab)
    with pytest.raises(RunUnreadable):
        read_run(session.submit, NODE, r"..\..\Windows")
    assert session.asked == []
    with pytest.raises(RunNotFound, match="No node of this cluster"):
        attach(session, new_run_id("register", lab.clock.now()), lambda _event: None)


def test_a_read_only_session_starts_nothing(lab: RunsLab, register: RegisterForTest) -> None:
    session = UnsteadySession(lab)
    plan = register.prepare(session, {}, print)
    session.read_only = True
    assert register.apply(session, plan, lambda _event: None).kind is OutcomeKind.DECLINED
    assert session.asked == []


def test_whoever_listens_slowly_does_not_slow_the_run(lab: RunsLab, register: RegisterForTest) -> None:
    session, heard, go_on = UnsteadySession(lab), threading.Event(), threading.Event()

    def stalled(event: Event) -> None:
        if event.number is not None:
            heard.set()
            go_on.wait(30)

    plan = register.prepare(session, {}, print)
    thread = threading.Thread(target=register.apply, args=(session, plan, stalled))
    thread.start()
    assert heard.wait(30)
    lab.follow(only_run(lab))
    assert set(lab.statuses()) == {"Registered"}
    go_on.set()
    thread.join()


def test_nodes_that_do_not_tell_their_runs_are_named(lab: RunsLab) -> None:
    lab.cluster.stop("HCI-N2")
    lab.run()
    found = runs_of(UnsteadySession(lab))
    assert [run.node for run in found.runs] == [NODE]
    assert [node for node, _ in found.unread] == ["HCI-N2"]
    assert found.going_on == ()


SCHEDULES = 200


def test_two_hundred_random_schedules_lose_nothing_and_do_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(SCHEDULES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        lab = RunsLab(folder, nodes=2)
        try:
            _one_schedule(lab, random.Random(seed), monkeypatch)  # noqa: S311 - a schedule, no secret
        except BaseException as error:
            error.add_note(f"schedule {seed} of {SCHEDULES}")
            raise
        finally:
            lab.close()


def _one_schedule(lab: RunsLab, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start, follow, leave and attach in bad weather, with whatever else may happen, then look what is true."""
    monkeypatch.setattr(locking, "UNSTARTED", timedelta(minutes=10))
    register = RegisterForTest(lab)
    find_always(register, monkeypatch)
    session = UnsteadySession(lab, stormy(chance, chance.choice((0.0, 0.05, 0.3))))
    fault = chance.choice(("none", "runner-dies-at", "disk-full", "restart"))
    if fault in {"runner-dies-at", "disk-full"}:
        lab.faults[NODE][fault] = chance.choice(("identity", "cmdlet", "login", "certificate", "arc-nodes", "evidence"))
    events, stop, at = list[Event](), threading.Event(), chance.randrange(1, 25)

    def listen(event: Event) -> None:
        events.append(event)
        if len(events) == at and fault == "restart":
            lab.cluster.stop(NODE)
            lab.runs[NODE].kill()
            lab.cluster.start(NODE)
        if len(events) == at and chance.random() < 0.5:
            stop.set()

    outcome = register.apply(session, register.prepare(session, {}, print), listen, stop)
    started: list[str] = [str(run["Id"]) for run in lab.call("get-runs")["Runs"]]
    assert len(started) <= 1, "one start makes one run"
    assert numbers(events) == sorted(set(numbers(events)))
    session.weather = clear
    if not started:
        assert outcome.kind in {OutcomeKind.FAILED, OutcomeKind.RUNNING}
        assert set(lab.statuses()) == {"NotYet"}
        if outcome.kind is OutcomeKind.RUNNING:
            leave_locks(session.submit, lab.cluster.names, outcome.run or "")
        elif outcome.details:
            # A node that could not be told: its lock is nobody's once the time is over in which a run would have begun.
            monkeypatch.setattr(locking, "UNSTARTED", timedelta())
    else:
        heard: list[Event] = []
        final = attach(session, started[0], heard.append)
        assert numbers(heard) == journal(lab, started[0]), "every event once, in its order"
        assert (final.kind in {OutcomeKind.DONE, OutcomeKind.ATTENTION}) == (set(lab.statuses()) == {"Registered"})
        if outcome.kind is not OutcomeKind.RUNNING and outcome.run:
            assert final.kind is outcome.kind
    assert_free(lab)
