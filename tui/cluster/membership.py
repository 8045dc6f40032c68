"""What one node says of the failover cluster it belongs to."""

import re
from dataclasses import dataclass

from tui.cluster.open_enum import OpenEnum


class NodeState(OpenEnum):
    """`State` of `Get-ClusterNode`."""

    UP = "Up"
    DOWN = "Down"
    PAUSED = "Paused"
    JOINING = "Joining"


@dataclass(frozen=True, slots=True)
class Member:
    """One node of the cluster and how the cluster sees it."""

    name: str
    """Node name."""
    state: NodeState
    """State in the cluster."""


@dataclass(frozen=True, slots=True)
class Membership:
    """The failover cluster as one node knows it."""

    clustered: bool
    """Whether the node is in a cluster whose service answers."""
    name: str | None = None
    """Cluster name."""
    functional_level: int | None = None
    """`ClusterFunctionalLevel`; 11 = 21H2, 12 = 22H2."""
    upgrade_version: int | None = None
    """`ClusterUpgradeVersion`."""
    dns_suffix: str | None = None
    """DNS suffix of the cluster's name: peers are reached as `node.suffix`."""
    nodes: tuple[Member, ...] = ()
    """All nodes, sorted by name."""


def in_natural_order(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Return a sort key under which `HCI-N2` stands before `HCI-N10`."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    numbers = (part[0] in "0123456789" for part in parts)
    return tuple(
        (not number, int(part) if number else 0, "" if number else part)
        for number, part in zip(numbers, parts, strict=True)
    )
