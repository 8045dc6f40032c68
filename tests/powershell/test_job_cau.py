"""job-cau-run: Cluster-Aware Updating is called without a question, followed, and judged by its report alone."""

from typing import Any

import pytest

from tests.powershell.job_engine import JobRun
from tests.powershell.update_cases import UpdateNode
from tui.cluster.cluster_aware_updating import CauNode, CauNodeStatus, CauResult
from tui.cluster.decode import decode
from tui.nodes.script import script_text

GIVEN: dict[str, Any] = {
    "ClusterName": "HCI-CL01",
    "MaxFailedNodes": 0,
    "RequireAllNodesOnline": True,
    "IncludeRecommended": True,
    "RebootTimeout": 45,
}
OLD: dict[str, Any] = {"RunId": "old", "Status": "Failed", "NodeResults": []}

OLDER_MODULE = """
function Invoke-CauRun {
    [CmdletBinding()]
    param([string] $ClusterName, [string] $CauPluginName)
    [System.IO.File]::AppendAllText("$env:AZSCONFIG_STUB_STATE/bound", ($PSBoundParameters.Keys -join ','))
}

function Get-CauRun { [CmdletBinding()] param([string] $ClusterName) }

function Get-CauReport { [CmdletBinding()] param([string] $ClusterName, [switch] $Last, [switch] $Detailed) }
"""


def result(node: str, status: str = "Succeeded", succeeded: int = 2, failed: int = 0) -> dict[str, Any]:
    return {
        "Node": node,
        "Status": status,
        "NumberOfSucceededUpdates": succeeded,
        "NumberOfFailedUpdates": failed,
    }


NEW = {"RunId": "new", "Status": "Succeeded", "NodeResults": [result("HCI-N1"), result("HCI-N2")]}


def cau(node: UpdateNode, given: dict[str, Any] | None = None, **scenario: Any) -> JobRun:
    """Run the job on a node that has Cluster-Aware Updating; it looks without a pause how the run stands."""
    if not (node.node.folder / "modules" / "ClusterAwareUpdating").exists():
        node.node.install("ClusterAwareUpdating", "2.0.0.0")
    text = script_text("job-cau-run").replace("$pauseSeconds = 10\n", "$pauseSeconds = 0.01\n")
    assert "$pauseSeconds = 0.01" in text
    return node.job_text(text, {"cau": scenario}, **(GIVEN if given is None else given))


def bound(run: JobRun) -> dict[str, Any]:
    (call,) = run.called("Invoke-CauRun")
    return call["Bound"]


def test_the_report_of_the_run_is_the_result(update_node: UpdateNode) -> None:
    run = cau(update_node, before=OLD, after=NEW)
    assert (run.stop, run.steps) == (None, ["cau started", "cau done"])
    told = decode(CauResult, run.result)
    assert told == CauResult(
        run_id="new",
        status="Succeeded",
        nodes=(
            CauNode("HCI-N1", CauNodeStatus.SUCCEEDED, succeeded=2, failed=0),
            CauNode("HCI-N2", CauNodeStatus.SUCCEEDED, succeeded=2, failed=0),
        ),
    )
    assert told.succeeded
    assert run.text("cau", "done") == "The run ended as Succeeded"


def test_nothing_is_asked_and_everything_given_is_passed(update_node: UpdateNode) -> None:
    assert bound(cau(update_node, after=NEW)) == {
        "CauPluginArguments": {"IncludeRecommendedUpdates": "True"},
        "CauPluginName": "Microsoft.WindowsUpdatePlugin",
        "ClusterName": "HCI-CL01",
        "Confirm": False,
        "Force": True,
        "MaxFailedNodes": 0,
        "RebootTimeoutMinutes": 45,
        "RequireAllNodesOnline": True,
    }


@pytest.mark.parametrize("given", [{}, {"RequireAllNodesOnline": False, "IncludeRecommended": False}])
def test_what_is_not_given_is_left_to_the_cmdlet(update_node: UpdateNode, given: dict[str, Any]) -> None:
    run = cau(update_node, given, after=NEW)
    assert bound(run) == {"CauPluginName": "Microsoft.WindowsUpdatePlugin", "Confirm": False, "Force": True}
    assert run.result["RunId"] == "new"


def test_what_this_version_does_not_know_is_left_out_and_told(update_node: UpdateNode) -> None:
    folder = update_node.node.folder / "modules" / "ClusterAwareUpdating" / "1.0"
    folder.mkdir(parents=True)
    (folder / "ClusterAwareUpdating.psm1").write_text(OLDER_MODULE, encoding="ascii")
    manifest = "@{ ModuleVersion = '1.0'; RootModule = 'ClusterAwareUpdating.psm1'; FunctionsToExport = '*' }"
    (folder / "ClusterAwareUpdating.psd1").write_text(manifest, encoding="ascii")
    run = cau(update_node)
    names = (update_node.node.folder / "state" / "bound").read_text("utf-8").split(",")
    assert sorted(names) == ["CauPluginName", "ClusterName"]
    for name in ("MaxFailedNodes", "RequireAllNodesOnline", "CauPluginArguments", "RebootTimeoutMinutes"):
        assert f"Invoke-CauRun has no -{name} here" in run.output
    assert "-Force" not in run.output


