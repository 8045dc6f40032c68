"""What every node has to reach on port 443 to register, by cloud.

MicrosoftDocs, azure-stack-docs firewall-requirements and azure-arc/servers network-requirements. Names that stand for
many hosts there are asked by one host of them that every agent speaks to (azcmagent check).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from tui.cluster.azure_resources import region_key
from tui.cluster.clouds import Cloud, find_cloud

GALLERY = "www.powershellgallery.com"
HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host that a node has to reach."""

    host: str
    """`host`, or `host:port` where the port is not 443."""
    purpose: str
    """What it is for, in a few words."""
    required: bool = True
    """Whether a registration fails without it."""


_ENTRA = "to sign in"
_MANAGEMENT = "to manage Azure's resources"
_DATA_PLANE = "to sync with Azure"
_ARC = "for Azure Arc"
_POLICY = "for Azure Arc's policies and extensions"
_AGENT = "to download the Arc agent"

_PLACES: dict[str, tuple[Endpoint, ...]] = {
    "AzureCloud": (
        Endpoint("login.microsoftonline.com", _ENTRA),
        Endpoint("management.azure.com", _MANAGEMENT),
        Endpoint("dp.stackhci.azure.com", _DATA_PLANE),
    ),
    "AzureChinaCloud": (
        Endpoint("login.chinacloudapi.cn", _ENTRA),
        Endpoint("login.partner.microsoftonline.cn", _ENTRA, required=False),
        Endpoint("management.chinacloudapi.cn", _MANAGEMENT),
        Endpoint("dp.stackhci.azure.cn", _DATA_PLANE),
    ),
    "AzureUSGovernment": (
        Endpoint("login.microsoftonline.us", _ENTRA),
        Endpoint("management.usgovcloudapi.net", _MANAGEMENT),
        Endpoint("dp.azurestackhci.azure.us", _DATA_PLANE),
    ),
}
"""Hosts of each cloud that a registration itself needs."""
_ARC_PLACES: dict[str, tuple[Endpoint, ...]] = {
    "AzureCloud": (
        Endpoint("gbl.his.arc.azure.com", _ARC),
        Endpoint("agentserviceapi.guestconfiguration.azure.com", _POLICY),
        Endpoint("pas.windows.net", _ARC),
        Endpoint("guestnotificationservice.azure.com", _ARC, required=False),
    ),
    "AzureUSGovernment": (
        Endpoint("gbl.his.arc.azure.us", _ARC),
        Endpoint("agentserviceapi.guestconfiguration.azure.us", _POLICY),
        Endpoint("pasff.usgovcloudapi.net", _ARC),
    ),
}
"""Hosts of each cloud that Azure Arc needs; for China none are published."""
_REGIONAL = {
    "AzureCloud": "{region}-gas.guestconfiguration.azure.com",
    "AzureUSGovernment": "{region}-gas.guestconfiguration.azure.us",
}


def registration_endpoints(cloud: Cloud, *, region: str | None, arc: bool, gallery: bool) -> tuple[Endpoint, ...]:
    """Return what every node has to reach, in the order of importance.

    `arc` says that the nodes are to be Arc-enabled as well, `gallery` that modules are installed from the PowerShell
    Gallery. A cloud with endpoints of its own is asked at these alone.
    """
    downloads = (Endpoint(GALLERY, "to install PowerShell modules"),) if gallery else ()
    if find_cloud(cloud.name) != cloud:
        return (*_own(cloud), *downloads)
    if not arc:
        return (*_PLACES[cloud.name], *downloads)
    regional = _REGIONAL.get(cloud.name)
    where = (Endpoint(regional.format(region=region_key(region)), _POLICY),) if regional and region else ()
    arc_places = _ARC_PLACES.get(cloud.name, ())
    agent = (Endpoint("download.microsoft.com", _AGENT),) if arc_places else ()
    return (*_PLACES[cloud.name], *arc_places, *where, *agent, *downloads)


def _own(cloud: Cloud) -> tuple[Endpoint, ...]:
    """Return the hosts of a cloud of one's own, each once."""
    urls = {cloud.authority: _ENTRA, cloud.resource_manager: _MANAGEMENT}
    if cloud.data_plane:
        urls[cloud.data_plane] = _DATA_PLANE
    hosts: dict[str, Endpoint] = {}
    for url, purpose in urls.items():
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        shown = host if parts.port in {None, HTTPS_PORT} else f"{host}:{parts.port}"
        hosts.setdefault(shown, Endpoint(shown, purpose))
    return tuple(hosts.values())
