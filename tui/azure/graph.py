"""Microsoft Graph: who is signed in, and applications with a service principal and a secret of their own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from tui.azure.answers import text_of
from tui.azure.clients import Clients, asked
from tui.azure.errors import Unreadable
from tui.azure.json_requests import JsonRequests
from tui.secret import Secret

_VERSION = "/v1.0"
_NEXT = "@odata.nextLink"


@dataclass(frozen=True, slots=True)
class Person:
    """The person who is signed in."""

    id: str
    """Object id in the tenant."""
    name: str
    """User principal name."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application of the tenant."""

    id: str
    """Object id of the application itself."""
    app_id: str
    """Application (client) id: what signs in."""
    name: str
    """What it is called."""


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """What an application is in the tenant: roles are assigned to it."""

    id: str
    """Object id: what role assignments name."""
    app_id: str
    """Application (client) id."""
    name: str
    """What it is called."""


@dataclass(frozen=True, slots=True)
class ApplicationSecret:
    """A new secret of an application; Microsoft Graph shows it this once."""

    secret: Secret
    """The secret itself."""
    key_id: str
    """What it is removed by."""
    expires_at: datetime
    """Until when it is good, UTC."""


def read_me(clients: Clients) -> Person:
    """Return who is signed in; only a person is somebody here. Raises AzureError."""
    found = asked(lambda: clients.graph().send("GET", f"{_VERSION}/me"))
    return Person(_needed(found, "id"), text_of(found.get("userPrincipalName")) or _needed(found, "id"))


def find_applications(clients: Clients, name: str) -> tuple[Application, ...]:
    """Return the applications of that display name: it need not be the only one. Raises AzureError."""
    found = asked(lambda: _found(clients.graph(), "applications", "displayName", name))
    return tuple(_application(one) for one in found)


def create_application(clients: Clients, name: str) -> Application:
    """Create an application for this tenant alone; not done twice if the answer is lost. Raises AzureError."""
    content = {"displayName": name, "signInAudience": "AzureADMyOrg"}
    return _application(asked(lambda: _created(clients.graph(), "/applications", content)))


def find_service_principal(clients: Clients, app_id: str) -> ServicePrincipal | None:
    """Return the service principal of an application; `None` where it has none. Raises AzureError."""
    found = asked(lambda: _found(clients.graph(), "servicePrincipals", "appId", app_id))
    return _service_principal(found[0]) if found else None


def create_service_principal(clients: Clients, app_id: str) -> ServicePrincipal:
    """Return the service principal of an application, created where it has none. Raises AzureError."""
    known = find_service_principal(clients, app_id)
    if known is not None:
        return known
    content = {"appId": app_id}
    return _service_principal(asked(lambda: _created(clients.graph(), "/servicePrincipals", content)))


def add_secret(clients: Clients, application: Application, name: str, expires_at: datetime) -> ApplicationSecret:
    """Give an application a secret that is good until then.

    Raises AzureError; `may_have_run` says that there may be one.
    """
    wanted = {"displayName": name, "endDateTime": expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    path = f"/applications/{application.id}/addPassword"
    found = asked(lambda: _created(clients.graph(), path, {"passwordCredential": wanted}))
    try:
        ends = datetime.fromisoformat(_needed(found, "endDateTime")).astimezone(UTC)
    except ValueError as error:
        raise Unreadable("Microsoft Graph's answer says no time until which the secret is good.") from error
    return ApplicationSecret(Secret(_needed(found, "secretText")), _needed(found, "keyId"), ends)


def delete_application(clients: Clients, application: Application) -> bool:
    """Delete an application with its service principal; returns whether there was one. Raises AzureError."""

    def delete() -> bool:
        try:
            clients.graph().send("DELETE", f"{_VERSION}/applications/{application.id}")
        except ResourceNotFoundError:
            return False
        return True

    return asked(delete)


def _created(graph: JsonRequests, path: str, content: dict[str, Any]) -> dict[str, Any]:
    return graph.send("POST", _VERSION + path, content=content, once=True)


def _found(graph: JsonRequests, kind: str, field: str, value: str) -> list[dict[str, Any]]:
    quoted = value.replace("'", "''")
    return list(graph.pages(f"{_VERSION}/{kind}", {"$filter": f"{field} eq '{quoted}'"}, _NEXT))


def _application(found: dict[str, Any]) -> Application:
    return Application(_needed(found, "id"), _needed(found, "appId"), text_of(found.get("displayName")) or "")


def _service_principal(found: dict[str, Any]) -> ServicePrincipal:
    return ServicePrincipal(_needed(found, "id"), _needed(found, "appId"), text_of(found.get("displayName")) or "")


def _needed(found: dict[str, Any], name: str) -> str:
    value = text_of(found.get(name))
    if value is None:
        raise Unreadable(f"Microsoft Graph's answer has no {name}.")
    return value
