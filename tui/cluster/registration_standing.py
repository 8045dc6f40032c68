"""How a cluster stands with Azure and Azure Arc on both sides: what is true, whatever a cmdlet claims."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tui.cluster.arc import AgentStatus, ArcStatus, ConnectedMachineAgent
from tui.cluster.azure_resources import (
    ArcMachine,
    ArcMachineStatus,
    ArcNodeState,
    ArcSetting,
    AzureCluster,
    AzureFact,
    AzureView,
    Found,
)
from tui.cluster.facts import ClusterFacts, NodeFacts, Reading, value_of
from tui.cluster.node_names import node_key
from tui.cluster.registration import ConnectionStatus, Registration, RegistrationStatus
from tui.cluster.resource_id import ResourceId, parse_resource_id, same_resource


@dataclass(frozen=True, slots=True)
class NodeStanding:
    """How one node stands; what was not read is `None`."""

    name: str
    """Name of the node."""
    registered: bool | None
    """Whether it says that it is registered."""
    resource: ResourceId | None
    """What it says it is registered as."""
    status: str
    """`RegistrationStatus` and `ConnectionStatus` as they came, or why they were not read."""
    repair_required: bool
    """Whether it says that its registration must be repaired."""
    connected: bool | None
    """Whether it says that it is connected with Azure."""
    arc_enabled: bool | None
    """Whether the cluster's Arc integration says that this node is enabled."""
    agent: ConnectedMachineAgent | None
    """Its connected machine agent."""
    azure_state: str | None
    """What Azure says of its Arc machine: the state in the Arc settings, else the machine's own; `None` for nothing."""
    azure_connected: bool | None
    """Whether Azure says that its Arc machine is connected; `None` where Azure could not be read."""

    @property
    def agent_connected(self) -> bool | None:
        """Whether its agent says that it is connected."""
        return None if self.agent is None else self.agent.status == AgentStatus.CONNECTED

    @property
    def arc_connected(self) -> bool:
        """Whether both sides say that it is an Arc-enabled server that is connected."""
        return self.agent_connected is True and self.azure_connected is True

    @property
    def arc_gone(self) -> bool | None:
        """Whether it is no Arc-enabled server any more, by its agent."""
        if self.agent is None:
            return None
        return not self.agent.installed or not self.agent.resource_name


@dataclass(frozen=True, slots=True)
class Standing:
    """How a cluster stands."""

    nodes: tuple[NodeStanding, ...]
    """Every node that was asked, in their order."""
    cluster: AzureFact[Found[AzureCluster]]
    """Its resource in Azure."""
    arc_setting: AzureFact[Found[ArcSetting]]
    """Its Arc settings in Azure."""
    machines: AzureFact[tuple[ArcMachine, ...]]
    """Arc machines of its nodes in Azure."""

    @property
    def read(self) -> tuple[NodeStanding, ...]:
        """Nodes whose registration could be read."""
        return tuple(node for node in self.nodes if node.registered is not None)

    @property
    def resources(self) -> tuple[ResourceId, ...]:
        """What the nodes say they are registered as, what most say first, each once."""
        said = Counter(node.resource for node in self.nodes if node.registered and node.resource is not None)
        return tuple(resource for resource, _ in said.most_common())

    @property
    def resource_there(self) -> bool | None:
        """Whether the cluster's resource exists in Azure; `None` where that could not be read."""
        return self.cluster.value.value is not None if isinstance(self.cluster, Reading) else None

    @property
    def azure_cluster(self) -> AzureCluster | None:
        """The resource itself, where there is one."""
        return self.cluster.value.value if isinstance(self.cluster, Reading) else None

    @property
    def arc_settings(self) -> ArcSetting | None:
        """The Arc settings themselves, where there are any."""
        return self.arc_setting.value.value if isinstance(self.arc_setting, Reading) else None

    @property
    def arc_complete(self) -> bool:
        """Whether every node is Arc-enabled and connected, by both sides."""
        return bool(self.nodes) and all(node.arc_connected for node in self.nodes)

    @property
    def arc_missing(self) -> tuple[NodeStanding, ...]:
        """Nodes that are not Arc-enabled and connected by both sides."""
        return tuple(node for node in self.nodes if not node.arc_connected)

    def registered_as(self, resource: ResourceId) -> tuple[NodeStanding, ...]:
        """Return the nodes that say they are registered as this."""
        return tuple(node for node in self.nodes if node.registered and node.resource == resource)


