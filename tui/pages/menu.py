"""The menu: every option with the current value beside it."""

from collections.abc import Callable
from datetime import datetime

from tui.cluster.builds import Offer, cluster_offer, offer
from tui.cluster.facts import value_of
from tui.cluster.findings import Level
from tui.cluster.registration import ConnectionStatus
from tui.operations.reader import Snapshot
from tui.options import EXIT, OPTIONS, Option, Risk
from tui.pages.columns import cut, pad, wrap
from tui.pages.document import BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.times import before, clock
from tui.pages.values import READING, agent_connected, any_reading, arc_enabled, node_problem, registered, values

PROMPT = "Enter number to select an option:"
TITLE_CELLS = 32
NARROW = 60


def menu_document(snapshot: Snapshot, now: datetime, columns: int) -> Document:
    """Return the menu as far as values are known, for `columns` cells."""
    body: list[Line] = [_heading(snapshot, columns), BLANK]
    group = 0
    for option in OPTIONS:
        if option.group != group:
            body.append(BLANK)
            group = option.group
        body.append(_option_line(option, snapshot, now, columns))
    body.append(BLANK)
    name = f" - cluster {snapshot.name}" if snapshot.name else ""
    return Document(f"Azure Stack HCI registration{name}", tuple(body), PROMPT)


def menu_help(columns: int) -> Document:
    """Return the help of the menu."""
    text = (
        "Type a number and press Enter, or move with the arrow keys and press Enter. Esc undoes typing. The value "
        "beside an option is what the nodes said when they were read; the time is in the second row. An option that "
        "cannot be used now stays in its place and says why. r reads the nodes again, ? shows help on every screen, "
        "Esc leaves a screen, 15 leaves azsconfig."
    )
    lines = [line_of(f" {line}") for line in wrap(text, columns - 2)]
    lines.append(BLANK)
    for option in OPTIONS:
        lines.extend(
            line_of(f" {line}") for line in wrap(f"{option.number:2}) {option.title}: {option.summary}", columns - 2, 4)
        )
    return Document("Help: the menu", tuple(lines))


def _heading(snapshot: Snapshot, columns: int) -> Line:
    """Return the row below the title: who is read, the build, the region, when."""
    facts = snapshot.facts
    if facts is None:
        return line_of(f" {snapshot.doing}", Role.QUIET)
    first, peers = facts.nodes[0].name, len(facts.nodes) - 1
    peer_words = f" and {peers} peer{'' if peers == 1 else 's'}" if peers else ""
    parts = [f"{first}{peer_words}"]
    system = next((told for _, told in values(facts.nodes, lambda node: node.system)), None)
    if system and system.build:
        parts.append(f"{system.display_version or 'build'} ({system.build}.{system.revision or 0})")
    registrations = [told for _, told in values(facts.nodes, lambda node: node.registration)]
    region = next((told.region for told in registrations if told.region), None)
    if region:
        parts.append(region)
    parts.append("reading" if snapshot.reading else f"read at {clock(facts.read_at)}")
    return line_of(cut(" " + "    ".join(parts), columns), Role.QUIET)


def _option_line(option: Option, snapshot: Snapshot, now: datetime, columns: int) -> Line:
    """Return one option's row."""
    refusal = refusal_of(option, snapshot)
    text = refusal or _value_of(option, snapshot, now)
    label = f" {option.number:2}) {option.title}"
    room = columns if columns < NARROW or not text else TITLE_CELLS + 5
    role = Role.QUIET if refusal else Role.PLAIN
    spans = [Span(pad(label, room).rstrip() if not text else pad(label, room), role)]
    if text and columns >= NARROW:
        spans.append(Span(cut(text, columns - room), role if refusal else _role_of(option, snapshot)))
    return Line(tuple(spans), Choice(option.number, option.id, refusal))


def refusal_of(option: Option, snapshot: Snapshot) -> str | None:
    """Return why an option cannot be used now, or `None`."""
    if option.id == EXIT:
        return None
    if option.risk is not Risk.READS and snapshot.facts is not None:
        allowed = _offer(snapshot)
        if not allowed.changes and allowed.reason:
            return allowed.reason
        if option.id == "enable-arc" and not allowed.arc and allowed.reason:
            return allowed.reason
    if not option.built:
        return "not in this version yet"
    return None


