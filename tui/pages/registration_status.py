"""Registration status: one row a node, the cluster's verdict, what to do next; and the details of one node."""

from datetime import datetime

from tui.cluster.facts import Fact, NodeFacts, Problem, value_of
from tui.cluster.findings import Finding, Level
from tui.operations.snapshot import Snapshot
from tui.pages.columns import cut, pad, wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.levels import ROLE_OF_LEVEL
from tui.pages.sections import paragraphs, problem_lines
from tui.pages.times import before, stamp
from tui.pages.values import READING, node_problem, not_read
from tui.pages.windows import firmware_lines, link_lines, window_lines

PROMPT = f"Node number for details, {BACK} for the menu:"
MARK = {Level.HEALTHY: "note", Level.ATTENTION: "attention", Level.UNHEALTHY: "unhealthy", Level.UNKNOWN: "unknown"}


def registration_status(snapshot: Snapshot, now: datetime, columns: int) -> Document:
    """Return the status of all nodes as far as it was read."""
    title = "Registration status" + (f" - cluster {snapshot.name}" if snapshot.name else "")
    facts = snapshot.facts
    if facts is None:
        return Document(title, tuple(waiting_lines(snapshot, columns)))
    body: list[Line] = [*verdict_lines(snapshot, columns), BLANK, _header(columns)]
    for number, node in enumerate(facts.nodes, 1):
        body.extend(_node_lines(number, node, snapshot, now, columns))
    body.extend(finding_lines(snapshot, columns))
    if not snapshot.reading:
        body.extend(window_lines(facts, now))
        body.extend(firmware_lines(facts, columns))
        body.extend(link_lines(facts, columns))
    return Document(title, tuple(body), PROMPT)


def waiting_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """Return what is being done, or why the cluster could not be opened."""
    if snapshot.error:
        return [line_of(f" {line}", Role.BAD) for line in wrap(snapshot.error, columns - 2)]
    return [line_of(f" {snapshot.doing}", Role.QUIET)]


def verdict_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """Return the cluster's verdict with its reason."""
    verdict = snapshot.verdict
    if verdict is None or snapshot.reading:
        return [line_of(" Verdict: reading...", Role.QUIET)]
    text = f"Verdict: {verdict.level} - {verdict.reason}"
    return [line_of(f" {line}", ROLE_OF_LEVEL[verdict.level]) for line in wrap(text, columns - 2, 2)]


def finding_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """Return all findings, worst first, each with what to do next."""
    if snapshot.verdict is None or snapshot.reading or not snapshot.verdict.findings:
        return []
    lines = [BLANK, line_of(" What was found and what to do next", Role.HEADING)]
    for finding in snapshot.verdict.findings:
        lines.extend(one_finding(finding, columns))
    return lines


def one_finding(finding: Finding, columns: int) -> list[Line]:
    """Return a finding with what to do next below it."""
    where = f"{finding.node}: " if finding.node else ""
    text = f"[{MARK[finding.level]}] {where}{finding.message}"
    role = Role.PLAIN if finding.level is Level.HEALTHY else ROLE_OF_LEVEL[finding.level]
    lines = [line_of(f" {line}", role) for line in wrap(text, columns - 2, 2)]
    if finding.remedy:
        lines.extend(line_of(f"   {line}", Role.QUIET) for line in wrap(finding.remedy, columns - 4))
    return lines


def _header(columns: int) -> Line:
    text = f"     {pad('Node', 16)} {pad('Verdict', 10)} {pad('Registration', 13)} {pad('Connection', 14)} Last sync"
    return line_of(cut(text, columns), Role.HEADING)


def _node_lines(number: int, node: NodeFacts, snapshot: Snapshot, now: datetime, columns: int) -> list[Line]:
    """Return a node's row and, where it could not be read, why and what to do."""
    choice = Choice(number, str(number))
    lead = f" {number:2}) {pad(node.name, 16)} "
    problem = node_problem(node)
    if problem is not None:
        return [
            Line((Span(lead), Span(cut("could not be read", columns - len(lead)), Role.BAD)), choice),
            *problem_lines(problem, columns),
        ]
    level = _level(node, snapshot)
    verdict = Span(pad(level or READING, 10) + " ", ROLE_OF_LEVEL[level] if level else Role.QUIET)
    return [Line((Span(lead), verdict, Span(cut(_registration_words(node, now), columns - len(lead) - 11))), choice)]


def _level(node: NodeFacts, snapshot: Snapshot) -> Level | None:
    if snapshot.verdict is None or snapshot.reading:
        return None
    return next((judged.level for judged in snapshot.verdict.nodes if judged.name == node.name), None)


def _registration_words(node: NodeFacts, now: datetime) -> str:
    told = value_of(node.registration)
    if told is None:
        return READING if not_read(node.registration) else _problem_words(node.registration)
    if not told.available:
        return "no Get-AzureStackHCI on this node"
    sync = before(told.last_connected, now) if told.last_connected else "never"
    return f"{pad(told.registration_status or '-', 13)} {pad(told.connection_status or '-', 14)} {sync}"


def _problem_words(fact: Fact[object]) -> str:
    return fact.message if isinstance(fact, Problem) else ""


def status_text(snapshot: Snapshot, now: datetime, columns: int) -> str:
    """Return the status as plain text, for the command `status` and for files."""
    document = registration_status(snapshot, now, columns)
    read = f" Read at {stamp(snapshot.facts.read_at)}." if snapshot.facts else ""
    return document.text + (read + "\n" if read else "")


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
    )
    return Document("Help: registration status", paragraphs(texts, columns))
