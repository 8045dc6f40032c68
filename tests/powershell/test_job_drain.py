"""job-drain-node and job-resume-node: a node moves its roles away and takes them back, or says why it did not."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.powershell.job_engine import JobRun
from tests.powershell.update_cases import UpdateNode

NODE = "HCI-N1"
UP = {"state": "Up", "groups": ["VM-01", "VM-02", "SQL"]}
GOING = {"state": "Paused", "drain": "InProgress", "groups": ["VM-02", "SQL"]}
LAST = {"state": "Paused", "drain": "InProgress", "groups": ["SQL"]}
DRAINED = {"state": "Paused", "drain": "Completed"}
FAILED = {"state": "Paused", "drain": "Failed", "groups": ["SQL"]}
SILENT = "The cluster service is not running."


def cluster(now: Any, after: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
    return {"cluster": {"name": NODE, "now": now, "after suspend": after, "after resume": after, **more}}


def drain(node: UpdateNode, scenario: Mapping[str, Any], **parameters: Any) -> JobRun:
    return node.job("job-drain-node", scenario, **parameters)


def bars(run: JobRun) -> list[tuple[str, int]]:
    return [(item["text"], item["percent"]) for item in run.told if "activity" in item]


def test_a_drain_is_followed_to_its_end(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(UP, [GOING, LAST, DRAINED]))
    assert (run.stop, run.steps) == (None, ["drain started", "drain done"])
    assert run.result == {"State": "Paused", "DrainStatus": "Completed", "Before": "Up", "Groups": []}
    assert run.called("Suspend-ClusterNode") == [
        {"Command": "Suspend-ClusterNode", "Name": NODE, "Drain": True, "Force": False}
    ]
    assert bars(run) == [("InProgress, 2 roles left", 0), ("InProgress, 1 roles left", 50), ("", -1)]


def test_a_drain_is_over_only_when_the_node_is_paused_too(update_node: UpdateNode) -> None:
    before = {"state": "Up", "drain": "NotInitiated", "groups": ["SQL"]}
    odd = {"state": "Up", "drain": "Completed", "groups": ["SQL"]}
    run = drain(update_node, cluster(UP, [before, odd, DRAINED]))
    assert run.result["State"] == "Paused"
    assert len(run.called("Start-Sleep")) == 2


def test_a_paused_node_stays_as_it_is(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(DRAINED))
    assert run.result == {"State": "Paused", "DrainStatus": "Completed", "Before": "Paused", "Groups": []}
    assert run.text("drain", "done") == "HCI-N1 was paused already."
    assert not run.called("Suspend-ClusterNode")


def test_roles_on_a_node_that_was_paused_without_a_drain_are_named(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster({"state": "Paused", "groups": ["SQL"]}))
    assert run.stop is None
    assert run.result["Groups"] == ["SQL"]
    assert run.text("drain", "done") == "HCI-N1 was paused already. Still on it: SQL."


def test_a_drain_that_goes_on_already_is_followed(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster([GOING, LAST, DRAINED]))
    assert (run.stop, run.result["DrainStatus"]) == (None, "Completed")
    assert not run.called("Suspend-ClusterNode")


@pytest.mark.parametrize("scenario", [cluster(UP, [GOING, FAILED]), cluster([GOING, FAILED]), cluster(FAILED)])
def test_a_drain_that_fails_leaves_the_node_as_it_is(update_node: UpdateNode, scenario: dict[str, Any]) -> None:
    run = drain(update_node, scenario)
    assert (run.stop, run.steps) == ("failed", ["drain started", "drain failed"])
    assert run.message == "The drain of HCI-N1 failed. Still on it: SQL."
    assert (run.result["State"], run.result["DrainStatus"], run.result["Groups"]) == ("Paused", "Failed", ["SQL"])
    assert not run.called("Resume-ClusterNode")


def test_a_drain_that_takes_too_long_fails(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(UP, [GOING]), Timeout=0)
    assert run.stop == "failed"
    assert run.message == "The drain of HCI-N1 has not ended in 0 minutes; it is InProgress. Still on it: VM-02, SQL."
    assert run.result["DrainStatus"] == "InProgress"
    assert not run.called("Resume-ClusterNode")


def test_a_drain_that_somebody_ends_is_not_waited_for(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(UP, [GOING, UP]))
    assert run.stop == "failed"
    assert run.message.startswith("The drain of HCI-N1 was cancelled: the node was resumed. Still on it: VM-01")
    assert (run.result["State"], run.result["DrainStatus"]) == ("Up", "NotInitiated")


def test_a_drain_that_cannot_be_started_says_why(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(UP, suspend={"throws": "0x80070005"}))
    assert run.stop == "failed"
    assert run.message.startswith("The drain could not be started: Access is denied.")
    assert not [item for item in run.told if "result" in item]


def test_a_cluster_that_is_silent_for_a_moment_is_asked_again(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(UP, [SILENT, SILENT, GOING, SILENT, DRAINED]))
    assert (run.stop, run.result["State"]) == (None, "Paused")
    assert run.output.count(SILENT) == 1


def test_a_cluster_that_is_silent_from_then_on_takes_too_long(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(UP, [SILENT]), Timeout=0)
    assert run.stop == "failed"
    assert "has not ended in 0 minutes" in run.message
    assert run.result["State"] == "Up"


def test_roles_that_cannot_be_read_are_not_none(update_node: UpdateNode) -> None:
    run = drain(update_node, cluster(DRAINED, groups_throw=True))
    assert run.stop is None
    assert run.result["Groups"] is None
    assert "Get-ClusterGroup: The cluster service is busy." in run.output


@pytest.mark.parametrize("step", ["drain", "resume"])
@pytest.mark.parametrize(
    ("scenario", "reason", "said"),
    [
        ({}, "refused", "HCI-N1 is in no cluster."),
        (cluster(SILENT), "failed", f"The cluster does not answer: {SILENT}"),
        ({"cluster": {"name": "HCI-N2", "now": UP}}, "failed", "The cluster does not answer: An error occurred"),
    ],
)
def test_a_node_without_its_cluster_says_so(
    update_node: UpdateNode, step: str, scenario: dict[str, Any], reason: str, said: str
) -> None:
    run = update_node.job(f"job-{step}-node", scenario)
    assert (run.stop, run.steps) == (reason, [f"{step} started", f"{step} failed"])
    assert run.message.startswith(said)


def test_a_resumed_node_gets_its_roles_back_at_once(update_node: UpdateNode) -> None:
    run = update_node.job("job-resume-node", cluster(DRAINED, [UP]))
    assert (run.stop, run.result) == (None, {"State": "Up", "Before": "Paused"})
    assert run.called("Resume-ClusterNode") == [
        {"Command": "Resume-ClusterNode", "Name": NODE, "Failback": "Immediate"}
    ]
    assert run.text("resume", "done") == "HCI-N1 is Up"


def test_a_node_that_resumes_slowly_is_waited_for(update_node: UpdateNode) -> None:
    run = update_node.job("job-resume-node", cluster(DRAINED, [DRAINED, SILENT, UP]))
    assert run.result["State"] == "Up"
    assert len(run.called("Start-Sleep")) == 2


@pytest.mark.parametrize("state", ["Up", "Joining", "Down"])
def test_a_node_that_is_not_paused_is_not_resumed(update_node: UpdateNode, state: str) -> None:
    run = update_node.job("job-resume-node", cluster({"state": state}))
    assert (run.stop, run.result) == (None, {"State": state, "Before": state})
    assert run.text("resume", "done") == f"HCI-N1 was not paused: it is {state}"
    assert not run.called("Resume-ClusterNode")


def test_a_node_that_stays_paused_fails(update_node: UpdateNode) -> None:
    run = update_node.job("job-resume-node", cluster(DRAINED, [DRAINED]))
    assert (run.stop, run.message) == ("failed", "HCI-N1 is still Paused after 120 seconds.")
    assert run.result == {"State": "Paused", "Before": "Paused"}
    assert sum(call["Seconds"] for call in run.called("Start-Sleep")) == 120


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (cluster(DRAINED, resume={"throws": "0x80070005"}), "HCI-N1 could not be resumed: Access is denied."),
        (
            cluster(DRAINED, [SILENT]),
            f"HCI-N1 is still Paused after 120 seconds. The cluster does not answer: {SILENT}",
        ),
    ],
)
def test_a_resume_that_fails_says_why(update_node: UpdateNode, scenario: dict[str, Any], said: str) -> None:
    run = update_node.job("job-resume-node", scenario)
    assert (run.stop, run.result) == ("failed", {"State": "Paused", "Before": "Paused"})
    assert run.message.startswith(said)
