"""Registration status: one row a node, the cluster's verdict, what to do next; and the details of one node."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.durations import age_text
from tui.cluster.facts import ClusterFacts, Fact, NodeFacts, Problem, value_of
from tui.cluster.findings import Level
from tui.operations.snapshot import Snapshot
from tui.pages.azure import azure_lines
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.findings import finding_lines
from tui.pages.levels import ROLE_OF_LEVEL
from tui.pages.sections import paragraphs, problem_lines
from tui.pages.times import clock
from tui.pages.values import READING, clock_ahead, judged_node, node_problem, not_read, values
from tui.pages.windows import firmware_lines, link_lines, window_lines

PROMPT = f"Node number for details, {BACK} for the menu:"
NARROW = 70
"""Below so many columns a node's row goes on in the lines below it."""
WIDEST_NAME = 24


def registration_status(snapshot: Snapshot, now: datetime, columns: int) -> Document:
    """Return the status of all nodes as far as it was read."""
    title = "Registration status" + (f" - cluster {snapshot.name}" if snapshot.name else "")
    facts = snapshot.facts
    if facts is None:
        return Document(title, tuple(waiting_lines(snapshot, columns)))
    widths = _widths(facts)
    body: list[Line] = [*verdict_lines(snapshot, columns), BLANK, _header(widths, columns)]
    for number, node in enumerate(facts.nodes, 1):
        body.extend(_node_lines(number, node, snapshot, now, _Room(columns, *widths)))
    body.extend(found_lines(snapshot, columns))
    if snapshot.verdict is not None:
        body.extend(azure_lines(snapshot.azure, now, columns))
        body.extend(window_lines(facts, now, columns))
        body.extend(firmware_lines(facts, columns))
        body.extend(link_lines(facts, columns))
    return Document(title, tuple(body), PROMPT)


def again_words(snapshot: Snapshot) -> str:
    """Return that what is shown is of an earlier reading, while the next one goes on."""
    if not snapshot.reading or snapshot.facts is None:
        return ""
    return f" (at {clock(snapshot.facts.read_at)}; reading again)"


def waiting_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """Return what is being done, or why the cluster could not be opened."""
    if snapshot.error:
        return [line_of(f" {line}", Role.BAD) for line in wrap(snapshot.error, columns - 2)]
    return [line_of(f" {snapshot.doing}", Role.QUIET)]


def verdict_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """Return the cluster's verdict with its reason."""
    verdict = snapshot.verdict
    if verdict is None:
        return [line_of(" Verdict: reading...", Role.QUIET)]
    text = f"Verdict: {verdict.level} - {verdict.reason}{again_words(snapshot)}"
    return [line_of(f" {line}", ROLE_OF_LEVEL[verdict.level]) for line in wrap(text, columns - 2, 2)]


def found_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """Return what was found and what to do next; why a node could not be read stands in its row, not here again."""
    if snapshot.verdict is None or snapshot.facts is None:
        return []
    nodes = snapshot.facts.nodes
    said = {node.name for node in nodes if node_problem(node) is not None}
    findings = [one for one in snapshot.verdict.findings if one.id != "node-unreadable" or one.node not in said]
    lines = finding_lines(findings, [node.name for node in nodes], columns)
    return [BLANK, line_of(" What was found and what to do next", Role.HEADING), *lines] if lines else []


@dataclass(frozen=True, slots=True)
class _Room:
    """Cells of a row and of its columns that are as wide as what stands in them."""

    columns: int
    name: int
    connection: int


def _header(widths: tuple[int, int], columns: int) -> Line:
    name, connection = widths
    if columns < NARROW:
        return line_of(cut(f"     {pad('Node', name)} Verdict", columns), Role.HEADING)
    columns_text = f"{pad('Node', name)} {pad('Verdict', 9)} {pad('Registration', 12)} {pad('Connection', connection)}"
    return line_of(cut(f"     {columns_text} Last sync", columns), Role.HEADING)


def _widths(facts: ClusterFacts) -> tuple[int, int]:
    """Return the cells of the columns Node and Connection: as wide as what stands in them."""
    states = [told.connection_status or "" for _, told in values(facts.nodes, lambda node: node.registration)]
    names = [width(node.name) for node in facts.nodes]
    return min(max(*names, 6), WIDEST_NAME), max([10, *map(width, states)])


def _node_lines(number: int, node: NodeFacts, snapshot: Snapshot, now: datetime, room: _Room) -> list[Line]:
    """Return a node's row and, where it could not be read, why and what to do."""
    choice = Choice(number, str(number))
    columns = room.columns
    lead = f" {number:2}) {pad(node.name, room.name)} "
    problem = node_problem(node)
    if problem is not None:
        return [
            Line((Span(lead), Span(cut("could not be read", columns - width(lead)), Role.BAD)), choice),
            *problem_lines(problem, columns),
        ]
    level = _level(node, snapshot)
    verdict = Span(pad(level or READING, 10), ROLE_OF_LEVEL[level] if level else Role.QUIET)
    words = _registration_words(node, now, room.connection)
    if columns < NARROW:
        below = [line_of(f"     {line}") for line in wrap(" ".join(words.split()), columns - 6)]
        return [Line((Span(lead), verdict), choice), *below]
    return [Line((Span(lead), verdict, Span(cut(words, columns - width(lead) - 10))), choice)]


def _level(node: NodeFacts, snapshot: Snapshot) -> Level | None:
    judged = judged_node(snapshot, node)
    return judged.level if judged else None


def _registration_words(node: NodeFacts, now: datetime, connection: int) -> str:
    told = value_of(node.registration)
    if told is None:
        return READING if not_read(node.registration) else _problem_words(node.registration)
    if not told.available:
        return "no Get-AzureStackHCI on this node"
    sync = age_text(now + clock_ahead(node) - told.last_connected) if told.last_connected else "never"
    return f"{pad(told.registration_status or '-', 12)} {pad(told.connection_status or '-', connection)} {sync}"


def _problem_words(fact: Fact[object]) -> str:
    return fact.message if isinstance(fact, Problem) else ""


def status_help(columns: int) -> Document:
    """Return the help of this screen."""
    texts = (
        (
            "Each row is one node as it speaks for itself; nodes of one cluster can disagree. Type a node's number and "
            "press Enter for everything it told."
        ),
        (
            "Registration is RegistrationStatus of Get-AzureStackHCI: NotYet, Registered, or OutOfPolicy after 30 days "
            "without registering. Connection is ConnectionStatus: Connected means synced within the last day; "
            "OutOfPolicy means more than 30 days without a sync, or firmware that differs; RepairRegistrationRequired "
            "means that the registration's keys must be renewed. Last sync is LastConnected; nodes sync by themselves "
            "every 12 hours."
        ),
        (
            "The verdict weighs all of this: healthy, attention (works, but do something), unhealthy (does not work), "
            "unknown (could not be read). What to do next stands below the nodes, the worst first."
        ),
        (
            "In Azure is what Azure knows: the cluster's resource with the last sync that arrived there, its Arc "
            "settings, its Arc machines. It is read once azsconfig is told how to sign in: --auth, or the azure table "
            "of a connection. Where Azure and the nodes have drifted apart, the findings say so."
        ),
    )
    return Document("Help: registration status", paragraphs(texts, columns))
