"""Management locks: what keeps resources from being deleted or changed, whoever one is.

A lock holds for its scope and everything below it: a subscription, a resource group, a resource
(learn.microsoft.com, lock-resources). What is deleted takes what is below it along, so a lock there stands in the way
as well.
"""

import re
from dataclasses import dataclass
from typing import Any

from tui.azure.answers import mapping, text_of
from tui.azure.clients import Clients, asked
from tui.azure.errors import NotFound
from tui.azure.groups import group_scope, subscription_scope

API_VERSION = "2020-05-01"
READ_ONLY = "ReadOnly"
_LOCKS = "/providers/Microsoft.Authorization/locks"


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock."""

    name: str
    """What it is called."""
    level: str
    """`CanNotDelete`, `ReadOnly` (which forbids deleting, too), or what Azure calls it."""
    scope: str
    """Id of the subscription, group or resource it is set on."""

    def keeps(self, resource: str) -> bool:
        """Whether it keeps a resource, or a group, of this id from being deleted."""
        return _within(resource, self.scope) or _within(self.scope, resource)

    def freezes(self, scope: str) -> bool:
        """Whether nothing can be created in, or changed at, a scope."""
        return self.level.casefold() == READ_ONLY.casefold() and _within(scope, self.scope)


def read_locks(clients: Clients, subscription: str, group: str) -> tuple[Lock, ...]:
    """Return the locks of a group, of what is in it, and of its subscription, each once.

    A group that does not exist yet has those of its subscription. Raises AzureError.
    """
    found = [*_read(clients, subscription_scope(subscription), {"$filter": "atScope()"})]
    try:
        found += _read(clients, group_scope(subscription, group), {})
    except NotFound as error:
        if error.code != "ResourceGroupNotFound":
            raise
    return tuple({(lock.scope.casefold(), lock.name.casefold()): lock for lock in found}.values())


def _read(clients: Clients, scope: str, query: dict[str, str]) -> tuple[Lock, ...]:
    """Return the locks at a scope: what it inherits where that is asked for, else what is below it too."""
    answers = asked(lambda: list(clients.resource_manager().list(scope + _LOCKS, API_VERSION, query)))
    return tuple(found for answer in answers if (found := _lock(answer)) is not None)


def _lock(answer: dict[str, Any]) -> Lock | None:
    scope = re.split(re.escape(_LOCKS), text_of(answer.get("id")) or "", flags=re.IGNORECASE)
    level = text_of(mapping(answer.get("properties")).get("level"))
    if len(scope) != 2 or level is None:
        return None
    return Lock(text_of(answer.get("name")) or "", level, scope[0])


def _within(inner: str, outer: str) -> bool:
    """Whether an id is another one, or below it; compared without case."""
    return f"{inner.casefold()}/".startswith(f"{outer.casefold()}/")
