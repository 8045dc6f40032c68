"""What somebody signed in may do: effective permissions at a subscription or a resource group.

Azure joins all role assignments into a list of actions and actions taken out of them; `*` stands for anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from tui.azure.answers import text_of
from tui.azure.clients import Clients, asked
from tui.azure.errors import NotFound
from tui.azure.groups import group_scope, subscription_scope

API_VERSION = "2022-04-01"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role gives."""

    actions: tuple[str, ...]
    """Actions it allows, with `*` for anything."""
    not_actions: tuple[str, ...] = ()
    """Actions taken out of these again."""

    def allows(self, action: str) -> bool:
        """Whether it allows an action; compared without case."""
        return _any(self.actions, action) and not _any(self.not_actions, action)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What somebody may do at a scope."""

    scope: str
    """Id of the subscription or group."""
    grants: tuple[Grant, ...]
    """What each role gives: one that allows is enough."""

    def allows(self, action: str) -> bool:
        """Whether an action is allowed."""
        return any(grant.allows(action) for grant in self.grants)

    def missing(self, actions: Iterable[str]) -> tuple[str, ...]:
        """Return the actions that are not allowed, in the order they came."""
        return tuple(action for action in actions if not self.allows(action))


def read_permissions(clients: Clients, subscription: str, group: str | None = None) -> Permissions:
    """Return what whoever is signed in may do at a subscription, or at a group of it.

    A group that does not exist yet will inherit what its subscription gives: that is returned for it. Raises
    AzureError: Forbidden where not even that may be read.
    """
    if group is not None:
        try:
            return _read(clients, group_scope(subscription, group))
        except NotFound as error:
            if error.code != "ResourceGroupNotFound":
                raise
    return _read(clients, subscription_scope(subscription))


def missing(clients: Clients, actions: Iterable[str], subscription: str, group: str | None = None) -> tuple[str, ...]:
    """Return the actions that are not allowed at a subscription, or at a group of it. Raises AzureError."""
    return read_permissions(clients, subscription, group).missing(actions)


def _read(clients: Clients, scope: str) -> Permissions:
    path = f"{scope}/providers/Microsoft.Authorization/permissions"
    answers = asked(lambda: tuple(clients.resource_manager().list(path, API_VERSION)))
    return Permissions(
        scope, tuple(Grant(_texts(answer.get("actions")), _texts(answer.get("notActions"))) for answer in answers)
    )


def _texts(value: object) -> tuple[str, ...]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(text for item in items if (text := text_of(item)))


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) is not None for pattern in patterns
    )
