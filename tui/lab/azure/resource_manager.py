"""Azure Resource Manager of the lab: what it answers to whom.

Every request needs an api-version and the permission for its action; what is refused is refused in Azure's form.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from urllib.parse import urlencode

from tui.lab.azure.cluster_documents import arc_setting_document, cluster_document, machine_document
from tui.lab.azure.http_messages import Request, Response, json_response
from tui.lab.azure.roles import ROLES, Assignment, Roles
from tui.lab.azure.tokens import Principal
from tui.lab.cluster_state import SUBSCRIPTION_ID, SUBSCRIPTION_ID_2, TENANT_ID, ClusterState

SUBSCRIPTIONS = {SUBSCRIPTION_ID: "Contoso lab", SUBSCRIPTION_ID_2: "Contoso other"}
"""What the subscriptions are called; nothing is in the second one."""
_GROUP = re.compile(r"/resourcegroups/([^/]+)", re.IGNORECASE)
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_PAGE = 10
"""Entries of a list in one page."""
REGIONS = ("East US", "South Central US", "Canada Central", "West Europe", "Southeast Asia", "Australia East")
"""Regions that clusters can be registered in (MicrosoftDocs, register-with-azure)."""

Content: TypeAlias = dict[str, Any]


class RefusedError(Exception):
    """An answer with an error: its status, Azure's code and words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class _Call:
    """One request of somebody, with what its path says."""

    request: Request
    principal: Principal
    path: str
    parts: dict[str, str]

    @property
    def elsewhere(self) -> bool:
        """Whether it is about the subscription that nothing is in."""
        named = self.parts.get("subscription") or _subscription_in(self.parts.get("scope", ""))
        return named.lower() == SUBSCRIPTION_ID_2


