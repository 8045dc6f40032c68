"""The connected machine agent of one node."""

from collections.abc import Iterator

from tui.cluster import policy_clocks
from tui.cluster.agent_version import parse_version
from tui.cluster.arc import AgentStatus, ConnectedMachineAgent
from tui.cluster.durations import rough_age_text
from tui.cluster.findings import Finding, Level
from tui.cluster.rules.arc import arc_expected
from tui.cluster.rules.views import NodeView

_UPGRADE = "Choose 7) Upgrade Arc agent."
_RENEW_IDENTITY = (
    "Disable Arc on this node, delete its Arc resource, then 5) Enable Azure Arc integration and 8) Sync with Azure; "
    "12) Troubleshoot guides you."
)


def agent_findings(view: NodeView) -> Iterator[Finding]:
    """Yield what is wrong with the agent: missing, not connected, silent, expired, outside support."""
    agent = view.agent
    if agent is None or not view.offer.arc:
        return
    if not agent.installed:
        if view.registered and arc_expected(view) is not False:
            remedy = "Choose 5) Enable Azure Arc integration: it installs the agent."
            yield view.finding("agent-missing", Level.UNHEALTHY, "the Arc agent is not installed", remedy)
        return
    if view.registered or agent.resource_name:
        yield from _state(view, agent)
    yield from _support(view, agent)


def _state(view: NodeView, agent: ConnectedMachineAgent) -> Iterator[Finding]:
    status = agent.status
    if status == AgentStatus.CONNECTED:
        yield from _heartbeat(view, agent)
    elif status == AgentStatus.EXPIRED:
        message = f"the Arc agent's identity has expired{_silent(view, agent)}"
        yield view.finding("agent-expired", Level.UNHEALTHY, message, _RENEW_IDENTITY)
    elif status == AgentStatus.DISCONNECTED:
        yield from _disconnected(view, agent)
    elif status is None:
        message, remedy = "the Arc agent does not say its status", "Check the himds service; 12) Troubleshoot."
        yield view.finding("agent-status-unknown", Level.ATTENTION, message, remedy)
    else:
        code = f" {agent.error_code}" if agent.error_code else ""
        message = f"the Arc agent's status is {status}{code}"
        yield view.finding("agent-error", Level.UNHEALTHY, message, "Choose 12) Troubleshoot.")


def _disconnected(view: NodeView, agent: ConnectedMachineAgent) -> Iterator[Finding]:
    """Tell a clean disconnect, an outage and an identity that must have expired by now (old agents do not say so)."""
    certain = policy_clocks.agent_identity_expires(agent.last_heartbeat, view.now)
    possible = policy_clocks.agent_identity_may_expire(agent.last_heartbeat, view.now)
    if not agent.resource_name:
        if arc_expected(view) is not False:
            message = "the Arc agent is not connected to any resource"
            yield view.finding("agent-not-onboarded", Level.UNHEALTHY, message, "Choose 4) Repair registration.")
    elif certain and certain.passed:
        message = f"the Arc agent's identity must have expired{_silent(view, agent)}"
        yield view.finding("agent-expired", Level.UNHEALTHY, message, _RENEW_IDENTITY)
    else:
        warning = "; its identity may have expired" if possible and possible.passed else ""
        message = f"the Arc agent is disconnected{_silent(view, agent)}{warning}"
        remedy = "Check himds and the node's way to Azure (azcmagent check); 12) Troubleshoot."
        yield view.finding("agent-disconnected", Level.UNHEALTHY, message, remedy)


def _heartbeat(view: NodeView, agent: ConnectedMachineAgent) -> Iterator[Finding]:
    beat = agent.last_heartbeat
    if beat is not None and view.now - beat > policy_clocks.HEARTBEAT_WINDOW:
        message = f"the Arc agent says Connected, last heartbeat {rough_age_text(view.now - beat)}"
        remedy = "Restart the himds service, then check the node's way to Azure (azcmagent check)."
        yield view.finding("heartbeat-old", Level.ATTENTION, message, remedy)
    elif agent.error_code:
        message = f"the Arc agent is connected and reports error {agent.error_code}"
        yield view.finding("agent-error-code", Level.HEALTHY, message, "See azcmagent show for its details.")


def _support(view: NodeView, agent: ConnectedMachineAgent) -> Iterator[Finding]:
    clock = policy_clocks.agent_supported_until(agent.version, view.our_now)
    if clock is None or not clock.passed:
        return
    about = "about " if clock.inferred else ""
    message = f"Arc agent {short_version(agent.version)} has been out of support since {about}{clock.deadline:%Y-%m}"
    yield view.finding("agent-unsupported", Level.ATTENTION, message, _UPGRADE)


def short_version(version: str | None) -> str:
    """Return major and minor number of a version, which name its release; what is no version as it came."""
    release = parse_version(version).release if version else None
    return f"{release[0]}.{release[1]}" if release else version or "of unknown version"


def _silent(view: NodeView, agent: ConnectedMachineAgent) -> str:
    beat = agent.last_heartbeat
    return f", last heartbeat {rough_age_text(view.now - beat)}" if beat else ""
