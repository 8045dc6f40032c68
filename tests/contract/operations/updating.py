"""Updating the lab's nodes in a hurry, and what has to be true of it at every moment."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tui.cluster.rolling_plan import RollingLimits
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations.install_updates import InstallUpdates
from tui.operations.operation import Operation
from tui.operations.restart_node import RestartNode
from tui.operations.updates.rolling_hands import RollingPace
from tui.runs.event import Event
from tui.runs.outcome import Outcome
from tui.session import Session

PACE = RollingPace(
    glance=timedelta(seconds=0.05), patience=timedelta(seconds=20), restart_patience=timedelta(seconds=1)
)
LIMITS = RollingLimits(answer=timedelta(seconds=3), storage=timedelta(seconds=3), node_back=timedelta(seconds=3))
INSTALL = InstallUpdates(pace=PACE, limits=LIMITS, heartbeat_seconds=0.5)
RESTART = RestartNode(pace=PACE, limits=LIMITS, heartbeat_seconds=0.5)
ROLLING: Mapping[str, Any] = {"select": ["all"], "rolling": True, "restart": True, "reason": "November updates"}


def silent(_event: Event) -> None:
    """Hear nothing."""


def carried_out(session: Session, operation: Operation, inputs: Mapping[str, Any]) -> Outcome:
    """Carry an operation out that nothing stands in the way of."""
    plan = operation.prepare(session, inputs, silent)
    assert plan.can_start, (plan.nothing_to_do, plan.blockers)
    return operation.apply(session, plan, silent)


def control_of(lab: Lab) -> LabControl:
    """Return the control of a lab, which is at its quickest."""
    control = LabControl.beside(lab.ready.config)
    control.pace(0.002)
    return control


def updates_of(control: LabControl, node: str) -> Mapping[str, Any]:
    """Return how a node stands with its updates."""
    told: Mapping[str, Any] = control.node(node)["updates"]
    return told


def promises_kept(control: LabControl) -> None:
    """See that never two nodes were out at once, and no drain was begun with a sick disk or a storage job going on."""
    for entry in control.record():
        assert len(entry["out"]) <= 1, entry
        if entry["what"] == "drain-began":
            assert not entry["sick_disks"], entry
            assert not entry["jobs"], entry


def happened(control: LabControl, what: str) -> list[str]:
    """Return the nodes that something happened to, in that order."""
    return [entry["node"] for entry in control.record() if entry["what"] == what]
