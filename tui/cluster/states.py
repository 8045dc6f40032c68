"""What the three statuses of `Get-AzureStackHCI` mean together.

MicrosoftDocs, manage-cluster-registration, and the values of the Az.StackHCI module. A combination nobody has
described is shown as it came.
"""

from dataclasses import dataclass

from tui.cluster.registration import ClusterStatus, ConnectionStatus, Registration, RegistrationStatus


@dataclass(frozen=True, slots=True)
class State:
    """A combination of the three statuses in words."""

    meaning: str
    """What it means, one line."""
    known: bool
    """Whether Microsoft describes this combination."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table; `None` for registration matches every value, for connection it matches none or NotYet."""

    cluster: ClusterStatus
    registration: RegistrationStatus | None
    connection: ConnectionStatus | None
    meaning: str


_TABLE = (
    _Row(ClusterStatus.OUT_OF_POLICY, None, None, "not in a cluster 30 days after installation"),
    _Row(ClusterStatus.NOT_YET, RegistrationStatus.NOT_YET, None, "installed, not in a cluster yet"),
    _Row(ClusterStatus.CLUSTERED, RegistrationStatus.NOT_YET, None, "in a cluster, not registered yet"),
    _Row(ClusterStatus.CLUSTERED, RegistrationStatus.OUT_OF_POLICY, None, "not registered, and the 30 days are over"),
    _Row(
        ClusterStatus.CLUSTERED,
        RegistrationStatus.REGISTERED,
        ConnectionStatus.CONNECTED,
        "registered and connected",
    ),
    _Row(
        ClusterStatus.CLUSTERED,
        RegistrationStatus.REGISTERED,
        ConnectionStatus.DISCONNECTED,
        "registered, no sync within a day",
    ),
    _Row(
        ClusterStatus.CLUSTERED,
        RegistrationStatus.REGISTERED,
        ConnectionStatus.NOT_YET,
        "registered, first sync not done yet",
    ),
    _Row(
        ClusterStatus.CLUSTERED,
        RegistrationStatus.REGISTERED,
        ConnectionStatus.OUT_OF_POLICY,
        "registered, but out of policy: no new virtual machines",
    ),
    _Row(
        ClusterStatus.CLUSTERED,
        RegistrationStatus.REGISTERED,
        ConnectionStatus.REPAIR_REGISTRATION_REQUIRED,
        "registered, but the registration must be repaired",
    ),
)


def describe(registration: Registration) -> State:
    """Return what a node's statuses mean together; an undescribed combination as it came."""
    if not registration.available:
        return State("no Azure Stack HCI: Get-AzureStackHCI is not there", known=True)
    row = next((row for row in _TABLE if _matches(row, registration)), None)
    return State(row.meaning, known=True) if row else State(as_it_came(registration), known=False)


def as_it_came(registration: Registration) -> str:
    """Return the three statuses in Microsoft's words: `Clustered, Registered, Connected`; `-` for a missing one."""
    statuses = (registration.cluster_status, registration.registration_status, registration.connection_status)
    return ", ".join(status.value if status else "-" for status in statuses)


def _matches(row: _Row, registration: Registration) -> bool:
    if registration.cluster_status != row.cluster:
        return False
    if row.registration is None:
        return True
    if registration.registration_status != row.registration:
        return False
    if row.connection is None:
        return registration.connection_status in {None, ConnectionStatus.NOT_YET}
    return registration.connection_status == row.connection
