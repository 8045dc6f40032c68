"""What a rolling update does to the world: looks at nodes, writes its journal to them, starts runs on them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.decode import DecodeError, decode_all
from tui.cluster.rolling_journal import Entry, Step
from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.rolling_progress import NodeProgress
from tui.cluster.rolling_view import NodeSight, RollingAction, RollingView, RunSight
from tui.cluster.system import Service, ServiceStatus, System
from tui.cluster.update_selection import parse_selection, select
from tui.cluster.update_state import UpdateState
from tui.cluster.updates import AvailableUpdate, UpdateSearch
from tui.nodes.errors import NodeError
from tui.operations.updates.asking import SEARCH_PATIENCE, asked, asked_or_none
from tui.operations.updates.steps_on_nodes import run_to_the_end
from tui.operations.updates.works import (
    KINDS,
    TITLES,
    drain_work,
    install_work,
    restart_work,
    resume_work,
    step_end,
)
from tui.runs.coordinated import Coordination
from tui.runs.errors import RunError, RunNotFound
from tui.runs.event import Sink
from tui.runs.node_runs import read_run
from tui.runs.plan import NodeWork
from tui.runs.rolling_loop import StepEnd
from tui.runs.rolling_record import FAR_BEHIND_ITS_END, entry_events
from tui.runs.run_state import RunState, new_run_id

if TYPE_CHECKING:
    from tui.session import Session

RESTART_ONLY = "none"
"""Selection of a rolling update that installs nothing and only restarts."""


@dataclass(frozen=True, slots=True)
class RollingPace:
    """How often a rolling update looks and how long it waits for an answer."""

    glance: timedelta = timedelta(seconds=10)
    """Between two looks at what is waited for."""
    patience: timedelta = timedelta(minutes=15)
    """For a node that does not answer while it carries a step out."""
    restart_patience: timedelta = timedelta(seconds=20)
    """The same while it is about to restart: then it goes away."""


class RollingHands:
    """The hands of one coordinator."""

    def __init__(
        self,
        session: "Session",
        plan: RollingPlan,
        coordination: Coordination,
        *,
        sink: Sink,
        stop: threading.Event,
        pace: RollingPace,
    ) -> None:
        self._session = session
        self._plan = plan
        self._coordination = coordination
        self._sink = sink
        self._stop = stop
        self._pace = pace

    def look(self, progress: NodeProgress | None) -> RollingView:
        """Return what is true now, asked of the node whose turn it is and of one that tells of the cluster."""
        node = progress.node if progress is not None else None
        health = self._health(node)
        nodes = {node: self._sight(progress)} if progress is not None and node is not None else {}
        return RollingView(self.now(), health, nodes)

    def write(self, entry: Entry) -> None:
        """Put an entry at the end of the journal; one before a run is on the disk of at least one node.

        Raises NodeError or RunError where that cannot be had, RunTaken where somebody else goes on with the update.
        """
        events = tuple(entry_events(entry))
        self._coordination.write(events, step=_step_words(entry), needed=entry.run is not None)
        for event in events:
            self._sink(event)

    def new_run(self, step: Step) -> str:
        """Return an id for a run that carries a step out."""
        return new_run_id(KINDS[step], datetime.now(UTC))

    def carry_out(self, action: RollingAction, run: str) -> StepEnd | None:
        """Carry a step out as a detached run under SYSTEM, and return what it came to."""
        node, step = action.node, action.step
        if node is None or step is None:
            message = f"{action.do} is no step on a node"
            raise ValueError(message)
        try:
            work = self._work(node, step)
        except NodeError as error:
            return StepEnd(succeeded=False, text=error.message.rstrip("."), remedy=error.remedy)
        nothing = step is Step.INSTALL and not work.parameters["Updates"]
        if nothing and self._sight_of_run(node, run) is RunSight.ABSENT:
            return StepEnd(succeeded=True, text="nothing is to be installed")
        return run_to_the_end(
            self._session,
            self._coordination.head,
            work,
            run_id=run,
            title=TITLES[step].format(node=node),
            judge=_judge(step),
            sink=self._sink,
            stop=self._stop,
            patience=self._pace.restart_patience if step is Step.RESTART else self._pace.patience,
        )

    def pause(self) -> None:
        """Wait a moment before the next look."""
        self._stop.wait(self._pace.glance.total_seconds())

    def leaving(self) -> bool:
        """Return whether everything is to be left as it is."""
        return self._stop.is_set()

    def now(self) -> datetime:
        """Return the time by this machine's clock, UTC."""
        return datetime.now(UTC)

    def _work(self, node: str, step: Step) -> NodeWork:
        match step:
            case Step.DRAIN:
                return drain_work(node)
            case Step.INSTALL:
                return install_work(node, self._wanted(node))
            case Step.RESTART:
                # Whoever coordinates on the node itself does not live to see it come back.
                return restart_work(node, self._plan.reason, resume=node == self._plan.own)
            case _:
                return resume_work(node)

    def _wanted(self, node: str) -> tuple[AvailableUpdate, ...]:
        """Return the chosen updates that a node is offered now. Raises NodeError."""
        if self._plan.selection == RESTART_ONLY:
            return ()
        found = asked(self._session, node, "search-updates", UpdateSearch, deadline=SEARCH_PATIENCE)
        chosen = select(found.updates, parse_selection([self._plan.selection])).updates
        return tuple(update for update in chosen if not update.restart_pending)

    def _health(self, in_hand: str | None) -> ClusterHealth | None:
        """Return the cluster as a node tells it, a node that stays for choice; `None` when none tells."""
        others = [node for node in self._plan.nodes if node != in_hand]
        known = [target.node for target in self._session.targets if target.node not in self._plan.nodes]
        for node in (*others, *known, *([in_hand] if in_hand is not None else [])):
            told = asked_or_none(self._session, node, "get-cluster-health", ClusterHealth)
            if told is not None and told.clustered == self._plan.clustered:
                return told
        return None

    def _sight(self, progress: NodeProgress) -> NodeSight:
        node = progress.node
        system = asked_or_none(self._session, node, "get-system", System)
        if system is None:
            return NodeSight(reachable=False)
        state = asked_or_none(self._session, node, "get-update-state", UpdateState)
        pending = state.restart.pending if state is not None else None
        checking = progress.last.keys() == {Step.CHECK}
        open_run = progress.open_run
        return NodeSight(
            reachable=True,
            boot_time=system.boot_time,
            services_running=self._services(node),
            restart_pending=True
            if self._plan.selection == RESTART_ONLY and not progress.begun(Step.RESTART)
            else pending,
            updates=self._offered(node) if checking else None,
            run=self._sight_of_run(node, open_run.run) if open_run is not None else RunSight.UNKNOWN,
        )

    def _offered(self, node: str) -> int | None:
        try:
            return len(self._wanted(node))
        except NodeError:
            return None

    def _services(self, node: str) -> bool | None:
        """Return whether all services that start by themselves run; the cluster's own is seen in the node's state."""
        try:
            services = decode_all(Service, self._session.submit(node, "get-services").result().outs)
        except (NodeError, DecodeError):
            return None
        wanted = [one for one in services if one.present and (one.start_type or "").startswith("Automatic")]
        return all(one.status == ServiceStatus.RUNNING for one in wanted)

    def _sight_of_run(self, node: str, run: str | None) -> RunSight:
        if run is None:
            return RunSight.UNKNOWN
        try:
            state = read_run(self._session.submit, node, run, FAR_BEHIND_ITS_END).state
        except RunNotFound:
            return RunSight.ABSENT
        except (NodeError, RunError):
            return RunSight.UNKNOWN
        if not state.over:
            return RunSight.GOING_ON
        return RunSight.SUCCEEDED if state.reason == "completed" else RunSight.FAILED


def _judge(step: Step) -> Callable[[RunState, str], StepEnd]:
    def judge(state: RunState, last_error: str) -> StepEnd:
        return step_end(step, state, last_error)

    return judge


def _step_words(entry: Entry) -> str | None:
    return f"{entry.node}: {entry.step}" if entry.node is not None and entry.step is not None else None
