"""The groups of a simulated cluster: which node each is on, and where it goes when that one leaves."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

CORE_GROUP = "Cluster Group"
"""Group of the cluster's own name and address."""
_MACHINES_A_NODE = 2


class GroupKind(StrEnum):
    """`GroupType` of `Get-ClusterGroup`, as far as the lab has them."""

    CLUSTER = "Cluster"
    AVAILABLE_STORAGE = "AvailableStorage"
    VIRTUAL_MACHINE = "VirtualMachine"
    CLUSTER_AWARE_UPDATING = "ClusterUpdateHost"


@dataclass(slots=True)
class ClusterGroup:
    """One group."""

    name: str
    """Its name."""
    kind: GroupKind
    """What it is."""
    owner: str
    """Node it is on."""
    drained_from: str | None = None
    """Node it was on until that one was drained, and goes back to."""
    back_at: float | None = None
    """From which point of the lab's pace on it goes back there."""

    @property
    def is_role(self) -> bool:
        """Whether work runs in it: the groups of the cluster itself are none."""
        return self.kind not in {GroupKind.CLUSTER, GroupKind.AVAILABLE_STORAGE}


class ClusterGroups:
    """All groups. Not safe by itself: the cluster's lock is around it."""

    def __init__(self, nodes: Sequence[str]) -> None:
        """Put two virtual machines on every node, and what is the cluster's own on the first."""
        self._groups = [
            ClusterGroup(CORE_GROUP, GroupKind.CLUSTER, nodes[0]),
            ClusterGroup("Available Storage", GroupKind.AVAILABLE_STORAGE, nodes[0]),
        ]
        self._order = {name: number for number, name in enumerate(nodes)}
        for number, owner in enumerate(name for name in nodes for _ in range(_MACHINES_A_NODE)):
            self.add(f"VM-{number + 1:02}", GroupKind.VIRTUAL_MACHINE, owner)

    def add(self, name: str, kind: GroupKind, owner: str) -> None:
        """Make a group on a node."""
        self._groups.append(ClusterGroup(name, kind, owner))

    def all(self) -> tuple[ClusterGroup, ...]:
        """Return every group."""
        return tuple(self._groups)

    def on(self, node: str) -> tuple[ClusterGroup, ...]:
        """Return the groups on a node, those of the cluster itself last."""
        return tuple(sorted((group for group in self._groups if group.owner == node), key=lambda it: not it.is_role))

    def roles_on(self, node: str) -> tuple[str, ...]:
        """Return the names of the roles that run on a node."""
        return tuple(group.name for group in self.on(node) if group.is_role)

    def move(self, group: ClusterGroup, candidates: Iterable[str]) -> bool:
        """Move a group to whichever of the nodes has the fewest; return whether there was one."""
        load = Counter(other.owner for other in self._groups)
        target = min(candidates, key=lambda name: (load[name], self._order[name]), default=None)
        if target is None:
            return False
        group.owner = target
        return True
