"""What is true after nodes were updated: asked of them again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.system import System
from tui.cluster.update_selection import parse_selection, select
from tui.cluster.update_state import UpdateState
from tui.cluster.updates import UpdateSearch
from tui.nodes.errors import NodeError
from tui.operations.updates.asking import SEARCH_PATIENCE, asked, asked_or_none
from tui.operations.updates.coordinating import WorkEnd
from tui.operations.updates.each_node import NodeEnd
from tui.operations.updates.rolling_hands import RESTART_ONLY
from tui.runs.outcome import Outcome, OutcomeKind

if TYPE_CHECKING:
    from tui.session import Session

RESTART = "Restart them: azsconfig updates restart --nodes {nodes} --reason TEXT"


def current_outcome(
    session: "Session", plan: RollingPlan, *, done: Iterable[str], owed: Mapping[str, datetime]
) -> Outcome:
    """Return whether every node has what was chosen: it is not offered it any more, and waits for no restart.

    `owed` has the nodes whose installation asked for a restart, and when: somebody may have restarted them since.
    """
    unread: list[str] = []
    left: list[str] = []
    pending: list[str] = []
    for node in plan.nodes:
        offered = _offered(session, node, plan)
        if isinstance(offered, str):
            unread.append(f"{node}: {offered}")
        elif offered:
            left.append(f"{node} is still offered {', '.join(offered)}.")
        state = asked_or_none(session, node, "get-update-state", UpdateState)
        if (state is not None and state.restart.pending) or _still_owed(session, node, owed.get(node)):
            pending.append(node)
    finished = set(done)
    kept = [node for node in plan.nodes if node not in finished]
    if left or kept:
        return Outcome(
            OutcomeKind.PARTLY,
            f"{len(plan.nodes) - len(left)} of {len(plan.nodes)} nodes have what was chosen.",
            remedy="See why: azsconfig updates list, then install again.",
            details=(*left, *unread),
        )
    if pending:
        message = f"Installed; {', '.join(pending)} {'needs' if len(pending) == 1 else 'need'} a restart to finish it."
        return Outcome(
            OutcomeKind.ATTENTION, message, remedy=RESTART.format(nodes=" ".join(pending)), details=tuple(unread)
        )
    if unread:
        return Outcome(
            OutcomeKind.ATTENTION,
            "It is done, but not every node could be asked again.",
            remedy="Ask again: azsconfig updates list",
            details=tuple(unread),
        )
    count = len(plan.nodes)
    what = "has restarted" if plan.selection == RESTART_ONLY else "is offered nothing more of what was chosen"
    return Outcome(OutcomeKind.DONE, f"{plan.nodes[0]} {what}." if count == 1 else f"Each of {count} nodes {what}.")


def ends_outcome(ends: Sequence[NodeEnd], run_id: str) -> WorkEnd | None:
    """Return what failed, or is not known, on nodes that were taken at once; `None` where all went well."""
    failed = [one for one in ends if one.end is not None and not one.end.succeeded]
    unknown = [one.node for one in ends if one.end is None]
    if not failed and not unknown:
        return None
    details = [f"{one.node}: {one.end.text}." for one in failed if one.end is not None]
    details += (f"{node}: not known, it does not answer; what it was doing goes on there." for node in unknown)
    well = len(ends) - len(failed) - len(unknown)
    remedies = [one.end.remedy for one in failed if one.end is not None and one.end.remedy]
    kind = OutcomeKind.PARTLY if well or unknown else OutcomeKind.FAILED
    message = f"{well} of {len(ends)} nodes are done."
    remedy = f"{remedies[0] if remedies else ''} Then go on: azsconfig runs resume {run_id}".strip()
    return WorkEnd(over=False, outcome=Outcome(kind, message, remedy=remedy, details=tuple(details)))


def _still_owed(session: "Session", node: str, since: datetime | None) -> bool:
    """Return whether a node needs the restart that an installation asked for at that time; yes while nobody knows."""
    if since is None:
        return False
    system = asked_or_none(session, node, "get-system", System)
    return system is None or system.boot_time is None or system.boot_time <= since


def _offered(session: "Session", node: str, plan: RollingPlan) -> list[str] | str:
    """Return the titles of what was chosen and is still offered, or why that is not known."""
    if plan.selection == RESTART_ONLY:
        return []
    try:
        found = asked(session, node, "search-updates", UpdateSearch, deadline=SEARCH_PATIENCE)
    except NodeError as error:
        return error.message
    chosen = select(found.updates, parse_selection([plan.selection])).updates
    return [update.title for update in chosen if not update.restart_pending]
