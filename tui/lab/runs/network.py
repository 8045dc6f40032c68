"""Which endpoints a simulated node reaches."""

from collections.abc import Mapping
from typing import Any

from tui.lab.runs.world import RunWorld

LOGIN = "login.microsoftonline.com"
"""Where one signs in."""
RESOURCE_MANAGER = "management.azure.com"
"""Where Azure Resource Manager is."""
DATA_PLANE = "dp.stackhci.azure.com"
"""Where nodes sync."""
GALLERY = "www.powershellgallery.com"
"""Where modules come from."""
ARC = ("gbl.his.arc.azure.com", "agentserviceapi.guestconfiguration.azure.com", "pas.windows.net")
"""What the connected machine agent cannot do without."""
DOWNLOADS = "download.microsoft.com"
"""Where the agent is downloaded from."""
WINDOWS_UPDATE = "fe2.update.microsoft.com"
"""Where updates come from without a WSUS server."""


def reaches(world: RunWorld, node: str, host: str) -> bool:
    """Whether a node reaches a host: none without its connection to Azure, and none that is blocked."""
    return world.cluster.node(node).cut_off is None and not _is_blocked(world.faults(node), host)


def _is_blocked(faults: Mapping[str, Any], host: str) -> bool:
    """Whether the fault `endpoints-blocked` keeps a host away: all of them, by name, or by `*.` and a domain."""
    blocked = faults.get("endpoints-blocked") or ()
    if blocked is True:
        return True
    name = host.lower()
    return any(_matches(str(pattern).lower(), name) for pattern in blocked)


def _matches(pattern: str, name: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