def _offer(snapshot: Snapshot) -> Offer:
    """Return what the builds read so far allow."""
    nodes = snapshot.facts.nodes if snapshot.facts else ()
    return cluster_offer(offer(value_of(node.system), value_of(node.registration)) for node in nodes)


def _value_of(option: Option, snapshot: Snapshot, now: datetime) -> str:
    """Return the value beside an option; empty where it has none or nothing was read."""
    words = _VALUES.get(option.id)
    if words is None or snapshot.facts is None:
        return ""
    return words(snapshot, now)


def _role_of(option: Option, snapshot: Snapshot) -> Role:
    """Return how the status' value is shown: by the verdict."""
    if option.id != "status" or snapshot.verdict is None:
        return Role.PLAIN
    return ROLE_OF_LEVEL[snapshot.verdict.level]


ROLE_OF_LEVEL = {
    Level.HEALTHY: Role.GOOD,
    Level.ATTENTION: Role.ATTENTION,
    Level.UNHEALTHY: Role.BAD,
    Level.UNKNOWN: Role.ATTENTION,
}


def _status_value(snapshot: Snapshot, now: datetime) -> str:
    """Return `Registered, connected 25 minutes before`, or what is wrong."""
    facts = snapshot.facts
    if facts is None:
        return ""
    if snapshot.verdict is not None and snapshot.verdict.level is not Level.HEALTHY and not snapshot.reading:
        return snapshot.verdict.reason
    told = [registration for _, registration in values(facts.nodes, lambda node: node.registration)]
    if not told:
        return READING if any_reading(facts, lambda node: node.registration) else "no node could be read"
    states = sorted({str(registration.registration_status or "unknown") for registration in told})
    words = " / ".join(states)
    connections = {registration.connection_status for registration in told}
    syncs = [registration.last_connected for registration in told if registration.last_connected]
    if connections == {ConnectionStatus.CONNECTED} and syncs:
        words += f", connected {before(min(syncs), now)}"
    return words


def _counted(
    snapshot: Snapshot, state: Callable[..., bool | None], words: Callable[[int, int], str], unread: str
) -> str:
    """Return how many of the nodes that answered are so."""
    facts = snapshot.facts
    told = [found for node in facts.nodes if (found := state(node)) is not None] if facts else []
    if not told:
        return READING if snapshot.reading else unread
    return words(sum(told), len(told))


def _arc_value(snapshot: Snapshot, _now: datetime) -> str:
    words = _counted(snapshot, agent_connected, lambda yes, of: f"{yes} of {of} connected", "no node could be read")
    dead = sum(node_problem(node) is not None for node in snapshot.facts.nodes) if snapshot.facts else 0
    return f"{words}, {dead} not read" if dead and words[0].isdigit() else words


def _register_value(snapshot: Snapshot, _now: datetime) -> str:
    def words(yes: int, of: int) -> str:
        return "already registered" if yes == of else "not registered" if yes == 0 else f"{yes} of {of} registered"

    return _counted(snapshot, registered, words, "")


def _enable_arc_value(snapshot: Snapshot, _now: datetime) -> str:
    return _counted(snapshot, arc_enabled, lambda yes, of: f"enabled on {yes} of {of}", "")


def _troubleshoot_value(snapshot: Snapshot, _now: datetime) -> str:
    if snapshot.verdict is None:
        return ""
    found = [finding for finding in snapshot.verdict.findings if finding.level is not Level.HEALTHY]
    if not found:
        return "no findings"
    return f"{len(found)} finding{'' if len(found) == 1 else 's'}: {found[0].message}"


_VALUES: dict[str, Callable[[Snapshot, datetime], str]] = {
    "status": _status_value,
    "arc": _arc_value,
    "register": _register_value,
    "enable-arc": _enable_arc_value,
    "troubleshoot": _troubleshoot_value,
}
