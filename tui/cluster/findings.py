"""What the rules have to say: levels, and findings with their remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How something stands. Ordered: healthy < attention < unhealthy < unknown.

    `healthy` works; as the level of a finding it is a note that is worth showing and needs nothing. `attention` works
    but something should be done. `unhealthy` does not work. `unknown` could not be judged.
    """

    HEALTHY = "healthy"
    ATTENTION = "attention"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Place in the order, 0 for healthy."""
        return list(type(self)).index(self)

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an administrator should know, and what to do about it."""

    id: str
    """Stable id of the rule, for example `repair-required`: for scripts and for playbooks."""
    level: Level
    """How much it matters; `healthy` is a note."""
    node: str | None
    """Node it is about; `None` when it is about the cluster."""
    message: str
    """What is so, in one short line."""
    remedy: str
    """What to do next, naming the menu's option where there is one; empty for a note that needs nothing."""


def worst(levels: Iterable[Level]) -> Level:
    """Return the worst of some levels; healthy when there are none."""
    return max(levels, default=Level.HEALTHY)


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings, worst first; what weighs the same stays in its order."""
    return tuple(sorted(findings, key=lambda finding: -finding.level.rank))
