"""The subscriptions that somebody signed in may see."""

from dataclasses import dataclass

from tui.azure.answers import text_of
from tui.azure.clients import Clients, asked

API_VERSION = "2022-12-01"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription."""

    id: str
    """Its id."""
    name: str
    """What people call it."""
    state: str | None
    """`Enabled`, `Disabled`, `Warned`... as it came."""
    tenant: str | None
    """Tenant it belongs to."""


def list_subscriptions(clients: Clients) -> tuple[Subscription, ...]:
    """Return the subscriptions of the tenant that is signed in to, by name. Raises AzureError."""
    answers = asked(lambda: tuple(clients.resource_manager().list("/subscriptions", API_VERSION)))
    found = [
        Subscription(
            id=subscription_id,
            name=text_of(answer.get("displayName")) or subscription_id,
            state=text_of(answer.get("state")),
            tenant=text_of(answer.get("tenantId")),
        )
        for answer in answers
        if (subscription_id := text_of(answer.get("subscriptionId")))
    ]
    return tuple(sorted(found, key=lambda subscription: (subscription.name.casefold(), subscription.id)))
