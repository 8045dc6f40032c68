"""The simulated cluster while nodes leave it and come back: roles, drains, restarts, storage, and the record of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import RunsLab
from tui.cluster.cluster_health import ClusterHealth, DiskHealth, DrainStatus, JobState
from tui.cluster.decode import decode
from tui.cluster.leaving import obstacles, storage_obstacles
from tui.cluster.membership import NodeState
from tui.lab.updates.offers import ROLLUP_KB

pytestmark = pytest.mark.usefixtures("no_threads_left")

MANY_STAGES = 1e9
"""More than pass in a test, but not in an hour of the lab's fastest pace."""
REASON: dict[str, Any] = {"Reason": "Updates", "Delay": 10}


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs("healthy")


def health(lab: RunsLab, node: str = "HCI-N1") -> ClusterHealth:
    return decode(ClusterHealth, lab.call("get-cluster-health", {}, node))


def states(lab: RunsLab, node: str = "HCI-N1") -> list[str]:
    return [str(member.state) for member in health(lab, node).nodes]


def roles(lab: RunsLab, node: str) -> tuple[str, ...]:
    member = health(lab).node(node)
    assert member is not None
    return member.roles


def happened(lab: RunsLab) -> list[tuple[str, str | None]]:
    return [(str(entry.what), entry.node) for entry in lab.cluster.failover.record()]


def restart(lab: RunsLab, node: str, **more: object) -> None:
    """Restart a node and wait until its cluster service runs again."""
    booted = lab.fact("get-system", node)["BootTime"]
    assert lab.job("restart-node", node, **REASON, **more)["Reason"] == "completed"
    wait_until(lambda: lab.fact("get-system", node)["BootTime"] != booted and lab.cluster.failover.answers(node))


def test_nothing_speaks_against_taking_a_node_out_of_a_healthy_cluster(lab: RunsLab) -> None:
    told = health(lab)
    assert [(node.state, node.drain_status, len(node.roles)) for node in told.nodes] == [
        (NodeState.UP, DrainStatus.NOT_INITIATED, 2)
    ] * 4
    assert all(obstacles(told, name) == () for name in lab.cluster.names)
    assert told.physical_disks == ()
    assert told.cau_role is not None
    assert not told.cau_role.installed


def test_a_drained_node_is_paused_and_its_roles_run_elsewhere(lab: RunsLab) -> None:
    before = sorted(role for name in lab.cluster.names for role in roles(lab, name))
    run = lab.start_job("drain-node", "HCI-N2")
    state = lab.follow(run["Id"], "HCI-N2")[0]
    assert state["Reason"] == "completed"
    assert state["Result"] == {"State": "Paused", "DrainStatus": "Completed", "Before": "Up", "Groups": []}
    assert states(lab) == ["Up", "Paused", "Up", "Up"]
    assert roles(lab, "HCI-N2") == ()
    assert sorted(role for name in lab.cluster.names for role in roles(lab, name)) == before
    done = [event["text"] for event in lab.events(run["Id"], "HCI-N2") if event.get("status") == "done"]
    assert done == ["HCI-N2 is Paused"]


def test_the_disks_of_a_drained_node_rest(lab: RunsLab) -> None:
    lab.job("drain-node", "HCI-N2")
    told = health(lab)
    assert {(disk.health, disk.operational) for disk in told.sick_disks} == {(DiskHealth.WARNING, ("Degraded",))}
    assert told.physical_disks
    assert all(disk.maintained for disk in told.physical_disks)
    assert {job.state for job in told.jobs_left} == {JobState.SUSPENDED}
    assert obstacles(told, "HCI-N2", out=True) == ()
    assert obstacles(told, "HCI-N3") != ()


def test_draining_takes_a_moment_and_can_be_watched(lab: RunsLab) -> None:
    lab.cluster.pace.set(0.02)
    run = lab.start_job("drain-node", "HCI-N1")
    wait_until(lambda: health(lab, "HCI-N2").nodes[0].drain_status == DrainStatus.IN_PROGRESS)
    assert lab.follow(run["Id"])[0]["Reason"] == "completed"
    bars = [event for event in lab.events(run["Id"]) if event["type"] == "progress"]
    assert {bar["activity"] for bar in bars} == {"Draining HCI-N1"}
    words = [bar["status"] for bar in bars]
    assert words == [f"InProgress, {left} roles left" for left in (2, 1, 0)] + [""]
    assert [bar["percent"] for bar in bars] == [0, 50, 100, 100]


