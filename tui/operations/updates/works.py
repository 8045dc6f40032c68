"""The steps of keeping a node current as detached runs, and what such a run came to."""

from collections.abc import Iterable
from datetime import timedelta

from tui.cluster.decode import DecodeError, decode
from tui.cluster.installation import Installation
from tui.cluster.restart_rules import SHORTEST_DELAY
from tui.cluster.rolling_journal import Step
from tui.cluster.updates import AvailableUpdate
from tui.runs.plan import NodeWork
from tui.runs.rolling_loop import StepEnd
from tui.runs.run_state import RunState

KINDS = {
    Step.DRAIN: "drain-node",
    Step.INSTALL: "install-updates",
    Step.RESTART: "restart-node",
    Step.RESUME: "resume-node",
}
"""Kind of the run that carries each step out; its job is `job-` and the kind."""
TITLES = {
    Step.DRAIN: "Drain {node}",
    Step.INSTALL: "Install updates on {node}",
    Step.RESTART: "Restart {node}",
    Step.RESUME: "Resume {node}",
}
DRAIN_LIMIT = timedelta(hours=1)
"""How long a drain may take: live migration of many virtual machines. Our own choice."""
RESTART_DELAY = SHORTEST_DELAY * 2


def drain_work(node: str) -> NodeWork:
    """Return the run that moves a node's roles away and pauses it."""
    return _work(node, Step.DRAIN, Timeout=round(DRAIN_LIMIT.total_seconds() / 60))


def install_work(node: str, updates: Iterable[AvailableUpdate]) -> NodeWork:
    """Return the run that downloads and installs updates; it never restarts the node."""
    named = [{"Id": update.id, "Revision": update.revision, "Title": update.title} for update in updates]
    return _work(node, Step.INSTALL, Updates=named)


def restart_work(node: str, reason: str, *, resume: bool) -> NodeWork:
    """Return the run that restarts a node; with `resume` the node resumes itself afterwards."""
    return _work(
        node,
        Step.RESTART,
        Reason=reason,
        Delay=round(RESTART_DELAY.total_seconds()),
        **({"Resume": True} if resume else {}),
    )


def resume_work(node: str) -> NodeWork:
    """Return the run that gives a node back to its cluster, with its roles."""
    return _work(node, Step.RESUME)


def step_end(step: Step, state: RunState, last_error: str) -> StepEnd:
    """Return what a run that is over came to, for the step that it carried out."""
    if step is Step.INSTALL and state.reason == "completed":
        return _installed(state)
    if state.reason == "completed":
        return StepEnd(succeeded=True)
    if state.died:
        return StepEnd(
            succeeded=False, text="its process is gone, or the node was restarted meanwhile", remedy=_look(state)
        )
    return StepEnd(succeeded=False, text=last_error.rstrip(".") or f"it ended as {state.reason}", remedy=_look(state))


def installation_of(state: RunState) -> Installation | None:
    """Return what an installation came to; `None` where its run does not say."""
    try:
        return decode(Installation, state.result) if state.result is not None else None
    except DecodeError:
        return None


def failure_words(told: Installation) -> str:
    """Return which updates failed and why, in one line without a full stop; empty for none."""
    return "; ".join(f"{update.title}: {update.why}" for update in told.failures)


def _installed(state: RunState) -> StepEnd:
    told = installation_of(state)
    if told is None:
        return StepEnd(succeeded=False, text="it does not say what was installed", remedy=_look(state))
    failures = told.failures
    if failures:
        remedy = failures[0].remedy or _look(state)
        return StepEnd(succeeded=False, text=failure_words(told), remedy=remedy, restart_needed=told.restart_needed)
    return StepEnd(succeeded=True, text=f"{told.installed} installed", restart_needed=told.restart_needed)


def _look(state: RunState) -> str:
    return f"See what it says: azsconfig runs show {state.id}"


def _work(node: str, step: Step, **parameters: object) -> NodeWork:
    kind = KINDS[step]
    return NodeWork(node, kind, f"job-{kind}", parameters)
