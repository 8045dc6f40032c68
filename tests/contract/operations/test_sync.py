"""Syncing the lab's cluster: only where it is safe, and only believed once node and Azure show it."""

from datetime import timedelta

import pytest

from tests.contract.operations.opened import opened
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations.sync import Sync
from tui.runs.event import Event
from tui.runs.outcome import OutcomeKind
from tui.runs.plan import Plan
from tui.session import Session

QUICK = Sync(node_patience=timedelta(seconds=1), azure_patience=timedelta(seconds=1), glance=timedelta(seconds=0.05))


def planned(session: Session) -> Plan:
    return QUICK.prepare(session, {}, lambda _event: None)


def blockers(plan: Plan) -> list[tuple[str, str | None]]:
    return [(check.id, check.node) for check in plan.blockers]


def test_a_sync_moves_the_time_on_both_sides_and_loses_no_machine() -> None:
    with Lab("healthy", 2) as lab, opened(lab) as session:
        plan = planned(session)
        assert plan.can_start
        assert [check.id for check in plan.warnings] == ["recent"]
        events: list[Event] = []
        outcome = QUICK.apply(session, plan, events.append)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert "It has arrived in Azure" in outcome.message
        assert "All 2 Arc machines are still there." in outcome.details
        assert [(event.step, str(event.status)) for event in events if event.step] == [
            ("sync", "started"),
            ("sync", "done"),
            ("arrived", "started"),
            ("arrived", "done"),
        ]
        assert len(lab.cluster.azure.machines) == 2


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [("rebooted", ("restarted", "HCI-N3")), ("node-down", ("unread", "HCI-N3")), ("fresh", ("not-registered", None))],
)
def test_a_sync_that_could_cost_a_machine_is_refused(scenario: str, expected: tuple[str, str | None]) -> None:
    with Lab(scenario, 3) as lab, opened(lab) as session:
        plan = planned(session)
        assert expected in blockers(plan)
        outcome = QUICK.apply(session, plan, lambda _event: None)
        assert outcome.kind is OutcomeKind.DECLINED
        control = LabControl.beside(lab.ready.config)
        assert all("sync-cluster" not in node["runs"] for node in control.state()["nodes"])


def test_the_time_to_wait_is_said() -> None:
    with Lab("rebooted", 3) as lab, opened(lab) as session:
        plan = planned(session)
        assert "Wait another 24 minutes" in plan.blockers[0].remedy
        assert ("Time to wait", "24 minutes") in plan.values


def test_a_sync_that_fails_says_why_and_leaves_the_cluster_free() -> None:
    with Lab("offline", 2) as lab, opened(lab) as session:
        outcome = QUICK.apply(session, planned(session), lambda _event: None)
        assert outcome.kind is OutcomeKind.FAILED
        assert "cannot connect with Azure" in outcome.message
        assert planned(session).can_start


def test_without_a_sign_in_what_arrived_is_not_claimed() -> None:
    with Lab("healthy", 1) as lab, opened(lab, azure=False) as session:
        outcome = QUICK.apply(session, planned(session), lambda _event: None)
        assert outcome.kind is OutcomeKind.ATTENTION
        assert "nobody is signed in to Azure" in outcome.message


def test_a_node_that_restarts_in_between_costs_its_machine_and_that_is_told() -> None:
    with Lab("healthy", 2) as lab, opened(lab) as session:
        plan = planned(session)
        control = LabControl.beside(lab.ready.config)
        control.restart("HCI-N2")
        outcome = QUICK.apply(session, plan, lambda _event: None)
        assert outcome.kind is OutcomeKind.ATTENTION
        assert "Arc machines have disappeared from Azure: HCI-N2" in outcome.message
        assert "5)" in outcome.remedy