def test_a_node_that_is_paused_already_stays_as_it_is(lab: RunsLab) -> None:
    lab.job("drain-node", "HCI-N1")
    again = lab.job("drain-node", "HCI-N1")
    assert (again["Reason"], again["Result"]["Before"]) == ("completed", "Paused")
    assert happened(lab).count(("drain-began", "HCI-N1")) == 1


def test_resuming_brings_the_roles_back_and_the_storage_in_order(lab: RunsLab) -> None:
    before = roles(lab, "HCI-N2")
    lab.job("drain-node", "HCI-N2")
    lab.faults["HCI-N1"]["storage-stuck"] = True
    assert lab.job("resume-node", "HCI-N2")["Result"] == {"State": "Up", "Before": "Paused"}
    told = health(lab)
    assert {job.state for job in told.jobs_left} == {JobState.RUNNING}
    assert {disk.operational for disk in told.sick_disks} == {("InService",)}
    assert all(found.passes for found in storage_obstacles(told))
    lab.faults["HCI-N1"].clear()
    wait_until(lambda: roles(lab, "HCI-N2") == before and not health(lab).jobs_left)
    assert obstacles(health(lab), "HCI-N3") == ()
    assert happened(lab)[-1] == ("repaired", None)


def test_resuming_a_node_that_is_not_paused_does_nothing(lab: RunsLab) -> None:
    run = lab.start_job("resume-node", "HCI-N1")
    assert lab.follow(run["Id"])[0]["Result"] == {"State": "Up", "Before": "Up"}
    done = [event["text"] for event in lab.events(run["Id"]) if event.get("status") == "done"]
    assert done == ["HCI-N1 was not paused: it is Up"]
    assert happened(lab) == []


@pytest.mark.parametrize(
    ("fault", "state", "status", "words"),
    [
        ("drain-refused", None, None, "The drain could not be started: "),
        ("drain-fails", "Paused", "Failed", "The drain of HCI-N1 failed. Still on it: VM-02."),
    ],
)
def test_a_drain_that_fails_leaves_the_node_as_it_is(
    lab: RunsLab, fault: str, state: str | None, status: str | None, words: str
) -> None:
    lab.cluster.failover.groups.all()[0].owner = "HCI-N2"
    lab.cluster.failover.groups.all()[1].owner = "HCI-N2"
    lab.faults["HCI-N1"][fault] = True
    run = lab.start_job("drain-node", "HCI-N1")
    ended = lab.follow(run["Id"])[0]
    assert ended["Reason"] == "failed"
    result = ended["Result"] or {"State": None, "DrainStatus": None}
    assert (result["State"], result["DrainStatus"]) == (state, status)
    (error,) = [event["text"] for event in lab.events(run["Id"]) if event["type"] == "error"]
    assert error.startswith(words)
    lab.faults["HCI-N1"].clear()
    lab.job("resume-node", "HCI-N1")
    assert states(lab) == ["Up"] * 4
    assert lab.job("drain-node", "HCI-N1")["Reason"] == "completed"


def test_a_drain_that_does_not_end_is_given_up_when_its_time_is_over(lab: RunsLab) -> None:
    lab.faults["HCI-N2"]["drain-stuck"] = True
    run = lab.start_job("drain-node", "HCI-N2", Timeout=30)
    wait_until(lambda: len(roles(lab, "HCI-N2")) == 1)
    assert lab.runs["HCI-N2"].state(run["Id"])["Alive"]
    lab.clock.advance(timedelta(minutes=31))
    ended = lab.follow(run["Id"], "HCI-N2")[0]
    assert (ended["Reason"], ended["Result"]["DrainStatus"]) == ("failed", "InProgress")
    lab.faults["HCI-N2"].clear()
    wait_until(lambda: health(lab).nodes[1].drain_status == DrainStatus.COMPLETED)


