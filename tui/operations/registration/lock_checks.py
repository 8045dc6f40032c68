"""Checks of management locks: what is locked in Azure is neither deleted nor changed, and the cmdlets find out late."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tui.azure.errors import AzureError
from tui.azure.groups import group_scope
from tui.azure.locks import Lock, read_locks
from tui.cluster.resource_id import ResourceId
from tui.runs.plan import Check, CheckLevel

if TYPE_CHECKING:
    from tui.azure.clients import Clients

REMEDY = "Have the lock removed in the portal while this is done, and set it again afterwards."


def removal_locks(clients: "Clients", resources: Iterable[ResourceId]) -> Iterator[Check]:
    """Yield the locks that keep resources from being deleted; that there are none where there are none."""
    wanted = tuple(resources)
    places = {(one.subscription.casefold(), one.resource_group.casefold()): one for one in wanted}
    locks: set[Lock] = set()
    try:
        for place in places.values():
            locks.update(read_locks(clients, place.subscription, place.resource_group))
    except AzureError as error:
        yield _unread(error)
        return
    kept = False
    for lock in sorted(locks, key=lambda one: (one.scope, one.name)):
        names = [one.name for one in wanted if lock.keeps(str(one))]
        if names:
            kept = True
            message = f"{_named(lock)} keeps {', '.join(names)} in Azure, and the nodes would forget it."
            yield Check("locks", CheckLevel.BLOCKER, message, REMEDY)
    if not kept:
        yield Check("locks", CheckLevel.PASSED, "No lock keeps anything from being deleted.")


def change_locks(clients: "Clients", subscription: str, group: str) -> Iterator[Check]:
    """Yield the locks that let nothing be created in a group, nor changed."""
    try:
        locks = read_locks(clients, subscription, group)
    except AzureError as error:
        yield _unread(error)
        return
    for lock in locks:
        if lock.freezes(group_scope(subscription, group)):
            message = f"{_named(lock)} lets nothing be created in {group}."
            yield Check("locks", CheckLevel.BLOCKER, message, REMEDY)


def _named(lock: Lock) -> str:
    """Return a lock with the place it is set on, in words."""
    words = lock.scope.split("/")[1:]
    kind = {2: "the subscription", 4: "the resource group"}.get(len(words), "")
    return f"The lock {lock.name} ({lock.level}) on {kind} {words[-1]}".replace("  ", " ")


def _unread(error: AzureError) -> Check:
    message = f"Whether a lock in Azure stands in the way was not read: {error.message}"
    return Check("locks", CheckLevel.WARNING, message, error.remedy)
