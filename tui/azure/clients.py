"""Azure's management clients for one sign-in: our network, our cancellation, and nothing that they do on their own."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core.pipeline import policies
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy, ARMHttpLoggingPolicy

from tui import __version__
from tui.azure.error_map import understood
from tui.azure.errors import AzureError
from tui.azure.network import RETRIES, CloudTransport, OnWait
from tui.azure.sign_in import SignedIn

if TYPE_CHECKING:
    from azure.mgmt.azurestackhci import AzureStackHCIClient
    from azure.mgmt.hybridcompute import HybridComputeManagementClient
    from azure.mgmt.resource.resources import ResourceManagementClient

    from tui.azure.json_requests import JsonRequests
    from tui.azure.resource_manager import ResourceManager

T = TypeVar("T")

POLLING_SECONDS = 5
"""Between two looks at a long-running operation that names no time itself."""


class Clients:
    """Makes clients that share connections, authentication and a way to stop. Safe to use from any thread."""

    def __init__(
        self, signed_in: SignedIn, cancel: threading.Event | None = None, *, on_wait: OnWait | None = None
    ) -> None:
        """Connect to nothing yet; every request ends soon after `cancel` is set."""
        self.signed_in = signed_in
        """Who asks."""
        self._transport = CloudTransport(
            signed_in.cloud, signed_in.network, cancel or threading.Event(), on_wait=on_wait
        )

    def clusters(self, subscription: str) -> "AzureStackHCIClient":
        """Return the client for clusters and Arc settings of a subscription."""
        from azure.mgmt.azurestackhci import AzureStackHCIClient

        return AzureStackHCIClient(self.signed_in, subscription, **self._settings())

    def machines(self, subscription: str) -> "HybridComputeManagementClient":
        """Return the client for Arc machines of a subscription."""
        from azure.mgmt.hybridcompute import HybridComputeManagementClient

        return HybridComputeManagementClient(self.signed_in, subscription, **self._settings())

    def resources(self, subscription: str) -> "ResourceManagementClient":
        """Return the client for groups and resource providers of a subscription."""
        from azure.mgmt.resource.resources import ResourceManagementClient

        return ResourceManagementClient(self.signed_in, subscription, **self._settings())

    def resource_manager(self) -> "ResourceManager":
        """Return the client for what no package of Azure's covers well: subscriptions, roles, permissions, locks."""
        from tui.azure.json_requests import JsonRequests
        from tui.azure.resource_manager import ResourceManager

        url = self.signed_in.cloud.resource_manager
        return ResourceManager(JsonRequests(url, self._policies(), self._transport))

    def graph(self) -> "JsonRequests":
        """Return the client for Microsoft Graph: applications and their service principals."""
        from tui.azure.json_requests import JsonRequests

        cloud = self.signed_in.cloud
        return JsonRequests(cloud.graph, self._policies(cloud.graph_scope), self._transport)

    def wait(self, seconds: float) -> None:
        """Wait before looking again; raises Cancelled once stopped."""
        self._transport.sleep(seconds)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _settings(self) -> dict[str, Any]:
        cloud = self.signed_in.cloud
        return {
            "base_url": cloud.resource_manager,
            "credential_scopes": [cloud.resource_manager_scope],
            "policies": self._policies(),
            "transport": self._transport,
            "polling_interval": POLLING_SECONDS,
        }

    def _policies(self, scope: str | None = None) -> list[Any]:
        """Return every step of a request; the one that registers resource providers by itself is not among them."""
        return [
            policies.RequestIdPolicy(),
            policies.HeadersPolicy(),
            policies.UserAgentPolicy(user_agent=f"azsconfig/{__version__}"),
            policies.ContentDecodePolicy(),
            policies.RetryPolicy(**RETRIES),
            ARMChallengeAuthenticationPolicy(self.signed_in, scope or self.signed_in.cloud.resource_manager_scope),
            policies.SensitiveHeaderCleanupPolicy(),
            ARMHttpLoggingPolicy(),
        ]


def asked(call: Callable[[], T]) -> T:
    """Call one of Azure's clients; whatever it raises becomes one of our errors."""
    try:
        return call()
    except AzureError:
        raise
    except Exception as error:  # the one place where the clients' errors get a meaning
        raise understood(error) from error
