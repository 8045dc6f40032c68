"""The job of draining the node it runs on, as `job-drain-node` does it."""

from datetime import timedelta

from tui.cluster.cluster_health import DrainStatus
from tui.cluster.membership import NodeState as MemberState
from tui.lab.failover.cluster import ClusterCommandError, FailoverCluster
from tui.lab.runs.jobs.cluster_node import answering_cluster
from tui.lab.runs.runner import JobRun

_LONGEST_MINUTES = 60


def drain_node(run: JobRun) -> None:
    """Do the step `drain`."""
    given = run.parameters.get("Timeout")
    minutes = _LONGEST_MINUTES if given is None else given
    run.step("drain", "started", f"Move the roles of {run.node} to other nodes and pause it")
    failover = answering_cluster(run, "drain")
    before = failover.state(run.node)
    goes_on = before != MemberState.PAUSED or failover.drain_status(run.node) == DrainStatus.IN_PROGRESS
    if before != MemberState.PAUSED:
        try:
            failover.suspend(run.node)
        except ClusterCommandError as error:
            run.fail("drain", f"The drain could not be started: {error}")
    if goes_on:
        _wait(run, failover, timedelta(minutes=float(minutes)))
    state, status = failover.state(run.node), failover.drain_status(run.node)
    groups = _roles(run, failover)
    run.result({"State": str(state), "DrainStatus": str(status), "Before": str(before), "Groups": groups})
    left = f" Still on it: {', '.join(groups)}." if groups else ""
    if goes_on and status == DrainStatus.NOT_INITIATED and state != MemberState.PAUSED:
        run.fail("drain", f"The drain of {run.node} was cancelled: the node was resumed.{left}")
    if status == DrainStatus.FAILED:
        run.fail("drain", f"The drain of {run.node} failed.{left}")
    if goes_on and status != DrainStatus.COMPLETED:
        run.fail("drain", f"The drain of {run.node} has not ended in {minutes} minutes; it is {status}.{left}")
    paused = before == MemberState.PAUSED
    run.step("drain", "done", f"{run.node} was paused already.{left}" if paused else f"{run.node} is {state}")


def _wait(run: JobRun, failover: FailoverCluster, limit: timedelta) -> None:
    """Follow the drain until it has ended or the time is over."""
    clock = run.world.cluster.clock
    begun = clock.now()
    most = max(len(_roles(run, failover)), 1)
    activity = f"Draining {run.node}"
    while (status := failover.drain_status(run.node)) == DrainStatus.IN_PROGRESS:
        left = len(_roles(run, failover))
        run.progress(1, activity, f"{status}, {left} roles left", max(0, 100 * (most - left) // most))
        if clock.now() - begun >= limit:
            break
        run.glance("draining")
    run.completed(1, activity)


def _roles(run: JobRun, failover: FailoverCluster) -> list[str]:
    return list(failover.groups.roles_on(run.node))
