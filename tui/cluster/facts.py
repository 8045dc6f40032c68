"""Facts: what was read from each node, or why it was not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from tui.cluster.arc import ArcIntegration, ConnectedMachineAgent
from tui.cluster.events import AdminEvent
from tui.cluster.firmware import Firmware
from tui.cluster.membership import Membership
from tui.cluster.registration import Registration
from tui.cluster.system import PowerShellModule, Service, System

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class ProblemKind(StrEnum):
    """Why something could not be read from a node: what a caller can tell apart."""

    UNREACHABLE = "unreachable"
    NAME_NOT_RESOLVED = "name-not-resolved"
    TLS_NOT_TRUSTED = "tls-not-trusted"
    WRONG_CREDENTIALS = "wrong-credentials"
    NOT_AN_ADMINISTRATOR = "not-an-administrator"
    QUOTA = "quota"
    POWERSHELL_NOT_STARTED = "powershell-not-started"
    CONSTRAINED_LANGUAGE = "constrained-language"
    SCRIPT_ERROR = "script-error"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    LOST = "lost"
    UNREADABLE = "unreadable"
    """The node answered with something that is not what the script returns."""
    NOT_READ = "not-read"
    """Nobody has read it yet: the pass is still going on."""
    CONFIGURATION = "configuration"
    """What was asked for does not fit: a password without TLS, a transport without its package."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a fact is missing: never silently."""

    kind: ProblemKind
    """What sort of failure."""
    node: str
    """Node it happened on."""
    message: str
    """What happened, in words for an administrator."""
    remedy: str
    """What to do about it."""
    may_have_run: bool = False
    """Whether the request may have acted on the node although no answer came."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T_co]):
    """A value and when it was read."""

    value: T_co
    """What the node said."""
    read_at: datetime
    """When our side received it, UTC."""


Fact: TypeAlias = Reading[T_co] | Problem
"""A value with its time, or why there is none."""


def value_of(fact: Fact[T]) -> T | None:
    """Return what was read, or `None` for a problem: for rules that have nothing to say without the value."""
    return None if isinstance(fact, Problem) else fact.value


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """Everything read from one node in one pass; a subject that failed is a `Problem`, the others stand."""

    name: str
    """Name of the node as the cluster spells it, or as it was asked for when the node did not answer."""
    registration: Fact[Registration]
    arc_integration: Fact[ArcIntegration]
    agent: Fact[ConnectedMachineAgent]
    system: Fact[System]
    membership: Fact[Membership]
    firmware: Fact[Firmware]
    modules: Fact[tuple[PowerShellModule, ...]]
    services: Fact[tuple[Service, ...]]
    events: Fact[tuple[AdminEvent, ...]]
    local: bool = False
    """Whether azsconfig runs on this node."""


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What was read from all nodes that were asked, in their order."""

    nodes: tuple[NodeFacts, ...]
    """One entry per node asked, dead ones included."""
    read_at: datetime
    """When the pass ended, UTC."""
