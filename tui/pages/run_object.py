"""Runs as plain data: `azsconfig runs --json`, and what is saved of a run's screen."""

from typing import Any

from tui.cluster.iso_time import iso_time
from tui.operations.run_progress import RunPicture
from tui.operations.running import ClusterRuns, FoundRun
from tui.runs.event import event_object
from tui.runs.outcome import outcome_object
from tui.runs.run_lock import RunLock


def run_object(found: FoundRun) -> dict[str, Any]:
    """Return one run as its node tells it."""
    state = found.state
    return {
        "id": state.id,
        "node": found.node,
        "kind": state.kind,
        "operation": state.operation,
        "title": state.title,
        "cluster": state.cluster,
        "phase": str(state.phase),
        "alive": state.alive,
        "over": state.over,
        "died": state.died,
        "stands_still": state.stands_still,
        "step": state.step,
        "started": iso_time(state.started),
        "ended": iso_time(state.ended) if state.ended else None,
        "exit": state.exit,
        "reason": state.reason,
        "started_by": state.started_by,
        "identity": state.identity,
        "outcome": state.outcome,
    }


def runs_object(runs: ClusterRuns) -> dict[str, Any]:
    """Return all runs of a cluster."""
    return {
        "runs": [run_object(found) for found in runs.runs],
        "locks": [_lock(lock) for lock in runs.locks],
        "unread": [{"node": node, "message": words} for node, words in runs.unread],
    }


def picture_object(picture: RunPicture) -> dict[str, Any]:
    """Return what a run's screen says."""
    return {
        "run": picture.run_id,
        "node": picture.node,
        "title": picture.title,
        "started": iso_time(picture.started) if picture.started else None,
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "status": str(step.status) if step.status is not None else None,
                "started": iso_time(step.started) if step.started else None,
                "ended": iso_time(step.ended) if step.ended else None,
            }
            for step in picture.steps
        ],
        "lines": [event_object(line) for line in picture.lines],
        "outcome": outcome_object(picture.outcome) if picture.outcome is not None else None,
    }


def _lock(lock: RunLock) -> dict[str, Any]:
    return {
        "run": lock.run_id,
        "kind": lock.kind,
        "title": lock.title,
        "owner": lock.owner,
        "holder": lock.holder,
        "since": iso_time(lock.since),
    }