class LabResourceManager:
    """Answers requests about the one subscription of the lab. Safe to use from any thread."""

    def __init__(self, cluster: ClusterState, roles: Roles, prefix: str) -> None:
        """`prefix` is what its paths begin with, for links that lead to further pages."""
        self._cluster = cluster
        self._roles = roles
        self._prefix = prefix
        sub = r"/subscriptions/(?P<subscription>[^/]+)"
        group = sub + r"/resourcegroups/(?P<group>[^/]+)"
        hci = r"/providers/microsoft\.azurestackhci/clusters"
        arc = r"/providers/microsoft\.hybridcompute/machines"
        auth = r"(?P<scope>/subscriptions/.+?)/providers/microsoft\.authorization"
        self._routes: tuple[tuple[str, re.Pattern[str], str, Callable[[_Call], Content]], ...] = tuple(
            (method, re.compile(pattern, re.IGNORECASE), action, answer)
            for method, pattern, action, answer in (
                ("GET", r"/subscriptions", "", self._subscriptions),
                ("GET", r"/tenants", "", self._tenants),
                ("GET", sub, "Microsoft.Resources/subscriptions/read", self._subscription),
                ("GET", sub + "/resourcegroups", "Microsoft.Resources/subscriptions/resourceGroups/read", self._groups),
                ("GET", group, "Microsoft.Resources/subscriptions/resourceGroups/read", self._group),
                ("GET", sub + r"/providers/(?P<name>[^/]+)", "Microsoft.Resources/providers/read", self._provider),
                ("GET", sub + hci, "Microsoft.AzureStackHCI/clusters/read", self._clusters),
                ("GET", group + hci, "Microsoft.AzureStackHCI/clusters/read", self._clusters),
                ("GET", group + hci + r"/(?P<name>[^/]+)", "Microsoft.AzureStackHCI/clusters/read", self._one_cluster),
                (
                    "GET",
                    group + hci + r"/(?P<name>[^/]+)/arcsettings/(?P<setting>[^/]+)",
                    "Microsoft.AzureStackHCI/clusters/arcSettings/read",
                    self._arc_setting,
                ),
                ("GET", sub + arc, "Microsoft.HybridCompute/machines/read", self._machines),
                ("GET", group + arc, "Microsoft.HybridCompute/machines/read", self._machines),
                ("GET", group + arc + r"/(?P<name>[^/]+)", "Microsoft.HybridCompute/machines/read", self._machine),
                ("GET", auth + "/permissions", "Microsoft.Authorization/permissions/read", self._permissions),
                ("GET", auth + "/roleassignments", "Microsoft.Authorization/roleAssignments/read", self._assignments),
                ("GET", auth + "/roledefinitions", "Microsoft.Authorization/roleDefinitions/read", self._definitions),
            )
        )

    def handle(self, request: Request, principal: Principal, path: str) -> Response:
        """Answer a request whose path, without the prefix, is `path`."""
        headers = {"x-ms-request-id": str(uuid.uuid4()), "x-ms-correlation-request-id": str(uuid.uuid4())}
        try:
            return json_response(200, self._answer(request, principal, path), headers=headers)
        except RefusedError as error:
            content = {"error": {"code": error.code, "message": error.message}}
            return json_response(error.status, content, headers=headers)

    def _answer(self, request: Request, principal: Principal, path: str) -> Content:
        if not _API_VERSION.fullmatch(request.query.get("api-version", "")):
            raise RefusedError(
                400, "MissingApiVersionParameter", "The query has no api-version of the form yyyy-MM-dd."
            )
        for method, pattern, action, answer in self._routes:
            found = pattern.fullmatch(path.rstrip("/"))
            if found is None or method != request.method:
                continue
            call = _Call(request, principal, path, found.groupdict())
            self._check_subscription(call)
            self._check_permission(call, action)
            return answer(call)
        raise RefusedError(404, "InvalidResourceType", f"The lab has nothing at {request.method} {path}.")

    def _check_subscription(self, call: _Call) -> None:
        subscription = call.parts.get("subscription") or _subscription_in(call.parts.get("scope", ""))
        if subscription and subscription.lower() not in SUBSCRIPTIONS:
            raise RefusedError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")

    def _check_permission(self, call: _Call, action: str) -> None:
        if not action or self._roles.allowed(call.principal.object_id, action, call.path):
            return
        raise RefusedError(
            403,
            "AuthorizationFailed",
            f"The client '{call.principal.name}' with object id '{call.principal.object_id}' does not have "
            f"authorization to perform action '{action}' over scope '{call.path}'.",
        )

    def _subscriptions(self, call: _Call) -> Content:
        principal, action = call.principal.object_id, "Microsoft.Resources/subscriptions/read"
        visible = [
            known for known in SUBSCRIPTIONS if self._roles.allowed(principal, action, f"/subscriptions/{known}")
        ]
        return self._page(call, [_subscription_document(known) for known in visible])

    def _subscription(self, call: _Call) -> Content:
        return _subscription_document(call.parts["subscription"].lower())

    def _tenants(self, call: _Call) -> Content:
        return self._page(call, [{"id": f"/tenants/{TENANT_ID}", "tenantId": TENANT_ID, "displayName": "Contoso"}])

    def _groups(self, call: _Call) -> Content:
        with self._cluster.locked():
            groups = [] if call.elsewhere else list(self._cluster.azure.groups.values())
        return self._page(call, [_group(name, region) for name, region in groups])

    def _group(self, call: _Call) -> Content:
        return _group(*self._existing_group(call))

    def _provider(self, call: _Call) -> Content:
        namespace = call.parts["name"]
        with self._cluster.locked():
            state = self._cluster.azure.providers.get(namespace.lower(), "Registered")
        locations = list(REGIONS) if namespace.lower() == "microsoft.azurestackhci" else []
        return {
            "id": f"/subscriptions/{call.parts['subscription']}/providers/{namespace}",
            "namespace": namespace,
            "registrationState": state,
            "registrationPolicy": "RegistrationRequired",
            "resourceTypes": [
                {"resourceType": "clusters", "locations": locations, "apiVersions": ["2026-02-01", "2024-04-01"]}
            ],
        }

    def _clusters(self, call: _Call) -> Content:
        if "group" in call.parts:
            self._existing_group(call)
        found = None if call.elsewhere else cluster_document(self._cluster)
        return self._page(call, [found] if found and _in_group(found, call) else [])

    def _one_cluster(self, call: _Call) -> Content:
        self._existing_group(call)
        found = cluster_document(self._cluster)
        if found is None or not _in_group(found, call) or found["name"].lower() != call.parts["name"].lower():
            raise _missing(call)
        return found

    def _arc_setting(self, call: _Call) -> Content:
        self._one_cluster(call)
        found = arc_setting_document(self._cluster)
        if found is None or call.parts["setting"].lower() != "default":
            raise _missing(call)
        return found

    def _machines(self, call: _Call) -> Content:
        if "group" in call.parts:
            self._existing_group(call)
        machines = [] if call.elsewhere else self._all_machines()
        return self._page(call, [found for found in machines if _in_group(found, call)])

    def _machine(self, call: _Call) -> Content:
        self._existing_group(call)
        name = call.parts["name"].lower()
        found = [item for item in self._all_machines() if _in_group(item, call) and item["name"].lower() == name]
        if not found:
            raise _missing(call)
        return found[0]

    def _all_machines(self) -> list[Content]:
        with self._cluster.locked():
            machines = list(self._cluster.azure.machines.values())
            return [machine_document(self._cluster, SUBSCRIPTION_ID, machine) for machine in machines]

    def _permissions(self, call: _Call) -> Content:
        group = _GROUP.search(call.parts["scope"])
        if group is not None:
            self._existing_group(replace(call, parts={**call.parts, "group": group[1]}))
        assignments = self._roles.at(call.parts["scope"], call.principal.object_id)
        return self._page(
            call,
            [{"actions": list(item.role.actions), "notActions": list(item.role.not_actions)} for item in assignments],
        )

    def _assignments(self, call: _Call) -> Content:
        found = re.search(r"principalId eq '([^']+)'", call.request.query.get("$filter", ""))
        assignments = self._roles.at(call.parts["scope"], found.group(1) if found else None)
        return self._page(call, [_assignment(assignment) for assignment in assignments])

    def _definitions(self, call: _Call) -> Content:
        found = re.search(r"roleName eq '([^']+)'", call.request.query.get("$filter", ""))
        roles = [role for role in ROLES if found is None or role.name == found.group(1)]
        return self._page(
            call,
            [
                {
                    "id": _definition_id(role.id),
                    "name": role.id,
                    "properties": {
                        "roleName": role.name,
                        "type": "BuiltInRole",
                        "permissions": [{"actions": list(role.actions), "notActions": list(role.not_actions)}],
                    },
                }
                for role in roles
            ],
        )

    def _existing_group(self, call: _Call) -> tuple[str, str]:
        group = call.parts["group"]
        with self._cluster.locked():
            found = None if call.elsewhere else self._cluster.azure.groups.get(group.lower())
        if found is None:
            raise RefusedError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")
        return found

    def _page(self, call: _Call, entries: list[Content]) -> Content:
        """Return a page of a list, and the absolute link to the next one where there is one."""
        start = int(call.request.query.get("$skiptoken", "0"))
        page: Content = {"value": entries[start : start + _PAGE]}
        if start + _PAGE < len(entries):
            query = {**call.request.query, "$skiptoken": str(start + _PAGE)}
            page["nextLink"] = f"{call.request.base_url}{self._prefix}{call.path}?{urlencode(query)}"
        return page


