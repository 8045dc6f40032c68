"""What the jobs that drain and resume their own node have in common."""

from tui.lab.failover.cluster import NO_SERVICE, FailoverCluster
from tui.lab.runs.runner import JobRun


def answering_cluster(run: JobRun, step: str) -> FailoverCluster:
    """Return the cluster; the job fails at `step` where the cluster service of its node does not run."""
    failover = run.world.cluster.failover
    if not failover.answers(run.node):
        run.fail(step, f"The cluster does not answer: {NO_SERVICE}")
    return failover
