"""How far the nodes' clocks are off: from ours and from each other.

Kerberos refuses more than five minutes, and so do the tokens of Microsoft Entra (troubleshoot-hci-registration:
AADSTS700027, AADSTS80013).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.cluster.facts import NodeFacts, Problem

TOLERANCE = timedelta(minutes=5)
"""What Kerberos accepts."""


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """How far one node's clock is ahead of ours."""

    node: str
    """Node name."""
    offset: timedelta
    """Its clock less ours; negative when it is behind. Includes the seconds the answer took."""

    @property
    def beyond(self) -> bool:
        """Whether it is more than Kerberos accepts."""
        return abs(self.offset) > TOLERANCE


def skew_of(node: NodeFacts) -> ClockSkew | None:
    """Return how far a node's clock is off; `None` when it was not read."""
    if isinstance(node.system, Problem) or node.system.value.utc_now is None:
        return None
    return ClockSkew(node.name, node.system.value.utc_now - node.system.read_at)


def clock_skews(nodes: Iterable[NodeFacts]) -> tuple[ClockSkew, ...]:
    """Return the skew of every node whose clock was read, in their order."""
    return tuple(skew for node in nodes if (skew := skew_of(node)) is not None)


def spread(skews: Iterable[ClockSkew]) -> timedelta:
    """Return how far the nodes' clocks are from each other: the fastest less the slowest."""
    offsets = [skew.offset for skew in skews]
    return max(offsets) - min(offsets) if offsets else timedelta()


def node_time(node: NodeFacts, now: datetime) -> datetime:
    """Return `now` by a node's own clock, in which its times are written; ours where it was not read."""
    skew = skew_of(node)
    if skew is None:
        return now
    try:
        return now + skew.offset
    except OverflowError:
        return now
