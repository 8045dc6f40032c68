"""What an operation would change, before anything is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from tui.secret import Secret


class Confirmation(StrEnum):
    """What a person has to do before the plan may be carried out."""

    NONE = "none"
    """Nothing: it changes nothing that cannot be changed back at once."""
    YES = "yes"
    """Say yes."""
    NAME = "name"
    """Type a name, usually the cluster's."""


class CheckLevel(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    NOTE = "note"
    WARNING = "warning"
    BLOCKER = "blocker"
    """The plan cannot be carried out; no switch passes it."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that was looked at before the plan was made."""

    id: str
    """Stable name, for example `region-offered`."""
    level: CheckLevel
    """What it came to."""
    message: str
    """What was found, in one or two sentences."""
    remedy: str = ""
    """What to do about it; empty for what passed."""
    node: str | None = None
    """Node it is about, where it is about one."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan, in plain words."""

    id: str
    """Stable name; events of a run name the step by it."""
    title: str
    """What it does, in one line."""
    where: str = ""
    """Where it is done: a node's name, `every node`, `Azure`."""
    typical: timedelta | None = None
    """How long it usually takes; `None` where nobody measured."""


@dataclass(frozen=True, slots=True)
class RunAs:
    """The identity of a run's task on its node."""

    user: str | None = None
    """User whose logon the task gets; `None` for SYSTEM."""
    password: Secret | None = None
    """That user's password; leaves this process only over the channel."""


@dataclass(frozen=True, slots=True)
class NodeScript:
    """A short script that changes one node, run over its channel."""

    node: str
    """Node it runs on, as the session names it."""
    script: str
    """Script in `tui/nodes/scripts`."""
    step: str
    """Step of the plan that it is."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Its parameters; no secret is among them."""
    expects: str | None = None
    """Property of its output that has to be true: the script ends well although it did not do what it should."""


@dataclass(frozen=True, slots=True)
class NodeWork:
    """What a detached run does on its node."""

    node: str
    """Node it runs on, as the session names it."""
    kind: str
    """Kind of run: lower-case words with hyphens, for example `register`."""
    job: str
    """Script in `tui/nodes/scripts` that does it, for example `job-register`."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of the job as data; no secret is among them."""
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    """Secrets by name; they reach the runner once, over a pipe, and no disk."""
    run_as: RunAs = RunAs()
    """Identity of its task."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change. Printed the same whether it is carried out or not."""

    operation: str
    """Stable id of the option it belongs to, for example `register`."""
    title: str
    """What it does, for example `Register HCI-CL01 with Azure`."""
    cluster: str | None
    """Name of the cluster."""
    steps: tuple[PlanStep, ...] = ()
    """Steps in their order."""
    checks: tuple[Check, ...] = ()
    """Everything that was looked at before."""
    values: tuple[tuple[str, str], ...] = ()
    """What it is carried out with, as words: `Subscription`, `Region`...; secrets are not among them."""
    commands: tuple[str, ...] = ()
    """Lines of the PowerShell an expert would type, secrets masked."""
    consequences: tuple[str, ...] = ()
    """What stops or changes for people, a sentence each."""
    confirmation: Confirmation = Confirmation.YES
    """What a person has to do before."""
    word: str | None = None
    """What has to be typed, where `confirmation` asks for it."""
    nothing_to_do: str | None = None
    """Why there is nothing to do, or `None`."""
    first: tuple[NodeScript, ...] = ()
    """Short scripts that have to succeed before the run starts."""
    work: NodeWork | None = None
    """The detached run that carries it out; `None` where azsconfig itself coordinates, or nothing is to do."""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What it was made from, for whoever carries it out without a detached run; no secret is among them."""

    @property
    def blockers(self) -> tuple[Check, ...]:
        """What stops it."""
        return tuple(check for check in self.checks if check.level is CheckLevel.BLOCKER)

    @property
    def warnings(self) -> tuple[Check, ...]:
        """What should be known before it is confirmed."""
        return tuple(check for check in self.checks if check.level is CheckLevel.WARNING)

    @property
    def can_start(self) -> bool:
        """Whether it can be carried out once it is confirmed."""
        return not self.blockers and self.nothing_to_do is None
