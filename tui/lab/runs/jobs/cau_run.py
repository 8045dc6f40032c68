"""The job of letting Cluster-Aware Updating update the cluster, as `job-cau-run` does it."""

from typing import Any

from tui.lab.failover.cluster_aware import CauRunState
from tui.lab.runs.cau import CauOptions, CauRefusedError
from tui.lab.runs.runner import JobRun

_ACTIVITY = "Cluster-Aware Updating"


def cau_run(run: JobRun) -> None:
    """Do the step `cau`; the run of Cluster-Aware Updating itself goes on without whoever asked for it."""
    run.step("cau", "started", "Cluster-Aware Updating updates the cluster")
    begun = _begin(run)
    while not begun.over:
        with run.world.cluster.locked():
            words = ", ".join(f"{node.node} {node.status}" for node in begun.nodes)
        run.progress(1, _ACTIVITY, words, None)
        run.glance("updating")
    run.completed(1, _ACTIVITY)
    run.result(_result(begun))
    run.step("cau", "done" if begun.status == "Succeeded" else "failed", f"The run ended as {begun.status}")


def _begin(run: JobRun) -> CauRunState:
    if run.as_system:
        run.fail("cau", "Invoke-CauRun failed: Access is denied on the other nodes of the cluster.")
    failed = run.parameters.get("MaxFailedNodes")
    options = CauOptions(
        max_failed=None if failed is None else int(failed),
        all_online=run.parameters.get("RequireAllNodesOnline") is True,
        recommended=run.parameters.get("IncludeRecommended") is True,
    )
    try:
        return run.world.cau_coordinator.begin(run.node, options)
    except CauRefusedError as error:
        run.fail("cau", f"Invoke-CauRun failed: {error}")


def _result(begun: CauRunState) -> dict[str, Any]:
    """Return what the report says: of nodes whose turn never came it says nothing."""
    return {
        "RunId": begun.run_id,
        "Status": begun.status,
        "Nodes": [node.document() for node in begun.nodes if node.over],
    }
