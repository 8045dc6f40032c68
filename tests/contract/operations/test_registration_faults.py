"""Whatever goes wrong around a registration, a repair, Arc and an unregistration: a true end, nothing twice or lost."""

import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import pytest

from tests.contract.operations.both_sides import (
    CASES,
    Case,
    Held,
    K,
    Listener,
    assert_once,
    assert_true,
    held,
    silent,
)
from tests.contract.operations.opened import opened
from tests.lab.patience import wait_until
from tui.azure import network
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.lab.lab_node import LabNode
from tui.operations import attach as attaching
from tui.operations.attach import attach
from tui.operations.running import runs_of
from tui.runs import follow as following
from tui.runs.event import Event
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Plan
from tui.session import Session

NODE = "HCI-N2"
"""The run's node: it is reached over WinRM, the first one is not."""
REMOTE = {"run_node": NODE}
REGISTER, REPAIR, ENABLE_ARC, UNREGISTER = CASES


@dataclass(frozen=True, slots=True)
class World:
    """A lab with a cluster that needs an operation, and a session that is open on it."""

    case: Case
    lab: Lab
    session: Session
    control: LabControl
    before: Held

    @property
    def node(self) -> LabNode:
        """The run's node."""
        return next(node for node in self.lab.nodes if node.name == NODE)

    def plan(self) -> Plan:
        return self.case.operation.prepare(self.session, {**self.case.inputs, **REMOTE}, silent)

    def journal(self) -> list[str]:
        """Return every line of the only run, as its node has it."""
        runs = self.node.runs.newest(10)
        return self.node.runs.journal(runs[0]["Id"]).read(0, 10_000_000)[1] if runs else []

    def let_go(self) -> None:
        self.control.fault(NODE, "hold-at", False)


Act = Callable[[World], object]


def nothing(_world: World) -> None:
    """Leave everything as it is."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong, and how an operation may end then."""

    name: str
    ends: set[OutcomeKind]
    """Kinds of outcome that may be true then."""
    before: Act = nothing
    """What happens once there is a plan."""
    middle: Act = nothing
    """What happens while the run waits in its middle."""
    words: str = ""
    """What the outcome says among other words."""

    def __str__(self) -> str:
        return self.name


def fault(name: str, value: object = True) -> Act:
    return lambda world: world.control.fault(NODE, name, value)


def azure(kind: str, path: str = "", **more: object) -> Act:
    return lambda world: world.control.azure_fault(kind, path, **more)


def role(name: str | None) -> Act:
    return lambda world: world.control.azure_role(name)


def restart(world: World) -> None:
    world.control.restart(NODE)
    wait_until(lambda: world.control.node(NODE)["up"])


