"""Cluster-Aware Updating of the simulated cluster: its role, the run that goes on, and the report of the last one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tui.cluster.cluster_aware_updating import CauNodeStatus
from tui.lab.clock import LabClock, iso


@dataclass(slots=True)
class CauNodeRun:
    """How a run stands on one node."""

    node: str
    """Node name."""
    status: CauNodeStatus = CauNodeStatus.WAITING
    """What it does there, or how it ended."""
    succeeded: int = 0
    """Updates that were installed."""
    failed: int = 0
    """Updates that were not."""

    @property
    def over(self) -> bool:
        """Whether it has ended there."""
        return self.status in {CauNodeStatus.SUCCEEDED, CauNodeStatus.FAILED}

    def document(self) -> dict[str, Any]:
        """Return it as a result has it; while it goes on there are no numbers."""
        told: dict[str, Any] = {"Node": self.node, "Status": str(self.status)}
        return told | {"Succeeded": self.succeeded, "Failed": self.failed} if self.over else told


@dataclass(slots=True)
class CauRunState:
    """One run."""

    started: datetime
    """When, in lab time."""
    orchestrator: str
    """Node that coordinates it."""
    nodes: list[CauNodeRun]
    """All nodes, in their order."""
    status: str = "InProgress"
    """How it ended; `InProgress` until then."""
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Its id."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status != "InProgress"


class ClusterAwareUpdating:
    """What the cluster knows of it. Not safe by itself: the cluster's lock is around it."""

    def __init__(self) -> None:
        self.role_status: str | None = None
        """State of its role, for example `Online`; `None` where the cluster has none."""
        self.run: CauRunState | None = None
        """The newest run, over or not."""

    @property
    def going_on(self) -> bool:
        """Whether a run goes on."""
        return self.run is not None and not self.run.over

    def begin(self, now: datetime, orchestrator: str, order: Sequence[str]) -> CauRunState:
        """Begin a run over nodes in an order."""
        self.run = CauRunState(now, orchestrator, [CauNodeRun(node) for node in order])
        return self.run

    def role_document(self) -> dict[str, Any]:
        """Return the role as `get-cluster-health` tells it."""
        status = self.role_status
        enabled = None if status is None else status not in {"Disabled", "Offline"}
        return {"Installed": status is not None, "Enabled": enabled, "Status": status}

    def run_document(self, clock: LabClock) -> dict[str, Any] | None:
        """Return the run that goes on as `get-cluster-health` tells it; `None` for none."""
        run = self.run
        if run is None or run.over:
            return None
        # What has not ended comes first: notifications, then results.
        nodes = sorted(run.nodes, key=lambda node: node.over)
        return {
            "RunId": run.run_id,
            "Started": iso(clock.shown(run.started)),
            "Orchestrator": run.orchestrator,
            "Nodes": [node.document() for node in nodes],
        }