@pytest.mark.parametrize("status", ["Failed", "PartiallySucceeded", "Cancelled"])
def test_a_run_that_does_not_succeed_is_told_and_judged_elsewhere(update_node: UpdateNode, status: str) -> None:
    nodes = [result("HCI-N1", "Failed", 1, 3)]
    run = cau(update_node, after={"RunId": "new", "Status": status, "NodeResults": nodes})
    assert (run.stop, run.steps) == (None, ["cau started", "cau failed"])
    assert run.text("cau", "failed") == f"The run ended as {status}"
    (told,) = decode(CauResult, run.result).nodes
    assert (told.status, told.succeeded, told.failed) == (CauNodeStatus.FAILED, 1, 3)


def test_progress_comes_from_the_cmdlet_and_from_the_run(update_node: UpdateNode) -> None:
    runs = [
        "The cluster is busy.",
        {"RunId": "new", "NodeStatusNotifications": [{"Node": "HCI-N1", "Status": "Suspending"}], "NodeResults": []},
        {
            "RunId": "new",
            "NodeStatusNotifications": [
                {"Node": "HCI-N1", "Status": "Installing"},
                {"Node": "HCI-N2", "Status": "Waiting"},
            ],
            "NodeResults": [],
        },
    ]
    run = cau(update_node, after=NEW, runs=runs, progress=["Updating nodes"])
    bars = [(item["text"], item["percent"]) for item in run.told if "activity" in item]
    assert ("Updating nodes, HCI-N1 Suspending", 40) in bars
    assert ("Updating nodes, HCI-N1 Installing, HCI-N2 Waiting", 40) in bars
    assert bars[-1] == ("", -1)


def test_without_a_report_the_run_itself_tells(update_node: UpdateNode) -> None:
    notes = [{"Node": "HCI-N1", "Status": "Resuming"}, {"Node": "HCI-N2", "Status": "Waiting"}]
    runs = [{"RunId": "new", "NodeStatusNotifications": notes, "NodeResults": [result("HCI-N1")]}]
    run = cau(update_node, before=OLD, after=OLD, runs=runs)
    assert run.stop is None
    told = decode(CauResult, run.result)
    assert (told.run_id, told.status, told.succeeded) == ("new", "InProgress", False)
    assert told.nodes == (
        CauNode("HCI-N1", CauNodeStatus.SUCCEEDED, succeeded=2, failed=0),
        CauNode("HCI-N2", CauNodeStatus.WAITING),
    )


def test_an_old_report_is_not_taken_for_the_runs(update_node: UpdateNode) -> None:
    run = cau(update_node, before=OLD, after=OLD)
    assert (run.stop, run.steps) == ("failed", ["cau started", "cau failed"])
    assert run.message == "Invoke-CauRun ended, and neither a run nor a report of it is there."
    assert not [item for item in run.told if "result" in item]


def test_a_report_that_cannot_be_read_is_warned_of(update_node: UpdateNode) -> None:
    run = cau(update_node, before="No access to the report.", after=NEW)
    assert run.result["RunId"] == "new"
    assert "Get-CauReport: No access to the report." in run.output


def test_a_run_that_cannot_begin_says_why(update_node: UpdateNode) -> None:
    run = cau(update_node, before=OLD, after=OLD, throws="The Updating Run has timed out\n waiting for nodes.")
    assert (run.stop, run.steps) == ("failed", ["cau started", "cau failed"])
    assert run.message == "Invoke-CauRun failed: The Updating Run has timed out waiting for nodes."


def test_a_run_that_breaks_off_tells_how_it_stood(update_node: UpdateNode) -> None:
    notes = [{"Node": "HCI-N1", "Status": "Restarting"}]
    runs = [{"RunId": "new", "NodeStatusNotifications": notes, "NodeResults": []}]
    run = cau(update_node, before=OLD, after=NEW, runs=runs, breaks="Broken")
    assert (run.stop, run.message) == ("failed", "Invoke-CauRun failed: Broken")
    assert decode(CauResult, run.result).nodes == (CauNode("HCI-N1", CauNodeStatus.RESTARTING),)


def test_warnings_and_errors_of_the_cmdlet_arrive(update_node: UpdateNode) -> None:
    run = cau(update_node, after=NEW, warnings=["No firewall rule"], errors=["HCI-N3 is not online"])
    assert run.stop is None
    assert "No firewall rule" in run.output
    assert "HCI-N3 is not online" in run.errors


def test_a_node_without_the_feature_is_refused(update_node: UpdateNode) -> None:
    run = update_node.job("job-cau-run", {}, **GIVEN)
    assert (run.stop, run.steps) == ("refused", ["cau started", "cau failed"])
    assert "This node has no Cluster-Aware Updating" in run.message


def test_the_stub_asks_unless_it_is_told_not_to(update_node: UpdateNode) -> None:
    update_node.node.install("ClusterAwareUpdating", "2.0.0.0")
    typed = "param($Parameters, $Secrets)\ntry { Invoke-CauRun %s } catch { Write-Host $_.Exception.Message }\n"
    for arguments in ("", "-Confirm:$false", "-Force"):
        run = update_node.job_text(typed % arguments, {"cau": {}})
        assert "NonInteractive mode" in run.output
    run = update_node.job_text(typed % "-Force -Confirm:$false | Out-Null", {"cau": {}})
    assert "NonInteractive mode" not in run.output