ALWAYS = 10_000
OF_REQUESTS = {"replies-lost", "reply-lost-in-the-middle", "requests-cut"}
LEFT_ALONE = {"node-restarted", "runner-killed", "token-expired", "permission-taken"}
"""What also strikes a run that nobody watches."""
STOPPED = {K.FAILED, K.PARTLY}
TROUBLES = (
    Trouble("replies-lost", {K.DONE}, fault("lose-replies", {"probability": 0.2, "seed": 5})),
    Trouble("reply-lost-in-the-middle", {K.DONE}, middle=fault("lose-replies", 2)),
    Trouble("requests-cut", {K.DONE}, fault("cut-connections", {"probability": 0.2, "seed": 5})),
    Trouble("connection-cut", {K.DONE}, middle=lambda world: world.control.cut_connections(NODE)),
    Trouble("node-restarted", {K.LOST}, middle=restart, words="ended in the middle"),
    Trouble("runner-killed", {K.LOST}, middle=lambda world: world.control.kill_runner(NODE), words="process is gone"),
    Trouble("arm-429-for-a-moment", {K.DONE}, azure("status", "/arm/", status=429, count=2, retry_after=0)),
    Trouble("arm-500-for-a-moment", {K.DONE}, azure("status", "/arm/", status=500, count=2)),
    Trouble("arm-silent-for-a-moment", {K.DONE}, azure("late", "/arm/", seconds=5, count=1)),
    Trouble("arm-429", {K.ATTENTION}, azure("status", "/arm/", status=429, count=ALWAYS), words="could not be"),
    Trouble("arm-500", {K.ATTENTION}, azure("status", "/arm/", status=500, count=ALWAYS), words="could not be"),
    Trouble("arm-silent", {K.ATTENTION}, azure("late", "/arm/", seconds=5, count=ALWAYS), words="could not be"),
    Trouble("arm-429-to-the-cmdlet", STOPPED, middle=azure("status", "/cmdlet", status=429), words="TooManyRequests"),
    Trouble("arm-500-to-the-cmdlet", STOPPED, middle=azure("status", "/cmdlet", status=500), words="InternalServer"),
    Trouble("arm-cut-to-the-cmdlet", STOPPED, middle=azure("cut", "/cmdlet"), words="error occurred while sending"),
    Trouble("arm-500-for-settings", {K.ATTENTION, K.DONE}, azure("status", "/arcSettings", status=500, count=ALWAYS)),
    Trouble("arm-500-for-machines", {K.ATTENTION, K.DONE}, azure("status", "/machines", status=500, count=ALWAYS)),
    Trouble("token-expired", STOPPED, middle=azure("expire"), words="access token ended"),
    Trouble("token-expired-before-the-start", STOPPED, azure("expire"), words="access token ended"),
    Trouble("permission-taken", STOPPED, middle=role("Reader")),
    Trouble("all-permissions-taken", STOPPED, middle=role(None)),
    Trouble("disk-full-at-the-start", {K.FAILED}, fault("disk-full"), words="not enough space"),
    Trouble(
        "disk-full-in-the-middle",
        STOPPED,
        lambda world: world.control.fault(NODE, "disk-full", world.case.middle),
        words="disk of its node was full",
    ),
    Trouble("disk-full-at-the-end", {K.ATTENTION}, fault("disk-full", "evidence"), words="disk of its node was full"),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, and do not wait long for Azure: both are in this process."""
    monkeypatch.setattr(following, "QUICKEST_SECONDS", 0.01)
    monkeypatch.setattr(following, "SLOWEST_SECONDS", 0.05)
    monkeypatch.setattr(network, "READ_SECONDS", 0.15)
    monkeypatch.setattr(attaching, "operation", {case.operation.id: case.operation for case in CASES}.__getitem__)
    monkeypatch.setitem(network.RETRIES, "retry_backoff_factor", 0.0)


@pytest.fixture
def world(case: Case) -> Generator[World]:
    with Lab(case.scenario, 2) as lab, opened(lab) as session:
        control = LabControl.beside(lab.ready.config)
        control.pace(0.0)
        yield World(case, lab, session, control, held(lab.cluster))


def carried_out(world: World, trouble: Trouble) -> tuple[Outcome, Listener]:
    """Carry a plan out while something goes wrong; return what came of it and what was heard."""

    def strike() -> None:
        trouble.middle(world)
        world.let_go()

    plan = world.plan()
    assert plan.can_start, plan.blockers
    trouble.before(world)
    if trouble.middle is not nothing:
        world.control.fault(NODE, "hold-at", world.case.middle)
    listener = Listener(world.case, strike)
    outcome = world.case.operation.apply(world.session, plan, listener)
    assert listener.struck or trouble.middle is nothing
    return outcome, listener


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_end_is_true_and_nothing_is_done_twice(
    world: World, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    outcome, listener = carried_out(world, trouble)
    assert outcome.kind in trouble.ends, outcome
    assert trouble.words in " ".join((outcome.message, *outcome.details)), outcome
    assert_true(world.case, world.before, held(world.lab.cluster), outcome)
    assert_once(world.node.runs.newest(10), world.journal(), listener.events)
    assert len([event for event in listener.events if event.number]) == len(world.journal()), "all of it was heard"
    met = world.control.node(NODE)
    assert trouble.name not in OF_REQUESTS or met["replies_lost"] + met["connections_cut"], "no request was struck"
    assert not [record for record in caplog.records if record.exc_info and record.levelno >= logging.WARNING]
    world.control.clear()
    assert not runs_of(world.session).locks


@pytest.mark.parametrize(
    "trouble", [Trouble("nothing", {K.DONE}), *(one for one in TROUBLES if one.name in LEFT_ALONE)], ids=str
)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_whoever_attaches_after_the_terminal_is_gone_hears_all_of_it_and_the_same_end(
    world: World, trouble: Trouble
) -> None:
    stop = threading.Event()
    world.control.fault(NODE, "hold-at", world.case.middle)
    first = Listener(world.case, stop.set)
    left = world.case.operation.apply(world.session, world.plan(), first, stop)
    assert (left.kind, first.struck) == (K.RUNNING, True)
    assert left.run is not None
    world.session.close()
    trouble.middle(world)
    world.let_go()
    with opened(world.lab) as session:
        heard: list[Event] = []
        outcome = attach(session, left.run, heard.append)
        assert outcome.kind in trouble.ends, outcome
        assert trouble.words in " ".join((outcome.message, *outcome.details)), outcome
        assert_true(world.case, world.before, held(world.lab.cluster), outcome)
        assert_once(world.node.runs.newest(10), world.journal(), heard)
        assert len([event for event in heard if event.number]) == len(world.journal())
        assert attach(session, left.run, silent) == outcome
        assert not runs_of(session).locks


OBSTACLES: dict[str, Act] = {
    "arm-fails": azure("status", "/arm/", status=503, count=ALWAYS),
    "sign-in-fails": azure("status", "/oauth2/", status=503, count=ALWAYS),
    "may-only-read": role("Reader"),
    "may-nothing": role(None),
    "token-too-short": azure("lifetime", minutes=20),
    "disk-full": fault("disk-full"),
    "node-silent": lambda world: world.control.stop("HCI-N1"),
    "endpoints-blocked": fault("endpoints-blocked"),
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_seen_beforehand_stands_in_the_way(world: World, obstacle: str) -> None:
    OBSTACLES[obstacle](world)
    plan = world.plan()
    assert plan.blockers
    assert all(check.message and check.remedy for check in plan.blockers), plan.blockers
    outcome = world.case.operation.apply(world.session, plan, silent)
    assert outcome.kind is K.DECLINED
    assert_true(world.case, world.before, held(world.lab.cluster), outcome)
    assert not world.node.runs.newest(10)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_second_start_while_it_goes_on_is_refused_to_everybody(world: World) -> None:
    refused: list[Outcome] = []
    stale = world.plan()

    def start_again() -> None:
        refused.extend(world.case.operation.apply(world.session, plan, silent) for plan in (stale, world.plan()))
        world.let_go()

    world.control.fault(NODE, "hold-at", world.case.middle)
    listener = Listener(world.case, start_again)
    outcome = world.case.operation.apply(world.session, world.plan(), listener)
    assert outcome.kind is K.DONE, outcome
    assert [one.kind for one in refused] == [K.DECLINED] * 2, refused
    assert all(outcome.run and outcome.run in one.remedy for one in refused), refused
    assert_once(world.node.runs.newest(10), world.journal(), listener.events)


@pytest.mark.parametrize(
    ("case", "stage", "words", "then"),
    [
        (REGISTER, "certificate", "Getting new certificate.", REGISTER),
        (REGISTER, REGISTER.middle, REGISTER.words, ENABLE_ARC),
        (REPAIR, REPAIR.middle, REPAIR.words, REPAIR),
        (ENABLE_ARC, "arc-nodes", "Enabling Azure Arc on every clustered node.", ENABLE_ARC),
        (UNREGISTER, "arc-resource", "Deleting the Azure Arc resource.", UNREGISTER),
    ],
    ids=str,
)
def test_what_was_interrupted_is_ended_by_starting_again_and_nothing_is_made_twice(
    world: World, stage: str, words: str, then: Case
) -> None:
    world.control.fault(NODE, "hold-at", stage)
    listener = Listener(replace(world.case, words=words), lambda: world.control.kill_runner(NODE))
    outcome = world.case.operation.apply(world.session, world.plan(), listener)
    assert (outcome.kind, listener.struck) == (K.LOST, True), outcome
    halfway = held(world.lab.cluster)
    assert_true(world.case, world.before, halfway, outcome)
    world.let_go()
    plan = then.operation.prepare(world.session, {**world.case.inputs, **REMOTE}, silent)
    assert plan.can_start, (plan.nothing_to_do, plan.blockers)
    again = then.operation.apply(world.session, plan, silent)
    assert again.kind is K.DONE, again
    after = held(world.lab.cluster)
    assert_true(then, halfway, after, again)
    assert all(after.machines.get(name, machine) == machine for name, machine in halfway.machines.items())
    assert len(world.node.runs.newest(10)) == 2
