"""Registering, repairing, Arc-enabling and unregistering the lab's cluster: what both sides show is what is said."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.operations.opened import opened
from tui.lab.azure.resources import ManagementLock
from tui.lab.cluster_state import SUBSCRIPTION_ID, SUBSCRIPTION_ID_2
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations.enable_arc import EnableArc
from tui.operations.operation import Operation
from tui.operations.register import Register
from tui.operations.repair import Repair
from tui.operations.unregister import Unregister
from tui.runs.event import Event
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Confirmation, Plan
from tui.session import Session

PATIENT = {"patience": timedelta(seconds=1), "glance": timedelta(seconds=0.05)}
REGISTER, REPAIR = Register(**PATIENT), Repair(**PATIENT)
ENABLE_ARC, UNREGISTER = EnableArc(**PATIENT), Unregister(**PATIENT)
WHERE = {"subscription": SUBSCRIPTION_ID, "region": "eastus"}


def silent(_event: Event) -> None:
    """Hear nothing."""


def planned(session: Session, operation: Operation, inputs: Mapping[str, Any] | None = None) -> Plan:
    return operation.prepare(session, inputs or {}, silent)


def carried_out(session: Session, operation: Operation, inputs: Mapping[str, Any] | None = None) -> Outcome:
    plan = planned(session, operation, inputs)
    assert plan.can_start, (plan.nothing_to_do, plan.blockers)
    return operation.apply(session, plan, silent)


def blockers(plan: Plan) -> set[str]:
    return {check.id for check in plan.blockers}


def started_runs(lab: Lab) -> int:
    """Return how many runs any node has heard of."""
    nodes = LabControl.beside(lab.ready.config).state()["nodes"]
    return sum(node["runs"].get("start-run", 0) for node in nodes)


def statuses(lab: Lab) -> list[str]:
    control = LabControl.beside(lab.ready.config)
    return [control.document(name)["facts"]["get-registration"]["RegistrationStatus"] for name in lab.cluster.names]


def test_a_cluster_is_registered_and_unregistered_and_both_sides_show_it() -> None:
    with Lab("fresh", 3) as lab, opened(lab) as session:
        outcome = carried_out(session, REGISTER, WHERE)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert "3 of 3 nodes are Arc-enabled and connected" in outcome.message
        assert lab.cluster.azure.cluster is not None
        assert len(lab.cluster.azure.machines) == 3
        assert planned(session, REGISTER, WHERE).nothing_to_do is not None

        plan = planned(session, UNREGISTER)
        assert (plan.confirmation, plan.word) == (Confirmation.NAME, "HCI-CL01")
        outcome = UNREGISTER.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert "no node and nothing in Azure" in outcome.message
        assert lab.cluster.azure.cluster is None
        assert not lab.cluster.azure.machines
        assert statuses(lab) == ["NotYet"] * 3
        assert planned(session, UNREGISTER).nothing_to_do == "No node is registered with Azure."


@pytest.mark.parametrize(
    ("scenario", "operation", "inputs", "expected"),
    [
        ("fresh", REGISTER, {**WHERE, "region": "mars"}, "region-offered"),
        ("fresh", REGISTER, {"subscription": SUBSCRIPTION_ID}, "region"),
        ("fresh", REGISTER, {**WHERE, "subscription": SUBSCRIPTION_ID[:-1] + "0"}, "subscription"),
        ("no-permission", REGISTER, WHERE, "permissions"),
        ("arc-elsewhere", REGISTER, WHERE, "arc-elsewhere"),
        ("modules-missing", REGISTER, WHERE, "modules"),
        ("resource-deleted", REGISTER, WHERE, "resource-deleted"),
        ("half-unregistered", ENABLE_ARC, {}, "arc-half-disabled"),
        ("node-down", REPAIR, {}, "node-answers"),
        ("node-down", UNREGISTER, {}, "node-answers"),
        ("resource-deleted", REPAIR, {}, "resource-deleted"),
        ("fresh", REPAIR, {}, "registered"),
        ("fresh", ENABLE_ARC, {}, "registered"),
        ("wrong-account", UNREGISTER, {}, "subscription"),
        ("wrong-account", REPAIR, {}, "subscription"),
        ("healthy", UNREGISTER, {"subscription": SUBSCRIPTION_ID_2}, "subscription"),
        ("healthy", UNREGISTER, {"region": "westeurope"}, "region"),
        ("healthy", UNREGISTER, {"cloud": "AzureChinaCloud"}, "cloud"),
    ],
)
def test_what_stands_in_the_way_is_a_blocker_and_nothing_is_started(
    scenario: str, operation: Operation, inputs: Mapping[str, Any], expected: str
) -> None:
    with Lab(scenario, 3) as lab, opened(lab) as session:
        before = statuses(lab) if scenario != "node-down" else []
        plan = planned(session, operation, inputs)
        assert expected in blockers(plan), plan.checks
        assert all(check.remedy for check in plan.blockers), plan.blockers
        outcome = operation.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DECLINED
        assert started_runs(lab) == 0
        assert not before or statuses(lab) == before


def test_a_node_that_is_down_stops_a_registration() -> None:
    with Lab("fresh", 3) as lab, opened(lab) as session:
        LabControl.beside(lab.ready.config).stop("HCI-N3")
        plan = planned(session, REGISTER, WHERE)
        assert ("node-answers", "HCI-N3") in {(check.id, check.node) for check in plan.blockers}


def test_a_resource_that_is_gone_is_no_reason_not_to_unregister() -> None:
    with Lab("resource-deleted", 2) as lab, opened(lab) as session:
        plan = planned(session, UNREGISTER, {"region": "eastus"})
        assert not plan.blockers, plan.blockers
        assert "resource-deleted" in {check.id for check in plan.warnings}
        outcome = UNREGISTER.apply(session, plan, silent)
        assert "Registered" not in statuses(lab), outcome


def test_a_lock_on_what_would_be_deleted_stops_unregistering_before_a_node_forgets_anything() -> None:
    with Lab("locked", 2) as lab, opened(lab) as session:
        plan = planned(session, UNREGISTER)
        assert blockers(plan) == {"locks"}
        (lock,) = plan.blockers
        assert "keep (CanNotDelete) on the resource group HCI-CL01-rg keeps HCI-CL01, HCI-N1, HCI-N2" in lock.message
        assert "locks" not in blockers(planned(session, REPAIR)), "it forbids no change"
        lab.cluster.azure.locks.clear()
        outcome = carried_out(session, UNREGISTER)
        assert outcome.kind is OutcomeKind.DONE, outcome


def test_a_lock_that_is_set_meanwhile_is_told_in_the_outcome() -> None:
    with Lab("healthy", 2) as lab, opened(lab) as session:
        plan = planned(session, UNREGISTER)
        assert not plan.blockers, plan.blockers
        lab.cluster.azure.locks.append(ManagementLock("keep", "CanNotDelete", f"/subscriptions/{SUBSCRIPTION_ID}"))
        outcome = UNREGISTER.apply(session, plan, silent)
        assert outcome.kind in {OutcomeKind.FAILED, OutcomeKind.PARTLY}, outcome
        assert "lock" in outcome.remedy
        assert lab.cluster.azure.cluster is not None


@pytest.mark.parametrize(("level", "stopped"), [("ReadOnly", True), ("CanNotDelete", False)])
def test_a_subscription_that_nothing_can_be_created_in_stops_a_registration(level: str, *, stopped: bool) -> None:
    with Lab("fresh", 1) as lab, opened(lab) as session:
        lab.cluster.azure.locks.append(ManagementLock("frozen", level, f"/subscriptions/{SUBSCRIPTION_ID}"))
        assert blockers(planned(session, REGISTER, WHERE)) == ({"locks"} if stopped else set())


def test_a_repair_ends_what_the_nodes_ask_for() -> None:
    with Lab("repair-required", 2) as lab, opened(lab) as session:
        plan = planned(session, REPAIR)
        assert any("say that a repair is needed" in check.message for check in plan.checks)
        outcome = REPAIR.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert dict(plan.values)["Region"] == "eastus"


def test_arc_is_enabled_on_every_node_and_then_there_is_nothing_to_do() -> None:
    with Lab("arc-missing", 2) as lab, opened(lab) as session:
        outcome = carried_out(session, ENABLE_ARC)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert len(lab.cluster.azure.machines) == 2
        assert planned(session, ENABLE_ARC).nothing_to_do is not None


def test_an_agent_whose_identity_has_expired_is_freed_only_where_that_is_wanted() -> None:
    with Lab("arc-expired", 3) as lab, opened(lab) as session:
        assert "arc-elsewhere" in blockers(planned(session, ENABLE_ARC))
        plan = planned(session, ENABLE_ARC, {"disconnect_stale": True})
        assert [(script.node, script.script) for script in plan.first] == [("HCI-N3", "disconnect-agent")]
        outcome = ENABLE_ARC.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DONE, outcome


def test_arc_alone_is_disabled_and_the_registration_stays() -> None:
    with Lab("healthy", 2) as lab, opened(lab) as session:
        outcome = carried_out(session, UNREGISTER, {"arc_only": True})
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert statuses(lab) == ["Registered"] * 2
        assert not lab.cluster.azure.machines
        assert planned(session, UNREGISTER, {"arc_only": True}).nothing_to_do == "No node is Arc-enabled."


def test_an_extension_that_stays_is_told_and_forced_away() -> None:
    with Lab("extension-stuck", 3) as lab, opened(lab) as session:
        outcome = carried_out(session, UNREGISTER)
        assert outcome.kind in {OutcomeKind.FAILED, OutcomeKind.PARTLY}, outcome
        assert "--force" in outcome.remedy
        outcome = carried_out(session, UNREGISTER, {"force": True})
        assert "Registered" not in statuses(lab), outcome


def test_an_old_installation_is_out_of_policy_at_once_and_that_is_said_before_and_after() -> None:
    with Lab("healthy", 1) as lab, opened(lab) as session:
        plan = planned(session, UNREGISTER)
        assert any("OutOfPolicy at once" in text for text in plan.consequences)
        outcome = UNREGISTER.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert any("OutOfPolicy" in detail for detail in outcome.details), outcome.details


def test_without_a_sign_in_nothing_is_changed() -> None:
    with Lab("healthy", 1) as lab, opened(lab, azure=False) as session:
        for operation in (REGISTER, REPAIR, ENABLE_ARC, UNREGISTER):
            plan = planned(session, operation, WHERE if operation is REGISTER else {})
            assert plan.nothing_to_do or "signed-in" in blockers(plan)
        assert started_runs(lab) == 0
