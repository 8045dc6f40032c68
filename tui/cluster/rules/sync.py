"""The last sync of a registered node, and how long it may still go without one."""

from collections.abc import Iterator
from datetime import timedelta

from tui.cluster import policy_clocks
from tui.cluster.durations import age_text, rough_age_text
from tui.cluster.findings import Finding, Level
from tui.cluster.registration import ConnectionStatus
from tui.cluster.rules.views import NodeView

NEAR_LIMIT = timedelta(days=7)
"""With so little of the 30 days left, being offline is urgent. Our own choice."""
_ALREADY_SAID = {ConnectionStatus.OUT_OF_POLICY, ConnectionStatus.REPAIR_REGISTRATION_REQUIRED}
_RECONNECT = "Check the node's way to Azure (network, proxy, firewall), then choose 8) Sync with Azure."


def sync_findings(view: NodeView) -> Iterator[Finding]:
    """Yield what is wrong with the age of the last sync, unless the status itself already says worse."""
    registration = view.registration
    if registration is None or not view.registered or registration.connection_status in _ALREADY_SAID:
        return
    limit = policy_clocks.sync_by(registration.last_connected, view.now)
    if limit is None or registration.last_connected is None:
        if registration.connection_status == ConnectionStatus.DISCONNECTED:
            yield view.finding("disconnected", Level.UNHEALTHY, "registered, but disconnected from Azure", _RECONNECT)
        return
    age = view.now - registration.last_connected
    if limit.passed:
        message = f"no sync for {age.days} days, 30 are allowed"
        yield view.finding("offline-limit", Level.UNHEALTHY, message, _RECONNECT)
    elif limit.left <= NEAR_LIMIT:
        message = f"last sync {rough_age_text(age)}: out of policy in {limit.text}"
        yield view.finding("near-offline-limit", Level.UNHEALTHY, message, _RECONNECT)
    elif registration.connection_status == ConnectionStatus.DISCONNECTED:
        message = f"disconnected, last sync {rough_age_text(age)}, {limit.days} of 30 days left"
        yield view.finding("disconnected", Level.UNHEALTHY, message, _RECONNECT)
    elif age > policy_clocks.CONNECTED_WINDOW:
        message = f"last sync {rough_age_text(age)}, {limit.days} of 30 days left"
        yield view.finding("sync-old", Level.ATTENTION, message, _RECONNECT)
    elif age > policy_clocks.PORTAL_WINDOW:
        yield view.finding("sync-8-hours", Level.HEALTHY, f"last sync {age_text(age)}: the portal may say Disconnected")
