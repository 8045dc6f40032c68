"""Registering, repairing, Arc-enabling and unregistering through random schedules of everything that can go wrong.

Whatever happens: nothing twice, nothing lost, and what is said in the end is true of nodes and Azure. A schedule that
fails is named with its seed.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.operations.both_sides import CASES, Case, Held, K, assert_once, assert_true, held, silent
from tests.contract.operations.direct import direct
from tests.contract.operations.opened import opened
from tests.contract.runs.unsteady import stormy
from tests.lab.patience import wait_until
from tui.azure import network
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations import attach as attaching
from tui.operations.attach import attach
from tui.operations.running import runs_of
from tui.runs import follow as following
from tui.runs import locks as locking
from tui.runs.event import Event
from tui.runs.locks import Claim, enter_locks, leave_locks
from tui.runs.outcome import Outcome
from tui.runs.run_state import new_run_id
from tui.session import Session

NODE = "HCI-N2"
STAGES = ("identity", "cmdlet", "login", "certificate", "registration", "arc-nodes", "arc-resource", "resource")
IN_PROCESS, OVER_WINRM = 200, 24
"""How many schedules: each costs a tenth of a second without a carrier, a third over WinRM."""

Strike = Callable[[LabControl], object]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens in one life of a run."""

    seed: int
    case: Case
    share: float
    """Share of the requests to nodes that are lost, on their way or on their way back."""
    arranged: tuple[tuple[str, Strike], ...]
    """What is arranged once there is a plan."""
    strikes: dict[int, tuple[str, Strike]]
    """What happens when so many events have been heard."""
    leaves: int | None
    """After how many events whoever follows goes away."""

    def __str__(self) -> str:
        told = [name for name, _ in self.arranged] + [f"{name} at {at}" for at, (name, _) in self.strikes.items()]
        return f"{self.case} in schedule {self.seed}: {', '.join(told) or 'nothing'}, {self.share:.0%} lost"


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it for whoever started the run."""

    before: Held
    """What both sides held before."""
    outcome: Outcome
    """What was said."""
    heard: list[Event]
    """What was heard."""


def schedule(seed: int) -> Schedule:
    """Return the schedule of a seed."""
    chance = random.Random(seed)  # noqa: S311 - it is to be repeatable, not secret
    stage, status = chance.choice(STAGES), chance.choice((429, 500, 503))
    arranged: list[tuple[str, Strike]] = [
        (f"runner dies at {stage}", lambda lab: lab.fault(NODE, "runner-dies-at", stage)),
        (f"disk full at {stage}", lambda lab: lab.fault(NODE, "disk-full", stage)),
        ("no room for a run", lambda lab: lab.fault(NODE, "disk-full")),
        ("peers refuse", lambda lab: lab.fault(NODE, "peers-refuse")),
        ("one more reply is lost", lambda lab: lab.fault(NODE, "lose-replies", 1)),
    ]
    strikes: list[tuple[str, Strike]] = [
        ("restart", lambda lab: lab.restart(NODE)),
        ("restart of the other", lambda lab: lab.restart("HCI-N1")),
        ("runner killed", lambda lab: lab.kill_runner(NODE)),
        ("connections cut", lambda lab: lab.cut_connections(NODE)),
        (f"ARM says {status}", lambda lab: lab.azure_fault("status", "/arm/", status=status, count=6)),
        (f"cmdlet gets {status}", lambda lab: lab.azure_fault("status", "/cmdlet", status=status)),
        ("cmdlet's request is cut", lambda lab: lab.azure_fault("cut", "/cmdlet")),
        ("tokens expire", lambda lab: lab.azure_fault("expire")),
        ("may only read", lambda lab: lab.azure_role("Reader")),
        ("may nothing", lambda lab: lab.azure_role(None)),
    ]
    return Schedule(
        seed,
        CASES[seed % len(CASES)],
        chance.choice((0.0, 0.0, 0.05, 0.25)),
        tuple(chance.sample(arranged, chance.choice((0, 0, 1)))),
        {chance.randrange(1, 30): strike for strike in chance.sample(strikes, chance.choice((0, 1, 1, 2)))},
        chance.choice((None, None, chance.randrange(1, 30))),
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once: everything is in this process."""
    monkeypatch.setattr(following, "QUICKEST_SECONDS", 0.002)
    monkeypatch.setattr(following, "SLOWEST_SECONDS", 0.02)
    monkeypatch.setitem(network.RETRIES, "retry_backoff_factor", 0.0)


