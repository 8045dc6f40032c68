"""Cluster-Aware Updating in the lab: it takes node after node, whoever asked for it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import PASSWORD, USER, RunsLab
from tui.cluster.cluster_aware_updating import CauNodeStatus, CauResult
from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.decode import decode
from tui.cluster.leaving import ObstacleKind, obstacles
from tui.lab.runs.cau import CauOptions
from tui.lab.updates.arrange import STORE_DAMAGED
from tui.lab.updates.offers import ROLLUP_KB

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs("cau", 3)


def start(lab: RunsLab, node: str = "HCI-N3", **parameters: Any) -> dict[str, Any]:
    """Ask for a run on a node; the coordinator's own node is restarted last, which the run there does not survive."""
    asked = {"ClusterName": lab.cluster.name, **parameters}
    return lab.start("cau-run", asked, node=node, secrets={}, RunAsUser=USER, RunAsPassword=PASSWORD)


def health(lab: RunsLab, node: str = "HCI-N1") -> ClusterHealth:
    return decode(ClusterHealth, lab.call("get-cluster-health", {}, node))


def over(lab: RunsLab) -> bool:
    return lab.cluster.cau.run is not None and lab.cluster.cau.run.over


def test_the_role_is_told(lab: RunsLab) -> None:
    told = health(lab)
    assert told.cau_role is not None
    assert (told.cau_role.installed, told.cau_role.enabled, told.cau_role.status) == (True, True, "Online")
    assert told.cau_run is None


def test_a_run_updates_every_node_and_never_two_at_once(lab: RunsLab) -> None:
    booted = {name: lab.fact("get-system", name)["BootTime"] for name in lab.cluster.names}
    start(lab)
    wait_until(lambda: over(lab))
    run = lab.cluster.cau.run
    assert run is not None
    assert (run.status, [node.node for node in run.nodes]) == ("Succeeded", ["HCI-N1", "HCI-N2", "HCI-N3"])
    assert all(lab.fact("get-system", name)["BootTime"] > booted[name] for name in lab.cluster.names)
    assert all(ROLLUP_KB not in str(lab.call("search-updates", {}, name)) for name in lab.cluster.names)
    record = lab.cluster.failover.record()
    assert all(len(entry.out) <= 1 for entry in record)
    assert all(not entry.sick_disks and not entry.jobs for entry in record if str(entry.what) == "drain-began")
    assert obstacles(health(lab), "HCI-N1") == ()


def test_a_run_without_restarts_is_followed_to_its_report(lab: RunsLab) -> None:
    for node in lab.cluster.nodes():
        node.updates.offers = [offer for offer in node.updates.offers if not offer.needs_restart]
    state = lab.follow(start(lab)["Id"], "HCI-N3")[0]
    assert state["Reason"] == "completed"
    result = decode(CauResult, state["Result"])
    assert result.succeeded
    assert [(node.node, node.status, node.succeeded, node.failed) for node in result.nodes] == [
        (name, CauNodeStatus.SUCCEEDED, 2, 0) for name in lab.cluster.names
    ]


def test_while_it_goes_on_everybody_sees_it_and_a_second_is_refused(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["drain-stuck"] = True
    first = start(lab)
    wait_until(lambda: lab.cluster.cau.going_on)
    told = health(lab)
    assert told.cau_run is not None
    assert (told.cau_run.orchestrator, len(told.cau_run.nodes)) == ("HCI-N3", 3)
    assert ObstacleKind.CAU in {found.kind for found in obstacles(told, "HCI-N2")}
    second = lab.follow(start(lab, "HCI-N2")["Id"], "HCI-N2")[0]
    assert second["Reason"] == "failed"
    lab.faults["HCI-N1"].clear()
    wait_until(lambda: over(lab))
    # The node it was asked on has restarted, and took the run there with it.
    assert lab.follow(first["Id"], "HCI-N3")[0]["Phase"] == "running"


def test_a_node_that_fails_is_told_and_stops_the_run_only_when_there_are_too_many(lab: RunsLab) -> None:
    lab.cluster.node("HCI-N1").updates.failing[ROLLUP_KB] = STORE_DAMAGED
    coordinator = lab.world.cau_coordinator
    run = coordinator.begin("HCI-N3", CauOptions(max_failed=0))
    wait_until(lambda: run.over)
    assert run.status == "Failed"
    assert [node.status for node in run.nodes] == [
        CauNodeStatus.FAILED,
        CauNodeStatus.WAITING,
        CauNodeStatus.WAITING,
    ]
    assert (run.nodes[0].failed, run.nodes[0].succeeded) == (1, 2)
    again = coordinator.begin("HCI-N3", CauOptions(max_failed=1))
    wait_until(lambda: again.over)
    assert [str(node.status) for node in again.nodes] == ["Failed", "Succeeded", "Succeeded"]


def test_a_node_that_cannot_be_drained_is_given_back(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["drain-fails"] = True
    run = lab.world.cau_coordinator.begin("HCI-N3", CauOptions())
    wait_until(lambda: run.over)
    assert [str(node.status) for node in run.nodes] == ["Failed", "Succeeded", "Succeeded"]
    assert {str(node.state) for node in health(lab).nodes} == {"Up"}


def test_with_all_nodes_required_a_node_that_is_away_stops_it_at_once(lab: RunsLab) -> None:
    lab.cluster.stop("HCI-N2")
    state = lab.follow(start(lab, RequireAllNodesOnline=True)["Id"], "HCI-N3")[0]
    assert (state["Reason"], state["Result"]) == ("failed", None)
    assert not lab.cluster.cau.going_on


def test_system_may_not_begin_one(lab: RunsLab) -> None:
    assert lab.job("cau-run", "HCI-N3")["Reason"] == "failed"
    assert lab.cluster.cau.run is None
