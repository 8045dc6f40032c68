"""What Azure offers to choose from, for whoever is signed in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.azure.errors import Misconfigured
from tui.azure.providers import read_provider
from tui.azure.subscriptions import list_subscriptions

if TYPE_CHECKING:
    from tui.azure.clients import Clients
    from tui.session import Session


def subscriptions(session: "Session") -> Sequence[tuple[str, str]]:
    """Return words and id of every subscription that may be used; signs in where nobody has. Raises AzureError."""
    found = list_subscriptions(_clients(session))
    return [(f"{one.name}  {one.id}{f'  ({one.state})' if one.state != 'Enabled' else ''}", one.id) for one in found]


def regions(session: "Session", subscription: str) -> Sequence[tuple[str, str]]:
    """Return the regions in which Azure takes clusters of a subscription, as words and name. Raises AzureError."""
    offered = read_provider(_clients(session), subscription).cluster_regions
    return [(region, region.replace(" ", "").casefold()) for region in offered]


def _clients(session: "Session") -> "Clients":
    if session.azure is None:
        message = "Nobody signs in to Azure for this cluster."
        raise Misconfigured(
            message, remedy="Start azsconfig with --auth, or say it in the configuration's azure table."
        )
    return session.azure.clients()
