"""What Azure knows of a cluster: its resource, its Arc settings, its Arc machines.

Enumerations: azure-mgmt-azurestackhci 8.2.0 and azure-mgmt-hybridcompute 10.0.0.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from tui.cluster.facts import Reading
from tui.cluster.open_enum import OpenEnum
from tui.cluster.resource_id import ResourceId

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class AzureClusterStatus(OpenEnum):
    """`status` of a cluster resource."""

    NOT_YET_REGISTERED = "NotYetRegistered"
    CONNECTED_RECENTLY = "ConnectedRecently"
    NOT_CONNECTED_RECENTLY = "NotConnectedRecently"
    DISCONNECTED = "Disconnected"
    ERROR = "Error"
    NOT_SPECIFIED = "NotSpecified"


class ConnectivityStatus(OpenEnum):
    """`connectivityStatus` of a cluster resource."""

    NOT_YET_REGISTERED = "NotYetRegistered"
    CONNECTED = "Connected"
    PARTIALLY_CONNECTED = "PartiallyConnected"
    NOT_CONNECTED_RECENTLY = "NotConnectedRecently"
    DISCONNECTED = "Disconnected"
    NOT_SPECIFIED = "NotSpecified"


class ArcNodeState(OpenEnum):
    """`state` of a node, and `aggregateState` of all, in the cluster's Arc settings."""

    CONNECTED = "Connected"
    PARTIALLY_CONNECTED = "PartiallyConnected"
    DISCONNECTED = "Disconnected"
    NOT_SPECIFIED = "NotSpecified"
    DISABLE_IN_PROGRESS = "DisableInProgress"


class ArcMachineStatus(OpenEnum):
    """`status` of an Arc machine; the portal also says `Expired`."""

    CONNECTED = "Connected"
    DISCONNECTED = "Disconnected"
    ERROR = "Error"
    EXPIRED = "Expired"
    AWAITING_CONNECTION = "AwaitingConnection"


@dataclass(frozen=True, slots=True)
class ReportedNode:
    """A node as the cluster's last census told Azure."""

    name: str
    """Name of the node."""
    os_version: str | None = None
    """Version of its system, `10.0.20349.2700`."""
    model: str | None = None
    """Model of the machine."""
    serial_number: str | None = None
    """Serial number of the machine."""


@dataclass(frozen=True, slots=True)
class AzureCluster:
    """The cluster's resource in Azure."""

    id: ResourceId
    """Its resource id."""
    location: str
    """Region as Azure writes it: `eastus`, sometimes `East US`."""
    status: AzureClusterStatus | None = None
    """How Azure sees it."""
    connectivity_status: ConnectivityStatus | None = None
    """How recently its nodes were heard."""
    last_sync: datetime | None = None
    """Last sync that reached Azure, UTC."""
    registered_at: datetime | None = None
    """When it was registered, UTC."""
    billing_model: str | None = None
    """Billing model as it came."""
    trial_days_remaining: float | None = None
    """Days left of the free trial."""
    cloud_id: str | None = None
    """Id that the nodes sync under."""
    provisioning_state: str | None = None
    """State of the resource as it came."""
    cluster_version: str | None = None
    """Version the cluster reported."""
    nodes: tuple[ReportedNode, ...] = ()
    """Nodes of the last census."""


@dataclass(frozen=True, slots=True)
class ArcSettingNode:
    """One node in the cluster's Arc settings."""

    name: str | None
    """Name of the node, where Azure gives one."""
    state: ArcNodeState | None
    """State of its Arc machine."""
    machine_id: str | None = None
    """Resource id of its Arc machine, as it came."""


@dataclass(frozen=True, slots=True)
class ArcSetting:
    """`arcSettings/default` of the cluster's resource."""

    aggregate_state: ArcNodeState | None
    """State of all nodes together."""
    resource_group: str | None
    """Resource group of the Arc machines."""
    nodes: tuple[ArcSettingNode, ...] = ()
    """One per node that is, or was, Arc-enabled."""


