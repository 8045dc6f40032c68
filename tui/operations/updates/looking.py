"""What has to be known before nodes are updated: what they are offered, how they stand, what goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.cluster_updates import NodeUpdates
from tui.cluster.facts import value_of
from tui.nodes.errors import NodeError
from tui.operations.read_updates import UpdatesReading
from tui.operations.running import ClusterRuns, runs_of
from tui.operations.updates.asking import asked_or_none
from tui.runs.event import Sink, note

if TYPE_CHECKING:
    from tui.session import Session


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that was looked at."""

    nodes: tuple[NodeUpdates, ...]
    """The nodes that are meant."""
    health: ClusterHealth | None
    """The cluster, as the first node that tells it does; `None` where none does."""
    cluster: str | None
    """Name of the cluster."""
    runs: ClusterRuns
    """What goes on."""
    own: str | None
    """Node azsconfig runs on, where it is one of the cluster's."""

    @property
    def clustered(self) -> bool:
        """Whether the nodes are in a failover cluster."""
        return self.health is not None and self.health.clustered

    def node(self, name: str) -> NodeUpdates | None:
        """Return one of the nodes that are meant."""
        return next((node for node in self.nodes if node.node == name), None)


def look(session: "Session", nodes: Sequence[str], sink: Sink) -> Look:
    """Search on every node that is named, side by side, and see how the cluster stands; blocks until all have ended."""
    sink(note("Searching for updates. This may take some minutes." if nodes else "Looking at the cluster."))
    found = UpdatesReading(session, nodes).run() if nodes else None
    own = next((target.node for target in session.targets if session.is_local(target.node)), None)
    health = value_of(found.health) if found is not None else None
    return Look(
        found.nodes if found is not None else (),
        health if health is not None and health.clustered else _health(session) or health,
        cluster_name(session) or session.name,
        runs_of(session),
        own,
    )


def cluster_name(session: "Session") -> str | None:
    """Return the name of the cluster, as the first node that knows it tells."""
    for target in session.targets:
        try:
            outs = session.submit(target.node, "get-cluster").result().outs
        except NodeError:
            continue
        said = outs[0] if outs else None
        if isinstance(said, Mapping) and said.get("Name"):
            return str(said["Name"])
    return None


def _health(session: "Session") -> ClusterHealth | None:
    """Return what the first node in a cluster tells of it, else the first that tells anything."""
    first: ClusterHealth | None = None
    for target in session.targets:
        told = asked_or_none(session, target.node, "get-cluster-health", ClusterHealth)
        if told is not None and told.clustered:
            return told
        first = first or told
    return first
