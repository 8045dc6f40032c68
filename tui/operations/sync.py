"""Option 8: sync the cluster with Azure now, where that is safe, and see that it arrived."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.azure_resources import AzureView
from tui.cluster.decode import DecodeError, decode
from tui.cluster.durations import duration_text
from tui.cluster.facts import ClusterFacts, Reading, value_of
from tui.cluster.node_names import node_key
from tui.cluster.registration import Registration, RegistrationStatus
from tui.cluster.sync_rules import SyncNote, SyncReview, review_sync
from tui.nodes.errors import NodeError
from tui.operations.node_operation import refusal
from tui.operations.read_azure import read_azure
from tui.operations.read_nodes import read_cluster
from tui.operations.running import runs_of
from tui.operations.started_by import started_by
from tui.runs.errors import RunError, RunGoingOn
from tui.runs.event import Event, EventKind, Sink, StepStatus, note
from tui.runs.locks import Claim, enter_locks, leave_locks
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Check, CheckLevel, Confirmation, Plan, PlanStep
from tui.runs.run_state import RunState, new_run_id

if TYPE_CHECKING:
    from tui.session import Session

SYNC, ARRIVED = "sync", "arrived"
TITLES = {SYNC: "Sync-AzureStackHCI", ARRIVED: "See that it arrived, and that no Arc machine disappeared"}
NODE_PATIENCE = timedelta(minutes=2)
"""How long a sync may take to show in the node's LastConnected. Our own choice; Microsoft names no time."""
AZURE_PATIENCE = timedelta(minutes=5)
"""How long it may take to show in Azure's lastSyncTimestamp. Our own choice."""
GLANCE = timedelta(seconds=3)
WHY = "The cluster syncs by itself every 12 hours; by hand it is only needed after a long time without Azure."


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a sync can be seen in Azure."""

    last_sync: datetime | None
    machines: frozenset[str]


class Sync:
    """Syncs from one node. What forbids it is a blocker that no switch passes."""

    id: ClassVar[str] = "sync"

    def __init__(
        self,
        *,
        node_patience: timedelta = NODE_PATIENCE,
        azure_patience: timedelta = AZURE_PATIENCE,
        glance: timedelta = GLANCE,
    ) -> None:
        """Wait so long for what a sync changes to be seen, looking again after `glance`."""
        self._node_patience = node_patience
        self._azure_patience = azure_patience
        self._glance = glance

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Read every node and what goes on, and say whether a sync is safe now."""
        del inputs
        sink(note("Reading every node."))
        session.discover_peers()
        facts = read_cluster(session, lambda _arrived: None)
        going_on = next(iter(runs_of(session).going_on), None)
        now = datetime.now(UTC)
        review = review_sync(facts, now, run=going_on.state.title if going_on else None)
        node = _node(session, facts)
        name = _cluster(facts) or session.name
        return Plan(
            operation=self.id,
            title=f"Sync {name or 'the cluster'} with Azure",
            cluster=name,
            steps=(
                PlanStep(SYNC, TITLES[SYNC], node or "", timedelta(seconds=30)),
                PlanStep(ARRIVED, TITLES[ARRIVED], "Azure"),
            ),
            checks=(
                *(_check(item, CheckLevel.BLOCKER) for item in review.blockers),
                *(_check(item, CheckLevel.WARNING) for item in review.warnings),
                Check("why", CheckLevel.NOTE, WHY),
            ),
            values=_values(review, node),
            commands=("Sync-AzureStackHCI",),
            confirmation=Confirmation.YES,
            inputs={"node": node},
        )

    def apply(self, session: "Session", plan: Plan, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        """Sync once from the plan's node, then wait until node and Azure show it."""
        refused = refusal(session, plan)
        if refused is not None:
            return refused
        node = str(plan.inputs["node"])
        run_id = new_run_id(self.id, datetime.now(UTC))
        claim = Claim(run_id, self.id, plan.title, started_by(session, node), node)
        names = [target.node for target in session.targets]
        try:
            enter_locks(session.submit, names, claim)
        except RunGoingOn as error:
            return Outcome(OutcomeKind.DECLINED, error.message, remedy=error.remedy)
        except (NodeError, RunError) as error:
            leave_locks(session.submit, names, run_id)
            return Outcome(OutcomeKind.FAILED, f"Nothing was changed: {error.message}", remedy=error.remedy)
        try:
            return self._sync(session, node, sink, stop or threading.Event())
        finally:
            leave_locks(session.submit, names, run_id)

    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Say that a sync is no run: it is over with the command that asked for it."""
        del session, node, sink
        return Outcome(OutcomeKind.ATTENTION, "A sync leaves no run behind.", "See azsconfig status.", run=run.id)

    def _sync(self, session: "Session", node: str, sink: Sink, stop: threading.Event) -> Outcome:
        facts = read_cluster(session, lambda _arrived: None)
        before = _registration(session, node)
        seen = _seen(session, facts)
        _tell(sink, SYNC, StepStatus.STARTED, node)
        try:
            session.submit(node, "sync-cluster", exclusive=True).result()
        except NodeError as error:
            _tell(sink, SYNC, StepStatus.FAILED, node, error.message)
            sure = "Whether a sync was sent is not known. " if error.may_have_run else ""
            return Outcome(OutcomeKind.FAILED, f"{node}: {error.message}", remedy=f"{sure}{error.remedy}")
        moved = self._until(lambda: _newer(_registration(session, node), before), self._node_patience, stop)
        if not moved:
            _tell(sink, SYNC, StepStatus.FAILED, node)
            return Outcome(
                OutcomeKind.FAILED,
                f"{node} still says that its last sync was {_time(before)}.",
                remedy="See the events of the node in 1) Registration status: 591 and 585 say why a sync fails.",
                claimed="Sync-AzureStackHCI reported no error.",
            )
        _tell(sink, SYNC, StepStatus.DONE, node)
        last = f"{node} synced at {_time(_registration(session, node))}."
        return self._arrived(session, facts, seen, last, sink, stop)

    def _arrived(  # noqa: PLR0917 - what was seen before and where to look again
        self, session: "Session", facts: ClusterFacts, seen: "_Seen | str", last: str, sink: Sink, stop: threading.Event
    ) -> Outcome:
        """Return the outcome by what Azure shows after the node's own time has moved."""
        if isinstance(seen, str):
            _tell(sink, ARRIVED, StepStatus.SKIPPED, None, seen)
            message = f"{last} Whether it arrived in Azure was not seen: {seen}"
            return Outcome(OutcomeKind.ATTENTION, message, remedy="Sign in to Azure (--auth) to see that as well.")
        _tell(sink, ARRIVED, StepStatus.STARTED)
        found: list[_Seen | str] = []

        def look() -> bool:
            found.append(_seen(session, facts))
            now = found[-1]
            return isinstance(now, _Seen) and _newer(now.last_sync, seen.last_sync)

        arrived = self._until(look, self._azure_patience, stop)
        now = found[-1] if found else "it was not looked at"
        gone = sorted(seen.machines - now.machines) if isinstance(now, _Seen) else []
        if gone:
            _tell(sink, ARRIVED, StepStatus.FAILED)
            return Outcome(
                OutcomeKind.ATTENTION,
                f"{last} But Arc machines have disappeared from Azure: {', '.join(gone)}.",
                remedy="Choose 5) Enable Azure Arc integration: it connects those nodes again.",
            )
        if not arrived:
            _tell(sink, ARRIVED, StepStatus.FAILED)
            why = now if isinstance(now, str) else f"Azure's last sync is {_time(now.last_sync)}"
            return Outcome(
                OutcomeKind.ATTENTION,
                f"{last} It has not arrived in Azure yet: {why}.",
                remedy="Look again in some minutes: azsconfig status --auth ...",
            )
        _tell(sink, ARRIVED, StepStatus.DONE)
        kept = f"All {len(seen.machines)} Arc machines are still there." if seen.machines else ""
        synced = f"Azure: last sync {_time(now.last_sync)}." if isinstance(now, _Seen) else ""
        return Outcome(
            OutcomeKind.DONE, f"{last} It has arrived in Azure.", details=tuple(filter(None, (synced, kept)))
        )

    def _until(self, condition: Callable[[], bool], patience: timedelta, stop: threading.Event) -> bool:
        """Look until a condition holds, patience ends or `stop` is set; return whether it holds."""
        deadline = time.monotonic() + patience.total_seconds()
        while not condition():
            if time.monotonic() >= deadline or stop.wait(self._glance.total_seconds()):
                return False
        return True


def _check(item: SyncNote, level: CheckLevel) -> Check:
    words = f"{item.node}: {item.message}" if item.node else item.message
    return Check(item.kind.value, level, f"{words[0].upper()}{words[1:]}.", item.remedy, item.node)


def _values(review: SyncReview, node: str | None) -> tuple[tuple[str, str], ...]:
    wait = (("Time to wait", duration_text(review.wait)),) if review.wait is not None else ()
    return (
        ("Node", node or "none can sync"),
        ("Last sync", _time(review.last)),
        ("Next automatic sync", _time(review.next)),
        *wait,
    )


def _node(session: "Session", facts: ClusterFacts) -> str | None:
    """Return the node to sync from: the one we run on, else the first that is registered."""
    names = {node_key(node.name): target.node for target, node in zip(session.targets, facts.nodes, strict=True)}
    registered = [
        names[node_key(node.name)]
        for node in sorted(facts.nodes, key=lambda node: not node.local)
        if (told := value_of(node.registration)) and told.registration_status == RegistrationStatus.REGISTERED
    ]
    return next(iter(registered), None)


def _cluster(facts: ClusterFacts) -> str | None:
    told = (value_of(node.membership) for node in facts.nodes)
    return next((one.name for one in told if one is not None and one.name), None)


def _registration(session: "Session", node: str) -> datetime | None:
    """Return the last sync a node tells of; `None` where it tells none."""
    try:
        outs = session.submit(node, "get-registration").result().outs
        return decode(Registration, outs[0]).last_connected if outs else None
    except (NodeError, DecodeError):
        return None


def _seen(session: "Session", facts: ClusterFacts) -> "_Seen | str":
    """Return what Azure shows of the cluster; why it shows nothing, in words."""
    if session.azure is None:
        return "nobody is signed in to Azure"
    view: AzureView = read_azure(session.azure, facts)
    if not isinstance(view.cluster, Reading):
        return view.cluster.message
    cluster = view.cluster.value.value
    if cluster is None:
        return "the cluster's resource is not in Azure"
    machines = view.machines.value if isinstance(view.machines, Reading) else ()
    return _Seen(cluster.last_sync, frozenset(machine.id.name for machine in machines))


def _newer(now: datetime | None, before: datetime | None) -> bool:
    return now is not None and (before is None or now > before)


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "not known"


def _tell(sink: Sink, step: str, status: StepStatus, node: str | None = None, text: str = "") -> None:
    now = datetime.now(UTC)
    sink(Event(EventKind.STEP, now, node=node, text=text or TITLES[step], step=step, status=status))
