"""What one node says of itself: operating system, clock, elevation, services, modules."""

from dataclasses import dataclass
from datetime import datetime

from tui.cluster.open_enum import OpenEnum


@dataclass(frozen=True, slots=True)
class System:
    """Operating system and clock of one node."""

    computer_name: str
    """NetBIOS name."""
    domain: str | None = None
    """DNS name of the domain, or the workgroup."""
    part_of_domain: bool | None = None
    """Whether it is joined to a domain."""
    product_name: str | None = None
    """For example `Azure Stack HCI`."""
    installation_type: str | None = None
    """For example `Server Core`."""
    build: int | None = None
    """Build number: 17784 = 20H2, 20348 = 21H2, 20349 = 22H2, 25398 = 23H2."""
    revision: int | None = None
    """Update build revision (UBR)."""
    display_version: str | None = None
    """For example `22H2`, as the node says."""
    install_date: datetime | None = None
    """When the operating system was installed, UTC."""
    boot_time: datetime | None = None
    """Last boot, UTC."""
    utc_now: datetime | None = None
    """The node's clock when it was read, UTC: compare with the time of the reading."""
    elevated: bool | None = None
    """Whether our PowerShell runs elevated there; `None` where that cannot be told."""


class ServiceStatus(OpenEnum):
    """`Status` of `Get-Service`."""

    RUNNING = "Running"
    STOPPED = "Stopped"
    START_PENDING = "StartPending"
    STOP_PENDING = "StopPending"
    PAUSED = "Paused"


@dataclass(frozen=True, slots=True)
class Service:
    """One Windows service azsconfig cares about."""

    name: str
    """Short name: `hcisvc`, `himds`, `GCArcService`, `ExtensionService`, `arcproxy`."""
    present: bool
    """Whether the service is installed."""
    display_name: str | None = None
    """Name as the services console shows it."""
    status: ServiceStatus | None = None
    """Running, stopped or on the way."""
    start_type: str | None = None
    """`Automatic`, `Manual` or `Disabled`, as it came."""


@dataclass(frozen=True, slots=True)
class PowerShellModule:
    """One PowerShell module that registration needs."""

    name: str
    """`Az.StackHCI`, `Az.Accounts` or `Az.Resources`."""
    version: str | None = None
    """Highest installed version; `None` when it is not installed."""
