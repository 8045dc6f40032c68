"""What one node says of Azure Arc: the cluster's integration and its own connected machine agent."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.open_enum import OpenEnum


class ArcStatus(OpenEnum):
    """`ClusterArcStatus` and the values of `NodesArcStatus` (enum of the Az.StackHCI module)."""

    UNKNOWN = "Unknown"
    ENABLED = "Enabled"
    DISABLED = "Disabled"
    DISABLE_IN_PROGRESS = "DisableInProgress"


class AgentStatus(OpenEnum):
    """`Agent Status` of `azcmagent show`; `Expired` is shown since about version 1.33."""

    CONNECTED = "Connected"
    DISCONNECTED = "Disconnected"
    EXPIRED = "Expired"
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class ArcIntegration:
    """`Get-AzureStackHCIArcIntegration`: the cluster's Arc integration as this node knows it."""

    available: bool
    """Whether the node has the cmdlet: 20H2 has not."""
    application_id: str | None = None
    """Application (client) id; empty when the cluster's managed identity was used."""
    cluster_arc_status: ArcStatus | None = None
    """The cluster's state."""
    nodes_arc_status: tuple[tuple[str, ArcStatus], ...] = ()
    """Node name (lower case, as the cmdlet spells it) and its state, sorted by name."""


@dataclass(frozen=True, slots=True)
class ArcExtension:
    """One extension of an Arc-enabled server as found on the node."""

    name: str
    """Name, for example `AzureMonitorWindowsAgent`."""
    version: str | None = None
    """Version as it came."""
    state: str | None = None
    """State as it came, where the node says one."""


@dataclass(frozen=True, slots=True)
class ConnectedMachineAgent:
    """The Azure connected machine agent of one node (`azcmagent version`, `azcmagent show`).

    An empty `resource_name` with `Disconnected` means cleanly disconnected; a non-empty one with `Disconnected` means
    a temporary outage (Az.StackHCI).
    """

    installed: bool
    """Whether the agent is there. Its absence is a value, not an error."""
    version: str | None = None
    """Version as it came, `major.minor.build.revision`."""
    status: AgentStatus | None = None
    """State of the agent."""
    resource_name: str | None = None
    """Name of the Arc machine in Azure."""
    resource_id: str | None = None
    """Resource id of the Arc machine."""
    subscription_id: str | None = None
    """Subscription of the Arc machine."""
    resource_group: str | None = None
    """Resource group of the Arc machine."""
    tenant_id: str | None = None
    """Tenant the agent is connected to."""
    location: str | None = None
    """Azure region of the Arc machine."""
    cloud: str | None = None
    """Azure cloud, for example `AzureCloud`."""
    last_heartbeat: datetime | None = None
    """Last heartbeat, UTC; every five minutes when all is well."""
    error_code: str | None = None
    """Error the agent reports, as it came."""
    error_details: str | None = None
    """Details of that error."""
    error_time: datetime | None = None
    """When that error happened, UTC."""
    https_proxy: str | None = None
    """Proxy the agent uses."""
    cloud_provider: str | None = None
    """`AzSHCI` on Azure Stack HCI."""
    extensions: tuple[ArcExtension, ...] = ()
    """Extensions found on the node."""
    other: tuple[tuple[str, str], ...] = ()
    """What else `show` printed: name and text."""
