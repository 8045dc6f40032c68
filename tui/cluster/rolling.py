"""A rolling update, decided one action at a time: from the journal so far and what is true now, what comes next.

Nothing is remembered but the journal, so anyone can go on with it. The rules:

- one node at a time: a node is taken out only when every other node is up, virtual disks are healthy and no storage job
  runs, by what has just been read;
- what passes by itself is waited for, each for its time; what cannot be read is waited for too, and then is a doubt;
- a doubt about the node in hand ends with giving that node back; then the update stops and takes no other;
- once stopped, nothing begins until somebody continues.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.durations import duration_text
from tui.cluster.leaving import Obstacle, ObstacleKind, obstacles, storage_obstacles
from tui.cluster.membership import NodeState
from tui.cluster.node_names import node_key
from tui.cluster.rolling_journal import Entry, Mark, Step, done_nodes, standing_still
from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.rolling_progress import NodeProgress, progress_of
from tui.cluster.rolling_view import Do, NodeSight, RollingAction, RollingView, RunSight

__all__ = ["next_action", "node_in_turn"]


def node_in_turn(plan: RollingPlan, journal: Sequence[Entry]) -> NodeProgress | None:
    """Return how far the node is whose turn it is, which is the one to look at; `None` when all are done."""
    done = done_nodes(journal)
    node = next((node for node in plan.nodes if node not in done), None)
    return None if node is None else progress_of(node, journal)


def next_action(plan: RollingPlan, journal: Sequence[Entry], view: RollingView) -> RollingAction:
    """Return what comes next. Pure: the same journal and view give the same action."""
    still = standing_still(journal)
    if still is not None:
        do = Do.DONE if still.mark is Mark.FINISHED else Do.STOP
        return RollingAction(do, still.node, text=still.text, remedy=still.remedy)
    progress = node_in_turn(plan, journal)
    if progress is None:
        return RollingAction(Do.DONE, writes=Entry(Mark.FINISHED, view.now))
    return _Decision(plan, progress, view).action()


class _Decision:
    """One decision about one node."""

    def __init__(self, plan: RollingPlan, progress: NodeProgress, view: RollingView) -> None:
        self._plan = plan
        self._progress = progress
        self._now = view.now
        self._node = progress.node
        self._sight = view.nodes.get(progress.node, NodeSight(reachable=False))
        told = view.health
        # A cluster that suddenly is none has a cluster service that does not answer.
        self._health: ClusterHealth | None = told if told is not None and told.clustered == plan.clustered else None
        self._member = self._health.node(progress.node) if self._health is not None else None

    def action(self) -> RollingAction:
        """Return what comes next on this node."""
        if not self._progress.begun(Step.CHECK):
            return self._begin(Step.CHECK)
        return self._open_run() or self._next_step()

    def _next_step(self) -> RollingAction:
        progress = self._progress
        if progress.begun(Step.WAIT_FOR_STORAGE):
            return self._settle()
        if progress.begun(Step.RESTART) and not progress.ended(Step.RESTART, Mark.FAILED):
            return self._await_node() or self._give_back()
        if progress.trouble is not None or progress.again or progress.begun(Step.RESUME):
            return self._give_back()
        if progress.begun(Step.INSTALL):
            return self._after_install()
        if progress.begun(Step.DRAIN):
            return self._while_out() or self._begin(Step.INSTALL)
        return self._check()

    # Taking the node out and installing.

    def _check(self) -> RollingAction:
        """Decide whether the node may be taken out, and whether there is anything to do on it."""
        found = self._obstructed(Step.CHECK, obstacles(self._health, self._node))
        if found is not None:
            return found
        if not self._sight.reachable or self._sight.updates is None:
            return self._wait_unread(Step.CHECK, f"{self._node} does not tell its updates")
        if self._sight.updates == 0 and not (self._plan.restart and self._sight.restart_pending):
            return self._node_done("nothing to install")
        return self._begin(Step.DRAIN if self._plan.drain and self._can_drain else Step.INSTALL)

    def _after_install(self) -> RollingAction:
        needed = self._progress.last[Step.INSTALL].restart_needed or self._sight.restart_pending
        if not needed or not self._plan.restart:
            return self._give_back()
        found = self._while_out()
        if found is not None:
            return found
        drains = self._can_drain and not self._progress.begun(Step.DRAIN)
        return self._begin(Step.DRAIN if drains else Step.RESTART)

    @property
    def _can_drain(self) -> bool:
        return self._health is not None and self._health.can_drain

    def _while_out(self) -> RollingAction | None:
        """Return what to do when the cluster no longer lets the node in hand go on; `None` when it does."""
        out = self._progress.begun(Step.DRAIN)
        if out and self._member is not None and self._member.state == NodeState.UP:
            text = f"{self._node} was resumed by somebody else"
            return self._doubt(text, "Find out who else works on the cluster, then continue the update.")
        if not self._sight.reachable:
            return self._wait_unread(Step.HOLD, f"{self._node} does not answer", overdue=self._doubt)
        standing = obstacles(self._health, self._node, out=out)
        lasting = next((item for item in standing if not item.passes), None)
        if lasting is not None:
            return self._doubt(lasting.message, lasting.remedy)
        return self._wait_for(Step.HOLD, standing, overdue=self._doubt) if standing else None

    # Runs that a coordinator left behind, and the node's restart.

    def _open_run(self) -> RollingAction | None:
        """Return how to go on with a step whose end is not known; `None` when no step is, or it never began."""
        entry = self._progress.open_run
        if entry is None or entry.step is None:
            return None
        restarts = entry.step is Step.RESTART
        if restarts and (not self._sight.reachable or self._restarted() or self._sight.run is RunSight.SUCCEEDED):
            return None
        if self._sight.run is RunSight.ABSENT:
            self._progress.last.pop(entry.step)
            return None
        if self._sight.run is RunSight.UNKNOWN:
            text = f"{self._node} does not answer, so nobody knows how its step {entry.step} ended"
            return self._wait_unread(Step.WAIT_FOR_NODE, text)
        writes = Entry(Mark.STARTED, self._now, self._node, entry.step, entry.run, boot_time=entry.boot_time)
        follows = self._progress.newest is entry
        return RollingAction(Do(entry.step.value), self._node, None if follows else writes, entry.run)

    def _await_node(self) -> RollingAction | None:
        """Return the wait for a node that restarts; `None` once it was found to be back."""
        if self._progress.ended(Step.WAIT_FOR_NODE, Mark.DONE):
            return None
        missing = self._missing()
        if missing is not None:
            return self._wait(Step.WAIT_FOR_NODE, missing, self._plan.limits.node_back)
        writes = Entry(Mark.DONE, self._now, self._node, Step.WAIT_FOR_NODE)
        return RollingAction(Do.WAIT_FOR_NODE, self._node, writes, text=f"{self._node} is back")

    def _missing(self) -> str | None:
        """Return what is missing for the node to be back; `None` when nothing is."""
        if not self._sight.reachable:
            return f"{self._node} does not answer after its restart"
        if not self._restarted():
            return f"{self._node} has not restarted yet"
        if self._sight.services_running is not True:
            return f"the services of {self._node} do not all run yet"
        if self._plan.clustered and (self._member is None or self._member.state not in _THERE):
            return f"{self._node} is not back in its cluster"
        return None

    def _restarted(self) -> bool:
        entry = self._progress.last[Step.RESTART]
        booted = self._sight.boot_time
        if booted is None:
            return False
        return booted > entry.time if entry.boot_time is None else booted != entry.boot_time

    # Giving the node back, and what comes after.

    def _give_back(self) -> RollingAction:
        progress = self._progress
        if not progress.in_hand:
            return self._begin(Step.WAIT_FOR_STORAGE)
        if self._member is None or self._member.state not in _THERE:
            state = "the cluster does not answer" if self._member is None else f"it is {self._member.state}"
            return self._wait(
                Step.WAIT_FOR_NODE, f"{self._node} cannot be resumed: {state}", self._plan.limits.node_back
            )
        failed = progress.last.get(Step.RESUME)
        if failed is not None and failed.mark is Mark.FAILED:
            if progress.continued is None or progress.continued < failed.time:
                remedy = f"Resume-ClusterNode {self._node} -Failback Immediate, then continue the update."
                return self._stop(f"{self._node} could not be resumed: {failed.text}", failed.remedy or remedy)
        elif self._member.state == NodeState.UP and not progress.ended(Step.DRAIN, Mark.FAILED):
            return self._begin(Step.WAIT_FOR_STORAGE)
        return self._begin(Step.RESUME)

    def _settle(self) -> RollingAction:
        """Decide after the node was given back: wait for the storage, then stop, try again, or take the next node."""
        found = self._obstructed(Step.WAIT_FOR_STORAGE, [*self._out_of_order(), *storage_obstacles(self._health)])
        if found is not None:
            return found
        trouble = self._progress.trouble
        if trouble is not None:
            what = f"{trouble.step} failed on {self._node}: " if trouble.mark is Mark.FAILED else ""
            remedy = trouble.remedy or "Mend what its run tells, then continue the update."
            return self._stop(f"{what}{trouble.text}", remedy)
        return self._begin(Step.CHECK) if self._progress.again else self._node_done("")

    def _out_of_order(self) -> Iterable[Obstacle]:
        """Yield nodes that are not up; the one just given back may take a moment."""
        for item in obstacles(self._health, self._node):
            if item.kind is ObstacleKind.NODE_OUT:
                own = item.node is not None and node_key(item.node) == node_key(self._node)
                yield Obstacle(item.kind, item.message, item.remedy, item.passes or own, item.node)

    # Waiting, and the forms of what is decided.

    def _obstructed(self, step: Step, found: Sequence[Obstacle]) -> RollingAction | None:
        """Return the stop for what does not pass, the wait for what does; `None` when nothing is found."""
        lasting = next((item for item in found if not item.passes), None)
        if lasting is not None:
            return self._stop(lasting.message, lasting.remedy)
        return self._wait_for(step, found, overdue=self._stop) if found else None

    def _wait_for(self, step: Step, found: Sequence[Obstacle], *, overdue: "_Overdue") -> RollingAction:
        text, limits = "; ".join(item.message for item in found), self._plan.limits
        if any(item.kind is ObstacleKind.UNREAD for item in found):
            return self._wait_unread(step, text, found[0].remedy, overdue)
        out = all(item.kind is ObstacleKind.NODE_OUT for item in found)
        return self._wait(step, text, limits.node_back if out else limits.storage, found[0].remedy, overdue)

    def _wait_unread(self, step: Step, text: str, remedy: str = "", overdue: "_Overdue | None" = None) -> RollingAction:
        """Wait for something that cannot be read; its time begins when it could be read last."""
        since = self._newest_wait(step, unread=True)
        return self._waiting(step, text, (since or self._now, self._plan.limits.answer), remedy, overdue, unread=True)

    def _wait(
        self, step: Step, text: str, limit: timedelta, remedy: str = "", overdue: "_Overdue | None" = None
    ) -> RollingAction:
        """Wait for something that is known; its time begins with the step."""
        since = self._progress.waited_since(step) or self._now
        return self._waiting(step, text, (since, limit), remedy, overdue, unread=False)

    def _waiting(
        self,
        step: Step,
        text: str,
        time: tuple[datetime, timedelta],
        remedy: str,
        overdue: "_Overdue | None",
        *,
        unread: bool,
    ) -> RollingAction:
        since, limit = time
        if self._now - since >= limit:
            remedy = remedy or f"Look after {self._node}, then continue the update."
            return (overdue or self._stop)(f"{text}, for {duration_text(limit)} now", remedy)
        goes_on = self._newest_wait(step, unread=unread) is not None
        writes = Entry(Mark.STARTED, self._now, self._node, step, text=text, remedy=remedy, unread=unread)
        return RollingAction(
            Do(step.value), self._node, None if goes_on else writes, pause=True, text=text, remedy=remedy
        )

    def _newest_wait(self, step: Step, *, unread: bool) -> datetime | None:
        """Return when the wait began that the journal ends with, or when somebody continued it; `None` for another."""
        newest = self._progress.newest
        if newest is None or newest.step is not step or newest.mark is not Mark.STARTED or newest.unread != unread:
            return None
        continued = self._progress.continued
        return newest.time if continued is None else max(newest.time, continued)

    def _begin(self, step: Step) -> RollingAction:
        boot = self._sight.boot_time if step is Step.RESTART else None
        return RollingAction(
            Do(step.value), self._node, Entry(Mark.STARTED, self._now, self._node, step, boot_time=boot)
        )

    def _node_done(self, text: str) -> RollingAction:
        return RollingAction(
            Do.NEXT_NODE, self._node, Entry(Mark.NODE_DONE, self._now, self._node, text=text), text=text
        )

    def _doubt(self, text: str, remedy: str) -> RollingAction:
        writes = Entry(Mark.DOUBT, self._now, self._node, text=text, remedy=remedy)
        return RollingAction(Do.DOUBT, self._node, writes, text=text, remedy=remedy)

    def _stop(self, text: str, remedy: str) -> RollingAction:
        writes = Entry(Mark.STOPPED, self._now, self._node, text=text, remedy=remedy)
        return RollingAction(Do.STOP, self._node, writes, text=text, remedy=remedy)


_Overdue: TypeAlias = Callable[[str, str], RollingAction]
"""Makes the action of a wait that took too long."""
_THERE = frozenset({NodeState.UP, NodeState.PAUSED})
