"""The journal of a rolling update: what was begun and how it ended, node by node. All there is to remember is in it.

An entry is written before what it says is done, so a coordinator that dies has left behind what it was about to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """One step on one node."""

    CHECK = "check"
    DRAIN = "drain"
    INSTALL = "install"
    RESTART = "restart"
    WAIT_FOR_NODE = "wait-for-node"
    HOLD = "hold"
    """Wait with the node in hand until the rest of the cluster lets it go on."""
    RESUME = "resume"
    WAIT_FOR_STORAGE = "wait-for-storage"


RUN_STEPS = frozenset({Step.DRAIN, Step.INSTALL, Step.RESTART, Step.RESUME})
"""Steps that are detached runs on the node; the others are waits of the coordinator."""


class Mark(StrEnum):
    """What an entry says."""

    STARTED = "started"
    """A step begins, or is taken up again."""
    DONE = "done"
    """A step has ended well."""
    FAILED = "failed"
    """A step has failed."""
    DOUBT = "doubt"
    """Something is not as it should be: the node in hand is given back, then the update stops."""
    NODE_DONE = "node-done"
    """Nothing is left to do on a node."""
    STOPPED = "stopped"
    """The update stands still until somebody continues it."""
    CONTINUED = "continued"
    """Somebody continues it."""
    FINISHED = "finished"
    """All nodes are done."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal."""

    mark: Mark
    """What it says."""
    time: datetime
    """When, by the coordinator's clock, UTC."""
    node: str | None = None
    """Node it is about."""
    step: Step | None = None
    """Step it is about."""
    run: str | None = None
    """Id of the detached run that carries the step out."""
    text: str = ""
    """What happened, or what is waited for, in words."""
    remedy: str = ""
    """What to do about it."""
    boot_time: datetime | None = None
    """Of a restart: when the node had started before it, by its own clock."""
    restart_needed: bool | None = None
    """Of an installation that ended: whether the node has to restart."""
    unread: bool = False
    """Of a wait: whether it is for something that cannot be read."""


def done_nodes(journal: Iterable[Entry]) -> frozenset[str]:
    """Return the nodes nothing is left to do on."""
    return frozenset(entry.node for entry in journal if entry.mark is Mark.NODE_DONE and entry.node is not None)


def standing_still(journal: Sequence[Entry]) -> Entry | None:
    """Return the entry that says why the update stands still or is over; `None` while it may go on."""
    last = next((entry for entry in reversed(journal) if entry.mark in _STANDS), None)
    return last if last is not None and last.mark is not Mark.CONTINUED else None


def continued(now: datetime, who: str) -> Entry:
    """Return the entry that lets an update go on that stands still; `who` is the person, for the journal."""
    return Entry(Mark.CONTINUED, now, text=f"continued by {who}")


def restarts_owed(journal: Iterable[Entry]) -> dict[str, datetime]:
    """Return the nodes that need a restart which they were not given, and since when, in the order they were taken."""
    owed: dict[str, datetime | None] = {}
    for entry in journal:
        if entry.node is None:
            continue
        if entry.step is Step.INSTALL and entry.restart_needed is not None:
            owed[entry.node] = entry.time if entry.restart_needed else None
        elif entry.step is Step.WAIT_FOR_NODE and entry.mark is Mark.DONE:
            owed[entry.node] = None
    return {node: since for node, since in owed.items() if since is not None}


_STANDS = frozenset({Mark.STOPPED, Mark.CONTINUED, Mark.FINISHED})
