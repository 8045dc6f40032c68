"""The verdict on a cluster: how each node stands, how all of them stand, and why.

Levels of a node: `unhealthy` when something is known not to work; else `unknown` when its registration could not be
read; else the worst finding. Levels of a cluster: the worst level of its nodes and of what concerns all of them, where
a node that is unknown counts as `attention`: it must not hide what is known of the others. A cluster is `unknown` when
nothing is known of any of its nodes.

Comparisons (firmware, disagreement, clocks, agent versions) leave out what was not read, so a dead node that joins the
facts changes no other node's verdict.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tui.cluster.azure_resources import AzureView
from tui.cluster.builds import Offer, cluster_offer
from tui.cluster.durations import age_text
from tui.cluster.facts import ClusterFacts
from tui.cluster.findings import Finding, Level, by_weight, worst
from tui.cluster.majority import compare
from tui.cluster.rules.admin_events import admin_event_findings
from tui.cluster.rules.agent import agent_findings
from tui.cluster.rules.arc import arc_findings
from tui.cluster.rules.azure import azure_findings
from tui.cluster.rules.comparison import (
    agent_version_findings,
    clock_findings,
    disagreement_findings,
    firmware_findings,
)
from tui.cluster.rules.membership import member_findings, not_in_cluster_findings
from tui.cluster.rules.registration import registration_findings
from tui.cluster.rules.sync import sync_findings
from tui.cluster.rules.unread import unread_findings
from tui.cluster.rules.upkeep import build_findings, module_findings, service_findings, system_findings
from tui.cluster.rules.views import ClusterView, NodeView, cluster_view
from tui.cluster.states import describe

__all__ = ["ClusterVerdict", "Finding", "Level", "NodeVerdict", "judge"]


@dataclass(frozen=True, slots=True)
class NodeVerdict:
    """How one node stands."""

    name: str
    """Name as in the facts."""
    level: Level
    """How it stands."""
    reason: str
    """Why, in one short line."""
    findings: tuple[Finding, ...]
    """Everything found about this node, worst first; notes last."""


@dataclass(frozen=True, slots=True)
class ClusterVerdict:
    """How a cluster stands."""

    level: Level
    """How it stands."""
    reason: str
    """Why, in one short line."""
    name: str | None
    """Name of the cluster as most nodes say it, or of its resource in Azure; `None` when nobody said."""
    nodes: tuple[NodeVerdict, ...]
    """One per node of the facts, in their order."""
    findings: tuple[Finding, ...]
    """Everything found, worst first; what all readable nodes share is one finding without a node."""
    offer: Offer
    """What the builds of the nodes allow."""


_NODE_RULES: tuple[Callable[[NodeView], Iterator[Finding]], ...] = (
    registration_findings,
    sync_findings,
    not_in_cluster_findings,
    build_findings,
    arc_findings,
    agent_findings,
    system_findings,
    service_findings,
    admin_event_findings,
    module_findings,
)
_CLUSTER_RULES: tuple[Callable[[ClusterView], Iterator[Finding]], ...] = (
    firmware_findings,
    disagreement_findings,
    clock_findings,
    agent_version_findings,
    member_findings,
)


def judge(facts: ClusterFacts, now: datetime, azure: AzureView | None = None) -> ClusterVerdict:
    """Return the verdict on what was read, at a time (aware, UTC); `azure` where somebody is signed in there."""
    view = cluster_view(facts, now)
    shared = [finding for rule in _CLUSTER_RULES for finding in rule(view)]
    shared += azure_findings(view, azure) if azure is not None else ()
    nodes = tuple(_judge_node(node, [item for item in shared if item.node == node.name]) for node in view.nodes)
    names = {node.name for node in nodes}
    of_the_cluster = [finding for finding in shared if finding.node not in names]
    findings = by_weight([*of_the_cluster, *_merged(nodes)])
    level = _cluster_level(nodes, of_the_cluster)
    return ClusterVerdict(
        level=level,
        reason=_cluster_reason(level, nodes, findings),
        name=_cluster_name(view),
        nodes=nodes,
        findings=findings,
        offer=cluster_offer(node.offer for node in view.nodes),
    )


def _judge_node(view: NodeView, compared: Iterable[Finding]) -> NodeVerdict:
    own = [finding for rule in _NODE_RULES for finding in rule(view)]
    findings = by_weight([*unread_findings(view.facts), *own, *compared])
    level = _node_level(view, findings)
    why = next((_short(finding) for finding in findings if finding.level == level and level != Level.HEALTHY), None)
    return NodeVerdict(view.name, level, why or _plain_reason(view), findings)


def _short(finding: Finding) -> str:
    """Return the first line of what was found: an error may have ten."""
    return next((line for line in finding.message.splitlines() if line.strip()), "")


def _node_level(view: NodeView, findings: tuple[Finding, ...]) -> Level:
    """Return the level of a node: what is known to be broken outranks what is not known."""
    levels = {finding.level for finding in findings}
    if Level.UNHEALTHY in levels:
        return Level.UNHEALTHY
    return Level.UNKNOWN if view.registration is None else worst(levels)


def _plain_reason(view: NodeView) -> str:
    """Say how a node stands about which nothing was found."""
    if view.registration is None:
        return "not read yet"
    last = view.registration.last_connected
    meaning = describe(view.registration).meaning
    return f"{meaning}, last sync {age_text(view.now - last)}" if last else meaning


def _cluster_level(nodes: tuple[NodeVerdict, ...], of_the_cluster: Iterable[Finding]) -> Level:
    known = [node.level for node in nodes if node.level != Level.UNKNOWN]
    if not known:
        return Level.UNKNOWN
    unknown = [Level.ATTENTION] if len(known) < len(nodes) else []
    return worst([*known, *unknown, *(finding.level for finding in of_the_cluster)])


def _cluster_reason(level: Level, nodes: tuple[NodeVerdict, ...], findings: tuple[Finding, ...]) -> str:
    """Return the first finding that explains the level, and how many others there are."""
    if not nodes:
        return "no node was asked"
    if level == Level.HEALTHY:
        return nodes[0].reason if len(nodes) == 1 else f"{len(nodes)} of {len(nodes)} nodes registered and connected"
    serious = [finding for finding in findings if finding.level != Level.HEALTHY]
    if not serious:
        return nodes[0].reason
    explaining = [finding for finding in serious if finding.level == level] if level == Level.UNHEALTHY else serious
    first = explaining[0]
    named = f"{first.node}: {_short(first)}" if first.node and len(nodes) > 1 else _short(first)
    return named if len(serious) == 1 else f"{named} (and {len(serious) - 1} more)"


def _merged(nodes: tuple[NodeVerdict, ...]) -> list[Finding]:
    """Return all findings of nodes; one that every readable node has becomes one of the cluster."""
    readable = {node.name for node in nodes if not any(item.id == "node-unreadable" for item in node.findings)}
    holders: dict[tuple[str, Level, str, str], list[Finding]] = {}
    for finding in (finding for node in nodes for finding in node.findings):
        holders.setdefault((finding.id, finding.level, finding.message, finding.remedy), []).append(finding)
    merged: list[Finding] = []
    for same in holders.values():
        shared_by_all = len(readable) > 1 and {finding.node for finding in same} == readable
        first = same[0]
        merged += [Finding(first.id, first.level, None, first.message, first.remedy)] if shared_by_all else same
    return merged


def _cluster_name(view: ClusterView) -> str | None:
    """Return the name most nodes give; the first one without a majority; else the resource's in Azure."""
    on_site = {node.name: (node.membership.name or None) if node.membership else None for node in view.nodes}
    in_azure = {
        node.name: (node.registration.azure_resource_name or None) if node.registration else None for node in view.nodes
    }
    for said in (compare(on_site), compare(in_azure)):
        if said.values:
            return said.majority or said.values[0][1]
    return None
