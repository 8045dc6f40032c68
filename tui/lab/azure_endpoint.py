"""How to reach the simulated Azure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AzureEndpoint:
    """How to reach the simulated Azure."""

    authority: str
    """URL to sign in at."""
    resource_manager: str
    """URL of Azure Resource Manager."""
    graph: str
    """URL of Microsoft Graph."""
    tenant: str
    """Id of the tenant."""
    subscription: str
    """Id of the subscription."""
