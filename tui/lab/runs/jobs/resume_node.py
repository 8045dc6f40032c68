"""The job of resuming the node it runs on, as `job-resume-node` does it."""

from tui.cluster.membership import NodeState as MemberState
from tui.lab.failover.cluster import ClusterCommandError
from tui.lab.runs.jobs.cluster_node import answering_cluster
from tui.lab.runs.runner import JobRun


def resume_node(run: JobRun) -> None:
    """Do the step `resume`."""
    run.step("resume", "started", f"Resume {run.node} and move its roles back")
    failover = answering_cluster(run, "resume")
    before = failover.state(run.node)
    trouble = None
    if before == MemberState.PAUSED:
        try:
            failover.resume(run.node)
        except ClusterCommandError as error:
            trouble = f"{run.node} could not be resumed: {error}"
    state = failover.state(run.node)
    run.result({"State": str(state), "Before": str(before)})
    if trouble is not None:
        run.fail("resume", trouble)
    resumed = before == MemberState.PAUSED
    run.step("resume", "done", f"{run.node} is {state}" if resumed else f"{run.node} was not paused: it is {state}")
