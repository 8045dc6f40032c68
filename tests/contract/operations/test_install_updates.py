"""Installing updates on the lab: on nodes as they are and rolling through the cluster, well and with trouble."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.operations.opened import opened
from tests.contract.operations.updating import (
    INSTALL,
    RESTART,
    ROLLING,
    carried_out,
    control_of,
    happened,
    promises_kept,
    silent,
    updates_of,
)
from tui.cluster.rolling_plan import RollingPlan
from tui.lab.lab import Lab
from tui.operations.attach import attach, resume
from tui.operations.running import FoundRun, runs_of
from tui.operations.updates.standing import current_outcome
from tui.runs.event import Event, EventKind
from tui.runs.outcome import Outcome, OutcomeKind
from tui.session import Session


def found(session: Session, outcome: Outcome) -> FoundRun:
    assert outcome.run is not None
    return runs_of(session).find(outcome.run)


def resumed(session: Session, outcome: Outcome) -> Outcome:
    return INSTALL.resume(session, found(session, outcome), silent)


def test_the_agent_alone_is_installed_on_the_node_that_was_named() -> None:
    with Lab("updates", 3) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        before = {name: updates_of(control, name)["agent"] for name in lab.cluster.names}
        outcome = carried_out(session, INSTALL, {"select": ["agent"], "nodes": ["HCI-N2"]})
        assert outcome.kind is OutcomeKind.DONE, outcome
        after = {name: updates_of(control, name)["agent"] for name in lab.cluster.names}
        assert {name for name in after if after[name] != before[name]} == {"HCI-N2"}
        assert happened(control, "down") == []
        plan = INSTALL.prepare(session, {"select": ["agent"], "nodes": ["HCI-N2"]}, silent)
        assert plan.nothing_to_do is not None


def test_without_restart_nothing_restarts_and_the_restart_that_is_needed_is_told() -> None:
    with Lab("updates", 2) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        outcome = carried_out(session, INSTALL, {"select": ["all"]})
        assert outcome.kind is OutcomeKind.ATTENTION, outcome
        assert "need a restart" in outcome.message
        assert happened(control, "down") == []
        assert all(updates_of(control, name)["restart_pending"] for name in lab.cluster.names)
        outcome = carried_out(session, RESTART, {"nodes": ["HCI-N1", "HCI-N2"], "reason": "finish updates"})
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert not any(updates_of(control, name)["restart_pending"] for name in lab.cluster.names)
        promises_kept(control)


def test_a_restart_that_somebody_has_given_a_node_meanwhile_is_not_asked_for_again() -> None:
    with Lab("healthy", 2) as lab, opened(lab, azure=False) as session:
        control, asked = control_of(lab), datetime.now(UTC)
        plan = RollingPlan(("HCI-N1", "HCI-N2"))
        owed = current_outcome(session, plan, done=plan.nodes, owed={"HCI-N1": asked})
        assert (owed.kind, "HCI-N1 needs a restart" in owed.message) == (OutcomeKind.ATTENTION, True), owed
        control.restart("HCI-N1")
        outcome = current_outcome(session, plan, done=plan.nodes, owed={"HCI-N1": asked})
        assert outcome.kind is OutcomeKind.DONE, outcome


@pytest.mark.parametrize("count", [4, 16])
def test_rolling_through_the_cluster_leaves_all_nodes_current_and_never_two_out(count: int) -> None:
    with Lab("updates", count) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        outcome = carried_out(session, INSTALL, ROLLING)
        assert outcome.kind is OutcomeKind.DONE, outcome
        names = lab.cluster.names
        assert all(not updates_of(control, name)["restart_pending"] for name in names)
        assert sorted(happened(control, "down")) == sorted(names)
        promises_kept(control)
        assert INSTALL.prepare(session, ROLLING, silent).nothing_to_do is not None
        assert runs_of(session).locks == ()


@pytest.mark.parametrize(
    ("fault", "value", "inputs", "words"),
    [
        ("drain-refused", True, ROLLING, "Drain failed on HCI-N2"),
        ("drain-fails", True, ROLLING, "Drain failed on HCI-N2"),
        ("update-fails", "0x80073712", ROLLING, "0x80073712"),
        ("download-fails", "0x80240022", ROLLING, "0x80240022"),
        ("stays-down", True, ROLLING, "HCI-N2"),
        ("storage-stuck", True, ROLLING, "storage job"),
        ("resume-refused", True, ROLLING, "could not be resumed"),
        ("services-stay-down", ["himds"], ROLLING, "services"),
    ],
)
def test_trouble_on_the_second_node_stops_before_the_next_and_is_gone_on_with_once_it_is_mended(
    fault: str, value: object, inputs: Mapping[str, Any], words: str
) -> None:
    with Lab("updates", 3) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        control.fault("HCI-N2", fault, value)
        outcome = carried_out(session, INSTALL, {**inputs, "nodes": ["HCI-N2", "HCI-N3"]})
        assert outcome.kind in {OutcomeKind.FAILED, OutcomeKind.PARTLY}, outcome
        assert words in outcome.message, outcome
        assert outcome.remedy.endswith(f"azsconfig runs resume {outcome.run}")
        assert "HCI-N3" not in happened(control, "drain-began")
        assert found(session, outcome).state.stands_still
        promises_kept(control)
        control.clear("HCI-N2")
        outcome = resumed(session, outcome)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert happened(control, "drain-began")[-1] == "HCI-N3"
        promises_kept(control)


def test_who_leaves_lets_the_node_in_hand_end_its_step_and_anyone_goes_on() -> None:
    with Lab("updates", 3) as lab, opened(lab, azure=False) as session, opened(lab, azure=False) as other:
        control = control_of(lab)
        stop = threading.Event()

        def leave(event: Event) -> None:
            if event.kind == EventKind.ENTRY and "installs" in event.text:
                stop.set()

        plan = INSTALL.prepare(session, ROLLING, silent)
        outcome = INSTALL.apply(session, plan, leave, stop)
        assert outcome.kind is OutcomeKind.RUNNING, outcome
        assert len(set(happened(control, "drain-began"))) == 1
        session.close()
        assert attach(other, str(outcome.run), silent).kind is OutcomeKind.ATTENTION
        outcome = resumed(other, outcome)
        assert outcome.kind is OutcomeKind.DONE, outcome
        promises_kept(control)
        assert len(happened(control, "drain-began")) == len(set(happened(control, "drain-began")))


def test_one_goes_on_at_a_time_and_no_other_change_is_begun_meanwhile() -> None:
    with Lab("updates", 2) as lab, opened(lab, azure=False) as session, opened(lab, azure=False) as other:
        control = control_of(lab)
        control.fault("HCI-N2", "drain-stuck")
        plan = INSTALL.prepare(session, {**ROLLING, "nodes": ["HCI-N2"]}, silent)
        drains, ended, stop = threading.Event(), threading.Event(), threading.Event()
        outcomes: list[Outcome] = []

        def hear(event: Event) -> None:
            if event.kind == EventKind.PROGRESS and (event.activity or "").startswith("Draining"):
                drains.set()

        def work() -> None:
            outcomes.append(INSTALL.apply(session, plan, hear, stop))
            ended.set()

        threading.Thread(target=work, daemon=True).start()
        assert drains.wait(20)
        going_on = next(run for run in runs_of(other).going_on if run.state.coordinated)
        refused = resume(other, going_on, silent, _set())
        assert refused.kind in {OutcomeKind.RUNNING, OutcomeKind.DECLINED}, refused
        second = INSTALL.prepare(other, {"select": ["agent"], "nodes": ["HCI-N1"]}, silent)
        assert "going-on" in {check.id for check in second.blockers}
        control.clear("HCI-N2")
        assert ended.wait(30)
        assert outcomes[0].kind is OutcomeKind.DONE, outcomes


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"select": ["everything"]}, "select"),
        ({"nodes": ["HCI-N9"]}, "nodes"),
        ({"restart": True}, "reason"),
        ({"restart": True, "reason": "two\nlines"}, "reason"),
    ],
)
def test_what_does_not_fit_together_is_a_blocker(inputs: Mapping[str, Any], expected: str) -> None:
    with Lab("updates", 1) as lab, opened(lab, azure=False) as session:
        plan = INSTALL.prepare(session, inputs, silent)
        assert expected in {check.id for check in plan.blockers}, plan.checks
        assert all(check.remedy for check in plan.blockers)


def test_a_node_that_is_down_keeps_every_other_from_being_taken_out() -> None:
    with Lab("updates", 3) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        control.stop("HCI-N3")
        plan = INSTALL.prepare(session, {**ROLLING, "nodes": ["HCI-N1", "HCI-N2"]}, silent)
        assert "leaving-node-out" in {check.id for check in plan.blockers}, plan.checks
        agent = INSTALL.prepare(session, {"select": ["agent"], "nodes": ["HCI-N2"]}, silent)
        assert not agent.blockers, agent.blockers


def test_an_update_that_fails_is_told_with_its_cause_and_the_others_are_installed() -> None:
    with Lab("updates-failing", 3) as lab, opened(lab, azure=False) as session:
        outcome = carried_out(session, INSTALL, {"select": ["all"]})
        assert outcome.kind is OutcomeKind.PARTLY, outcome
        assert "2 of 3 nodes" in outcome.message
        assert any("0x" in detail for detail in outcome.details), outcome.details
