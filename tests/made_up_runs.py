"""Plans, events and an operation that does what a test tells it: no node and no Azure is asked."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tui.runs.event import Event, EventKind, Sink, StepStatus, note
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Check, CheckLevel, Confirmation, NodeWork, Plan, PlanStep
from tui.runs.run_state import RunPhase, RunState

NOW = datetime(2026, 5, 4, 14, 2, 31, tzinfo=UTC)
RUN_ID = "20260504T140231Z-register-0a1b2c3d"
CMDLET = "Registering Azure Stack HCI with Azure"

PLAN = Plan(
    operation="register",
    title="Register HCI-CL01 with Azure",
    cluster="HCI-CL01",
    steps=(
        PlanStep("identity", "Check that the run's identity reaches every peer", "HCI-N1", timedelta(seconds=20)),
        PlanStep("cmdlet", "Register-AzStackHCI", "HCI-N1", timedelta(minutes=7)),
        PlanStep("evidence", "Collect what the cmdlet wrote", "HCI-N1"),
    ),
    checks=(
        Check("nodes-up", CheckLevel.PASSED, "All four nodes answer."),
        Check("region-offered", CheckLevel.PASSED, "Azure offers the region eastus."),
        Check("script-block-logging", CheckLevel.WARNING, "HCI-N1 logs script blocks.", "Know who reads its log."),
    ),
    values=(("Subscription", "8f1c2d5e-0000-4000-8000-000000000001"), ("Region", "eastus")),
    commands=("Register-AzStackHCI -SubscriptionId '8f1c2d5e-0000-4000-8000-000000000001' -Region 'eastus'",),
    consequences=("Azure bills the cluster from now on.",),
    work=NodeWork("HCI-N1", "register", "job-register"),
)
BLOCKED = replace(
    PLAN,
    checks=(
        *PLAN.checks,
        Check("region-offered", CheckLevel.BLOCKER, "Azure does not offer the region mars.", "Name another."),
    ),
)
NAMED = replace(
    PLAN,
    operation="unregister",
    title="Unregister HCI-CL01 from Azure",
    confirmation=Confirmation.NAME,
    word="HCI-CL01",
)
DONE = Outcome(OutcomeKind.DONE, "HCI-CL01 is registered.", details=("HCI-N1: Registered, Connected",), run=RUN_ID)


def events(count: int = 12) -> list[Event]:
    """Return what a run tells that goes well, `count` records of the cmdlet's progress among it."""
    at = (NOW + timedelta(seconds=second) for second in range(10_000))
    number = iter(range(1, 10_000))

    def event(kind: EventKind, **more: Any) -> Event:
        return Event(kind, next(at), number=next(number), node="HCI-N1", **more)

    def step(name: str, status: StepStatus, text: str = "") -> Event:
        return event(EventKind.STEP, step=name, status=status, text=text)

    return [
        replace(note(f"Run {RUN_ID} has started on HCI-N1.", node="HCI-N1", run=RUN_ID), time=NOW),
        event(EventKind.STARTED, data={"identity": "HCI\\Administrator", "pid": 4321}),
        step("identity", StepStatus.STARTED, PLAN.steps[0].title),
        step("identity", StepStatus.DONE),
        step("cmdlet", StepStatus.STARTED, "Register-AzStackHCI"),
        *(
            event(EventKind.PROGRESS, activity=CMDLET, text="Creating the resource", percent=at_percent, progress=1)
            for at_percent in range(1, count + 1)
        ),
        event(EventKind.OUTPUT, text="Result : Success", stream="output"),
        event(EventKind.WARNING, text="The log folder was made."),
        step("cmdlet", StepStatus.DONE),
        event(EventKind.ENDED, data={"exit": 0, "reason": "completed"}),
    ]


def run_state(*, over: bool = True, outcome: Outcome | None = None, **changes: Any) -> RunState:
    """Return a run as its node tells it."""
    from tui.runs.outcome import outcome_object

    state = RunState(
        id=RUN_ID,
        kind="register",
        title=PLAN.title,
        phase=RunPhase.ENDED if over else RunPhase.RUNNING,
        alive=not over,
        started=NOW,
        updated=NOW + timedelta(minutes=6),
        ended=NOW + timedelta(minutes=6) if over else None,
        step="Register-AzStackHCI",
        exit=0 if over else None,
        reason="completed" if over else None,
        started_by="HCI\\admin from JUMP1",
        identity="HCI\\Administrator",
        cluster="HCI-CL01",
        operation="register",
        outcome=outcome_object(outcome) if outcome is not None else None,
    )
    return replace(state, **changes)


class MadeUpOperation:
    """Prepares one plan, tells some events and ends as it was told."""

    id: ClassVar[str] = "register"

    def __init__(
        self,
        plan: Plan | Exception = PLAN,
        told: Iterable[Event] = (),
        outcome: Outcome | Exception = DONE,
        *,
        until: Callable[[threading.Event | None], object] = lambda _stop: None,
    ) -> None:
        """`until` is called with what stops the following before the end; an exception is raised where it stands."""
        self.plan = plan
        self.told = list(told)
        self.end = outcome
        self.until = until
        self.inputs: Mapping[str, Any] = {}
        self.applied: list[Plan] = []

    def prepare(self, session: Any, inputs: Mapping[str, Any], sink: Sink) -> Plan:
        self.inputs = dict(inputs)
        sink(note("Looking at the nodes."))
        if isinstance(self.plan, Exception):
            raise self.plan
        return self.plan

    def apply(self, session: Any, plan: Plan, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        self.applied.append(plan)
        for event in self.told:
            sink(event)
        self.until(stop)
        if isinstance(self.end, Exception):
            raise self.end
        return self.end

    def verify(self, session: Any, run: RunState, node: str, sink: Sink) -> Outcome:
        return DONE
