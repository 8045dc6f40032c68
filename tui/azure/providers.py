"""Resource providers of a subscription: whether they are registered, and the regions they offer.

Nothing but `register` registers one: no client does it on its own.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.azure.answers import text_of
from tui.azure.clients import POLLING_SECONDS, Clients, asked
from tui.azure.errors import Unavailable
from tui.cluster.open_enum import OpenEnum

if TYPE_CHECKING:
    from azure.mgmt.resource.resources.models import Provider as ProviderModel

STACK_HCI = "Microsoft.AzureStackHCI"
HYBRID_COMPUTE = "Microsoft.HybridCompute"
GUEST_CONFIGURATION = "Microsoft.GuestConfiguration"
HYBRID_CONNECTIVITY = "Microsoft.HybridConnectivity"
NEEDED = (STACK_HCI, HYBRID_COMPUTE, GUEST_CONFIGURATION, HYBRID_CONNECTIVITY)
"""Providers that registering a cluster and Arc-enabling its nodes need (MicrosoftDocs, register-with-azure)."""
_LOOKS = 60
"""Most looks at a provider that is being registered; with up to five seconds in between, five minutes."""
_SOON_SECONDS = 0.5
"""Wait before the first look but one; each wait is twice as long as the one before."""


class ProviderState(OpenEnum):
    """`registrationState` of a provider."""

    NOT_REGISTERED = "NotRegistered"
    REGISTERING = "Registering"
    REGISTERED = "Registered"
    UNREGISTERING = "Unregistering"
    UNREGISTERED = "Unregistered"


@dataclass(frozen=True, slots=True)
class Provider:
    """A resource provider as a subscription has it."""

    namespace: str
    """Its namespace, for example `Microsoft.AzureStackHCI`."""
    state: ProviderState | None
    """Whether it is registered."""
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Regions by resource type in lower case, spelled as Azure does: `East US`."""

    @property
    def registered(self) -> bool:
        """Whether its resources can be created."""
        return self.state == ProviderState.REGISTERED

    @property
    def cluster_regions(self) -> tuple[str, ...]:
        """Regions that it offers clusters in; none for a provider that has no clusters."""
        return self.regions.get("clusters", ())


def read_provider(clients: Clients, subscription: str, namespace: str = STACK_HCI) -> Provider:
    """Return a provider; changes nothing. Raises AzureError: NotFound for one that this cloud does not have."""
    client = clients.resources(subscription)
    return _provider(asked(lambda: client.providers.get(namespace)), namespace)


def read_providers(clients: Clients, subscription: str, namespaces: Iterable[str] = NEEDED) -> tuple[Provider, ...]:
    """Return several providers, side by side, in the order they were named. Raises AzureError for the first failure."""
    names = tuple(namespaces)
    with ThreadPoolExecutor(max(len(names), 1), thread_name_prefix="azsconfig-azure") as pool:
        found = [pool.submit(read_provider, clients, subscription, name) for name in names]
        return tuple(one.result() for one in found)


def register(clients: Clients, subscription: str, namespace: str) -> Provider:
    """Register a provider in a subscription and return it once Azure says that it is registered.

    Changes the subscription; one that is registered already is left alone. Raises AzureError: Forbidden without the
    permission, Unavailable when it is still being registered after some minutes.
    """
    found = read_provider(clients, subscription, namespace)
    if found.registered:
        return found
    client = clients.resources(subscription)
    asked(lambda: client.providers.register(namespace))
    for look in range(_LOOKS):
        found = read_provider(clients, subscription, namespace)
        if found.registered:
            return found
        clients.wait(min(_SOON_SECONDS * 2**look, POLLING_SECONDS))
    message = f"{namespace} is still being registered after {_LOOKS * POLLING_SECONDS / 60:.0f} minutes."
    raise Unavailable(message, remedy="Look at it in the portal, under the subscription's resource providers.")


def _provider(model: "ProviderModel", namespace: str) -> Provider:
    types: list[Any] = list(model.get("resourceTypes") or [])
    state = text_of(model.get("registrationState"))
    regions: dict[str, tuple[str, ...]] = {}
    for kind in types:
        name, locations = text_of(kind.get("resourceType")), kind.get("locations")
        if name:
            regions[name.lower()] = tuple(str(region) for region in locations or ())
    return Provider(text_of(model.get("namespace")) or namespace, ProviderState(state) if state else None, regions)
