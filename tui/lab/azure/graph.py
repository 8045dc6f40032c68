"""Microsoft Graph of the lab: who one is, applications, their service principals and secrets."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.lab.azure.directory import Application, Directory
from tui.lab.azure.http_messages import Request, Response, json_response
from tui.lab.azure.tokens import Principal
from tui.lab.clock import LabClock, iso

_FILTER = re.compile(r"(appId|displayName) eq '((?:[^']|'')*)'")
_DEFAULT_LIFETIME = timedelta(days=730)

Content = dict[str, Any]


class GraphRefusedError(Exception):
    """An answer with an error: its status, Graph's code and words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class _Call:
    request: Request
    principal: Principal
    parts: dict[str, str]


class LabGraph:
    """Answers requests about the one tenant of the lab. Safe to use from any thread."""

    def __init__(self, directory: Directory, clock: LabClock) -> None:
        self._directory = directory
        self._clock = clock
        one = r"/applications/(?P<id>[^/]+)"
        self._routes: tuple[tuple[str, re.Pattern[str], Callable[[_Call], tuple[int, Content | None]]], ...] = tuple(
            (method, re.compile(f"/v1.0{path}", re.IGNORECASE), answer)
            for method, path, answer in (
                ("GET", "/me", self._me),
                ("GET", "/applications", self._applications),
                ("POST", "/applications", self._create_application),
                ("DELETE", one, self._delete_application),
                ("POST", one + "/addPassword", self._add_password),
                ("GET", "/servicePrincipals", self._service_principals),
                ("POST", "/servicePrincipals", self._create_service_principal),
            )
        )

    def handle(self, request: Request, principal: Principal, path: str) -> Response:
        """Answer a request whose path, without the prefix, is `path`."""
        headers = {"request-id": str(uuid.uuid4())}
        try:
            status, content = self._answer(request, principal, path)
        except GraphRefusedError as error:
            status, content = error.status, {"error": {"code": error.code, "message": error.message}}
        if content is None:
            return Response(status, b"", headers)
        return json_response(status, content, headers=headers)

    def _answer(self, request: Request, principal: Principal, path: str) -> tuple[int, Content | None]:
        for method, pattern, answer in self._routes:
            found = pattern.fullmatch(path.rstrip("/"))
            if found is not None and method == request.method:
                return answer(_Call(request, principal, found.groupdict()))
        raise GraphRefusedError(404, "Request_ResourceNotFound", f"The lab has nothing at {request.method} {path}.")

    def _me(self, call: _Call) -> tuple[int, Content]:
        if not call.principal.person:
            message = "/me request is only valid with delegated authentication flow."
            raise GraphRefusedError(400, "BadRequest", message)
        name = call.principal.name
        return 200, {"id": call.principal.object_id, "userPrincipalName": name, "displayName": name.partition("@")[0]}

    def _applications(self, call: _Call) -> tuple[int, Content]:
        return 200, {"value": [_application(one) for one in self._filtered(call)]}

    def _service_principals(self, call: _Call) -> tuple[int, Content]:
        return 200, {"value": [_service_principal(one) for one in self._filtered(call) if one.has_principal]}

    def _create_application(self, call: _Call) -> tuple[int, Content]:
        self._check_may_manage(call)
        name = str(call.request.json().get("displayName") or "")
        if not name:
            raise GraphRefusedError(400, "Request_BadRequest", "A value is required for property 'displayName'.")
        return 201, _application(self._directory.add_application(name, has_principal=False))

    def _create_service_principal(self, call: _Call) -> tuple[int, Content]:
        self._check_may_manage(call)
        app_id = str(call.request.json().get("appId") or "")
        application = self._directory.application(app_id)
        if application is None:
            message = f"The appId '{app_id}' of the service principal does not reference a valid application object."
            raise GraphRefusedError(400, "Request_BadRequest", message)
        if application.has_principal:
            message = "The service principal cannot be created because one with this appId exists already."
            raise GraphRefusedError(409, "Request_MultipleObjectsWithSameKeyValue", message)
        application.has_principal = True
        return 201, _service_principal(application)

    def _add_password(self, call: _Call) -> tuple[int, Content]:
        self._check_may_manage(call)
        application = self._existing(call)
        wanted = dict(call.request.json().get("passwordCredential") or {})
        shown = self._clock.shown(self._clock.now())
        try:
            end = datetime.fromisoformat(str(wanted["endDateTime"])) if "endDateTime" in wanted else None
        except ValueError as error:
            raise GraphRefusedError(400, "Request_BadRequest", "endDateTime is no time.") from error
        ends = (end or shown + _DEFAULT_LIFETIME).astimezone(UTC)
        secret = self._directory.add_secret(application.app_id, self._clock.now() + (ends - shown))
        return 200, {
            "displayName": wanted.get("displayName"),
            "keyId": str(uuid.uuid4()),
            "startDateTime": iso(shown),
            "endDateTime": iso(ends),
            "secretText": secret,
            "hint": secret[:3],
        }

    def _delete_application(self, call: _Call) -> tuple[int, None]:
        self._check_may_manage(call)
        self._directory.remove_application(self._existing(call).app_id)
        return 204, None

    def _existing(self, call: _Call) -> Application:
        found = [one for one in self._directory.applications() if one.registration_id == call.parts["id"].lower()]
        if not found:
            message = f"Resource '{call.parts['id']}' does not exist."
            raise GraphRefusedError(404, "Request_ResourceNotFound", message)
        return found[0]

    def _filtered(self, call: _Call) -> list[Application]:
        text = call.request.query.get("$filter", "")
        found = _FILTER.fullmatch(text)
        if text and found is None:
            raise GraphRefusedError(400, "Request_UnsupportedQuery", f"Unsupported filter: {text}")
        known = self._directory.applications()
        if found is None:
            return known
        wanted = found[2].replace("''", "'").lower()
        return [one for one in known if (one.app_id if found[1] == "appId" else one.name).lower() == wanted]

    def _check_may_manage(self, call: _Call) -> None:
        if not self._directory.may_manage_applications(call.principal.object_id):
            message = "Insufficient privileges to complete the operation."
            raise GraphRefusedError(403, "Authorization_RequestDenied", message)


def _application(application: Application) -> Content:
    return {"id": application.registration_id, "appId": application.app_id, "displayName": application.name}


def _service_principal(application: Application) -> Content:
    return {"id": application.object_id, "appId": application.app_id, "displayName": application.name}
