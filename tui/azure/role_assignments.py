"""Role assignments: who has which role at a subscription, a group or a resource."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui.azure.answers import mapping, text_of
from tui.azure.clients import Clients, asked
from tui.azure.errors import Conflict, NotFound

API_VERSION = "2022-04-01"
_AT = "/providers/Microsoft.Authorization"
ONBOARDING = "Azure Connected Machine Onboarding"
"""Role of whoever connects machines to Azure Arc."""
RESOURCE_ADMINISTRATOR = "Azure Connected Machine Resource Administrator"
"""Role of whoever manages what Azure Arc has of machines."""
_EXISTS = "RoleAssignmentExists"


class PrincipalKind(StrEnum):
    """What a role is given to; naming it spares the wait until the directory knows a new one everywhere."""

    USER = "User"
    SERVICE_PRINCIPAL = "ServicePrincipal"


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """One role of somebody at a scope."""

    id: str
    """Its id: what it is deleted by."""
    scope: str
    """Id of the subscription, group or resource."""
    principal: str
    """Object id of whoever has it."""
    role: str
    """Id of the role's definition."""


def find_role(clients: Clients, scope: str, name: str) -> str:
    """Return the id of a role's definition by its name. Raises AzureError: NotFound where there is no such role."""
    query = {"$filter": f"roleName eq '{name.replace(chr(39), chr(39) * 2)}'"}
    path = f"{scope}{_AT}/roleDefinitions"
    found = asked(lambda: list(clients.resource_manager().list(path, API_VERSION, query)))
    role = next((known for one in found if (known := text_of(one.get("id")))), None)
    if role is None:
        raise NotFound(f"There is no role {name}.", remedy="Check the role's name.")
    return role


def list_assignments(clients: Clients, scope: str, principal: str | None = None) -> tuple[RoleAssignment, ...]:
    """Return the roles that hold at a scope, inherited ones too; of one principal where it is named.

    Raises AzureError.
    """
    query = {"$filter": f"principalId eq '{principal}'"} if principal else None
    path = f"{scope}{_AT}/roleAssignments"
    answers = asked(lambda: list(clients.resource_manager().list(path, API_VERSION, query)))
    return tuple(found for answer in answers if (found := _assignment(answer)) is not None)


def assign_role(
    clients: Clients,
    scope: str,
    principal: str,
    role: str,
    kind: PrincipalKind = PrincipalKind.SERVICE_PRINCIPAL,
) -> bool:
    """Give a role, by its name, to somebody at a scope; returns whether it was given now. Raises AzureError.

    Asked twice it is given once: its name follows from what it says.
    """
    definition = find_role(clients, scope, role)
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{principal}|{definition}".casefold())
    content = {
        "properties": {"roleDefinitionId": definition, "principalId": principal, "principalType": kind.value},
    }
    path = f"{scope}{_AT}/roleAssignments/{name}"
    try:
        asked(lambda: clients.resource_manager().put(path, API_VERSION, content))
    except Conflict as error:
        if error.code == _EXISTS:
            return False
        raise
    return True


def remove_assignment(clients: Clients, assignment: RoleAssignment) -> None:
    """Take a role away; one that is gone already is no error. Raises AzureError."""
    asked(lambda: clients.resource_manager().delete(assignment.id, API_VERSION))


def _assignment(answer: dict[str, Any]) -> RoleAssignment | None:
    properties = mapping(answer.get("properties"))
    values = [text_of(answer.get("id")), *(text_of(properties.get(key)) for key in ("scope", "principalId"))]
    role = text_of(properties.get("roleDefinitionId"))
    known = [value for value in (*values, role) if value is not None]
    return RoleAssignment(*known) if len(known) == 4 else None
