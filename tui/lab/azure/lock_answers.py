"""Management locks as the simulated Azure Resource Manager tells them."""

from tui.lab.azure.calls import GROUP, SUBSCRIPTION, Call, Content, Route
from tui.lab.azure.resource_reads import ResourceReads
from tui.lab.azure.resources import ManagementLock
from tui.lab.cluster_state import ClusterState

_LOCKS = r"/providers/microsoft\.authorization/locks"
_READ = "Microsoft.Authorization/locks/read"


class LockAnswers:
    """Answers about locks. Safe to use from any thread."""

    def __init__(self, cluster: ClusterState, reads: ResourceReads) -> None:
        self._cluster = cluster
        self._reads = reads

    def routes(self) -> tuple[Route, ...]:
        """Return what it answers."""
        return (
            ("GET", SUBSCRIPTION + _LOCKS, _READ, self._locks),
            ("GET", GROUP + _LOCKS, _READ, self._locks),
        )

    def _locks(self, call: Call) -> Content:
        """Return the locks at a scope: inherited ones where the filter says so, else those below it as well."""
        if "group" in call.parts:
            self._reads.existing_group(call)
        scope = f"{call.path.lower().rpartition('/providers/')[0]}/"
        above = call.request.query.get("$filter", "") == "atScope()"
        with self._cluster.locked():
            locks = list(self._cluster.azure.locks)
        found = [lock for lock in locks if _is_at(f"{lock.scope.lower()}/", scope, above=above)]
        return call.page([_document(lock) for lock in found])


def _is_at(where: str, scope: str, *, above: bool) -> bool:
    return scope.startswith(where) if above else where.startswith(scope)


def _document(lock: ManagementLock) -> Content:
    return {
        "id": f"{lock.scope}/providers/Microsoft.Authorization/locks/{lock.name}",
        "name": lock.name,
        "type": "Microsoft.Authorization/locks",
        "properties": {"level": lock.level, "notes": "set by somebody who wants to be asked first"},
    }
