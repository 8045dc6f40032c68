"""Whether a node may be taken out of its cluster now: drained, restarted, or both.

Microsoft, cluster maintenance: all nodes up, virtual disks healthy, no storage job going on. While a node is paused its
disks rest, so virtual disks say `Warning` and `Degraded` and their repair is suspended until it is back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tui.cluster.cluster_health import ClusterHealth, DiskHealth, HealthNode
from tui.cluster.membership import NodeState
from tui.cluster.node_names import node_key


class ObstacleKind(StrEnum):
    """What stands in the way."""

    UNREAD = "unread"
    """Something that has to be known could not be read."""
    NODE_OUT = "node-out"
    """A node is not up."""
    DISK = "disk"
    """A virtual disk is not healthy."""
    PHYSICAL_DISK = "physical-disk"
    """A physical disk is not healthy."""
    STORAGE_JOB = "storage-job"
    """The storage repairs or moves data."""
    QUORUM = "quorum"
    """The cluster could stop without the node."""
    WITNESS = "witness"
    """The witness does not work."""
    CAU = "cau"
    """Cluster-Aware Updating updates the cluster now."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason not to take a node out now."""

    kind: ObstacleKind
    """What sort."""
    message: str
    """What is so, in one short line."""
    remedy: str
    """What to do about it."""
    passes: bool = False
    """Whether it goes away by itself, so that waiting for it makes sense."""
    node: str | None = None
    """Node it is about, as the cluster spells it, where it is about one."""


def obstacles(health: ClusterHealth | None, node: str, *, out: bool = False) -> tuple[Obstacle, ...]:
    """Return everything that speaks against taking a node out of its cluster now, or, with `out`, against going on.

    `out` says that this node has been taken out already: what its absence does to the storage is not held against it,
    everything else is. A machine that is in no cluster has nothing in its way. What could not be read is a reason too.
    """
    if health is None:
        return (_unread("the cluster's state"),)
    if not health.clustered:
        return ()
    found = [*_nodes(health, node, out=out), *_storage(health, out=out), *_quorum(health, node), *_cau(health)]
    return tuple(found)


def storage_obstacles(health: ClusterHealth | None) -> tuple[Obstacle, ...]:
    """Return what the storage still has to do after a node came back; all of it passes unless it could not be read."""
    if health is None:
        return (_unread("the cluster's state"),)
    return tuple(_storage(health, out=False, repairing=True)) if health.clustered else ()


def _unread(what: str) -> Obstacle:
    remedy = "Read again; 12) Troubleshoot if it cannot be read for longer."
    return Obstacle(ObstacleKind.UNREAD, f"{what} could not be read", remedy, passes=True)


def _nodes(health: ClusterHealth, name: str, *, out: bool) -> Iterator[Obstacle]:
    if health.node(name) is None:
        message = f"the cluster does not list {name}"
        yield Obstacle(ObstacleKind.UNREAD, message, "Name the node as the cluster does.")
    for node in health.nodes:
        own = node_key(node.name) == node_key(name)
        if node.state == NodeState.UP or (own and out):
            continue
        joining = node.state == NodeState.JOINING
        if joining:
            remedy = "Wait until it has joined."
        elif node.state == NodeState.PAUSED:
            remedy = f"Resume-ClusterNode {node.name} once nobody works on it any more."
        else:
            remedy = "Start the node or its cluster service."
        yield Obstacle(ObstacleKind.NODE_OUT, f"{node.name} is {node.state}", remedy, passes=joining, node=node.name)


def _storage(health: ClusterHealth, *, out: bool, repairing: bool = False) -> Iterator[Obstacle]:
    if health.virtual_disks is None or health.storage_jobs is None or health.physical_disks is None:
        yield _unread("the storage's state")
    for job in () if out else health.jobs_left:
        done = f", {job.percent} %" if job.percent is not None else ""
        message = f"the storage job {job.name} is {job.state}{done}"
        yield Obstacle(ObstacleKind.STORAGE_JOB, message, "Wait until Get-StorageJob lists none.", passes=True)
    mending = repairing or bool(health.jobs_left)
    for disk in health.sick_disks:
        # A paused node's disks rest: that is a warning, and no more than that.
        if out and disk.health == DiskHealth.WARNING:
            continue
        status = ", ".join(disk.operational)
        message = f"the virtual disk {disk.name} is {disk.health}{f' ({status})' if status else ''}"
        remedy = "Repair it first: Get-VirtualDisk, Get-HealthFault, Repair-VirtualDisk."
        yield Obstacle(ObstacleKind.DISK, message, remedy, passes=mending and not out)
    for disk in health.physical_disks or ():
        if disk.maintained and (out or repairing):
            continue
        status = ", ".join(disk.operational)
        message = f"the physical disk {disk.name} is {disk.health}{f' ({status})' if status else ''}"
        remedy = "Find out what it lacks: Get-PhysicalDisk, Get-HealthFault."
        yield Obstacle(ObstacleKind.PHYSICAL_DISK, message, remedy, passes=repairing)


def _quorum(health: ClusterHealth, name: str) -> Iterator[Obstacle]:
    quorum = health.quorum
    others = [node for node in health.nodes if node_key(node.name) != node_key(name)]
    if not others:
        return
    if quorum is None:
        yield _unread("the quorum")
        return
    witness_works = quorum.witness is not None and (quorum.witness_state or "").casefold() == "online"
    if quorum.witness is not None and not witness_works:
        message = f"the witness {quorum.witness} is {quorum.witness_state or 'in no state that is told'}"
        remedy = "Bring it online: Get-ClusterQuorum, Get-ClusterResource."
        yield Obstacle(ObstacleKind.WITNESS, message, remedy)
    if quorum.dynamic:
        # Votes follow nodes that leave in order, so whoever stays has the majority.
        return
    votes = [_vote(node) for node in health.nodes]
    witness = 0 if quorum.witness is None else 1
    left = sum(_vote(node) for node in others if node.state in {NodeState.UP, NodeState.PAUSED})
    if (left + (witness if witness_works else 0)) * 2 <= sum(votes) + witness:
        message = f"without {name} the cluster would have no majority of its votes and stop"
        yield Obstacle(ObstacleKind.QUORUM, message, "Add a witness (Set-ClusterQuorum), or start the other nodes.")


def _vote(node: HealthNode) -> int:
    return 1 if node.node_weight is None else node.node_weight


def _cau(health: ClusterHealth) -> Iterator[Obstacle]:
    if health.cau_run is not None:
        started = health.cau_run.orchestrator
        message = f"Cluster-Aware Updating updates the cluster now{f', coordinated by {started}' if started else ''}"
        yield Obstacle(ObstacleKind.CAU, message, "Wait until it is over (Get-CauRun), or stop it: Stop-CauRun.")
