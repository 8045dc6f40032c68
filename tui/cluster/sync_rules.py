"""Whether a sync with Azure may be started now.

A sync sends the census of the cluster. One that is incomplete, because a node has just started or is missing, removes
that node's Arc resource (Microsoft, troubleshoot-hci-registration and manage-cluster-registration: no sync just after a
restart, only after a long outage). Microsoft names no time; `WARM_UP` is our own choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tui.cluster import policy_clocks
from tui.cluster.clock_skew import node_time
from tui.cluster.durations import age_text
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem, value_of
from tui.cluster.membership import Member, NodeState
from tui.cluster.node_names import node_key
from tui.cluster.registration import ConnectionStatus, RegistrationStatus
from tui.cluster.rules.upkeep import WARM_UP

__all__ = ["WARM_UP", "SyncNote", "SyncNoteKind", "SyncReview", "review_sync"]

_MINUTE = timedelta(minutes=1)
_HARMLESS = {NodeState.PAUSED: 1, NodeState.UP: 2}
"""States in which a node is part of the census; the less harmless one is believed."""


class SyncNoteKind(StrEnum):
    """What there is to say before a sync."""

    NO_NODE = "no-node"
    RESTARTED = "restarted"
    UNREAD = "unread"
    NOT_UP = "not-up"
    RUN_GOING_ON = "run-going-on"
    NOT_REGISTERED = "not-registered"
    REPAIR_REQUIRED = "repair-required"
    RECENT = "recent"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class SyncNote:
    """One thing that stops a sync or should be known before it."""

    kind: SyncNoteKind
    """What sort."""
    node: str | None
    """Node it is about; `None` for the cluster."""
    message: str
    """What is so, in one short line."""
    remedy: str
    """What to do about it."""
    wait: timedelta | None = None
    """How long until it is over by itself, in whole minutes rounded up; `None` where waiting alone does not help."""


@dataclass(frozen=True, slots=True)
class SyncReview:
    """Whether a sync may be started, and what to know before."""

    blockers: tuple[SyncNote, ...]
    """What stops it; no switch passes these."""
    warnings: tuple[SyncNote, ...]
    """What should be known."""
    last: datetime | None = None
    """Last sync any node tells of, UTC."""
    next: datetime | None = None
    """Next automatic sync, UTC, as far as it is known or follows from the last."""

    @property
    def allowed(self) -> bool:
        """Whether nothing stops it."""
        return not self.blockers

    @property
    def wait(self) -> timedelta | None:
        """How long until the blockers are over by themselves; `None` when one is not, or when there are none."""
        waits = [blocker.wait for blocker in self.blockers]
        known = [wait for wait in waits if wait is not None]
        return max(known) if known and len(known) == len(waits) else None


def review_sync(facts: ClusterFacts, now: datetime, *, run: str | None = None) -> SyncReview:
    """Return whether a sync may be started, from facts just read; `run` is the title of a run that is going on.

    A node that could not be read may just be starting, so it is a blocker.
    """
    blockers = [
        *_nobody(facts),
        *_run(run),
        *(note for node in facts.nodes for note in _node(node, now)),
        *_members(facts),
        *_unregistered(facts),
    ]
    last = _last(facts)
    upcoming = _next(facts, last, now)
    warnings = [*_repair(facts), *_paused(facts), *_recent(last, upcoming, now)]
    return SyncReview(tuple(blockers), tuple(warnings), last, upcoming)


def _nobody(facts: ClusterFacts) -> Iterator[SyncNote]:
    if not facts.nodes:
        yield SyncNote(SyncNoteKind.NO_NODE, None, "no node was read", "Name the nodes with --node.")


def _run(run: str | None) -> Iterator[SyncNote]:
    if run is not None:
        message = f"a run is going on: {run}"
        yield SyncNote(SyncNoteKind.RUN_GOING_ON, None, message, "Wait until it is over: 13) Runs and activity log.")


def _node(node: NodeFacts, now: datetime) -> Iterator[SyncNote]:
    """Yield why one node's own facts forbid a sync."""
    if isinstance(node.system, Problem):
        message = f"it could not be read: {node.system.message}"
        yield SyncNote(SyncNoteKind.UNREAD, node.name, message, node.system.remedy)
        return
    booted = node.system.value.boot_time
    if booted is None:
        message = "it does not say when it started"
        yield SyncNote(SyncNoteKind.UNREAD, node.name, message, "12) Troubleshoot: its WMI may be damaged.")
        return
    up_for = node_time(node, now) - booted
    if up_for < WARM_UP:
        # A clock that was set back makes a start lie ahead.
        left = min(WARM_UP - up_for, WARM_UP)
        minutes = -(-left // _MINUTE)
        message = f"restarted {age_text(up_for)}"
        remedy = f"Wait another {minutes} minutes: an incomplete census removes the node's Arc resource."
        yield SyncNote(SyncNoteKind.RESTARTED, node.name, message, remedy, minutes * _MINUTE)


def _key(node: NodeFacts) -> str:
    """Return the name other nodes know a node by: it may have been asked by its address."""
    system = value_of(node.system)
    return node_key(system.computer_name if system and system.computer_name else node.name)


def _states(facts: ClusterFacts) -> dict[str, Member]:
    """Return every member by its name; where nodes disagree, what is not up counts, and Paused least of that."""
    members = [member for node in facts.nodes if (told := value_of(node.membership)) for member in told.nodes]
    states: dict[str, Member] = {}
    for member in sorted(members, key=lambda member: _HARMLESS.get(member.state, 0)):
        states.setdefault(node_key(member.name), member)
    return states


def _members(facts: ClusterFacts) -> Iterator[SyncNote]:
    """Yield members of the cluster that would be missing in the census."""
    asked = {_key(node): node.name for node in facts.nodes}
    for key, member in sorted(_states(facts).items()):
        if member.state not in {NodeState.UP, NodeState.PAUSED}:
            message = f"its state in the cluster is {member.state}"
            remedy = "Wait until it has joined." if member.state == NodeState.JOINING else "Start it, or its service."
            yield SyncNote(SyncNoteKind.NOT_UP, asked.get(key, member.name), message, remedy)
        elif key not in asked:
            message = "it was not asked, so nobody knows when it started"
            yield SyncNote(SyncNoteKind.UNREAD, member.name, message, "Name every node with --node, or add it in 14).")
    for node in facts.nodes:
        told = value_of(node.membership)
        if isinstance(node.system, Problem):
            continue
        if told is None or not told.clustered:
            message = "its cluster service does not answer"
            yield SyncNote(SyncNoteKind.NOT_UP, node.name, message, "Start-Service ClusSvc on the node.")


def _unregistered(facts: ClusterFacts) -> Iterator[SyncNote]:
    registrations = [told for node in facts.nodes if (told := value_of(node.registration))]
    if registrations and not any(told.registration_status == RegistrationStatus.REGISTERED for told in registrations):
        message = "the cluster is not registered, so there is nothing to sync"
        yield SyncNote(SyncNoteKind.NOT_REGISTERED, None, message, "Choose 3) Register with Azure.")


def _repair(facts: ClusterFacts) -> Iterator[SyncNote]:
    for node in facts.nodes:
        told = value_of(node.registration)
        if told and told.connection_status == ConnectionStatus.REPAIR_REGISTRATION_REQUIRED:
            message = "its registration must be repaired: a sync fails until then"
            yield SyncNote(SyncNoteKind.REPAIR_REQUIRED, node.name, message, "Choose 4) Repair registration.")


def _paused(facts: ClusterFacts) -> Iterator[SyncNote]:
    for member in _states(facts).values():
        if member.state == NodeState.PAUSED:
            message = "it is paused: somebody may be working on it"
            yield SyncNote(SyncNoteKind.PAUSED, member.name, message, "Resume-ClusterNode once that is over.")


def _recent(last: datetime | None, upcoming: datetime | None, now: datetime) -> Iterator[SyncNote]:
    if last is not None and now - last < policy_clocks.SYNC_INTERVAL:
        follows = f"; the next one comes by itself at {upcoming:%H:%M} UTC" if upcoming else ""
        message = f"the last sync was {age_text(now - last)}{follows}"
        remedy = "A sync by hand is only needed after a long time without Azure."
        yield SyncNote(SyncNoteKind.RECENT, None, message, remedy)


def _last(facts: ClusterFacts) -> datetime | None:
    told = [item.last_connected for node in facts.nodes if (item := value_of(node.registration))]
    return max((time for time in told if time is not None), default=None)


def _next(facts: ClusterFacts, last: datetime | None, now: datetime) -> datetime | None:
    told = [item.next_sync for node in facts.nodes if (item := value_of(node.registration)) and item.next_sync]
    clock = policy_clocks.next_automatic_sync(min(told, default=None), last, now)
    return clock.deadline if clock else None
