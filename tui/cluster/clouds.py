"""Azure clouds: where each one signs in, is managed and is looked at.

Hosts: azure-identity's AzureAuthorityHosts and azure-core's AzureClouds; Graph, portals and the data plane of Azure
Stack HCI: Az.StackHCI module. A cloud of one's own is the same record with other hosts.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_CLOUD = "AzureCloud"
"""The cloud that is meant when none is named, as PowerShell calls it."""
_SCOPE = "/.default"


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Azure cloud. URLs have no slash at their end."""

    name: str
    """What PowerShell's `-EnvironmentName` calls it."""
    authority: str
    """URL of Microsoft Entra ID: where one signs in."""
    resource_manager: str
    """URL of Azure Resource Manager."""
    resource_manager_scope: str
    """Scope of tokens for Azure Resource Manager."""
    graph: str
    """URL of Microsoft Graph, without a version."""
    portal: str | None = None
    """URL of the portal; `None` where none is known."""
    data_plane: str | None = None
    """URL that the nodes sync with; `None` where the resource alone says it."""

    @property
    def graph_scope(self) -> str:
        """Scope of tokens for Microsoft Graph."""
        return self.graph + _SCOPE

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts that are spoken to: to sign in, for Azure Resource Manager, for Graph."""
        urls = (self.authority, self.resource_manager, self.graph)
        return frozenset((urlsplit(url).hostname or "").casefold() for url in urls)


def custom_cloud(name: str, *, authority: str, resource_manager: str, graph: str, portal: str | None = None) -> Cloud:
    """Return a cloud with its own hosts; its scopes are those of its URLs."""
    urls = [url.rstrip("/") for url in (authority, resource_manager, graph)]
    return Cloud(
        name=name,
        authority=urls[0],
        resource_manager=urls[1],
        resource_manager_scope=urls[1] + _SCOPE,
        graph=urls[2],
        portal=portal.rstrip("/") if portal else None,
    )


def find_cloud(name: str) -> Cloud | None:
    """Return one of Microsoft's clouds by its name in any case; `None` for another."""
    return next((cloud for cloud in CLOUDS if cloud.name.casefold() == name.casefold()), None)


CLOUDS = (
    Cloud(
        name=DEFAULT_CLOUD,
        authority="https://login.microsoftonline.com",
        resource_manager="https://management.azure.com",
        resource_manager_scope="https://management.azure.com/.default",
        graph="https://graph.microsoft.com",
        portal="https://portal.azure.com",
        data_plane="https://dp.stackhci.azure.com",
    ),
    Cloud(
        name="AzureChinaCloud",
        authority="https://login.chinacloudapi.cn",
        resource_manager="https://management.chinacloudapi.cn",
        resource_manager_scope="https://management.chinacloudapi.cn/.default",
        graph="https://microsoftgraph.chinacloudapi.cn",
        portal="https://portal.azure.cn",
        data_plane="https://dp.stackhci.azure.cn",
    ),
    Cloud(
        name="AzureUSGovernment",
        authority="https://login.microsoftonline.us",
        resource_manager="https://management.usgovcloudapi.net",
        # Not the host of its resource manager: this one carries "core".
        resource_manager_scope="https://management.core.usgovcloudapi.net/.default",
        graph="https://graph.microsoft.us",
        portal="https://portal.azure.us",
        data_plane="https://dp.azurestackhci.azure.us",
    ),
)
"""Microsoft's clouds that a cluster can be registered in."""
