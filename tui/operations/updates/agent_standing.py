"""How the connected machine agents of nodes stand, and what is true after they were upgraded."""

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from tui.cluster.agent_version import parse_version
from tui.cluster.arc import AgentStatus, ConnectedMachineAgent
from tui.cluster.azcmagent import parse_agent
from tui.cluster.decode import DecodeError, decode_all
from tui.cluster.system import Service, ServiceStatus
from tui.nodes.errors import NodeError, Unreadable
from tui.runs.event import Sink, note
from tui.runs.outcome import Outcome, OutcomeKind

if TYPE_CHECKING:
    from tui.session import Session

AGENT_SERVICES = ("himds", "GCArcService", "ExtensionService")
PATIENCE = timedelta(minutes=6)
"""The agent sends a heartbeat every five minutes: after that it has to be connected again."""
GLANCE_SECONDS = 5.0


def agent_of(session: "Session", node: str) -> ConnectedMachineAgent | NodeError:
    """Return the agent of a node, or why it is not known."""
    try:
        outs = session.submit(node, "get-connected-machine-agent").result().outs
        told = outs[0] if outs else None
        if not isinstance(told, Mapping):
            return Unreadable(node, "It says nothing of its agent.")
        return parse_agent(cast("Mapping[str, object]", told))
    except NodeError as error:
        return error
    except DecodeError as error:
        return Unreadable(node, f"What it says of its agent cannot be read: {error}.")


def agents_outcome(  # noqa: PLR0917 - which nodes, what was run on which, and what was so before
    session: "Session",
    nodes: Sequence[str],
    upgraded: Collection[str],
    parameters: Mapping[str, Any],
    sink: Sink,
    patience: timedelta = PATIENCE,
) -> Outcome:
    """Return whether every node that was upgraded has another agent than before, which runs and is connected again."""
    before = parameters.get("Before")
    known: dict[str, Any] = dict(cast("Mapping[str, Any]", before)) if isinstance(before, Mapping) else {}
    sink(note("Waiting for the agents' next heartbeat."))
    until = time.monotonic() + patience.total_seconds()
    while True:
        missing = {node: words for node in upgraded if (words := _missing(session, node, known.get(node)))}
        if not missing or time.monotonic() > until:
            break
        time.sleep(GLANCE_SECONDS)
    details = tuple(f"{node}: {_words(agent_of(session, node))}." for node in nodes)
    if not missing:
        same = [node for node in nodes if node not in upgraded]
        kept = (f"{', '.join(same)}: no newer agent is offered.",) if same else ()
        message = (
            f"The agent of {_count(upgraded)} is upgraded and connected." if upgraded else "Nothing newer is offered."
        )
        return Outcome(OutcomeKind.DONE, message, details=(*kept, *details))
    told = tuple(f"{node}: {words}." for node, words in missing.items())
    kind = OutcomeKind.ATTENTION if len(missing) == len(upgraded) else OutcomeKind.PARTLY
    return Outcome(
        kind,
        f"The agent of {len(upgraded) - len(missing)} of {len(upgraded)} nodes is upgraded and connected.",
        remedy="Look at it on the node: azcmagent show, azcmagent check.",
        details=(*told, *details),
    )


def _missing(session: "Session", node: str, before: object) -> str:
    """Return what an agent lacks to be upgraded and well; empty for nothing."""
    agent = agent_of(session, node)
    if isinstance(agent, NodeError):
        return agent.message.rstrip(".")
    if not agent.installed or agent.version is None:
        return "no agent answers"
    if isinstance(before, str) and parse_version(agent.version) == parse_version(before):
        return f"the agent is {agent.version}, as before"
    if agent.resource_name and agent.status != AgentStatus.CONNECTED:
        return f"the agent is {agent.status}"
    return _services_missing(session, node)


def _services_missing(session: "Session", node: str) -> str:
    """Return which services of the agent do not run; empty for none."""
    try:
        services = decode_all(Service, session.submit(node, "get-services").result().outs)
    except (NodeError, DecodeError):
        return "its services could not be read"
    stopped = [one.name for one in services if one.name in AGENT_SERVICES and one.status != ServiceStatus.RUNNING]
    return f"{', '.join(stopped)} {'does' if len(stopped) == 1 else 'do'} not run" if stopped else ""


def _words(agent: ConnectedMachineAgent | NodeError) -> str:
    if isinstance(agent, NodeError):
        return agent.message.rstrip(".")
    heard = f", last heartbeat {_ago(agent.last_heartbeat)}" if agent.last_heartbeat is not None else ""
    return f"{agent.version or 'no version'}, {agent.status or 'no status'}{heard}"


def _ago(moment: datetime) -> str:
    return f"{max(0, round((datetime.now(UTC) - moment).total_seconds() / 60))} min ago"


def _count(nodes: Collection[str]) -> str:
    return next(iter(nodes)) if len(nodes) == 1 else f"each of {len(nodes)} nodes"
