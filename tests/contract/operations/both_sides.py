"""What nodes and Azure of a lab hold, read from the lab itself, and whether an outcome says the truth of it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tui.lab.cluster_state import SUBSCRIPTION_ID, ClusterState
from tui.lab.node_document import node_document
from tui.operations.enable_arc import EnableArc
from tui.operations.register import Register
from tui.operations.registration.operation import RegistrationOperation
from tui.operations.repair import Repair
from tui.operations.unregister import Unregister
from tui.runs.event import Event
from tui.runs.outcome import Outcome, OutcomeKind

K = OutcomeKind
TIMES = {"patience": timedelta(seconds=0.3), "glance": timedelta(seconds=0.03)}
NOT_STARTED = {K.DECLINED, K.ALREADY}
LESS = {K.FAILED, K.PARTLY, K.LOST}
"""Kinds of outcome that say: it is not as it was meant to be."""
UNKNOWN = ("Azure could not be asked", "did not tell", "is not known")
STATUSES = {"NotYet", "Registered", "OutOfPolicy"}


@dataclass(frozen=True, slots=True)
class Case:
    """One operation, and a cluster that needs it."""

    operation: RegistrationOperation
    """What is done."""
    scenario: str
    """State of the lab before."""
    inputs: Mapping[str, Any]
    """What is given to it."""
    middle: str
    """Stage of its job in the middle: some of its work is done, and Azure is asked once more after it."""
    words: str
    """Words of the cmdlet's progress when that stage begins."""

    def __str__(self) -> str:
        return self.operation.id


CASES = (
    Case(
        Register(**TIMES),
        "fresh",
        {"subscription": SUBSCRIPTION_ID, "region": "eastus"},
        "arc-identity",
        "Preparing the identity for Arc.",
    ),
    Case(
        Repair(**TIMES),
        "repair-required",
        {},
        "credential",
        "Adding certificate as application credential.",
    ),
    Case(
        EnableArc(**TIMES),
        "arc-missing",
        {},
        "arc-identity",
        "Preparing the identity for Arc.",
    ),
    Case(Unregister(**TIMES), "healthy", {}, "resource", "Deleting Azure Resource HCI-CL01."),
)


@dataclass(frozen=True, slots=True)
class Held:
    """What both sides hold."""

    statuses: Mapping[str, str]
    """Each node's registration status."""
    broken: frozenset[str]
    """Nodes that need a repair."""
    resource: bool
    """Whether the cluster's resource is in Azure."""
    machines: Mapping[str, str]
    """Arc machines in Azure and the agent they are of."""
    agents: Mapping[str, str]
    """Nodes whose agent is connected as a machine, and which one it is."""

    @property
    def registered(self) -> frozenset[str]:
        """Nodes that say they are registered."""
        return frozenset(name for name, status in self.statuses.items() if status == "Registered")

    @property
    def whole(self) -> bool:
        """Whether everything is registered, connected and Arc-enabled."""
        every = frozenset(self.statuses)
        arc = frozenset(name for name, machine in self.agents.items() if self.machines.get(name.lower()) == machine)
        return self.resource and self.registered == every and arc == every and not self.broken

    @property
    def gone(self) -> bool:
        """Whether nothing is left anywhere."""
        return not (self.resource or self.registered or self.machines or self.agents)


def held(cluster: ClusterState) -> Held:
    """Read the lab's own state."""
    with cluster.locked():
        facts = {name: node_document(cluster, name)["facts"]["get-registration"] for name in cluster.names}
        agents = {node.name: node.agent for node in cluster.nodes()}
        return Held(
            {name: str(told["RegistrationStatus"]) for name, told in facts.items()},
            frozenset(node.name for node in cluster.nodes() if node.repair_required),
            cluster.azure.cluster is not None,
            {name: machine.vm_id for name, machine in cluster.azure.machines.items()},
            {
                name: agent.machine_id
                for name, agent in agents.items()
                if agent is not None and agent.connected and agent.machine_id
            },
        )


def assert_true(case: Case, before: Held, after: Held, outcome: Outcome) -> None:
    """Fail where an outcome says something else than what both sides hold."""
    reached = after.gone if isinstance(case.operation, Unregister) else after.whole
    if outcome.kind is K.DONE:
        assert reached, (outcome, after)
    elif outcome.kind in {*LESS, K.ATTENTION}:
        # Where a side does not tell how it stands, the outcome says that, and neither success nor failure.
        known = not any(words in outcome.message for words in UNKNOWN)
        assert not known or reached == (outcome.kind is K.ATTENTION), (outcome, after)
    elif outcome.kind in NOT_STARTED:
        assert before == after, (outcome, after)
    if outcome.kind is not K.DONE:
        assert outcome.remedy, outcome
    for name, status in after.statuses.items():
        said = [detail for detail in outcome.details if detail.startswith(f"{name}: ")]
        others = STATUSES - {status}
        assert not [one for one in said if one.startswith(tuple(f"{name}: {other}" for other in others))], (said, after)


def assert_once(runs: Iterable[Mapping[str, Any]], journal: Iterable[str], heard: Iterable[Event]) -> None:
    """Fail where more than one run was made, its cmdlet was called twice, or an event was lost or told twice."""
    assert len(list(runs)) <= 1, "one start makes one run"
    lines = [json.loads(line) for line in journal]
    numbers = [line["n"] for line in lines]
    assert numbers == list(range(1, len(numbers) + 1))
    calls = [line for line in lines if line["type"] == "step" and line["step"] == "cmdlet"]
    assert sum(line["status"] == "started" for line in calls) <= 1, "the cmdlet is called once"
    told = [event.number for event in heard if event.number is not None]
    assert told == numbers[: len(told)], "every event once, in its order"


def silent(_event: Event) -> None:
    """Hear nothing."""


class Listener:
    """Keeps what it hears, and does something once when the run is in its middle."""

    def __init__(self, case: Case, strike: Callable[[], object] = lambda: None) -> None:
        self._words = case.words
        self._strike = strike
        self.events: list[Event] = []
        self.struck = False

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if not self.struck and event.text == self._words:
            self.struck = True
            self._strike()
