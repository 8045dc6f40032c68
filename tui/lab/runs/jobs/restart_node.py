"""The job of restarting the node it runs on, as `job-restart-node` does it: the node is gone soon after its end."""

from tui.lab.clock import iso
from tui.lab.runs.runner import JobRun

_LEAST_DELAY, _LONGEST_DELAY = 5, 3600
_LONGEST_REASON = 500
_SCHEDULED = (
    "A restart or a shutdown is scheduled already: shutdown.exe ended with 1190. A system shutdown has already been "
    "scheduled.(1190)"
)


def restart_node(run: JobRun) -> None:
    """Do the step `restart`. The delay is one of the lab's pace, whatever the parameter says."""
    delay = run.parameters.get("Delay")
    if not isinstance(delay, int | float) or not _LEAST_DELAY <= delay <= _LONGEST_DELAY:
        told = "" if delay is None else delay
        run.stop("refused", f"Delay is '{told}'; it has to be between {_LEAST_DELAY} and {_LONGEST_DELAY} seconds.")
    reason = " ".join(str(run.parameters.get("Reason") or "").split()).replace('"', "'").rstrip("\\")[:_LONGEST_REASON]
    if not reason:
        run.stop("refused", "A restart needs a reason.")
    resumes = run.parameters.get("Resume") is True
    run.step("restart", "started", f"Restart {run.node} in {delay} seconds: {reason}")
    cluster = run.world.cluster
    with cluster.locked():
        node = cluster.node(run.node)
        booted = iso(cluster.clock.shown(node.booted) + node.skew)
        finishes_updates = bool(node.updates.staged)
        if resumes:
            cluster.failover.resume_after_restart(node.name)
    if not run.world.power[run.node].restart_soon(run.over, finishes_updates=finishes_updates):
        run.warning(_SCHEDULED)
    run.result({"BootTime": booted, "Delay": int(delay), "Resumes": resumes})
    run.step("restart", "done", "Windows restarts the node")
