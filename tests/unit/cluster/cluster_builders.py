"""Facts for tests: nodes as the scripts describe them, decoded by the product's own decoder."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from tui.cluster.arc import ArcIntegration
from tui.cluster.azcmagent import parse_agent
from tui.cluster.decode import decode, decode_all
from tui.cluster.events import AdminEvent
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem, ProblemKind, Reading
from tui.cluster.firmware import Firmware
from tui.cluster.membership import Membership
from tui.cluster.registration import Registration
from tui.cluster.system import PowerShellModule, Service, System

CASES = Path(__file__).resolve().parents[2] / "cases" / "cluster"
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
SUBJECTS = (
    "registration",
    "arc_integration",
    "agent",
    "system",
    "membership",
    "firmware",
    "modules",
    "services",
    "events",
)
_SCRIPTS = {
    "get-registration": "registration",
    "get-arc-integration": "arc_integration",
    "get-connected-machine-agent": "agent",
    "get-system": "system",
    "get-cluster": "membership",
    "get-firmware": "firmware",
    "get-modules": "modules",
    "get-services": "services",
    "get-events": "events",
}
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def load_cases(name: str) -> Any:
    """Return the data cases in a file of tests/cases/cluster."""
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def dead(name: str, message: str = "no answer on port 5985", kind: ProblemKind = ProblemKind.UNREACHABLE) -> NodeFacts:
    """Return a node nothing could be read from."""
    problem = Problem(kind, name, message, "Start the node.")
    facts: dict[str, Any] = dict.fromkeys(SUBJECTS, problem)
    return NodeFacts(name, **facts)


def build_node(name: str, changes: Mapping[str, Any] | None = None, peers: tuple[str, ...] = ()) -> NodeFacts:
    """Return a healthy node with changes by script: an object changes keys, a list replaces, `problem` is no answer.

    `{"ago": "5d 3h"}` stands for a time before NOW, `{"in": "2h"}` for one after it.
    """
    given = dict(changes or {})
    scripts: dict[str, Any] = load_cases("healthy-node.json")
    scripts["get-system"]["ComputerName"] = name
    members = peers or (name,)
    scripts["get-cluster"]["Nodes"] = [{"Name": member, "State": "Up"} for member in members]
    scripts["get-arc-integration"]["NodesArcStatus"] = {member.lower(): "Enabled" for member in members}
    facts: dict[str, Any] = {}
    for script, subject in _SCRIPTS.items():
        change = given.pop(script, {})
        if isinstance(change, str):
            facts[subject] = Problem(ProblemKind(change), name, "it did not answer", "Read again.")
            continue
        merged: Any = cast("list[Any]", change) if isinstance(change, list) else _merged(scripts[script], change)
        facts[subject] = Reading(_decoded(script, _timed(merged)), NOW)
    assert not given, f"no such script: {sorted(given)}"
    return NodeFacts(name, **facts)


def build_cluster(nodes: Mapping[str, Any]) -> ClusterFacts:
    """Return a cluster of nodes by name: changes of a healthy node, or `dead`."""
    names = tuple(nodes)
    return ClusterFacts(
        tuple(dead(name) if changes == "dead" else build_node(name, changes, names) for name, changes in nodes.items()),
        NOW,
    )


def healthy(count: int = 4) -> ClusterFacts:
    """Return a cluster with which nothing is wrong."""
    return build_cluster({f"HCI-N{number}": {} for number in range(1, count + 1)})


def _merged(base: Any, change: Mapping[str, Any]) -> Any:
    if isinstance(base, list):
        return cast("list[Any]", base)
    merged = dict(cast("Mapping[str, Any]", base))
    for key, value in change.items():
        both = (
            isinstance(value, dict)
            and isinstance(merged.get(key), dict)
            and not {"ago", "in"} & set(cast("Any", value))
        )
        merged[key] = {**merged[key], **value} if both else value
    return merged


def _timed(value: Any) -> Any:
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        if set(mapping) == {"ago"}:
            return _iso(NOW - _duration(mapping["ago"]))
        if set(mapping) == {"in"}:
            return _iso(NOW + _duration(mapping["in"]))
        return {key: _timed(item) for key, item in mapping.items()}
    return [_timed(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _duration(text: str) -> timedelta:
    return sum((int(part[:-1]) * _UNITS[part[-1]] for part in text.split()), timedelta())


def _iso(stamp: datetime) -> str:
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def _decoded(script: str, data: Any) -> object:
    match script:
        case "get-connected-machine-agent":
            return parse_agent(data)
        case "get-modules":
            return decode_all(PowerShellModule, data)
        case "get-services":
            return decode_all(Service, data)
        case "get-events":
            return decode_all(AdminEvent, data)
        case _:
            kinds: dict[str, Any] = {
                "get-registration": Registration,
                "get-arc-integration": ArcIntegration,
                "get-system": System,
                "get-cluster": Membership,
                "get-firmware": Firmware,
            }
            return decode(kinds[script], data)
