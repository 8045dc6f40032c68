"""Arc-enabled servers: each node's connected machine agent, its services and extensions."""

from datetime import datetime

from tui.cluster.arc import AgentStatus
from tui.cluster.facts import NodeFacts, value_of
from tui.operations.snapshot import Snapshot
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BACK, BLANK, LEAVE, Choice, Document, Line, Role, Span, line_of
from tui.pages.node_names import in_short
from tui.pages.properties import properties
from tui.pages.registration_status import NARROW, waiting_lines
from tui.pages.sections import chosen_node, not_among, paragraphs, problem_lines, section_heading
from tui.pages.times import ago
from tui.pages.values import READING, grouped, in_words, node_problem, values

PROMPT = f"Node number for details, {BACK} for the menu:"
ROLE_OF_STATUS: dict[str, Role] = {AgentStatus.DISCONNECTED: Role.ATTENTION, AgentStatus.EXPIRED: Role.BAD}
AGENT_SERVICES = ("himds", "GCArcService", "ExtensionService", "arcproxy")


def arc_servers(snapshot: Snapshot, now: datetime, columns: int) -> Document:
    """Return the agents of all nodes as far as they were read."""
    title = "Arc-enabled servers" + (f" - cluster {snapshot.name}" if snapshot.name else "")
    facts = snapshot.facts
    if facts is None:
        return Document(title, tuple(waiting_lines(snapshot, columns)))
    body: list[Line] = [line_of(cut(f" {line}", columns)) for line in _cluster_words(snapshot)]
    told = "" if columns < NARROW else f" {pad('Agent', 13)} {pad('Version', 17)} Last heartbeat"
    header = f"     {pad('Node', 16)}{told}"
    body.extend((BLANK, line_of(cut(header, columns), Role.HEADING)))
    for number, node in enumerate(facts.nodes, 1):
        body.extend(_node_lines(number, node, now, columns))
    return Document(title, tuple(body), PROMPT)


def _cluster_words(snapshot: Snapshot) -> list[str]:
    """Return how the cluster's integration stands, and who says otherwise."""
    nodes = snapshot.facts.nodes if snapshot.facts else ()
    told = values(nodes, lambda node: node.arc_integration)
    if not told:
        return [f"Cluster integration: {READING}" if snapshot.reading else "Cluster integration: not read"]
    states = grouped(
        (name, str(item.cluster_arc_status or "unknown") if item.available else "not on this build")
        for name, item in told
    )
    if len(states) == 1:
        return [f"Cluster integration: {next(iter(states))}"]
    return [f"Cluster integration: {state} say {in_short(names)}" for state, names in states.items()]


def _node_lines(number: int, node: NodeFacts, now: datetime, columns: int) -> list[Line]:
    lead = f" {number:2}) {pad(node.name, 16)} "
    choice = Choice(number, str(number))
    problem = node_problem(node)
    if problem is not None:
        return [
            Line((Span(lead), Span(cut("could not be read", columns - width(lead)), Role.BAD)), choice),
            *problem_lines(problem, columns),
        ]
    words = _agent_words(node, now)
    agent = value_of(node.agent)
    role = ROLE_OF_STATUS.get(agent.status or "", Role.PLAIN) if agent else Role.PLAIN
    if columns < NARROW:
        lines = [Line((Span(cut(lead, columns)),), choice)]
        lines.extend(line_of(f"       {line}", role) for line in wrap(" ".join(words.split()), columns - 8))
    else:
        lines = [Line((Span(lead), Span(cut(words, columns - width(lead)), role)), choice)]
    if agent is not None and agent.error_details:
        text = f"{agent.error_code or ''} {agent.error_details}".strip()
        lines.extend(line_of(f"       {line}", Role.ATTENTION) for line in wrap(text, columns - 8))
    stopped = [service.name for service in value_of(node.services) or () if _should_run(service.name, service.status)]
    if stopped:
        lines.append(line_of(cut(f"       not running: {', '.join(stopped)}", columns), Role.ATTENTION))
    return lines


def _should_run(name: str, status: str | None) -> bool:
    """Return whether one of the agent's services is installed and not running; the proxy may be stopped."""
    return name in AGENT_SERVICES and name != "arcproxy" and status is not None and status != "Running"


def _agent_words(node: NodeFacts, now: datetime) -> str:
    agent = value_of(node.agent)
    if agent is None:
        return in_words(node.agent, str)
    if not agent.installed:
        return "not installed"
    heartbeat = ago(agent.last_heartbeat, now) if agent.last_heartbeat else "-"
    return f"{pad(agent.status or '-', 13)} {pad(agent.version or '-', 17)} {heartbeat}"


def arc_server_details(snapshot: Snapshot, chosen: str, columns: int) -> Document:
    """Return one node's agent, integration, services and extensions."""
    node = chosen_node(snapshot, chosen)
    if node is None:
        return not_among(chosen)
    body: list[Line] = section_heading("Connected machine agent", node.agent, columns)[1:]
    agent = value_of(node.agent)
    if agent is not None:
        body.extend(properties(agent, columns))
        body.extend((BLANK, line_of(" Extensions", Role.HEADING)))
        body.extend(properties(agent.extensions, columns) or [line_of("   none found", Role.QUIET)])
    for title, fact in (("Azure Arc integration", node.arc_integration), ("Services", node.services)):
        body.extend(section_heading(title, fact, columns))
        told = value_of(fact)
        if told is not None:
            body.extend(properties(told, columns))
    return Document(f"Arc-enabled server {node.name}", tuple(body), LEAVE)


def arc_help(columns: int) -> Document:
    """Return the help of this screen."""
    texts = (
        (
            "Each row is one node's Azure connected machine agent as azcmagent show reports it: its status, its "
            "version and its last heartbeat, normally every five minutes. Type a node's number and press Enter for "
            "its resource, services and extensions."
        ),
        (
            "Expired means that the agent was offline for longer than its identity lives (90 days): it must be "
            "disconnected and connected again. An agent that is not installed is said so and is no error."
        ),
    )
    return Document("Help: Arc-enabled servers", paragraphs(texts, columns))
