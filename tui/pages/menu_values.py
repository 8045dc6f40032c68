"""The values beside the menu's options, once facts are there."""

from collections.abc import Callable
from datetime import datetime

from tui.cluster.agent_comparison import compare_agents
from tui.cluster.facts import ClusterFacts
from tui.cluster.findings import Level
from tui.cluster.registration import ConnectionStatus
from tui.operations.snapshot import Snapshot
from tui.options import Option
from tui.pages.document import Role
from tui.pages.levels import ROLE_OF_LEVEL
from tui.pages.times import before, clock
from tui.pages.update_words import summary
from tui.pages.values import READING, agent_connected, any_reading, arc_enabled, node_problem, registered, values


def heading_words(snapshot: Snapshot, facts: ClusterFacts) -> str:
    """Return the row below the title: who is read, the build, the region, when."""
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
    again = ", reading again" if snapshot.reading else ""
    parts.append("reading" if snapshot.verdict is None else f"read at {clock(facts.read_at)}{again}")
    return "    ".join(parts)


def value_of_option(option: Option, snapshot: Snapshot, now: datetime) -> str:
    """Return the value beside an option; empty where it has none."""
    words = _VALUES.get(option.id)
    return words(snapshot, now) if words else ""


def role_of_option(option: Option, snapshot: Snapshot) -> Role:
    """Return how an option's value is shown: the status' by the verdict."""
    if option.id != "status" or snapshot.verdict is None:
        return Role.PLAIN
    return ROLE_OF_LEVEL[snapshot.verdict.level]


def _status_value(snapshot: Snapshot, now: datetime) -> str:
    """Return `Registered, connected 25 minutes before`, or what is wrong."""
    facts = snapshot.facts
    if facts is None:
        return ""
    if snapshot.verdict is not None and snapshot.verdict.level is not Level.HEALTHY:
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
    facts, first = snapshot.facts, snapshot.reading and snapshot.verdict is None
    told = [found for node in facts.nodes if (found := state(node)) is not None] if facts else []
    if not told:
        return READING if first else unread
    return words(sum(told), len(told)) + (", reading..." if first else "")


def _arc_value(snapshot: Snapshot, _now: datetime) -> str:
    words = _counted(snapshot, agent_connected, lambda yes, of: f"{yes} of {of} connected", "no node could be read")
    dead = sum(node_problem(node) is not None for node in snapshot.facts.nodes) if snapshot.facts else 0
    return f"{words}, {dead} not read" if dead and words[0].isdigit() else words


def _register_value(snapshot: Snapshot, _now: datetime) -> str:
    def words(yes: int, of: int) -> str:
        return "already registered" if yes == of else "not registered" if yes == 0 else f"{yes} of {of} registered"

    return _counted(snapshot, registered, words, "")


def _repair_value(snapshot: Snapshot, _now: datetime) -> str:
    if snapshot.verdict is None or snapshot.facts is None:
        return ""
    told = [registration for _, registration in values(snapshot.facts.nodes, lambda node: node.registration)]
    needed = any(one.connection_status == ConnectionStatus.REPAIR_REGISTRATION_REQUIRED for one in told)
    return "needed" if needed else "not needed"


def _sync_value(snapshot: Snapshot, _now: datetime) -> str:
    facts = snapshot.facts
    told = [registration for _, registration in values(facts.nodes, lambda node: node.registration)] if facts else []
    syncs = [registration.next_sync for registration in told if registration.next_sync]
    return f"next automatic sync {clock(min(syncs))[:5]}" if syncs else ""


def _enable_arc_value(snapshot: Snapshot, _now: datetime) -> str:
    return _counted(snapshot, arc_enabled, lambda yes, of: f"enabled on {yes} of {of}", "")


def _troubleshoot_value(snapshot: Snapshot, _now: datetime) -> str:
    if snapshot.verdict is None:
        return ""
    found = [finding for finding in snapshot.verdict.findings if finding.level is not Level.HEALTHY]
    if not found:
        return "no findings"
    return f"{len(found)} finding{'' if len(found) == 1 else 's'}: {found[0].message}"


def _updates_value(snapshot: Snapshot, _now: datetime) -> str:
    """Return what the last search found and when; empty once a run has ended since, which may have changed it."""
    updates, runs = snapshot.updates, snapshot.runs
    ended = (run.state.ended for run in runs.runs) if runs is not None else ()
    if updates is None or any(at is not None and at > updates.read_at for at in ended):
        return ""
    return f"{clock(updates.read_at)[:5]} {summary(updates)}"


def _agent_value(snapshot: Snapshot, now: datetime) -> str:
    if snapshot.facts is None:
        return ""
    compared = compare_agents(snapshot.facts, now)
    if compared.newest is None:
        return ""
    gone, behind = len(compared.unsupported), len(compared.behind)
    # Releases of the agent are called by their first two numbers.
    words = f"newest seen {'.'.join(compared.newest.split('.')[:2])}"
    if gone:
        return f"{words}, {gone} out of support"
    return f"{words}, {behind} behind" if behind else words


_VALUES: dict[str, Callable[[Snapshot, datetime], str]] = {
    "status": _status_value,
    "arc": _arc_value,
    "register": _register_value,
    "repair": _repair_value,
    "updates": _updates_value,
    "agent": _agent_value,
    "sync": _sync_value,
    "enable-arc": _enable_arc_value,
    "troubleshoot": _troubleshoot_value,
}
