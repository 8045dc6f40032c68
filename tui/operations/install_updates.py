"""Option 6: install updates, on nodes as they are or rolling through the cluster, one node at a time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.facts import value_of
from tui.cluster.restart_rules import restart_steps
from tui.cluster.rolling_journal import Entry, Mark, restarts_owed
from tui.cluster.rolling_plan import RollingPlan, rolling_order
from tui.cluster.update_selection import Selection, SelectionKind, UnknownSelectionError, parse_selection, select
from tui.cluster.updates import AvailableUpdate
from tui.operations.updates.checks import (
    agent_checks,
    cau_checks,
    going_on_checks,
    leaving_checks,
    restart_checks,
    searched_checks,
)
from tui.operations.updates.coordinating import Coordinating, WorkEnd
from tui.operations.updates.installing import install_side_by_side
from tui.operations.updates.looking import Look, look
from tui.operations.updates.node_choice import chosen_nodes, text, words
from tui.operations.updates.rolling_operation import RollingOperation
from tui.operations.updates.standing import current_outcome
from tui.runs.coordinated import Coordination
from tui.runs.event import Sink
from tui.runs.outcome import Outcome
from tui.runs.plan import Check, CheckLevel, Plan, PlanStep
from tui.runs.rolling_record import plan_from, plan_parameters

if TYPE_CHECKING:
    from tui.session import Session

ROLLING = "Rolling"
"""Parameter of its run: whether nodes are taken one at a time."""


class InstallUpdates(RollingOperation):
    """Installs what is chosen on every node that is offered it. Restarts nothing unless that was asked for."""

    id: ClassVar[str] = "updates"
    KIND: ClassVar[str] = "update-nodes"

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Search on every node that is meant, and say what would be installed where, and in which order."""
        nodes, checks = chosen_nodes(session, inputs)
        restart = inputs.get("restart") is True
        rolling = inputs.get("rolling") is True or restart
        reason = text(inputs, "reason")
        selection, wrong = _selection(inputs)
        checks = (*checks, *wrong, *restart_checks(restart=restart, reason=reason))
        if any(check.level is CheckLevel.BLOCKER for check in checks) or selection is None:
            return Plan(self.id, "Install updates", session.name, checks=checks)
        seen = look(session, nodes, sink)
        chosen = _chosen(seen, selection)
        plan = RollingPlan(
            rolling_order((node for node in nodes if _takes_part(seen, node, chosen, restart=restart)), seen.own),
            selection.text,
            clustered=seen.clustered,
            drain=rolling,
            restart=restart,
            reason=reason,
            own=seen.own,
        )
        checks = (
            *checks,
            *going_on_checks(seen.runs),
            *searched_checks(seen),
            *(agent_checks(seen) if selection.kind is SelectionKind.AGENT else ()),
            *(leaving_checks(seen, plan.nodes) if rolling and plan.nodes else ()),
            *(cau_checks(seen) if rolling else ()),
            *_notes(selection, chosen, restart=restart),
        )
        blocked = any(check.level is CheckLevel.BLOCKER for check in checks)
        nothing = None if plan.nodes or blocked else f"No node is offered what was chosen ({selection.text})."
        return Plan(
            operation=self.id,
            title=_title(plan, rolling=rolling),
            cluster=seen.cluster,
            steps=tuple(_step(plan, node, chosen.get(node, ()), seen) for node in plan.nodes),
            checks=checks,
            values=_values(plan, chosen, rolling=rolling),
            commands=_commands(plan, rolling=rolling),
            consequences=_consequences(plan, rolling=rolling),
            nothing_to_do=nothing,
            inputs={**plan_parameters(plan), ROLLING: rolling},
        )

    def carry_on(self, work: Coordinating, coordination: Coordination, journal: Sequence[Entry]) -> WorkEnd | None:
        """Go through the cluster, or install on all nodes at once."""
        parameters = work.head.parameters
        if parameters.get(ROLLING) is True:
            return super().carry_on(work, coordination, journal)
        return install_side_by_side(work, coordination, journal, self.planned(parameters))

    def true_now(self, session: "Session", parameters: Mapping[str, Any], journal: Sequence[Entry]) -> Outcome:
        """Search again on every node."""
        plan = plan_from(parameters)
        done = [entry.node for entry in journal if entry.mark is Mark.NODE_DONE]
        return current_outcome(session, plan, done=[node for node in done if node], owed=restarts_owed(journal))


def _selection(inputs: Mapping[str, Any]) -> tuple[Selection | None, tuple[Check, ...]]:
    try:
        return parse_selection(words(inputs.get("select")) or ("all",)), ()
    except UnknownSelectionError as error:
        message = f"{str(error)[0].upper()}{str(error)[1:]}."
        return None, (Check("select", CheckLevel.BLOCKER, message, "Choose with --select."),)


