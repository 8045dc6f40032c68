"""The simulated cluster: its nodes, what happens to all of them together, and the lock around it."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tui.cluster.events import EventLevel
from tui.cluster.system import ServiceStatus
from tui.lab.azure.resources import AzureResources
from tui.lab.clock import LabClock
from tui.lab.event_texts import CANNOT_CONNECT
from tui.lab.failover.cluster import FailoverCluster
from tui.lab.failover.cluster_aware import ClusterAwareUpdating
from tui.lab.names import MAX_NODES
from tui.lab.node_state import AzureRegistration, MachineAgent, NodeFirmware, NodeState, current_agent
from tui.lab.runs.pace import Pace

CLUSTER_NAME = "HCI-CL01"
"""Name of the simulated cluster."""
DOMAIN = "hci.contoso.test"
"""DNS name of its domain."""
NETBIOS_DOMAIN = "HCI"
"""NetBIOS name of its domain."""
SUBSCRIPTION_ID = "5d3c2b1a-0f4e-4c6d-8b7a-1a2b3c4d5e6f"
"""Subscription that the simulated cluster is registered in."""
SUBSCRIPTION_ID_2 = "7e6d5c4b-3a2f-4b1c-9d8e-2b3c4d5e6f7a"
"""Another subscription of the same tenant; nothing of the cluster is in it."""
TENANT_ID = "0c1d2e3f-4a5b-4c7d-9e8f-a0b1c2d3e4f5"
"""Tenant of that subscription."""
REGION = "eastus"
"""Region of the cluster in Azure."""
AGENT_SERVICES = ("himds", "GCArcService", "ExtensionService")
"""Services of the connected machine agent that always run."""
_MODULES: dict[str, str | None] = {"Az.StackHCI": "2.6.0", "Az.Accounts": "2.19.0", "Az.Resources": "7.5.0"}


class LabRefusalError(Exception):
    """The simulated cluster cannot do what was asked, as a real one could not: the reason in words."""


@dataclass(frozen=True, slots=True)
class ApplicationAccess:
    """What the lab's application may do in the simulated Azure."""

    role: str = "Owner"
    """Name of its role."""
    subscription_id: str = SUBSCRIPTION_ID
    """Subscription that it has the role in; it sees no other."""


