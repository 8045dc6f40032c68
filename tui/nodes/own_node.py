"""What azsconfig reads of the machine it runs on without PowerShell, through psutil."""

import socket
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil

from tui.cluster.system import Service, ServiceStatus

SERVICES = ("hcisvc", "himds", "GCArcService", "ExtensionService", "arcproxy")
"""Services azsconfig cares about: HCI registration, and the connected machine agent's."""
HCI_SERVICE = "hcisvc"
CLUSTER_SERVICE = "ClusSvc"
_STATUS = {
    "running": ServiceStatus.RUNNING,
    "stopped": ServiceStatus.STOPPED,
    "start_pending": ServiceStatus.START_PENDING,
    "stop_pending": ServiceStatus.STOP_PENDING,
    "paused": ServiceStatus.PAUSED,
}
_START_TYPES = {"automatic": "Automatic", "manual": "Manual", "disabled": "Disabled"}


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """An address of a network interface."""

    interface: str
    """Name of the interface."""
    address: str
    """IPv4 or IPv6 address, without zone."""


@dataclass(frozen=True, slots=True)
class OwnNode:
    """The machine azsconfig runs on."""

    name: str
    """Its computer name."""
    boot_time: datetime
    """Last boot, UTC."""
    addresses: tuple[NetworkAddress, ...]
    """Addresses of the interfaces that are up, without loopback and link-local ones."""
    services: tuple[Service, ...]
    """The services of `SERVICES`, in that order; empty where there are no Windows services."""


def own_name() -> str:
    """Return this machine's computer name, without domain, as a cluster spells it."""
    return socket.gethostname().partition(".")[0].upper()


def is_cluster_node() -> bool:
    """Return whether this machine runs Azure Stack HCI or is a member of a cluster; never on anything but Windows."""
    return any(_present(name) for name in (HCI_SERVICE, CLUSTER_SERVICE))


def read_own_node() -> OwnNode:
    """Read this machine; takes milliseconds and never raises for a part that cannot be read."""
    return OwnNode(
        name=own_name(),
        boot_time=datetime.fromtimestamp(psutil.boot_time(), UTC),
        addresses=tuple(_addresses()),
        services=tuple(_services()),
    )


def _addresses() -> list[NetworkAddress]:
    try:
        up = {name for name, status in psutil.net_if_stats().items() if status.isup}
        found = psutil.net_if_addrs()
    except (psutil.Error, OSError):
        return []
    return [
        NetworkAddress(interface=name, address=entry.address.partition("%")[0])
        for name, entries in sorted(found.items())
        for entry in entries
        if name in up and entry.family in {socket.AF_INET, socket.AF_INET6} and _is_reachable(entry.address)
    ]


def _is_reachable(address: str) -> bool:
    return not address.startswith(("127.", "169.254.")) and address != "::1" and not address.lower().startswith("fe80:")


def _services() -> list[Service]:
    if _service_reader() is None:
        return []
    return [_service(name) for name in SERVICES]


def _service(name: str) -> Service:
    found = _find(name)
    if found is None:
        return Service(name=name, present=False)
    try:
        status, start_type = str(found.status()), str(found.start_type())
        return Service(
            name=name,
            present=True,
            display_name=str(found.display_name()),
            status=_STATUS.get(status, ServiceStatus(status)),
            start_type=_START_TYPES.get(start_type, start_type),
        )
    except (psutil.Error, OSError):
        # It is there, but this user may not ask it.
        return Service(name=name, present=True)


def _present(name: str) -> bool:
    return _find(name) is not None


def _find(name: str) -> Any | None:
    """Return psutil's service, None where there is none; psutil has them on Windows only."""
    reader = _service_reader()
    if reader is None:
        return None
    try:
        return reader(name)
    except (psutil.Error, OSError):
        return None


def _service_reader() -> Any | None:
    return getattr(psutil, "win_service_get", None) if sys.platform == "win32" else None
