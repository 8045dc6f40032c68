"""A rolling update before it starts: which nodes, in which order, and how long each wait may take."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from tui.cluster.membership import in_natural_order
from tui.cluster.node_names import node_key


@dataclass(frozen=True, slots=True)
class RollingLimits:
    """How long to wait for what passes by itself, before it becomes a doubt. All are our own choice."""

    answer: timedelta = timedelta(minutes=15)
    """For a node or the cluster to answer."""
    storage: timedelta = timedelta(hours=8)
    """For the storage to repair what a node missed while it was away."""
    node_back: timedelta = timedelta(minutes=90)
    """For a node to come back from its restart: updates are finished before it starts."""


@dataclass(frozen=True, slots=True)
class RollingPlan:
    """What a rolling update does; it stays the same from the start to the end, whoever continues it."""

    nodes: tuple[str, ...]
    """Nodes in the order they are taken, as the session names them."""
    selection: str = "all"
    """Which updates, as `--select` takes it."""
    clustered: bool = True
    """Whether the nodes are in a failover cluster."""
    drain: bool = True
    """Whether a node is drained before it installs; a restart always drains where that is possible."""
    restart: bool = False
    """Whether a node that needs it is restarted."""
    reason: str = ""
    """Why, as it is journaled and told to the nodes; a restart needs one."""
    own: str | None = None
    """Node the coordinator runs on, if it is one of them; it is the last."""
    limits: RollingLimits = field(default_factory=RollingLimits)
    """How long to wait."""


def rolling_order(nodes: Iterable[str], own: str | None = None) -> tuple[str, ...]:
    """Return nodes in the order they are taken: by name as people count, the one azsconfig runs on last."""
    return tuple(
        sorted(nodes, key=lambda node: (own is not None and node_key(node) == node_key(own), in_natural_order(node)))
    )