def _chosen(seen: Look, selection: Selection) -> dict[str, tuple[AvailableUpdate, ...]]:
    """Return what is installed on each node."""
    return {
        node.node: tuple(one for one in select(search.updates, selection).updates if not one.restart_pending)
        for node in seen.nodes
        if (search := value_of(node.search)) is not None
    }


def _takes_part(seen: Look, node: str, chosen: Mapping[str, Sequence[AvailableUpdate]], *, restart: bool) -> bool:
    if chosen.get(node):
        return True
    told = seen.node(node)
    state = value_of(told.state) if told is not None else None
    return restart and state is not None and state.restart.pending


def _notes(
    selection: Selection, chosen: Mapping[str, Sequence[AvailableUpdate]], *, restart: bool
) -> tuple[Check, ...]:
    updates = {update.id: update for one in chosen.values() for update in one}.values()
    found: list[Check] = []
    features = [update for update in updates if update.feature]
    if features:
        message = f"{features[0].title} moves the nodes to another release; there is no way back."
        found.append(Check("feature", CheckLevel.WARNING, message, "Update every node of the cluster to the same."))
    if not restart and any(update.may_restart for update in updates):
        message = "Some of it may need a restart, which is not made: --restart with --reason makes it."
        found.append(Check("restart", CheckLevel.NOTE, message))
    found += (
        Check("not-offered", CheckLevel.NOTE, f"No node is offered {name}.")
        for name in selection.named
        if not any(name in {update.id.casefold(), *update.kbs} for update in updates)
    )
    return tuple(found)


def _title(plan: RollingPlan, *, rolling: bool) -> str:
    where = plan.nodes[0] if len(plan.nodes) == 1 else f"{len(plan.nodes)} nodes"
    return f"Install updates on {where}{', one at a time' if rolling and len(plan.nodes) > 1 else ''}"


def _step(plan: RollingPlan, node: str, updates: Sequence[AvailableUpdate], seen: Look) -> PlanStep:
    what = f"{len(updates)} update{'' if len(updates) == 1 else 's'}"
    doing = [f"install {what}"] if updates else []
    if plan.drain and seen.health is not None and seen.health.can_drain:
        steps = restart_steps(seen.health) if plan.restart else ("drain", "resume", "wait-for-storage")
        doing = ["drain", *doing, *(step for step in steps if step in {"restart", "resume"})]
    elif plan.restart:
        doing.append("restart")
    return PlanStep(node, f"{node}: {', '.join(doing)}", node)


def _values(
    plan: RollingPlan, chosen: Mapping[str, Sequence[AvailableUpdate]], *, rolling: bool
) -> tuple[tuple[str, str], ...]:
    rows = [("Chosen", plan.selection), ("Nodes", ", ".join(plan.nodes) or "none")]
    if len(plan.nodes) > 1:
        rows.append(("Order", "one node at a time" if rolling else "all at once"))
    rows.append(("Restart", f"where it is needed: {plan.reason}" if plan.restart else "none"))
    wanted: dict[str, tuple[AvailableUpdate, list[str]]] = {}
    for node in plan.nodes:
        for update in chosen.get(node, ()):
            wanted.setdefault(update.id, (update, []))[1].append(node)
    for update, nodes in wanted.values():
        where = "" if len(nodes) == len(plan.nodes) else f", on {', '.join(nodes)}"
        rows.append(("Arc agent" if update.arc_agent else ", ".join(update.kbs) or "Update", f"{update.title}{where}"))
    waiting = [node for node in plan.nodes if not chosen.get(node)]
    if waiting:
        rows.append(("Restart alone", ", ".join(waiting)))
    return tuple(rows)


def _commands(plan: RollingPlan, *, rolling: bool) -> tuple[str, ...]:
    node = plan.nodes[0] if plan.nodes else "NODE"
    drain = (f"Suspend-ClusterNode -Name {node} -Drain -Wait",) if rolling and plan.clustered else ()
    restart = (f"Restart-Computer -ComputerName {node} -Wait",) if plan.restart else ()
    resume = (f"Resume-ClusterNode -Name {node} -Failback Immediate",) if drain else ()
    install = "(New-Object -ComObject Microsoft.Update.Session).CreateUpdateInstaller().Install()  # as SYSTEM"
    return (*drain, install, *restart, *resume)


def _consequences(plan: RollingPlan, *, rolling: bool) -> tuple[str, ...]:
    told: list[str] = []
    if rolling and plan.clustered:
        told.append("Roles of a node move to other nodes and come back; virtual machines are migrated live.")
        told.append("Any doubt stops it before the next node; it can be continued from there by anyone.")
    if plan.restart:
        told.append("Each node that needs it is restarted.")
    if plan.restart and plan.own in plan.nodes:
        told.append(f"{plan.own}, where azsconfig runs, comes last: azsconfig ends with it, and it resumes by itself.")
    return tuple(told)
