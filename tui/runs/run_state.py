"""A detached run as its node tells it."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tui.cluster.iso_time import parse_iso_time
from tui.cluster.open_enum import OpenEnum

_ID = re.compile(r"(\d{8}T\d{6}Z)-([a-z][a-z-]{0,30}[a-z])-([0-9a-f]{8})")


class RunPhase(OpenEnum):
    """How far a run is, as its runner wrote it last."""

    STARTING = "starting"
    WAITING_FOR_SECRETS = "waiting-for-secrets"
    RUNNING = "running"
    PAUSED = "paused"
    """Nobody coordinates it now; somebody may go on with it."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RunState:
    """One run on one node: `state.json`, with what the node adds when it is asked."""

    id: str
    """Unique id, sortable by time."""
    kind: str
    """Kind of run, for example `register`."""
    title: str
    """What it does, in one line."""
    phase: RunPhase
    """How far it is."""
    alive: bool
    """Whether its process is there: a runner that died says `running` for ever."""
    started: datetime
    """When it started, by the node's clock, UTC."""
    updated: datetime | None = None
    """When its runner wrote last."""
    ended: datetime | None = None
    """When it ended."""
    process_id: int | None = None
    """Process of its runner."""
    process_started: datetime | None = None
    """When that process started: process ids come again."""
    step: str | None = None
    """Title of the step it is in."""
    exit: int | None = None
    """Exit code of its job, once it has ended."""
    reason: str | None = None
    """Why it ended: `completed`, `failed`, `refused`, `no-secrets`, `died`."""
    started_by: str | None = None
    """Who started it."""
    identity: str | None = None
    """Identity it runs as."""
    cluster: str | None = None
    """Cluster it belongs to."""
    operation: str | None = None
    """Option it belongs to."""
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of its job; no secret is among them."""
    result: dict[str, Any] | None = None
    """What its job claims to have come to."""
    outcome: dict[str, Any] | None = None
    """What azsconfig found to be true afterwards, once somebody has looked."""
    size: int = 0
    """Bytes of its journal."""
    coordinated: bool = False
    """Whether azsconfig itself coordinates it over several nodes, each of which has its journal."""
    coordinator: str | None = None
    """Which azsconfig coordinates it now, or did last: a word that only that one knows beforehand."""

    @property
    def over(self) -> bool:
        """Whether nothing of it goes on any more."""
        return self.phase == RunPhase.ENDED or not self.alive

    @property
    def died(self) -> bool:
        """Whether its runner is gone without having ended it."""
        return self.phase != RunPhase.ENDED and not self.alive and not self.coordinated

    @property
    def stands_still(self) -> bool:
        """Whether nobody coordinates it any more although it is not finished: anyone may go on with it."""
        return self.coordinated and self.phase != RunPhase.ENDED and not self.alive


def new_run_id(kind: str, now: datetime) -> str:
    """Return an id for a run of a kind that starts now (UTC)."""
    made = f"{now:%Y%m%dT%H%M%SZ}-{kind}-{secrets.token_hex(4)}"
    if _ID.fullmatch(made) is None:
        message = f"{kind!r} is no kind of run"
        raise ValueError(message)
    return made


def is_run_id(text: str) -> bool:
    """Return whether a text is the id of a run: nothing else may become a name of a folder on a node."""
    found = _ID.fullmatch(text)
    if found is None:
        return False
    try:
        stamp = found[1]
        parse_iso_time(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}:{stamp[13:15]}Z")
    except ValueError:
        return False
    return True
