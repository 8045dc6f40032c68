"""Resource groups (azure-mgmt-resource)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceNotFoundError

from tui.azure.answers import resource_id_of, text_of
from tui.azure.clients import Clients, asked
from tui.azure.gone import is_gone
from tui.azure.long_running import finished
from tui.cluster.azure_resources import Found
from tui.cluster.resource_id import ResourceId

if TYPE_CHECKING:
    from azure.mgmt.resource.resources.models import ResourceGroup

CREATED_BY = {"CreatedBy": "4C02703C-F5D0-44B0-ADC3-4ED5C2839E61"}
"""Tag that Az.StackHCI gives the groups it creates, and looks for before it deletes one."""


@dataclass(frozen=True, slots=True)
class Group:
    """One resource group."""

    subscription: str
    """Id of its subscription."""
    name: str
    """Its name, spelled as Azure does."""
    location: str
    """Its region as Azure writes it."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Its tags."""
    provisioning_state: str | None = None
    """State as it came: `Succeeded`, `Deleting`."""

    @property
    def scope(self) -> str:
        """Its id: the scope of roles and permissions."""
        return group_scope(self.subscription, self.name)


def subscription_scope(subscription: str) -> str:
    """Return the id of a subscription: the scope of roles and permissions."""
    return f"/subscriptions/{subscription}"


def group_scope(subscription: str, name: str) -> str:
    """Return the id of a group: the scope of roles and permissions."""
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


def read_group(clients: Clients, subscription: str, name: str) -> Found[Group]:
    """Return a group; nothing where Azure says that it does not exist. Raises AzureError."""
    client = clients.resources(subscription)

    def read() -> Found[Group]:
        try:
            return Found(_group(client.resource_groups.get(name), subscription))
        except ResourceNotFoundError as error:
            if is_gone(error):
                return Found(None)
            raise

    return asked(read)


def list_groups(clients: Clients, subscription: str) -> tuple[Group, ...]:
    """Return the groups of a subscription that one may see, by name. Raises AzureError."""
    client = clients.resources(subscription)
    found = asked(lambda: [_group(model, subscription) for model in client.resource_groups.list()])
    return tuple(sorted(found, key=lambda group: group.name.casefold()))


def create_group(
    clients: Clients, subscription: str, name: str, region: str, tags: Mapping[str, str] | None = None
) -> Group:
    """Create a group, or leave one of that name as it is, and return it. Raises AzureError."""
    known = read_group(clients, subscription, name).value
    if known is not None:
        return known
    client = clients.resources(subscription)
    content = {"location": region, "tags": dict(tags or {})}
    return _group(asked(lambda: client.resource_groups.create_or_update(name, content)), subscription)


def delete_group(clients: Clients, subscription: str, name: str) -> bool:
    """Delete a group with everything in it; returns whether there was one. Blocks until it is gone.

    Raises AzureError: Cancelled leaves Azure deleting it.
    """
    client = clients.resources(subscription)
    if read_group(clients, subscription, name).value is None:
        return False
    finished(lambda: client.resource_groups.begin_delete(name))
    return True


def list_resources(clients: Clients, subscription: str, group: str) -> tuple[ResourceId, ...]:
    """Return the ids of what is in a group; nothing for a group that does not exist. Raises AzureError."""
    client = clients.resources(subscription)

    def read() -> tuple[ResourceId, ...]:
        try:
            found = client.resources.list_by_resource_group(group)
            return tuple(resource_id_of(text_of(model.id), "a resource") for model in found)
        except ResourceNotFoundError as error:
            if is_gone(error):
                return ()
            raise

    return asked(read)


def _group(model: "ResourceGroup", subscription: str) -> Group:
    return Group(
        subscription=subscription,
        name=model.name or "",
        location=model.location or "",
        tags={str(key): str(value) for key, value in (model.tags or {}).items()},
        provisioning_state=text_of(model.properties.provisioning_state) if model.properties else None,
    )
