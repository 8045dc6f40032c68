"""Who may do what in the simulated Azure: role definitions, assignments, and the actions that follow from them."""

import re
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition. Ids and actions of the built-in ones are Azure's (MicrosoftDocs, built-in roles)."""

    id: str
    """Id of the definition, the same in every tenant for built-in ones."""
    name: str
    """What the portal calls it."""
    actions: tuple[str, ...]
    """Actions it allows; `*` stands for anything."""
    not_actions: tuple[str, ...] = ()
    """Actions taken out of these again."""

    def allows(self, action: str) -> bool:
        """Whether it allows an action, compared without case."""
        return _any(self.actions, action) and not _any(self.not_actions, action)


OWNER = Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ("*",))
READER = Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",))
CONTRIBUTOR = Role(
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Contributor",
    ("*",),
    (
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
    ),
)
USER_ACCESS_ADMINISTRATOR = Role(
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "User Access Administrator",
    ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
)
ARC_ONBOARDING = Role(
    "b64e21ea-ac4e-4cdf-9dc9-5b892992bee7",
    "Azure Connected Machine Onboarding",
    (
        "Microsoft.HybridCompute/machines/read",
        "Microsoft.HybridCompute/machines/write",
        "Microsoft.HybridCompute/privateLinkScopes/read",
        "Microsoft.GuestConfiguration/guestConfigurationAssignments/read",
    ),
)
ARC_ADMINISTRATOR = Role(
    "cd570a14-e51a-42ad-bac8-bafd67325302",
    "Azure Connected Machine Resource Administrator",
    (
        "Microsoft.HybridCompute/machines/*",
        "Microsoft.HybridCompute/privateLinkScopes/*",
        "Microsoft.HybridCompute/*/read",
    ),
)
ROLES = (OWNER, READER, CONTRIBUTOR, USER_ACCESS_ADMINISTRATOR, ARC_ONBOARDING, ARC_ADMINISTRATOR)
"""Roles that can be assigned."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role given to somebody at a scope and everything below it."""

    name: str
    """Id of the assignment."""
    scope: str
    """`/subscriptions/...`, spelled as it came."""
    principal: str
    """Object id of a user or service principal."""
    role: Role
    """What is given."""


class Roles:
    """All assignments. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._assignments: dict[str, Assignment] = {}

    def assign(self, scope: str, principal: str, role: Role, name: str | None = None) -> Assignment:
        """Give a role to somebody."""
        assignment = Assignment(name or str(uuid.uuid4()), scope, principal, role)
        with self._lock:
            self._assignments[assignment.name.lower()] = assignment
        return assignment

    def take_away(self, principal: str) -> None:
        """Take every role away from somebody."""
        with self._lock:
            self._assignments = {
                name: assignment for name, assignment in self._assignments.items() if assignment.principal != principal
            }

    def remove(self, name: str) -> Assignment | None:
        """Take one assignment away and return it; `None` for one that does not exist."""
        with self._lock:
            return self._assignments.pop(name.lower(), None)

    def at(self, scope: str, principal: str | None = None) -> tuple[Assignment, ...]:
        """Return the assignments that hold at a scope: its own and those above it."""
        with self._lock:
            assignments = tuple(self._assignments.values())
        return tuple(
            assignment
            for assignment in assignments
            if _covers(assignment.scope, scope) and principal in (None, assignment.principal)
        )

    def allowed(self, principal: str, action: str, scope: str) -> bool:
        """Whether somebody may do something at a scope."""
        return any(assignment.role.allows(action) for assignment in self.at(scope, principal))


def _covers(scope: str, place: str) -> bool:
    above, below = scope.rstrip("/").lower(), place.rstrip("/").lower()
    return below == above or below.startswith(above + "/")


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) is not None for pattern in patterns
    )
