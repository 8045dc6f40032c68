"""Saved clusters in the text of a configuration: added, changed in place, taken out."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from msgspec import structs

from tui.configuration import sections as tables
from tui.configuration.model import ClusterConfiguration, NodeConfiguration
from tui.configuration.sections import Section, UnusualError

CLUSTERS = "clusters"
NODES = "nodes"
AZURE = "azure"
OWN_TABLES = frozenset({NODES, AZURE})
"""Keys of a cluster that are tables of their own."""


def values_of(struct: msgspec.Struct) -> dict[str, object]:
    """Return the keys of a table that differ from their defaults, without those that are tables of their own."""
    fields = structs.fields(struct)
    values = {
        field.name: (getattr(struct, field.name), field.default) for field in fields if field.name not in OWN_TABLES
    }
    return {name: value for name, (value, default) in values.items() if value != default}


def add_cluster(sections: Sequence[Section], name: str, cluster: ClusterConfiguration) -> list[Section]:
    """Return the tables with a new cluster behind the others."""
    new = [tables.new_section((CLUSTERS, name), values_of(cluster))]
    if cluster.azure is not None:
        new.append(tables.new_section((CLUSTERS, name, AZURE), values_of(cluster.azure)))
    new += [_new_node(name, node) for node in cluster.nodes]
    last = max((at for at, section in enumerate(sections) if section.path[:1] == (CLUSTERS,)), default=-1)
    return tables.insert(sections, last + 1 if last >= 0 else len(sections), new)


def change_cluster(
    sections: Sequence[Section], name: str, old: ClusterConfiguration, new_name: str, new: ClusterConfiguration
) -> list[Section]:
    """Return the tables with the cluster `name` changed from `old` to `new`, where it stands; its Azure stays.

    Raises:
        UnusualError: it does not stand there as tables of its own.
    """
    changed = list(sections)
    head = next((at for at, section in enumerate(changed) if section.path == (CLUSTERS, name)), None)
    nodes = [at for at, section in enumerate(changed) if section.path == (CLUSTERS, name, NODES)]
    if head is None and not nodes:
        raise UnusualError
    if nodes:
        changed = _with_nodes(changed, nodes, name, old.nodes, new.nodes)
    elif head is not None and old.nodes != new.nodes:
        changed[head] = tables.with_list(changed[head], NODES, [values_of(node) for node in new.nodes])
    values = _difference(old, new)
    if head is not None:
        changed[head] = tables.with_keys(changed[head], values)
    elif values:
        changed = tables.insert(changed, nodes[0], [tables.new_section((CLUSTERS, name), values)])
    return [_renamed(section, name, new_name) for section in changed]


def drop_cluster(sections: Sequence[Section], name: str) -> list[Section]:
    """Return the tables without a cluster.

    Raises:
        UnusualError: it does not stand there as tables of its own.
    """
    gone = [section for section in sections if section.path[:2] == (CLUSTERS, name)]
    if not gone:
        raise UnusualError
    return tables.without(sections, gone)


def _renamed(section: Section, name: str, new_name: str) -> Section:
    if name == new_name or section.path[:2] != (CLUSTERS, name):
        return section
    return tables.renamed(section, (CLUSTERS, new_name, *section.path[2:]))


def _with_nodes(
    sections: list[Section],
    places: Sequence[int],
    cluster: str,
    old: Sequence[NodeConfiguration],
    new: Sequence[NodeConfiguration],
) -> list[Section]:
    """Return the tables with a cluster's nodes changed; each keeps its comments wherever it goes."""
    origins = _origins(old, new)
    made = [
        _new_node(cluster, node)
        if origin is None
        else tables.with_keys(sections[places[origin]], _difference(old[origin], node))
        for node, origin in zip(new, origins, strict=True)
    ]
    changed = list(sections)
    for at, section in zip(places, made, strict=False):
        # What a blank line sets apart belongs to the place, not to the node.
        changed[at] = replace(section, tail=sections[at].tail)
    added = made[len(places) :]
    if added:
        last = places[-1]
        added[-1] = replace(added[-1], tail=changed[last].tail)
        changed[last] = replace(changed[last], tail="\n")
        return tables.insert(changed, last + 1, added)
    return tables.without(changed, [changed[at] for at in places[len(made) :]])


def _origins(old: Sequence[NodeConfiguration], new: Sequence[NodeConfiguration]) -> list[int | None]:
    """Return which old node each new one was: that of its name, else the one in its place that no name claims."""
    names = {node.name.casefold(): at for at, node in enumerate(old)}
    found = [names.get(node.name.casefold()) for node in new]
    free = set(range(len(old))) - {at for at in found if at is not None}
    return [at if at is not None or place not in free else place for place, at in enumerate(found)]


def _new_node(cluster: str, node: NodeConfiguration) -> Section:
    return tables.new_section((CLUSTERS, cluster, NODES), values_of(node), repeated=True)


def _difference(old: msgspec.Struct, new: msgspec.Struct) -> dict[str, object]:
    """Return the keys that change, and to what; `None` for those that go back to their default."""
    values = values_of(new)
    names = [field.name for field in structs.fields(new) if field.name not in OWN_TABLES]
    return {name: values.get(name) for name in names if getattr(old, name) != getattr(new, name)}
