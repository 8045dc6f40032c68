"""Roles and permissions as the simulated Azure Resource Manager answers about them."""

import re

from tui.lab.azure.calls import ROLES_AT, Answer, Call, Content, RefusedError, Route
from tui.lab.azure.directory import Directory
from tui.lab.azure.resource_reads import ResourceReads
from tui.lab.azure.roles import ROLES, Assignment, Roles
from tui.lab.cluster_state import SUBSCRIPTION_ID

_AUTHORIZATION = "Microsoft.Authorization"
_ASSIGNMENT = ROLES_AT + r"/roleassignments/(?P<name>[^/]+)"
_GROUP = re.compile(r"/resourcegroups/([^/]+)", re.IGNORECASE)


class RoleAnswers:
    """Answers about who may do what, and changes it. Safe to use from any thread."""

    def __init__(self, roles: Roles, directory: Directory, reads: ResourceReads) -> None:
        self._roles = roles
        self._directory = directory
        self._reads = reads

    def routes(self) -> tuple[Route, ...]:
        """Return what it answers."""
        assignments = f"{_AUTHORIZATION}/roleAssignments"
        return (
            ("GET", ROLES_AT + "/permissions", f"{_AUTHORIZATION}/permissions/read", self._permissions),
            ("GET", ROLES_AT + "/roledefinitions", f"{_AUTHORIZATION}/roleDefinitions/read", self._definitions),
            ("GET", ROLES_AT + "/roleassignments", f"{assignments}/read", self._assignments),
            ("PUT", _ASSIGNMENT, f"{assignments}/write", self._assign),
            ("DELETE", _ASSIGNMENT, f"{assignments}/delete", self._take_away),
        )

    def _permissions(self, call: Call) -> Content:
        self._check_scope(call)
        assignments = self._roles.at(call.parts["scope"], call.principal.object_id)
        return call.page(
            [{"actions": list(item.role.actions), "notActions": list(item.role.not_actions)} for item in assignments]
        )

    def _definitions(self, call: Call) -> Content:
        found = re.search(r"roleName eq '([^']+)'", call.request.query.get("$filter", ""))
        roles = [role for role in ROLES if found is None or role.name == found.group(1)]
        return call.page(
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
            ]
        )

    def _assignments(self, call: Call) -> Content:
        found = re.search(r"principalId eq '([^']+)'", call.request.query.get("$filter", ""))
        assignments = self._roles.at(call.parts["scope"], found.group(1) if found else None)
        return call.page([_assignment(assignment) for assignment in assignments])

    def _assign(self, call: Call) -> Answer:
        self._check_scope(call)
        properties = dict(call.request.json().get("properties") or {})
        principal, wanted = str(properties.get("principalId", "")), str(properties.get("roleDefinitionId", ""))
        role = next((role for role in ROLES if wanted.lower().endswith(f"/{role.id}")), None)
        if role is None:
            raise RefusedError(400, "RoleDefinitionDoesNotExist", f"The role definition '{wanted}' does not exist.")
        if not self._directory.has_principal(principal):
            message = f"Principal {principal} does not exist in the directory."
            raise RefusedError(400, "PrincipalNotFound", message)
        scope, name = call.parts["scope"], call.parts["name"]
        same = [
            one for one in self._roles.at(scope, principal) if one.role == role and one.scope.lower() == scope.lower()
        ]
        if same:
            raise RefusedError(409, "RoleAssignmentExists", "The role assignment already exists.")
        return Answer(201, _assignment(self._roles.assign(scope, principal, role, name)))

    def _take_away(self, call: Call) -> Answer:
        found = self._roles.remove(call.parts["name"])
        return Answer(204) if found is None else Answer(200, _assignment(found))

    def _check_scope(self, call: Call) -> None:
        """Refuse a scope in a group that does not exist."""
        group = _GROUP.search(call.parts["scope"])
        if group is not None:
            parts = {**call.parts, "group": group[1]}
            self._reads.existing_group(Call(call.request, call.principal, call.path, parts, call.root))


def _assignment(assignment: Assignment) -> Content:
    return {
        "id": f"{assignment.scope}/providers/{_AUTHORIZATION}/roleAssignments/{assignment.name}",
        "name": assignment.name,
        "properties": {
            "roleDefinitionId": _definition_id(assignment.role.id),
            "principalId": assignment.principal,
            "scope": assignment.scope,
        },
    }


def _definition_id(role: str) -> str:
    return f"/subscriptions/{SUBSCRIPTION_ID}/providers/{_AUTHORIZATION}/roleDefinitions/{role}"
