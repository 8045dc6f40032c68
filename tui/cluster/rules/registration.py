"""Registration of one node: not registered yet, out of policy, repair required."""

from collections.abc import Iterator
from datetime import timedelta

from tui.cluster import policy_clocks
from tui.cluster.findings import Finding, Level
from tui.cluster.firmware_comparison import settings_text
from tui.cluster.registration import ClusterStatus, ConnectionStatus, Registration, RegistrationStatus
from tui.cluster.rules.admin_events import unresolved
from tui.cluster.rules.views import NodeView

_LARGE_SKEW = timedelta(minutes=5)
_REGISTER = "Choose 3) Register with Azure."


def registration_findings(view: NodeView) -> Iterator[Finding]:
    """Yield what is wrong with the registration of a node that has Azure Stack HCI."""
    registration = view.registration
    if registration is None or not registration.available:
        return
    yield from _cluster_status(view, registration)
    status = registration.registration_status
    if status == RegistrationStatus.REGISTERED:
        yield from _connection_status(view, registration)
    elif status == RegistrationStatus.NOT_YET:
        if registration.cluster_status not in {ClusterStatus.NOT_YET, ClusterStatus.OUT_OF_POLICY}:
            yield view.finding("not-registered", Level.ATTENTION, f"not registered{_time_left(view)}", _REGISTER)
    elif status == RegistrationStatus.OUT_OF_POLICY:
        if registration.cluster_status != ClusterStatus.OUT_OF_POLICY:
            message = _over(view, "out of policy: not registered within 30 days", "to register")
            yield view.finding("out-of-policy", Level.UNHEALTHY, message, _REGISTER)
    else:
        yield _unknown_value(view, "RegistrationStatus", status)


def _cluster_status(view: NodeView, registration: Registration) -> Iterator[Finding]:
    status = registration.cluster_status
    build_cluster = "Create the cluster (Windows Admin Center or New-Cluster), then choose 3) Register with Azure."
    if status == ClusterStatus.NOT_YET:
        message = f"not in a cluster yet{_time_left(view)}"
        yield view.finding("not-clustered", Level.ATTENTION, message, build_cluster)
    elif status == ClusterStatus.OUT_OF_POLICY:
        message = _over(view, "out of policy: not in a cluster within 30 days", "to build a cluster")
        yield view.finding("out-of-policy", Level.UNHEALTHY, message, build_cluster)
    elif status != ClusterStatus.CLUSTERED:
        yield _unknown_value(view, "ClusterStatus", status)


def _connection_status(view: NodeView, registration: Registration) -> Iterator[Finding]:
    status = registration.connection_status
    if status == ConnectionStatus.REPAIR_REGISTRATION_REQUIRED:
        yield _repair(view)
    elif status == ConnectionStatus.OUT_OF_POLICY:
        yield _out_of_policy(view, registration)
    elif status in {None, ConnectionStatus.NOT_YET}:
        remedy = "Choose 8) Sync with Azure; if it stays so, 12) Troubleshoot."
        yield view.finding("never-connected", Level.ATTENTION, "registered, but has not connected yet", remedy)
    elif status not in {ConnectionStatus.CONNECTED, ConnectionStatus.DISCONNECTED}:
        yield _unknown_value(view, "ConnectionStatus", status)


def _repair(view: NodeView) -> Finding:
    """Azure no longer trusts the node's keys: an update or firmware changed Secure Boot or VBS (event 591)."""
    event = next((event for event in view.events or () if event.event_id == 591), None)
    seen = " (event 591)" if event else ""
    message = f"registration must be repaired{seen}"
    return view.finding("repair-required", Level.UNHEALTHY, message, "Choose 4) Repair registration.")


def _out_of_policy(view: NodeView, registration: Registration) -> Finding:
    """Say which of the documented reasons is the one: data error, no sync, platform security, clock."""
    data_error = unresolved(view, 594)
    clock = policy_clocks.sync_by(registration.last_connected, view.now)
    if data_error:
        reason = "its data cannot be read (event 594)"
        remedy = (
            "If all nodes say so: 9) Unregister from Azure, restart each node, wait 15 minutes, "
            "3) Register with Azure. If only this one: remove it from the cluster, restart it, wait, add it again."
        )
    elif clock and clock.passed:
        reason = f"no sync for {(view.now - clock.deadline + policy_clocks.OFFLINE_WINDOW).days} days, 30 are allowed"
        remedy = (
            "Restore the connection to Azure, then 8) Sync with Azure; if that does not help, "
            "9) Unregister from Azure, restart the nodes, 3) Register with Azure."
        )
    elif view.odd_firmware:
        reason = f"firmware differs: {settings_text(view.odd_firmware)}"
        remedy = "Set the firmware as on the other nodes and restart this one."
    elif view.firmware and view.firmware.secure_boot is False:
        reason, remedy = (
            "Secure Boot is off",
            "Turn Secure Boot on again in the firmware and restart this node.",
        )
    elif view.firmware and (view.firmware.tpm_present is False or view.firmware.tpm_ready is False):
        reason, remedy = (
            "the TPM is not ready",
            "Make the TPM ready in the firmware and restart this node.",
        )
    elif abs(view.now - view.our_now) > _LARGE_SKEW:
        reason, remedy = "its clock is wrong", "Set the time of the node, then 8) Sync with Azure."
    else:
        reason = "firmware, TPM or clock changed"
        remedy = "Compare the firmware settings of the nodes, undo what was changed last, then 12) Troubleshoot."
    return view.finding("out-of-policy", Level.UNHEALTHY, f"out of policy: {reason}", remedy)


def _unknown_value(view: NodeView, name: str, value: str | None) -> Finding:
    message = f"{name} is missing" if value is None else f"{name} is {value}, which azsconfig does not know"
    return view.finding(f"unknown-{name}", Level.ATTENTION, message, "Look the value up; 12) Troubleshoot may help.")


def _time_left(view: NodeView) -> str:
    """Say how much of the 30 days is left, where the day of installation is known."""
    clock = policy_clocks.register_by(view.system.install_date if view.system else None, view.now)
    if clock is None:
        return ""
    return f", the 30 days {clock.text}" if clock.passed else f", {clock.text} left"


def _over(view: NodeView, plain: str, purpose: str) -> str:
    """Say since when the 30 days are over, where the day of installation is known."""
    clock = policy_clocks.register_by(view.system.install_date if view.system else None, view.now)
    return f"out of policy: 30 days {purpose} {clock.text}" if clock and clock.passed else plain
