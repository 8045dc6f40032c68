"""What the coordinator of a rolling update sees before it decides, and what it decides to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.rolling_journal import RUN_STEPS, Entry, Step


class RunSight(StrEnum):
    """What is seen of the detached run of a step that was begun."""

    ABSENT = "absent"
    """The node answers and has no such run: it never began."""
    GOING_ON = "going-on"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """It failed, was refused, or its runner died."""
    UNKNOWN = "unknown"
    """The node does not answer, or nobody asked."""


@dataclass(frozen=True, slots=True)
class NodeSight:
    """What is seen of one node."""

    reachable: bool
    """Whether it answers."""
    boot_time: datetime | None = None
    """When it started, by its own clock."""
    services_running: bool | None = None
    """Whether its services run: cluster, registration and agent; `None` where that was not read."""
    restart_pending: bool | None = None
    """Whether it waits for a restart."""
    updates: int | None = None
    """How many of the chosen updates it is offered; `None` where it was not asked. Only the check needs it."""
    run: RunSight = RunSight.UNKNOWN
    """What is seen of the run that `open_run` of its progress names."""


@dataclass(frozen=True, slots=True)
class RollingView:
    """What is true now, as far as it could be read."""

    now: datetime
    """Time of the reading, by the coordinator's clock."""
    health: ClusterHealth | None = None
    """The cluster, as a node that answers tells it; `None` when none could tell."""
    nodes: Mapping[str, NodeSight] = field(default_factory=dict[str, NodeSight])
    """Nodes by their name in the plan: at least the one whose turn it is."""


class Do(StrEnum):
    """What comes next: one of `Step`, or what concerns the whole update."""

    CHECK = "check"
    DRAIN = "drain"
    INSTALL = "install"
    RESTART = "restart"
    WAIT_FOR_NODE = "wait-for-node"
    HOLD = "hold"
    RESUME = "resume"
    WAIT_FOR_STORAGE = "wait-for-storage"
    DOUBT = "doubt"
    """Write the doubt down; the node is given back next."""
    NEXT_NODE = "next-node"
    """Nothing is left to do on this one."""
    STOP = "stop"
    """Stand still and say why."""
    DONE = "done"
    """Every node is done."""


@dataclass(frozen=True, slots=True)
class RollingAction:
    """What comes next, and on which node."""

    do: Do
    """What."""
    node: str | None = None
    """Node it is about."""
    writes: Entry | None = None
    """Entry to write before anything else; a step that is a new run gets its id first. `None` when it is written."""
    run: str | None = None
    """Run to follow, where a step was begun already."""
    pause: bool = False
    """Whether to wait a moment before looking again."""
    text: str = ""
    """Why, in one or two sentences: what is waited for, what the doubt is."""
    remedy: str = ""
    """What a person can do about it."""

    @property
    def step(self) -> Step | None:
        """The step that has to be carried out as a detached run, new or to be followed; `None` for everything else."""
        return next((step for step in RUN_STEPS if step.value == self.do.value), None)

    @property
    def over(self) -> bool:
        """Whether nothing comes after it."""
        return self.do in {Do.STOP, Do.DONE}
