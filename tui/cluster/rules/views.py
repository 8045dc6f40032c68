"""What a rule looks at: the facts of one node, or of all, with what was not read left out."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.arc import ArcIntegration, ConnectedMachineAgent
from tui.cluster.builds import Offer, offer
from tui.cluster.clock_skew import node_time
from tui.cluster.events import AdminEvent
from tui.cluster.facts import ClusterFacts, NodeFacts, value_of
from tui.cluster.findings import Finding, Level
from tui.cluster.firmware import Firmware
from tui.cluster.firmware_comparison import compare_firmware
from tui.cluster.membership import Membership
from tui.cluster.node_names import node_key
from tui.cluster.registration import Registration, RegistrationStatus
from tui.cluster.system import PowerShellModule, Service, System


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as the rules see it: a value, or `None` for what was not read."""

    facts: NodeFacts
    """Everything, problems included."""
    now: datetime
    """Time of the judgement by the node's own clock: its times are written in it."""
    our_now: datetime
    """Time of the judgement by our clock: for the calendar of Microsoft's support."""
    offer: Offer
    """What its build allows."""
    odd_firmware: tuple[str, ...]
    """Firmware settings in which it differs from the majority."""
    registration: Registration | None
    arc: ArcIntegration | None
    agent: ConnectedMachineAgent | None
    system: System | None
    membership: Membership | None
    firmware: Firmware | None
    modules: tuple[PowerShellModule, ...] | None
    services: tuple[Service, ...] | None
    events: tuple[AdminEvent, ...] | None

    @property
    def name(self) -> str:
        """Name of the node."""
        return self.facts.name

    @property
    def key(self) -> str:
        """Name as other nodes' lists are searched for it: what the node calls itself, where that was read."""
        return node_key(self.system.computer_name if self.system and self.system.computer_name else self.name)

    @property
    def registered(self) -> bool:
        """Whether the node says that it is registered."""
        return self.registration is not None and self.registration.registration_status == RegistrationStatus.REGISTERED

    def finding(self, finding_id: str, level: Level, message: str, remedy: str = "") -> Finding:
        """Return a finding about this node."""
        return Finding(finding_id, level, self.name, message, remedy)


@dataclass(frozen=True, slots=True)
class ClusterView:
    """All nodes as the rules see them."""

    nodes: tuple[NodeView, ...]
    """In the order in which they were asked."""


def node_view(node: NodeFacts, now: datetime, odd_firmware: tuple[str, ...] = ()) -> NodeView:
    """Return a node as the rules see it."""
    registration, system = value_of(node.registration), value_of(node.system)
    return NodeView(
        facts=node,
        now=node_time(node, now),
        our_now=now,
        offer=offer(system, registration),
        odd_firmware=odd_firmware,
        registration=registration,
        arc=value_of(node.arc_integration),
        agent=value_of(node.agent),
        system=system,
        membership=value_of(node.membership),
        firmware=value_of(node.firmware),
        modules=value_of(node.modules),
        services=value_of(node.services),
        events=value_of(node.events),
    )


def cluster_view(facts: ClusterFacts, now: datetime) -> ClusterView:
    """Return a cluster as the rules see it."""
    differences = compare_firmware({node.name: value_of(node.firmware) for node in facts.nodes})
    return ClusterView(
        tuple(
            node_view(node, now, tuple(item.label for item in differences if node.name in item.comparison.odd))
            for node in facts.nodes
        )
    )
