"""Everything one node told, subject by subject."""

from dataclasses import replace

from tui.cluster.facts import Fact, NodeFacts, Reading, value_of
from tui.cluster.iso_time import iso_time
from tui.nodes.connection import LocalPowerShell, TransportKind
from tui.nodes.own_node import OwnNode
from tui.operations.snapshot import Snapshot
from tui.pages.columns import wrap
from tui.pages.document import BLANK, LEAVE, Document, Line, Role, line_of
from tui.pages.findings import finding_lines
from tui.pages.levels import ROLE_OF_LEVEL
from tui.pages.properties import one_property, properties
from tui.pages.registration_status import again_words
from tui.pages.sections import chosen_node, not_among, section_heading
from tui.pages.times import stamp
from tui.pages.values import judged_node

SECTIONS: tuple[tuple[str, str], ...] = (
    ("Registration", "registration"),
    ("Azure Arc integration", "arc_integration"),
    ("Connected machine agent", "agent"),
    ("Services", "services"),
    ("Operating system", "system"),
    ("Cluster membership", "membership"),
    ("Firmware", "firmware"),
    ("PowerShell modules", "modules"),
)


def node_details(snapshot: Snapshot, chosen: str, columns: int) -> Document:
    """Return everything one node told, subject by subject, each with the time it was read or why it was not."""
    node = chosen_node(snapshot, chosen)
    if node is None:
        return not_among(chosen)
    body: list[Line] = []
    judged = judged_node(snapshot, node)
    if judged is not None:
        text = f"Verdict: {judged.level} - {judged.reason}{again_words(snapshot)}"
        body.extend(line_of(f" {line}", ROLE_OF_LEVEL[judged.level]) for line in wrap(text, columns - 2, 2))
        # The page is of this node alone: its name need not stand before each.
        body.extend(finding_lines([replace(finding, node=None) for finding in judged.findings], (), columns))
    body.extend(reach_lines(snapshot, chosen, columns))
    for title, field in SECTIONS:
        body.extend(_section(title, getattr(node, field), columns))
    body.extend(_events(node, columns))
    if node.local and snapshot.own is not None:
        body.extend(own_lines(snapshot.own, columns))
    return Document(f"Node {node.name}", tuple(body), LEAVE)


def reach_lines(snapshot: Snapshot, chosen: str, columns: int) -> list[Line]:
    """Return how a node is reached and how it knows us; nothing where that is not known."""
    index = int(chosen) - 1
    if index >= len(snapshot.targets):
        return []
    target = snapshot.targets[index]
    lines = [BLANK, line_of(" How it is reached", Role.HEADING)]
    if isinstance(target, LocalPowerShell):
        return [*lines, *one_property("PowerShell", "of this computer", columns)]
    lines.extend(one_property("Address", target.address or target.node, columns))
    lines.extend(one_property("Transport", target.transport.value, columns))
    lines.extend(one_property("User", target.user or "who is logged on", columns))
    known = snapshot.authentication.get(target.node)
    if known is not None:
        wanted = target.transport is TransportKind.NEGOTIATE and known == "ntlm"
        lines.extend(
            one_property("Authenticated by", f"{known}{' (Kerberos did not work)' if wanted else ''}", columns)
        )
    return lines


def own_lines(own: OwnNode, columns: int) -> list[Line]:
    """Return what this machine tells without PowerShell: it stands when PowerShell does not start."""
    addresses = ", ".join(f"{address.address} ({address.interface})" for address in own.addresses)
    return [
        BLANK,
        line_of(" This computer, without PowerShell", Role.HEADING),
        *one_property("Name", own.name, columns),
        *one_property("BootTime", iso_time(own.boot_time), columns),
        *one_property("Addresses", addresses or "none", columns),
        *properties(own.services, columns),
    ]


def _section(title: str, fact: Fact[object], columns: int) -> list[Line]:
    lines = section_heading(title, fact, columns)
    if isinstance(fact, Reading):
        lines.extend(properties(fact.value, columns))
    return lines


def _events(node: NodeFacts, columns: int) -> list[Line]:
    lines = section_heading("Events of Microsoft-AzureStack-HCI/Admin, newest first", node.events, columns)
    events = value_of(node.events)
    if events is not None and not events:
        lines.append(line_of("   none in the last 30 days", Role.QUIET))
    for event in events or ():
        role = Role.BAD if event.level in {"Error", "Critical"} else Role.PLAIN
        text = f"{stamp(event.time)}  {event.event_id} {event.level}: {event.message}"
        lines.extend(line_of(f"   {line}", role) for line in wrap(text, columns - 4, 4))
    return lines
