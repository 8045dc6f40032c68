"""The whole status as plain data: what `azsconfig status --json` prints and what is saved as JSON."""

from typing import Any, cast

from tui.cluster.azure_resources import AzureView
from tui.cluster.encode import encode
from tui.cluster.facts import ClusterFacts, Fact, NodeFacts, Problem, Reading, value_of
from tui.cluster.findings import Finding, Level
from tui.cluster.iso_time import iso_time
from tui.cluster.verdict import ClusterVerdict
from tui.nodes.own_node import OwnNode
from tui.pages.azure_object import azure_object
from tui.pages.values import node_problem

SCHEMA = 1


def status_object(
    facts: ClusterFacts,
    verdict: ClusterVerdict,
    own: OwnNode | None = None,
    banner: str | None = None,
    azure: AzureView | None = None,
) -> dict[str, Any]:
    """Return the status as plain data: Microsoft's names and spellings for Microsoft's values."""
    return {
        "schema": SCHEMA,
        "banner": banner,
        "cluster": _cluster(facts, verdict),
        "verdict": verdict.level.value,
        "reason": verdict.reason,
        "read_at": iso_time(facts.read_at),
        "nodes": [_node(node, verdict) for node in facts.nodes],
        "azure": azure_object(azure),
        "findings": [_finding(finding) for finding in verdict.findings],
        "this_computer": _own(own) if own else None,
    }


def _own(own: OwnNode) -> dict[str, Any]:
    """Return what this machine tells without PowerShell."""
    return {
        "name": own.name,
        "boot_time": iso_time(own.boot_time),
        "addresses": [{"interface": address.interface, "address": address.address} for address in own.addresses],
        "services": [encode(service) for service in own.services],
    }


def _cluster(facts: ClusterFacts, verdict: ClusterVerdict) -> dict[str, Any]:
    memberships = [told for node in facts.nodes if (told := value_of(node.membership)) is not None]
    membership = next((told for told in memberships if told.clustered), None)
    registrations = [told for node in facts.nodes if (told := value_of(node.registration)) is not None]
    registration = next((told for told in registrations if told.azure_resource_uri), None)
    return {
        "name": verdict.name,
        "functional_level": membership.functional_level if membership else None,
        "dns_suffix": membership.dns_suffix if membership else None,
        "members": {member.name: member.state.value for member in membership.nodes} if membership else {},
        "resource_id": registration.azure_resource_uri if registration else None,
        "release": verdict.offer.release,
        "support": verdict.offer.support.value,
        "support_reason": verdict.offer.reason,
    }


def _node(node: NodeFacts, verdict: ClusterVerdict) -> dict[str, Any]:
    problem = node_problem(node)
    if problem is not None:
        return {"name": node.name, "local": node.local, "verdict": Level.UNKNOWN.value, "error": _problem(problem)}
    judged = next((one for one in verdict.nodes if one.name == node.name), None)
    return {
        "name": node.name,
        "local": node.local,
        "verdict": judged.level.value if judged else Level.UNKNOWN.value,
        "reason": judged.reason if judged else "",
        "registration": _fact(node.registration),
        "arc": _fact(node.arc_integration),
        "agent": _fact(node.agent),
        "firmware": _fact(node.firmware),
        "clock": _clock(node),
        "system": _fact(node.system),
        "membership": _fact(node.membership),
        "modules": _fact(node.modules),
        "services": _fact(node.services),
        "events": _fact(node.events),
    }


def _fact(fact: Fact[Any]) -> Any:
    """Return a fact's value with Microsoft's names, or its error."""
    if isinstance(fact, Problem):
        return {"error": _problem(fact)}
    told: object = fact.value
    if isinstance(told, tuple):
        return [encode(item) for item in cast("tuple[object, ...]", told)]
    return encode(told)


def _clock(node: NodeFacts) -> dict[str, Any]:
    """Return the node's clock beside ours: seconds it is ahead, as far as the way there and back lets us tell."""
    if not isinstance(node.system, Reading):
        return {"error": _problem(node.system)}
    told = node.system.value.utc_now
    return {
        "utc_now": iso_time(told) if told else None,
        "read_at": iso_time(node.system.read_at),
        "ahead_seconds": round((told - node.system.read_at).total_seconds(), 1) if told else None,
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {"kind": problem.kind.value, "message": problem.message, "remedy": problem.remedy}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "level": finding.level.value,
        "node": finding.node,
        "message": finding.message,
        "remedy": finding.remedy,
    }
