"""Installing on nodes as they are, all at once: nothing is drained and nothing restarts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.cluster.rolling_journal import Entry, Step, restarts_owed
from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.update_selection import parse_selection, select
from tui.cluster.updates import UpdateSearch
from tui.operations.updates.asking import SEARCH_PATIENCE, asked
from tui.operations.updates.coordinating import Coordinating, WorkEnd
from tui.operations.updates.each_node import EachNode, Job
from tui.operations.updates.standing import current_outcome, ends_outcome
from tui.operations.updates.works import KINDS, TITLES, install_work, step_end
from tui.runs.coordinated import Coordination
from tui.runs.plan import NodeWork
from tui.runs.rolling_loop import StepEnd
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session


def install_side_by_side(
    work: Coordinating, coordination: Coordination, journal: Sequence[Entry], plan: RollingPlan
) -> WorkEnd | None:
    """Install on every node that is not done; `None` where it was told to leave."""
    job = Job(
        work=lambda node: _work(work.session, node, plan),
        judge=_judge,
        title=TITLES[Step.INSTALL],
        kind=KINDS[Step.INSTALL],
        side_by_side=True,
    )
    ends = EachNode(work, coordination, journal, job).run(plan.nodes)
    if work.stop.is_set() and any(end.end is None for end in ends):
        return None
    failed = ends_outcome(ends, work.head.run_id)
    if failed is not None:
        return failed
    owed = restarts_owed(journal)
    owed |= {end.node: datetime.now(UTC) for end in ends if end.end is not None and end.end.restart_needed}
    return WorkEnd(over=True, outcome=current_outcome(work.session, plan, done=plan.nodes, owed=owed))


def _work(session: "Session", node: str, plan: RollingPlan) -> NodeWork | None:
    found = asked(session, node, "search-updates", UpdateSearch, deadline=SEARCH_PATIENCE)
    chosen = select(found.updates, parse_selection([plan.selection])).updates
    wanted = [update for update in chosen if not update.restart_pending]
    return install_work(node, wanted) if wanted else None


def _judge(state: RunState, last_error: str) -> StepEnd:
    return step_end(Step.INSTALL, state, last_error)
