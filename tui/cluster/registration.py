"""What one node says of its registration with Azure (`Get-AzureStackHCI`)."""

from dataclasses import dataclass, field
from datetime import datetime

from tui.cluster.open_enum import OpenEnum


class ClusterStatus(OpenEnum):
    """`ClusterStatus` of `Get-AzureStackHCI` (MicrosoftDocs, manage-cluster-registration)."""

    NOT_YET = "NotYet"
    CLUSTERED = "Clustered"
    OUT_OF_POLICY = "OutOfPolicy"


class RegistrationStatus(OpenEnum):
    """`RegistrationStatus` of `Get-AzureStackHCI` (enum of the Az.StackHCI module)."""

    REGISTERED = "Registered"
    NOT_YET = "NotYet"
    OUT_OF_POLICY = "OutOfPolicy"


class ConnectionStatus(OpenEnum):
    """`ConnectionStatus` of `Get-AzureStackHCI`; absent while the node is not registered."""

    CONNECTED = "Connected"
    DISCONNECTED = "Disconnected"
    NOT_YET = "NotYet"
    OUT_OF_POLICY = "OutOfPolicy"
    REPAIR_REGISTRATION_REQUIRED = "RepairRegistrationRequired"


class DiagnosticLevel(OpenEnum):
    """`DiagnosticLevel` of `Get-AzureStackHCI`, 21H2 and later."""

    OFF = "Off"
    BASIC = "Basic"
    ENHANCED = "Enhanced"


class ImdsAttestation(OpenEnum):
    """`IMDSAttestation` of `Get-AzureStackHCI`, 21H2 and later."""

    DISABLED = "Disabled"
    ENABLED = "Enabled"


@dataclass(frozen=True, slots=True)
class Registration:
    """The registration of one node, as it says itself; nodes of one cluster can disagree.

    Which properties exist depends on the build: what a build does not have is `None`.
    """

    available: bool
    """Whether the node has the cmdlet at all: false on Windows Server and on machines that are no HCI node."""
    cluster_status: ClusterStatus | None = None
    """Whether the node is in a cluster."""
    registration_status: RegistrationStatus | None = None
    """Whether the node is registered."""
    registration_date: datetime | None = None
    """When it was registered, UTC."""
    azure_resource_name: str | None = None
    """Name of the cluster's resource in Azure."""
    azure_resource_uri: str | None = None
    """Resource id of the cluster in Azure, as the node spells it."""
    connection_status: ConnectionStatus | None = None
    """How the node stands with Azure."""
    last_connected: datetime | None = None
    """Last successful sync, UTC."""
    next_sync: datetime | None = None
    """Next automatic sync, UTC; later builds only."""
    imds_attestation: ImdsAttestation | None = field(default=None, metadata={"name": "IMDSAttestation"})
    """Whether Azure Benefits attestation is on; 21H2 and later."""
    diagnostic_level: DiagnosticLevel | None = None
    """Diagnostic data the cluster sends; 21H2 and later."""
    region: str | None = None
    """Azure region; later builds only."""
    windows_server_subscription: str | None = None
    """Status of the Windows Server subscription (`Get-AzureStackHCISubscriptionStatus`), as it came."""
    other: tuple[tuple[str, str], ...] = ()
    """Properties of newer builds that have no field here: name and text, as they came."""