def test_a_drain_goes_on_without_its_runner(lab: RunsLab) -> None:
    lab.faults["HCI-N2"]["runner-dies-at"] = "draining"
    assert not lab.job("drain-node", "HCI-N2")["Alive"]
    wait_until(lambda: health(lab).nodes[1].drain_status == DrainStatus.COMPLETED)


def test_a_node_alone_has_nowhere_to_drain_to(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("healthy", 1)
    assert lab.job("drain-node")["Result"]["DrainStatus"] == "Failed"
    assert not health(lab).can_drain


def test_a_resume_that_is_refused_leaves_the_node_paused(lab: RunsLab) -> None:
    lab.job("drain-node", "HCI-N1")
    lab.faults["HCI-N1"]["resume-refused"] = True
    ended = lab.job("resume-node", "HCI-N1")
    assert (ended["Reason"], ended["Result"]["State"]) == ("failed", "Paused")


def test_a_drained_node_comes_back_paused_from_its_restart(lab: RunsLab) -> None:
    lab.job("drain-node", "HCI-N2")
    restart(lab, "HCI-N2")
    assert states(lab) == ["Up", "Paused", "Up", "Up"]
    assert {job.state for job in health(lab).jobs_left} == {JobState.SUSPENDED}
    assert [what for what, node in happened(lab) if node == "HCI-N2"] == [
        "drain-began",
        "drained",
        "down",
        "up",
        "joined",
    ]
    lab.job("resume-node", "HCI-N2")
    wait_until(lambda: not health(lab).jobs_left)
    assert health(lab).sick_disks == ()


def test_a_restart_tells_when_the_node_started_and_ends_before_it_goes(lab: RunsLab) -> None:
    booted = lab.fact("get-system")["BootTime"]
    run = lab.start_job("restart-node", **REASON)
    state = lab.follow(run["Id"])[0]
    assert (state["Phase"], state["Result"]) == ("ended", {"BootTime": booted, "Delay": 10, "Resumes": False})
    wait_until(lambda: lab.fact("get-system")["BootTime"] > booted)
    assert lab.follow(run["Id"])[0]["Reason"] == "completed"


@pytest.mark.parametrize(
    "parameters", [{"Reason": "Updates"}, {"Reason": " ", "Delay": 10}, {"Reason": "U", "Delay": 4}]
)
def test_a_restart_needs_a_reason_and_a_delay(lab: RunsLab, parameters: dict[str, Any]) -> None:
    assert lab.job("restart-node", **parameters)["Reason"] == "refused"
    assert not lab.world.power["HCI-N1"].scheduled


def test_a_second_restart_is_none(lab: RunsLab) -> None:
    lab.cluster.pace.set(0.05)
    lab.job("restart-node", **REASON)
    run = lab.start_job("restart-node", **REASON)
    events = lab.events(run["Id"])
    assert any("1190" in event["text"] for event in events if event["type"] == "warning")
    lab.cluster.pace.set(0)
    wait_until(lambda: not lab.world.power["HCI-N1"].scheduled)
    assert happened(lab).count(("down", "HCI-N1")) == 1


def test_a_node_that_goes_down_takes_its_runs_with_it(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["hold-at"] = "line-1"
    other = lab.start_job("lab-lines")
    restart(lab, "HCI-N1")
    state = lab.follow(other["Id"])[0]
    assert (state["Phase"], state["Alive"]) == ("running", False)


def test_services_come_up_a_moment_after_the_node(lab: RunsLab) -> None:
    lab.cluster.stop("HCI-N2")
    lab.cluster.start("HCI-N2", services_after=MANY_STAGES)
    assert {service["Status"] for service in lab.fact("get-services", "HCI-N2")} == {"StartPending"}
    assert states(lab) == ["Up", "Joining", "Up", "Up"]
    assert lab.fact("get-cluster", "HCI-N2")["Clustered"] is False
    assert not health(lab, "HCI-N2").clustered
    assert any("Get-ClusterNode" in warning for warning in lab.warnings)
    assert lab.job("drain-node", "HCI-N2")["Reason"] == "failed"
    lab.clock.advance(timedelta(hours=1))
    assert {service["Status"] for service in lab.fact("get-services", "HCI-N2")} == {"Running"}
    assert states(lab) == ["Up"] * 4


def test_a_service_may_not_start_with_the_node(lab: RunsLab) -> None:
    lab.faults["HCI-N2"]["services-stay-down"] = ["hcisvc"]
    restart(lab, "HCI-N2")
    wait_until(lambda: lab.fact("get-services", "HCI-N2")[1]["Status"] == "Running")
    assert lab.fact("get-services", "HCI-N2")[0]["Status"] == "Stopped"
    lab.faults["HCI-N2"].clear()
    restart(lab, "HCI-N2")
    wait_until(lambda: lab.fact("get-services", "HCI-N2")[0]["Status"] == "Running")


def test_a_node_may_not_come_back(lab: RunsLab) -> None:
    lab.faults["HCI-N2"]["stays-down"] = True
    lab.job("restart-node", "HCI-N2", **REASON)
    wait_until(lambda: states(lab)[1] == "Down")
    assert lab.world.power["HCI-N2"].scheduled
    lab.faults["HCI-N2"].clear()
    wait_until(lambda: states(lab)[1] == "Up")


def test_a_node_can_resume_itself_after_its_restart(lab: RunsLab) -> None:
    lab.job("drain-node", "HCI-N1")
    restart(lab, "HCI-N1", Resume=True)
    assert states(lab) == ["Up"] * 4
    lab.job("drain-node", "HCI-N1")
    restart(lab, "HCI-N1")
    assert states(lab) == ["Paused", "Up", "Up", "Up"], "it does so once"


def test_a_node_that_fails_loses_its_roles_and_its_disks(lab: RunsLab) -> None:
    lab.cluster.stop("HCI-N1")
    told = health(lab, "HCI-N2")
    assert [len(node.roles) for node in told.nodes] == [0, 3, 3, 2]
    assert told.physical_disks
    assert {disk.operational for disk in told.physical_disks} == {("Lost Communication",)}
    assert told.sick_disks
    lab.cluster.start("HCI-N1")
    wait_until(lambda: not health(lab).jobs_left)
    assert health(lab).sick_disks == ()


def test_a_repair_may_get_stuck(lab: RunsLab) -> None:
    lab.faults["HCI-N3"]["storage-stuck"] = True
    lab.cluster.stop("HCI-N1")
    lab.cluster.start("HCI-N1")
    wait_until(lambda: {job.percent for job in health(lab).jobs_left} == {97})
    assert health(lab).sick_disks
    lab.faults["HCI-N3"].clear()
    assert health(lab).jobs_left == ()


def test_the_storage_repairs_itself_in_the_scenario_about_that(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("storage-repair")
    lab.cluster.pace.set(0.05)
    told = health(lab)
    assert {(job.state, job.percent) for job in told.jobs_left} <= {(JobState.RUNNING, 42), (JobState.RUNNING, 43)}
    assert all(found.passes for found in obstacles(told, "HCI-N1"))
    lab.cluster.pace.set(0)
    wait_until(lambda: obstacles(health(lab), "HCI-N1") == ())


def test_the_record_tells_how_the_cluster_stood(lab: RunsLab) -> None:
    lab.job("drain-node", "HCI-N2")
    lab.job("drain-node", "HCI-N3")
    began = [entry for entry in lab.cluster.failover.record() if str(entry.what) == "drain-began"]
    assert [(entry.out, bool(entry.sick_disks), entry.jobs) for entry in began] == [
        (("HCI-N2",), False, 0),
        (("HCI-N2", "HCI-N3"), True, 2),
    ]


def test_a_whole_update_of_a_node_is_done_in_lab_time(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("updates")
    chosen = [{"Id": update["Id"]} for update in lab.call("search-updates")["Updates"] if update["KBs"] == [ROLLUP_KB]]
    lab.job("drain-node")
    assert lab.job("install-updates", Updates=chosen)["Result"]["RestartNeeded"]
    restart(lab, "HCI-N1")
    assert not lab.call("get-update-state")["Restart"]["Pending"]
    lab.job("resume-node")
    wait_until(lambda: obstacles(health(lab), "HCI-N2") == ())
