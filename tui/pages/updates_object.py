"""The updates of a cluster as plain data: what `azsconfig updates list --json` prints and what is saved as JSON."""

from collections.abc import Mapping
from typing import Any

from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates, OfferedUpdate
from tui.cluster.encode import encode
from tui.cluster.facts import Fact, Problem, value_of
from tui.cluster.iso_time import iso_time
from tui.cluster.update_results import explain, hresult_number
from tui.cluster.update_settings import agent_hint
from tui.cluster.update_state import HistoryEntry

SEARCHED = ("Downloaded", "RestartPending")
"""What differs from node to node, so that it is told of the nodes and not of the update."""


def updates_object(
    updates: ClusterUpdates, *, name: str | None = None, banner: str | None = None, only: str | None = None
) -> dict[str, Any]:
    """Return it: Microsoft's names and spellings for Microsoft's values; of one node alone where `only` names one."""
    nodes = [node for node in updates.nodes if only in {None, node.node}]
    offered = [one for one in updates.offered if only is None or only in {*one.nodes, *one.waiting}]
    return {
        "banner": banner,
        "cluster": {"name": updates.name or name},
        "read_at": iso_time(updates.read_at),
        "available": len(updates.available),
        "restart_pending": list(updates.restart_pending),
        "updates": [_offered(one) for one in offered],
        "nodes": [_node(node) for node in nodes],
        "health": _fact(updates.health),
    }


def problem_object(problem: Problem) -> dict[str, str]:
    """Return why something is not known."""
    return {"kind": problem.kind.value, "message": problem.message, "remedy": problem.remedy}


def _offered(offered: OfferedUpdate) -> dict[str, Any]:
    told: Mapping[str, Any] = encode(offered.update)
    return {
        **{key: value for key, value in told.items() if key not in SEARCHED},
        "nodes": list(offered.nodes),
        "downloaded": list(offered.downloaded),
        "restart_pending": list(offered.waiting),
    }


def _node(node: NodeUpdates) -> dict[str, Any]:
    problem = node.problem
    if problem is not None:
        return {"name": node.node, "error": problem_object(problem)}
    state, search = value_of(node.state), value_of(node.search)
    error = state.last_error if state is not None else None
    return {
        "name": node.node,
        "source": str(state.settings.source) if state is not None else None,
        "restart_pending": state.restart.pending if state is not None else None,
        "offered": [update.id for update in search.updates] if search is not None else None,
        "agent_hint": agent_hint(state.settings) if state is not None else None,
        "last_error": _entry(error) if error is not None else None,
        "search": _search(node),
        "state": _state(node),
    }


def _search(node: NodeUpdates) -> dict[str, Any]:
    """Return how the search ended; what it found stands once, with the nodes that are offered it."""
    if isinstance(node.search, Problem):
        return {"error": problem_object(node.search)}
    told: dict[str, Any] = dict(encode(node.search.value))
    del told["Updates"]
    return told


def _state(node: NodeUpdates) -> dict[str, Any]:
    if isinstance(node.state, Problem):
        return {"error": problem_object(node.state)}
    told: dict[str, Any] = dict(encode(node.state.value))
    return {**told, "History": [_entry(entry) for entry in node.state.value.history]}


def _entry(entry: HistoryEntry) -> dict[str, Any]:
    """Return an entry of the history, its code in words where it failed."""
    told: dict[str, Any] = dict(encode(entry))
    if not entry.failed or hresult_number(entry.h_result) in {None, 0}:
        return told
    code = explain(entry.h_result or "")
    return {**told, "code": code.text, "meaning": code.meaning, "remedy": code.remedy}


def _fact(fact: Fact[Any]) -> Any:
    return {"error": problem_object(fact)} if isinstance(fact, Problem) else encode(fact.value)
