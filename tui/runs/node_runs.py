"""The runs on nodes: start one, read its journal, list them, note how one ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tui.nodes.errors import NodeError, ScriptError
from tui.nodes.script import script_text
from tui.runs.asking import Ask, answer, decoded, items, meant, one_object
from tui.runs.errors import RunError, RunUnreadable
from tui.runs.event import Event, event_from_line
from tui.runs.outcome import Outcome, outcome_object
from tui.runs.plan import NodeWork
from tui.runs.run_lock import RunLock
from tui.runs.run_state import RunState, is_run_id

LAST = 20
"""Runs that are listed of each node."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """Part of a run's journal."""

    state: RunState
    """The run as it is now."""
    offset: int
    """Where the next page begins, in bytes."""
    events: tuple[Event, ...]
    """What happened, in its order."""


@dataclass(frozen=True, slots=True)
class NodeRuns:
    """What one node has of runs."""

    runs: tuple[RunState, ...]
    """Its runs, newest first."""
    lock: RunLock | None
    """Whose turn it is, as this node knows it."""


Listed: TypeAlias = "NodeRuns | NodeError | RunError"
"""What one node has, or why it is not known."""


def start_run(
    ask: Ask, work: NodeWork, *, run_id: str, title: str, operation: str, cluster: str | None, started_by: str
) -> RunState:
    """Start a run on its node and return it as it then is; a run that exists under that id is returned as it is.

    Raises RunRefused where the node would not start it, NodeError for what fails on the way (with `may_have_run` it
    may have started all the same).
    """
    parameters = {
        "Id": run_id,
        "Kind": work.kind,
        "Title": title,
        "Operation": operation,
        "Cluster": cluster or "",
        "StartedBy": started_by,
        "Runner": script_text("runner"),
        "Job": script_text(work.job),
        "Parameters": dict(work.parameters),
        "Secrets": dict(work.secrets),
        "RunAsUser": work.run_as.user or "",
        "RunAsPassword": work.run_as.password or "",
    }
    return decoded(RunState, answer(ask, work.node, "start-run", parameters), work.node)


def read_run(ask: Ask, node: str, run_id: str, offset: int = 0) -> RunPage:
    """Return what happened in a run after an offset in its journal; raises NodeError or RunError."""
    if not is_run_id(run_id):
        message = f"{run_id!r} is no id of a run."
        raise RunUnreadable(message, "Copy the id from azsconfig runs list.", node=node)
    said = answer(ask, node, "read-run", {"Id": run_id, "Offset": offset})
    end = said.get("Offset")
    if not isinstance(end, int) or end < offset:
        message = f"{node} gives no part of the journal of {run_id}."
        raise RunUnreadable(message, "Look into the log for what came.", node=node)
    events = tuple(_event(str(line), node) for line in items(said.get("Lines")))
    return RunPage(decoded(RunState, said.get("State"), node), end, events)


def list_runs(ask: Ask, nodes: Iterable[str], last: int = LAST) -> dict[str, Listed]:
    """Return the newest runs of every node, all asked side by side; a node that does not tell has its error."""
    pending = {node: ask(node, "get-runs", {"Last": last}) for node in nodes}
    listed: dict[str, Listed] = {}
    for node, reply in pending.items():
        try:
            listed[node] = _node_runs(one_object(reply.result().outs, node, "get-runs"), node)
        except ScriptError as error:
            listed[node] = meant(error)
        except (NodeError, RunError) as error:
            listed[node] = error
    return listed


def complete_run(ask: Ask, node: str, run_id: str, outcome: Outcome) -> RunState:
    """Note on its node how a run ended, read again; the first one that is noted stands. Raises NodeError, RunError."""
    said = answer(ask, node, "complete-run", {"Id": run_id, "Outcome": outcome_object(outcome)})
    return decoded(RunState, said, node)


def _node_runs(said: Mapping[str, object], node: str) -> NodeRuns:
    lock = said.get("Lock")
    runs = tuple(decoded(RunState, one, node) for one in items(said.get("Runs")))
    return NodeRuns(runs, decoded(RunLock, lock, node) if lock else None)


def _event(line: str, node: str) -> Event:
    try:
        return event_from_line(line, node)
    except ValueError as error:
        message = f"{node} has a line in a journal that cannot be read: {error}."
        raise RunUnreadable(message, "Look into the run's folder on the node.", node=node) from error
