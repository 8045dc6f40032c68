"""Cluster-Aware Updating: the cluster's own way to update its nodes one by one, and how a run of it stands."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.open_enum import OpenEnum


class CauNodeStatus(OpenEnum):
    """How a run stands on one node; the names of `NodeStatusNotifications` and `NodeResults` that are documented."""

    WAITING = "Waiting"
    SCANNING = "Scanning"
    DOWNLOADING = "Downloading"
    SUSPENDING = "Suspending"
    INSTALLING = "Installing"
    RESTARTING = "Restarting"
    RESUMING = "Resuming"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class CauRole:
    """The clustered role that updates the cluster by itself."""

    installed: bool
    """Whether the cluster has it."""
    enabled: bool | None = None
    """Whether it is on; `None` where it does not say."""
    status: str | None = None
    """Its state in the cluster, as it came."""


@dataclass(frozen=True, slots=True)
class CauNode:
    """How a run stands on one node."""

    node: str
    """Node name."""
    status: CauNodeStatus
    """What it does there, or how it ended."""
    succeeded: int | None = None
    """Updates that were installed, once it has ended there."""
    failed: int | None = None
    """Updates that were not."""


@dataclass(frozen=True, slots=True)
class CauRun:
    """A run of Cluster-Aware Updating that is going on."""

    run_id: str
    """Its id."""
    started: datetime | None = None
    """When it started, UTC."""
    orchestrator: str | None = None
    """Node or computer that coordinates it."""
    nodes: tuple[CauNode, ...] = ()
    """How it stands, node by node, as far as it says."""


@dataclass(frozen=True, slots=True)
class CauResult:
    """What a run of Cluster-Aware Updating came to, by its report."""

    run_id: str
    """Its id."""
    status: str
    """How it ended, as it came: `Succeeded` where all went well, `InProgress` where no report tells."""
    nodes: tuple[CauNode, ...] = ()
    """How it went, node by node."""

    @property
    def succeeded(self) -> bool:
        """Whether it says that everything was done."""
        return self.status.casefold() == "succeeded"
