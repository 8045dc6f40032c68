"""Updates, searches and states of nodes for tests."""

from datetime import UTC, datetime
from typing import Any

from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates
from tui.cluster.facts import Fact, Problem, ProblemKind, Reading
from tui.cluster.update_results import OperationResult
from tui.cluster.update_settings import UpdateSettings
from tui.cluster.update_state import HistoryEntry, RestartReason, RestartState, UpdateState
from tui.cluster.updates import AvailableUpdate, RestartBehavior, Severity, UpdateSearch

NOW = datetime(2026, 5, 4, 14, 2, 31, tzinfo=UTC)
ROLLUP = AvailableUpdate(
    id="0a000000-0000-0000-0000-000000000001",
    revision=200,
    title="2026-05 Cumulative Update for Azure Stack HCI, version 22H2 for x64-based Systems (KB5099010)",
    kbs=("KB5099010",),
    size_bytes=386_547_712,
    severity=Severity.CRITICAL,
    restart_behavior=RestartBehavior.MAYBE,
    recommended=True,
)
AGENT = AvailableUpdate(
    id="0a000000-0000-0000-0000-000000000002",
    revision=200,
    title="Azure Connected Machine Agent 1.64.03319.2737",
    size_bytes=68_157_440,
    restart_behavior=RestartBehavior.NEVER,
    recommended=True,
    arc_agent=True,
)
OPTED_IN = UpdateSettings(microsoft_update=True, service_start="Manual")
UNREACHABLE = Problem(ProblemKind.UNREACHABLE, "HCI-N4", "HCI-N4 does not answer on port 5985.", "Check it.")
NOT_READ = Problem(ProblemKind.NOT_READ, "HCI-N1", "offered updates: being read", "")
FAILED = HistoryEntry(
    "A Cumulative Update", NOW, result_code=OperationResult.FAILED, h_result="0x80073712", id=ROLLUP.id
)


def search(*updates: AvailableUpdate, **more: Any) -> Fact[UpdateSearch]:
    """Return a search that found these."""
    told: dict[str, Any] = {"searched_at": NOW, "result_code": OperationResult.SUCCEEDED, "updates": updates}
    return Reading(UpdateSearch(**{**told, **more}), NOW)


def state(*history: HistoryEntry, pending: bool = False, settings: UpdateSettings = OPTED_IN) -> Fact[UpdateState]:
    """Return how a node stands."""
    restart = RestartState(pending, (RestartReason.SERVICING,) if pending else ())
    return Reading(UpdateState(restart, settings, history, len(history)), NOW)


def node(number: int, found: Fact[UpdateSearch], told: Fact[UpdateState] | None = None) -> NodeUpdates:
    """Return a node by its number."""
    return NodeUpdates(f"HCI-N{number}", found, told or state())


def cluster(*nodes: NodeUpdates, **more: Any) -> ClusterUpdates:
    """Return the updates of nodes; of the cluster itself nothing was read."""
    told: dict[str, Any] = {"health": NOT_READ, "read_at": NOW, "name": "HCI-CL01"}
    return ClusterUpdates(nodes, **{**told, **more})