def standing(facts: ClusterFacts, azure: AzureView) -> Standing:
    """Return how a cluster stands by what its nodes and Azure say."""
    setting = azure.arc_setting.value.value if isinstance(azure.arc_setting, Reading) else None
    machines = azure.machines.value if isinstance(azure.machines, Reading) else ()
    readable = setting is not None or isinstance(azure.machines, Reading)
    states, own = _arc_states(setting), _own_machines(machines, azure.cluster_id)
    nodes = tuple(_node(node, states, own, readable=readable) for node in facts.nodes)
    return Standing(nodes, azure.cluster, azure.arc_setting, azure.machines)


def resource_of(registration: Registration | None) -> ResourceId | None:
    """Return what a node says it is registered as; `None` where it says nothing that can be read."""
    try:
        return parse_resource_id(registration.azure_resource_uri or "") if registration else None
    except ValueError:
        return None


def names(nodes: Iterable[NodeStanding]) -> str:
    """Return names of nodes as they are told: `HCI-N1, HCI-N2`."""
    return ", ".join(node.name for node in nodes)


def _node(
    node: NodeFacts, states: dict[str, ArcNodeState | None], machines: dict[str, ArcMachine], *, readable: bool
) -> NodeStanding:
    registration, agent = value_of(node.registration), value_of(node.agent)
    keys = [node_key(node.name), *([node_key(agent.resource_name)] if agent and agent.resource_name else [])]
    state = next((states[key] for key in keys if states.get(key) is not None), None)
    machine = next((machines[key] for key in keys if key in machines), None)
    connection = registration.connection_status if registration else None
    return NodeStanding(
        name=node.name,
        registered=_registered(registration),
        resource=resource_of(registration),
        status=_status(node, registration),
        repair_required=connection == ConnectionStatus.REPAIR_REGISTRATION_REQUIRED,
        connected=None if registration is None else connection == ConnectionStatus.CONNECTED,
        arc_enabled=_arc_enabled(node, keys),
        agent=agent,
        azure_state=_azure_state(state, machine),
        azure_connected=_azure_connected(state, machine) if readable else None,
    )


def _registered(registration: Registration | None) -> bool | None:
    if registration is None or (registration.available and registration.registration_status is None):
        return None
    return registration.registration_status == RegistrationStatus.REGISTERED


def _status(node: NodeFacts, registration: Registration | None) -> str:
    if registration is None:
        return node.registration.message if not isinstance(node.registration, Reading) else ""
    told = (registration.registration_status, registration.connection_status)
    return ", ".join(status.value for status in told if status is not None) or "no status"


def _arc_enabled(node: NodeFacts, keys: list[str]) -> bool | None:
    arc = value_of(node.arc_integration)
    if arc is None or not arc.available:
        return None
    own = next((status for name, status in arc.nodes_arc_status if node_key(name) in keys), None)
    return own == ArcStatus.ENABLED


def _arc_states(setting: ArcSetting | None) -> dict[str, ArcNodeState | None]:
    """Return the state of each node in the Arc settings, by name; where Azure gives none, by its machine's."""
    states: dict[str, ArcNodeState | None] = {}
    for node in setting.nodes if setting else ():
        name = node.name or (node.machine_id or "").rstrip("/").rpartition("/")[2]
        if name:
            states[node_key(name)] = node.state
    return states


def _own_machines(machines: Iterable[ArcMachine], cluster: ResourceId | None) -> dict[str, ArcMachine]:
    """Return the machines by name, without another cluster's; of two of one name the one that says it is this one's.

    A machine that names no cluster counts, as it does for Az.StackHCI.
    """
    own: dict[str, ArcMachine] = {}
    for machine in machines:
        key = node_key(machine.id.name)
        if machine.parent_cluster_id and cluster is not None:
            if same_resource(machine.parent_cluster_id, str(cluster)):
                own[key] = machine
        else:
            own.setdefault(key, machine)
    return own


def _azure_state(state: ArcNodeState | None, machine: ArcMachine | None) -> str | None:
    if state is not None:
        return state.value
    return machine.status.value if machine is not None and machine.status is not None else None


def _azure_connected(state: ArcNodeState | None, machine: ArcMachine | None) -> bool:
    if state is not None:
        return state == ArcNodeState.CONNECTED
    return machine is not None and machine.status == ArcMachineStatus.CONNECTED