@dataclass(frozen=True, slots=True)
class AutomaticUpgrade:
    """`agentUpgrade` of an Arc machine: whether Azure upgrades its agent, and what its last attempt came to."""

    enabled: bool | None = None
    """`enableAutomaticUpgrade`; `None` where Azure does not say."""
    desired_version: str | None = None
    """Version that Azure wants it to have."""
    last_attempt: datetime | None = None
    """When Azure last tried, UTC."""
    last_status: str | None = None
    """How that ended, as it came: `Success`, `Failed`."""
    last_message: str | None = None
    """Why it failed, as it came."""


@dataclass(frozen=True, slots=True)
class ArcMachine:
    """An Arc machine: a server's resource in Azure."""

    id: ResourceId
    """Its resource id; its last name is the machine's."""
    location: str
    """Region as Azure writes it."""
    status: ArcMachineStatus | None = None
    """State of its agent as Azure sees it."""
    last_status_change: datetime | None = None
    """When that state began, UTC."""
    agent_version: str | None = None
    """Version of its agent."""
    vm_id: str | None = None
    """Id that the agent made; `azcmagent show` calls it VM ID."""
    parent_cluster_id: str | None = None
    """Resource id of the cluster that it belongs to; none for a server of its own."""
    errors: tuple[str, ...] = ()
    """What its agent last failed with: code and message as they came."""
    automatic_upgrade: AutomaticUpgrade | None = None
    """Whether Azure upgrades its agent; `None` where it does not say."""


class AzureProblemKind(StrEnum):
    """Why something could not be read from, or done in, Azure: what a caller can tell apart."""

    NOT_SIGNED_IN = "not-signed-in"
    SIGN_IN_NEEDED = "sign-in-needed"
    """Signed in once, but not any more, or not strongly enough."""
    REFUSED = "refused"
    """The sign-in was refused: wrong secret, unknown tenant, policy."""
    FORBIDDEN = "forbidden"
    """Signed in, but without the permission."""
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    TLS_NOT_TRUSTED = "tls-not-trusted"
    TIMED_OUT = "timed-out"
    UNAVAILABLE = "unavailable"
    """Azure answered with an error of its own (5xx)."""
    UNREADABLE = "unreadable"
    """What answered is not Azure, or says what nobody described."""
    BAD_REQUEST = "bad-request"
    CANCELLED = "cancelled"
    CONFIGURATION = "configuration"
    NOT_READ = "not-read"
    """Nobody has read it: what it hangs on is not known."""


@dataclass(frozen=True, slots=True)
class AzureProblem:
    """Why an answer of Azure is missing: never silently."""

    kind: AzureProblemKind
    """What sort of failure."""
    message: str
    """What happened, in words for an administrator."""
    remedy: str
    """What to do about it."""
    code: str | None = None
    """Azure's own code: `AuthorizationFailed`, `AADSTS50076`."""
    request_id: str | None = None
    """What Microsoft's support finds the request by."""


AzureFact: TypeAlias = Reading[T_co] | AzureProblem
"""A value with its time, or why there is none."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What was looked for in Azure, and whether it is there."""

    value: T | None
    """`None` where Azure says that it does not exist."""


@dataclass(frozen=True, slots=True)
class AzureView:
    """What Azure knows of one cluster."""

    cloud: str
    """Name of the cloud."""
    account: str
    """Who is signed in."""
    cluster_id: ResourceId | None
    """Resource id the nodes are registered to; `None` where they name none."""
    cluster: AzureFact[Found[AzureCluster]]
    """The cluster's resource."""
    arc_setting: AzureFact[Found[ArcSetting]]
    """Its Arc settings."""
    machines: AzureFact[tuple[ArcMachine, ...]]
    """Arc machines that belong to it, or bear the name of one of its nodes in its Arc resource group."""


def region_key(region: str) -> str:
    """Return a region as it is compared: without blanks, in lower case (Az.StackHCI does the same)."""
    return region.replace(" ", "").lower()
