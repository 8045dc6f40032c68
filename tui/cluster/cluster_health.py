"""How a cluster stands for taking a node out of it: nodes, storage, quorum, and what else updates it."""

from dataclasses import dataclass

from tui.cluster.cluster_aware_updating import CauRole, CauRun
from tui.cluster.membership import NodeState
from tui.cluster.node_names import node_key
from tui.cluster.open_enum import OpenEnum


class DrainStatus(OpenEnum):
    """`DrainStatus` of `Get-ClusterNode`."""

    NOT_INITIATED = "NotInitiated"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"


class DiskHealth(OpenEnum):
    """`HealthStatus` of a disk."""

    HEALTHY = "Healthy"
    WARNING = "Warning"
    UNHEALTHY = "Unhealthy"
    UNKNOWN = "Unknown"


class JobState(OpenEnum):
    """`JobState` of `Get-StorageJob`; those that are over are not listed for long."""

    NEW = "New"
    STARTING = "Starting"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    TERMINATED = "Terminated"
    KILLED = "Killed"
    EXCEPTION = "Exception"

    @property
    def over(self) -> bool:
        """Whether nothing goes on any more; a suspended one goes on later."""
        return self in {JobState.COMPLETED, JobState.TERMINATED, JobState.KILLED, JobState.EXCEPTION}


@dataclass(frozen=True, slots=True)
class HealthNode:
    """One node as the cluster sees it."""

    name: str
    """Node name."""
    state: NodeState
    """Its state in the cluster."""
    drain_status: DrainStatus | None = None
    """How far its roles have been moved away."""
    node_weight: int | None = None
    """Whether it has a vote: 1 or 0."""
    dynamic_weight: int | None = None
    """Whether its vote counts now."""
    roles: tuple[str, ...] = ()
    """Clustered roles that run on it."""


@dataclass(frozen=True, slots=True)
class VirtualDisk:
    """One volume's virtual disk."""

    name: str
    """Its friendly name."""
    health: DiskHealth
    """Its `HealthStatus`."""
    operational: tuple[str, ...] = ()
    """Its `OperationalStatus`, for example `OK`, `Degraded`, `InService`, as it came."""


@dataclass(frozen=True, slots=True)
class PhysicalDisk:
    """One physical disk that is not healthy."""

    name: str
    """Its friendly name and serial number."""
    health: DiskHealth
    """Its `HealthStatus`."""
    operational: tuple[str, ...] = ()
    """Its `OperationalStatus`, for example `Lost Communication`, `In Maintenance Mode`, as it came."""

    @property
    def maintained(self) -> bool:
        """Whether it rests because its node is paused."""
        return any("maintenance" in status.casefold() for status in self.operational)


@dataclass(frozen=True, slots=True)
class StorageJob:
    """One job of the storage: a repair after a node was away, a rebalancing."""

    name: str
    """Its name, for example `Repair`."""
    state: JobState
    """How it stands."""
    percent: int | None = None
    """How much is done, 0 to 100."""
    bytes_processed: int | None = None
    """Bytes done."""
    bytes_total: int | None = None
    """Bytes in all."""


@dataclass(frozen=True, slots=True)
class Quorum:
    """What the cluster needs to go on when nodes are away."""

    witness: str | None = None
    """Name of the witness's resource; `None` without one."""
    witness_state: str | None = None
    """State of that resource, `Online` when it works."""
    witness_weight: int | None = None
    """Whether its vote counts now (`WitnessDynamicWeight`)."""
    dynamic: bool | None = None
    """Whether votes follow the nodes that are up (`DynamicQuorum`)."""


@dataclass(frozen=True, slots=True)
class ClusterHealth:
    """The cluster as one node tells it. What is `None` could not be read, which is a doubt and never a yes."""

    clustered: bool
    """Whether the node is in a cluster whose service answers; otherwise the rest is empty."""
    nodes: tuple[HealthNode, ...] = ()
    """All nodes, sorted by name."""
    virtual_disks: tuple[VirtualDisk, ...] | None = None
    """All virtual disks."""
    physical_disks: tuple[PhysicalDisk, ...] | None = None
    """Physical disks that are not healthy, only these."""
    storage_jobs: tuple[StorageJob, ...] | None = None
    """Storage jobs, those that are over included."""
    quorum: Quorum | None = None
    """Votes beside the nodes' own."""
    cau_role: CauRole | None = None
    """The role of Cluster-Aware Updating; `None` where that could not be read."""
    cau_run: CauRun | None = None
    """A run of Cluster-Aware Updating that goes on now."""

    def node(self, name: str) -> HealthNode | None:
        """Return a node by any spelling of its name; `None` when the cluster does not list it."""
        return next((node for node in self.nodes if node_key(node.name) == node_key(name)), None)

    @property
    def can_drain(self) -> bool:
        """Whether there is anywhere to move roles to: a node alone only loses them for a while."""
        return self.clustered and len(self.nodes) > 1

    @property
    def jobs_left(self) -> tuple[StorageJob, ...]:
        """Storage jobs that are not over."""
        return tuple(job for job in self.storage_jobs or () if not job.state.over)

    @property
    def sick_disks(self) -> tuple[VirtualDisk, ...]:
        """Virtual disks that are not healthy."""
        return tuple(disk for disk in self.virtual_disks or () if disk.health != DiskHealth.HEALTHY)
