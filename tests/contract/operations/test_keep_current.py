"""Upgrading the Arc agent, opting in, restarting and Cluster-Aware Updating on the lab."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.operations.opened import opened
from tests.contract.operations.updating import (
    RESTART,
    carried_out,
    control_of,
    happened,
    promises_kept,
    silent,
    updates_of,
)
from tui.lab.lab import Lab
from tui.operations.cau_update import CauUpdate
from tui.operations.opt_in import OptIn
from tui.operations.upgrade_agent import UpgradeAgent
from tui.runs.outcome import OutcomeKind

AGENT, OPT_IN = UpgradeAgent(heartbeat_seconds=0.5), OptIn(heartbeat_seconds=0.5)
CAU = CauUpdate(patience=timedelta(seconds=30), glance=timedelta(seconds=0.05))


def agents(lab: Lab) -> dict[str, str]:
    control = control_of(lab)
    return {name: str(updates_of(control, name)["agent"]) for name in lab.cluster.names}


def test_an_old_agent_is_upgraded_by_microsoft_update_which_is_opted_in_to_first() -> None:
    with Lab("agent-old", 3) as lab, opened(lab) as session:
        before = agents(lab)
        plan = AGENT.prepare(session, {}, silent)
        assert "opt-in" in {check.id for check in plan.warnings}
        outcome = AGENT.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DONE, outcome
        changed = {name for name, version in agents(lab).items() if version != before[name]}
        assert len(changed) == 1
        assert changed.pop() in outcome.message
        assert AGENT.prepare(session, {}, silent).nothing_to_do is not None


def test_an_agent_upgrade_that_fails_keeps_the_next_node_from_being_begun() -> None:
    with Lab("updates", 3) as lab, opened(lab) as session:
        control, before = control_of(lab), agents(lab)
        control.fault("HCI-N1", "update-fails", "0x80070643")
        outcome = carried_out(session, AGENT, {"nodes": ["HCI-N1", "HCI-N2"]})
        assert outcome.kind is OutcomeKind.FAILED, outcome
        assert any("0x80070643" in detail for detail in outcome.details), outcome.details
        assert agents(lab) == before


def test_an_msi_file_is_copied_looked_at_and_installed(tmp_path: Path) -> None:
    with Lab("agent-old", 2) as lab, opened(lab) as session:
        installer = next(Path(lab.ready.config).parent.rglob("*.msi"))
        before = agents(lab)
        plan = AGENT.prepare(session, {"msi": str(installer)}, silent)
        assert ("SHA-256", hashlib.sha256(installer.read_bytes()).hexdigest()) in plan.values
        outcome = AGENT.apply(session, plan, silent)
        assert outcome.kind in {OutcomeKind.DONE, OutcomeKind.PARTLY, OutcomeKind.ATTENTION}, outcome
        assert agents(lab) != before
        forged = tmp_path / "forged.msi"
        forged.write_bytes(b"nobody signed this")
        outcome = carried_out(session, AGENT, {"msi": str(forged), "nodes": ["HCI-N1"]})
        assert outcome.kind is OutcomeKind.FAILED, outcome
        assert any("not signed by Microsoft" in detail for detail in outcome.details), outcome.details


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"msi": "/there/is/none.msi"}, "msi"),
        ({"msi": "agent.msi", "azcmagent": True}, "way"),
        ({"azcmagent": True}, "agent"),
        ({"nodes": ["HCI-N7"]}, "nodes"),
    ],
)
def test_what_an_agent_cannot_be_upgraded_with_is_a_blocker(inputs: dict[str, object], expected: str) -> None:
    with Lab("agent-old", 1) as lab, opened(lab) as session:
        plan = AGENT.prepare(session, inputs, silent)
        assert expected in {check.id for check in plan.blockers}, plan.checks
        assert all(check.remedy for check in plan.blockers)


def test_nodes_are_opted_in_and_those_of_a_wsus_server_are_left_alone() -> None:
    with Lab("agent-old", 2) as lab, opened(lab, azure=False) as session:
        control_of(lab)
        outcome = carried_out(session, OPT_IN, {})
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert OPT_IN.prepare(session, {}, silent).nothing_to_do is not None
    with Lab("wsus", 1) as lab, opened(lab, azure=False) as session:
        plan = OPT_IN.prepare(session, {}, silent)
        assert plan.nothing_to_do is not None
        assert "wsus" in {check.id for check in plan.checks}


def test_one_node_is_restarted_with_a_reason_and_is_back_in_its_cluster() -> None:
    with Lab("healthy", 3) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        assert "nodes" in {check.id for check in RESTART.prepare(session, {"reason": "why"}, silent).blockers}
        outcome = carried_out(session, RESTART, {"nodes": ["HCI-N3"], "reason": "a new driver"})
        assert outcome.kind is OutcomeKind.DONE, outcome
        assert happened(control, "down") == ["HCI-N3"]
        assert control.node("HCI-N3")["member"] == "Up"
        promises_kept(control)


def test_a_storage_job_is_waited_for_before_a_node_is_taken_out() -> None:
    with Lab("storage-repair", 3) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        plan = RESTART.prepare(session, {"nodes": ["HCI-N2"], "reason": "why"}, silent)
        assert not plan.blockers, plan.blockers
        control.pace(0)
        outcome = RESTART.apply(session, plan, silent)
        assert outcome.kind is OutcomeKind.DONE, outcome
        promises_kept(control)


def test_cluster_aware_updating_is_offered_where_its_role_is_and_followed_to_its_end() -> None:
    with Lab("updates", 2) as lab, opened(lab, azure=False) as session:
        assert "cau-role" in {check.id for check in CAU.prepare(session, {}, silent).blockers}
    with Lab("cau", 3) as lab, opened(lab, azure=False) as session:
        control = control_of(lab)
        outcome = carried_out(session, CAU, {})
        assert outcome.kind in {OutcomeKind.DONE, OutcomeKind.ATTENTION}, outcome
        assert sorted(happened(control, "down")) == sorted(lab.cluster.names)
        promises_kept(control)
