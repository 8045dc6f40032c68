"""Opt nodes in to Microsoft Update, which brings the connected machine agent beside the updates of Windows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.rolling_journal import Entry
from tui.cluster.update_settings import UpdateSource
from tui.cluster.update_state import UpdateState
from tui.nodes.errors import NodeError
from tui.operations.running import runs_of
from tui.operations.updates.asking import asked, asked_or_none
from tui.operations.updates.checks import going_on_checks
from tui.operations.updates.coordinated_operation import CoordinatedOperation
from tui.operations.updates.coordinating import Coordinating, WorkEnd
from tui.operations.updates.each_node import EachNode, Job
from tui.operations.updates.node_choice import chosen_nodes
from tui.operations.updates.opting_in import OPT_IN_KIND, opt_in_end
from tui.operations.updates.standing import ends_outcome
from tui.runs.asking import items
from tui.runs.coordinated import Coordination
from tui.runs.event import Sink, note
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Check, CheckLevel, NodeWork, Plan, PlanStep

if TYPE_CHECKING:
    from tui.session import Session

COMMAND = (
    '(New-Object -ComObject Microsoft.Update.ServiceManager).AddService2("7971f918-a847-4430-9279-4a52d1efe18d", 7, "")'
)
CONSEQUENCE = "The nodes are then offered updates of other Microsoft products too, the Arc agent among them."


class OptIn(CoordinatedOperation):
    """Opts in every node that is meant and for which it makes a difference."""

    id: ClassVar[str] = "opt-in"
    KIND: ClassVar[str] = "opt-in-nodes"

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Read how each node gets its updates."""
        nodes, checks = chosen_nodes(session, inputs)
        if checks:
            return Plan(self.id, "Opt in to Microsoft Update", session.name, checks=checks)
        sink(note("Reading how each node gets its updates."))
        states = {node: _state(session, node) for node in nodes}
        wanted = [node for node, state in states.items() if isinstance(state, UpdateState) and _can(state)]
        checks = (*going_on_checks(runs_of(session)), *_checks(states))
        blocked = any(check.level is CheckLevel.BLOCKER for check in checks)
        return Plan(
            operation=self.id,
            title=f"Opt in {', '.join(wanted) or 'no node'} to Microsoft Update",
            cluster=session.name,
            steps=tuple(PlanStep(node, f"{node}: opt in", node) for node in wanted),
            checks=checks,
            values=(("Nodes", ", ".join(wanted) or "none"),),
            commands=(COMMAND,),
            consequences=(CONSEQUENCE,),
            nothing_to_do=None if wanted or blocked else "Every node is opted in, or gets its updates in another way.",
            inputs={"Nodes": wanted},
        )

    def carry_on(self, work: Coordinating, coordination: Coordination, journal: Sequence[Entry]) -> WorkEnd | None:
        """Opt in all nodes at once."""
        nodes = _nodes(work.head.parameters)
        job = Job(
            work=_work, judge=opt_in_end, title="Opt in {node} to Microsoft Update", kind=OPT_IN_KIND, side_by_side=True
        )
        ends = EachNode(work, coordination, journal, job).run(nodes)
        if work.stop.is_set() and any(end.end is None for end in ends):
            return None
        failed = ends_outcome(ends, work.head.run_id)
        return failed or WorkEnd(over=True, outcome=_outcome(work.session, nodes))

    def true_now(self, session: "Session", parameters: Mapping[str, Any], journal: Sequence[Entry]) -> Outcome:
        """Read again whether every node is opted in."""
        del journal
        return _outcome(session, _nodes(parameters))


def _nodes(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(node) for node in items(parameters.get("Nodes")))


def _state(session: "Session", node: str) -> UpdateState | NodeError:
    try:
        return asked(session, node, "get-update-state", UpdateState)
    except NodeError as error:
        return error


def _can(state: UpdateState) -> bool:
    return state.settings.can_opt_in


def _checks(states: Mapping[str, UpdateState | NodeError]) -> tuple[Check, ...]:
    found: list[Check] = []
    for node, state in states.items():
        if isinstance(state, NodeError):
            found.append(Check("node-answers", CheckLevel.BLOCKER, f"{node}: {state.message}", state.remedy, node))
        elif state.settings.source == UpdateSource.WSUS:
            message = f"{node} gets its updates from {state.settings.wsus_server}: an opt-in would change nothing."
            found.append(Check("wsus", CheckLevel.NOTE, message, node=node))
        elif state.settings.internet_blocked:
            message = f"{node}: policy keeps it from asking Microsoft, so an opt-in would change nothing."
            found.append(Check("internet-blocked", CheckLevel.NOTE, message, node=node))
    return tuple(found)


def _work(node: str) -> NodeWork:
    return NodeWork(node, OPT_IN_KIND, f"job-{OPT_IN_KIND}")


def _outcome(session: "Session", nodes: Sequence[str]) -> Outcome:
    states = {node: asked_or_none(session, node, "get-update-state", UpdateState) for node in nodes}
    missing = [node for node, state in states.items() if state is None or state.settings.microsoft_update is not True]
    if not missing:
        return Outcome(OutcomeKind.DONE, f"{', '.join(nodes)}: opted in to Microsoft Update.")
    message = f"{', '.join(missing)} {'does' if len(missing) == 1 else 'do'} not say yet that it is opted in."
    return Outcome(OutcomeKind.ATTENTION, message, remedy="Look again: azsconfig updates list")
