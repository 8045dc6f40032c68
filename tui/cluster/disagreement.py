"""Nodes of one cluster that say different things of what should be one.

`Get-AzureStackHCI` answers per node, and nodes can disagree (Azure Local supportability guides).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from tui.cluster.facts import NodeFacts, value_of
from tui.cluster.majority import Comparison, compare
from tui.cluster.registration import Registration
from tui.cluster.resource_id import parse_resource_id


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One subject on which nodes disagree."""

    subject: str
    """Microsoft's name of it, for example `RegistrationStatus`."""
    comparison: Comparison[str]
    """What each node says in comparable form, the majority's, and who is odd."""
    shown: tuple[tuple[str, str], ...]
    """Node and value as it came, sorted by node."""


def disagreements(nodes: Iterable[NodeFacts]) -> tuple[Disagreement, ...]:
    """Return the subjects on which nodes disagree; nodes that could not be read or do not say have no voice."""
    listed = tuple(nodes)
    found: list[Disagreement] = []
    for subject, (read, comparable) in _SUBJECTS.items():
        said = {node.name: value for node in listed if (value := read(node)) is not None}
        comparison = compare(cast("Mapping[str, str | None]", {name: comparable(text) for name, text in said.items()}))
        if comparison.differs:
            found.append(Disagreement(subject, comparison, tuple(sorted(said.items()))))
    return tuple(found)


def _registration(read: Callable[[Registration], str | None]) -> Callable[[NodeFacts], str | None]:
    """Return a reader of one property of the registration."""

    def read_node(node: NodeFacts) -> str | None:
        registration = value_of(node.registration)
        return (read(registration) or None) if registration and registration.available else None

    return read_node


def _arc_status(node: NodeFacts) -> str | None:
    arc = value_of(node.arc_integration)
    return arc.cluster_arc_status if arc and arc.available else None


def _cluster_name(node: NodeFacts) -> str | None:
    membership = value_of(node.membership)
    return (membership.name or None) if membership else None


def _build(node: NodeFacts) -> str | None:
    system = value_of(node.system)
    return str(system.build) if system and system.build is not None else None


def _resource(text: str) -> str:
    """Return a resource id in comparable form; a text that is none without case."""
    try:
        return str(parse_resource_id(text)).casefold()
    except ValueError:
        return text.strip().casefold()


def _region(text: str) -> str:
    """Return a region as Azure compares it: `East US` is `eastus`."""
    return text.replace(" ", "").casefold()


_SUBJECTS: dict[str, tuple[Callable[[NodeFacts], str | None], Callable[[str], str]]] = {
    "RegistrationStatus": (_registration(lambda item: item.registration_status), str.casefold),
    "ConnectionStatus": (_registration(lambda item: item.connection_status), str.casefold),
    "AzureResourceUri": (_registration(lambda item: item.azure_resource_uri), _resource),
    "Region": (_registration(lambda item: item.region), _region),
    "ClusterArcStatus": (_arc_status, str.casefold),
    "cluster name": (_cluster_name, str.casefold),
    "build": (_build, str),
}