class ClusterState:
    """All nodes and what they share. Safe to use from any thread.

    A new one is installed, clustered and has run for some weeks, but is not registered: scenarios change it from there.
    """

    def __init__(self, node_count: int, clock: LabClock | None = None) -> None:
        if not 1 <= node_count <= MAX_NODES:
            raise ValueError(f"a cluster has 1 to {MAX_NODES} nodes, not {node_count}")
        self.clock = clock or LabClock()
        self._begun = self.clock.now()
        self.pace = Pace(now=self._seconds)
        """How fast everything goes on that takes its time."""
        self.faults: Callable[[str], Mapping[str, Any]] = lambda _node: {}
        """Faults that are set on a node."""
        self.name = CLUSTER_NAME
        self.azure = AzureResources()
        """What the simulated Azure keeps of it."""
        self.application_access = ApplicationAccess()
        """What the application may do that signs in for azsconfig."""
        self.arc_disabling = False
        """Whether its nodes know that somebody began to disable Arc and did not come to the end."""
        self._lock = threading.RLock()
        now = self.clock.now()
        self._nodes = {
            name: NodeState(
                name,
                installed=now - timedelta(days=200, minutes=7 * index),
                booted=now - timedelta(days=20, hours=index, minutes=11 * index),
                modules=dict(_MODULES),
            )
            for index, name in enumerate(f"HCI-N{number}" for number in range(1, node_count + 1))
        }
        self.failover = FailoverCluster(self._nodes, self.clock, self.pace, self._lock, self._faults_of)
        """Which nodes are in it, what runs where, and its storage."""
        self.cau = ClusterAwareUpdating()
        """Cluster-Aware Updating."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all nodes, in their order."""
        return tuple(self._nodes)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keep everything as it is while several things are read or changed together."""
        with self._lock:
            yield

    def node(self, name: str) -> NodeState:
        """Return a node by its name in any case; `LabRefusalError` when there is none."""
        for known, node in self._nodes.items():
            if known.casefold() == name.casefold():
                return node
        raise LabRefusalError(f"there is no node {name}; the lab has {', '.join(self._nodes)}")

    def nodes(self) -> tuple[NodeState, ...]:
        """Return all nodes, in their order."""
        return tuple(self._nodes.values())

    def odd_node(self) -> NodeState:
        """Return the node that scenarios about one node pick: the third, or the last of fewer."""
        return self.nodes()[min(2, len(self._nodes) - 1)]

    def odd_firmware(self, node: NodeState) -> bool:
        """Whether more than half of the nodes have a firmware in common that this one has not."""
        with self._lock:
            counts: Counter[NodeFirmware] = Counter(other.firmware for other in self._nodes.values())
        firmware, count = counts.most_common(1)[0]
        return count * 2 > len(self._nodes) and node.firmware != firmware

    def register(self, *, region: str = REGION, at: datetime | None = None) -> None:
        """Register all nodes with Azure and enable Arc on them; nodes that are down keep what they knew."""
        with self._lock:
            moment = at or self.clock.now()
            registration = AzureRegistration(
                moment, self.name, SUBSCRIPTION_ID, f"{self.name}-rg", TENANT_ID, region.replace(" ", "").lower()
            )
            for node in self._running():
                node.registration = registration
                node.synced = moment
                node.repair_required = False
            self.azure.add_cluster(registration)
            self.enable_arc()

    def enable_arc(self) -> None:
        """Install and connect the agent on every running node that has none; needs a registration."""
        with self._lock:
            for node in self._running():
                if node.registration is None:
                    raise LabRefusalError(f"{node.name} is not registered with Azure")
                if node.agent is None:
                    machine = uuid.uuid5(uuid.NAMESPACE_DNS, f"{node.name}.{DOMAIN}".lower())
                    node.agent = MachineAgent(current_agent(self.clock.now()), machine_id=str(machine))
                self.azure.add_machine(node.name, node.agent.machine_id)

    def unregister(self) -> None:
        """Take the cluster out of Azure and the agents off the nodes.

        An installation of more than 30 days is out of policy at once, as on a real one.
        """
        with self._lock:
            for node in self._running():
                node.registration = None
                node.synced = None
                node.repair_required = False
                node.agent = None
            self.azure.remove_cluster()

    def sync(self, name: str) -> None:
        """Sync one node with Azure; `LabRefusalError` when it is down, unregistered, cut off or needs repair."""
        with self._lock:
            node = self.node(name)
            if not node.up:
                raise LabRefusalError(f"{node.name} is down")
            if node.registration is None:
                raise LabRefusalError(f"{node.name} is not registered with Azure")
            if node.cut_off is not None or node.repair_required:
                node.log(591, EventLevel.ERROR, self.clock.now(), CANNOT_CONNECT)
                raise LabRefusalError(f"{node.name} cannot connect with Azure")
            node.synced = self.clock.now()

    def cut_off(self, name: str, since: datetime | None = None) -> None:
        """Take a node's connection to Azure away."""
        with self._lock:
            self.node(name).cut_off = since or self.clock.now()

    def reconnect(self, name: str) -> None:
        """Give a node its connection to Azure back; it syncs at once unless its registration needs repair."""
        with self._lock:
            node = self.node(name)
            last = node.last_connected(self.clock.now())
            node.cut_off = None
            if last is not None:
                node.synced = last if node.repair_required else self.clock.now()

    def stop(self, name: str) -> None:
        """Turn a node off; the others see it as down."""
        with self._lock:
            node = self.node(name)
            if node.up:
                node.down_since = self.clock.now()
                self.failover.went_down(node.name)

    def start(self, name: str, *, services_after: float = 0.0) -> None:
        """Turn a node on: its boot time is now, and what waited for a restart is installed.

        Its services run after so many stages of the lab's pace; those do not that a fault of the node names.
        """
        with self._lock:
            node = self.node(name)
            node.synced = node.last_connected(self.clock.now())
            node.down_since = None
            node.booted = self.clock.now()
            node.services_at = self.pace.passed() + services_after
            self.start_services(node, ("hcisvc", *AGENT_SERVICES, "arcproxy"))
            for offer in node.updates.restarted():
                node.build, node.revision = offer.build or node.build, offer.ubr or node.revision
            self.failover.came_up(node.name, joins_after=services_after)

    def service_status(self, node: NodeState, service: str) -> ServiceStatus:
        """Return how a service of a node stands that starts by itself."""
        with self._lock:
            held = service in node.held_services and service in self._named_services(node)
            if held or service in node.stopped_services:
                return ServiceStatus.STOPPED
            runs_at = max(node.services_at, node.agent_at if service in AGENT_SERVICES else 0.0)
            return ServiceStatus.RUNNING if self.pace.passed() >= runs_at else ServiceStatus.START_PENDING

    def start_services(self, node: NodeState, names: Collection[str]) -> None:
        """Let services of a node start; those do not that a fault of the node names, for as long as it does."""
        with self._lock:
            starting = set(names)
            node.stopped_services -= starting
            node.held_services = (node.held_services - starting) | (self._named_services(node) & starting)

    def _named_services(self, node: NodeState) -> set[str]:
        return set(self.faults(node.name).get("services-stay-down") or ())

    def _seconds(self) -> float:
        """Return the time since it was made, in the lab's own time."""
        return (self.clock.now() - self._begun).total_seconds()

    def _faults_of(self, name: str) -> Mapping[str, Any]:
        return self.faults(name)

    def _running(self) -> tuple[NodeState, ...]:
        return tuple(node for node in self._nodes.values() if node.up)
