"""Which value most nodes share, and who has another."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Comparison(Generic[V]):
    """What nodes say of one thing. Nodes that said nothing are not in it."""

    values: tuple[tuple[str, V], ...]
    """Node and value, sorted by node."""
    majority: V | None
    """Value of more than half of these nodes; `None` when no value has so many."""

    @property
    def differs(self) -> bool:
        """Whether at least two nodes say different things."""
        return len({value for _, value in self.values}) > 1

    @property
    def odd(self) -> tuple[str, ...]:
        """Nodes that differ from the majority; nobody without one, because then nobody can be accused."""
        if self.majority is None:
            return ()
        return tuple(node for node, value in self.values if value != self.majority)


def compare(values: Mapping[str, V | None]) -> Comparison[V]:
    """Compare what nodes say; `None` means that a node did not say and counts neither for nor against."""
    said = tuple(
        sorted(((node, value) for node, value in values.items() if value is not None), key=lambda item: item[0])
    )
    counted = Counter(value for _, value in said).most_common(1)
    majority = next((value for value, number in counted if 2 * number > len(said)), None)
    return Comparison(said, majority)