def _subscription_document(subscription: str) -> Content:
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "displayName": SUBSCRIPTIONS[subscription],
        "state": "Enabled",
        "tenantId": TENANT_ID,
    }


def _group(name: str, region: str) -> Content:
    return {
        "id": f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": region,
        "properties": {"provisioningState": "Succeeded"},
    }


def _assignment(assignment: Assignment) -> Content:
    return {
        "id": f"{assignment.scope}/providers/Microsoft.Authorization/roleAssignments/{assignment.name}",
        "name": assignment.name,
        "properties": {
            "roleDefinitionId": _definition_id(assignment.role.id),
            "principalId": assignment.principal,
            "scope": assignment.scope,
        },
    }


def _definition_id(role: str) -> str:
    return f"/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def _in_group(document: Content, call: _Call) -> bool:
    group = call.parts.get("group")
    return group is None or f"/resourcegroups/{group.lower()}/" in document["id"].lower()


def _missing(call: _Call) -> RefusedError:
    kind, name = call.path.rstrip("/").split("/providers/")[-1].rsplit("/", 1)
    return RefusedError(404, "ResourceNotFound", f"The resource '{kind}/{name}' was not found.")


def _subscription_in(scope: str) -> str:
    parts = scope.split("/")
    return parts[2] if len(parts) > 2 else ""