def live(plan: Schedule, lab: Lab, session: Session, storm: Strike) -> Ended:
    """Let a run live through a schedule; return what was heard and said until whoever started it stopped listening."""
    control, heard, stop = LabControl.beside(lab.ready.config), list[Event](), threading.Event()
    control.pace(0.0)
    before = held(lab.cluster)
    prepared = plan.case.operation.prepare(session, {**plan.case.inputs, "run_node": NODE}, silent)
    assert prepared.can_start, prepared.blockers
    for _, strike in plan.arranged:
        strike(control)
    storm(control)

    def listen(event: Event) -> None:
        heard.append(event)
        if len(heard) in plan.strikes:
            plan.strikes[len(heard)][1](control)
        if len(heard) == plan.leaves:
            stop.set()

    return Ended(before, plan.case.operation.apply(session, prepared, listen, stop), heard)


def check(plan: Schedule, lab: Lab, ended: Ended, other: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at everything once the weather is fine again, as somebody else."""
    outcome, node = ended.outcome, next(node for node in lab.nodes if node.name == NODE)
    runs = node.runs.newest(10)
    assert not any(one.runs.newest(10) for one in lab.nodes if one is not node)
    if runs:
        told: list[Event] = []
        final = attach(other, runs[0]["Id"], told.append)
        assert final.kind not in {K.RUNNING, K.UNREACHABLE}, final
        assert final.settled, final
        lines = node.runs.journal(runs[0]["Id"]).read(0, 10_000_000)[1]
        assert_once(runs, lines, told)
        assert_once(runs, lines, ended.heard)
        assert len([event for event in told if event.number]) == len(lines), "whoever attaches hears all of it"
        assert_true(plan.case, ended.before, held(lab.cluster), final)
        noted = not any("could not be noted" in event.text for event in ended.heard)
        assert outcome.kind is K.RUNNING or not (noted and outcome.settled) or final == outcome, (outcome, final)
    else:
        assert outcome.kind in {K.FAILED, K.RUNNING, K.DECLINED}, outcome
        assert held(lab.cluster) == ended.before
    if outcome.kind is not K.RUNNING:
        assert_true(plan.case, ended.before, held(lab.cluster), outcome)
    if not runs and (outcome.kind is K.RUNNING or outcome.details):
        # Nobody could be told that nothing goes on: the lock is nobody's once a run would have begun.
        monkeypatch.setattr(locking, "UNSTARTED", timedelta())
    claim = Claim(new_run_id("register", datetime.now(UTC)), "register", "next", "next", NODE)
    leave_locks(other.submit, enter_locks(other.submit, lab.cluster.names, claim), claim.run_id)
    assert not runs_of(other).locks


def fine_weather(lab: Lab) -> None:
    """Take everything away that was arranged, and wait until every node is up."""
    control = LabControl.beside(lab.ready.config)
    control.clear()
    control.azure_fault("clear")
    control.azure_role("Owner")
    wait_until(lambda: all(node["up"] for node in control.state()["nodes"]))


def every(count: int, lived: Callable[[Schedule, pytest.MonkeyPatch], None]) -> None:
    """Live through so many schedules; name the one that fails."""
    operations = {case.operation.id: case.operation for case in CASES}
    for seed in range(count):
        plan = schedule(seed)
        try:
            with pytest.MonkeyPatch.context() as patch:
                # Attaching would wait for minutes until what a cmdlet claims shows.
                patch.setattr(attaching, "operation", operations.__getitem__)
                lived(plan, patch)
        except BaseException as error:
            error.add_note(str(plan))
            raise


def test_two_hundred_schedules_end_in_the_truth_with_nothing_twice_and_nothing_lost() -> None:
    def lived(plan: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
        weather = stormy(random.Random(plan.seed), plan.share)  # noqa: S311 - repeatable, not secret
        with Lab(plan.case.scenario, 2) as lab:
            with direct(lab) as session:
                ended = live(plan, lab, session, lambda _lab: setattr(session, "weather", weather))
            fine_weather(lab)
            with direct(lab) as other:
                check(plan, lab, ended, other, monkeypatch)

    every(IN_PROCESS, lived)


def test_schedules_over_winrm_do_the_same() -> None:
    def lived(plan: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
        def storm(control: LabControl) -> None:
            for name in ("lose-replies", "cut-connections"):
                control.fault(NODE, name, {"probability": plan.share / 2, "seed": plan.seed})

        with Lab(plan.case.scenario, 2) as lab:
            with opened(lab) as session:
                ended = live(plan, lab, session, storm)
            fine_weather(lab)
            with opened(lab) as other:
                check(plan, lab, ended, other, monkeypatch)

    every(OVER_WINRM, lived)
