"""Restart nodes, one at a time and with a reason: drain, restart, wait, resume."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.restart_rules import restart_steps
from tui.cluster.rolling_journal import Entry, done_nodes
from tui.cluster.rolling_plan import RollingPlan, rolling_order
from tui.operations.updates.checks import going_on_checks, leaving_checks, restart_checks
from tui.operations.updates.looking import look
from tui.operations.updates.node_choice import chosen_nodes, text, words
from tui.operations.updates.rolling_hands import RESTART_ONLY
from tui.operations.updates.rolling_operation import RollingOperation
from tui.operations.updates.standing import current_outcome
from tui.runs.event import Sink
from tui.runs.outcome import Outcome
from tui.runs.plan import Check, CheckLevel, Plan, PlanStep
from tui.runs.rolling_record import plan_from, plan_parameters

if TYPE_CHECKING:
    from tui.session import Session

WORDS = {
    "drain": "drain",
    "restart": "restart",
    "wait-for-node": "wait for it",
    "resume": "resume",
    "wait-for-storage": "wait for the storage",
}


class RestartNode(RollingOperation):
    """Restarts the nodes that are named, one at a time."""

    id: ClassVar[str] = "restart"
    KIND: ClassVar[str] = "restart-nodes"

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """See whether the nodes may be taken out of their cluster now, and say what would be done."""
        nodes, checks = chosen_nodes(session, inputs)
        if not words(inputs.get("nodes")):
            remedy = f"Name them: --nodes {' '.join(nodes)}"
            checks = (*checks, Check("nodes", CheckLevel.BLOCKER, "No node was named.", remedy))
        reason = text(inputs, "reason")
        checks = (*checks, *restart_checks(restart=True, reason=reason))
        if any(check.level is CheckLevel.BLOCKER for check in checks):
            return Plan(self.id, "Restart a node", session.name, checks=checks)
        seen = look(session, (), sink)
        plan = RollingPlan(
            rolling_order(nodes, seen.own),
            RESTART_ONLY,
            clustered=seen.clustered,
            restart=True,
            reason=reason,
            own=seen.own,
        )
        return Plan(
            operation=self.id,
            title=f"Restart {', '.join(plan.nodes)}",
            cluster=seen.cluster,
            steps=tuple(_step(node, seen.health) for node in plan.nodes),
            checks=(*checks, *going_on_checks(seen.runs), *leaving_checks(seen, plan.nodes)),
            values=(("Nodes", ", ".join(plan.nodes)), ("Reason", reason)),
            commands=_commands(plan.nodes[0], seen.health),
            consequences=_consequences(plan),
            inputs=plan_parameters(plan),
        )

    def true_now(self, session: "Session", parameters: Mapping[str, Any], journal: Sequence[Entry]) -> Outcome:
        """Say whether every node has restarted."""
        return current_outcome(session, plan_from(parameters), done=done_nodes(journal), owed={})


def _step(node: str, health: ClusterHealth | None) -> PlanStep:
    steps = restart_steps(health) if health is not None else ("restart",)
    return PlanStep(node, f"{node}: {', '.join(WORDS[step] for step in steps)}", node)


def _commands(node: str, health: ClusterHealth | None) -> tuple[str, ...]:
    drains = health is not None and health.can_drain
    drain = (f"Suspend-ClusterNode -Name {node} -Drain -Wait",) if drains else ()
    resume = (f"Resume-ClusterNode -Name {node} -Failback Immediate",) if drains else ()
    return (*drain, f"Restart-Computer -ComputerName {node} -Wait", *resume)


def _consequences(plan: RollingPlan) -> tuple[str, ...]:
    told = ["Roles of a node move to other nodes and come back; virtual machines are migrated live."]
    if not plan.clustered:
        told = ["What runs on the machine stops."]
    if plan.own in plan.nodes:
        told.append(f"azsconfig runs on {plan.own}: it ends with it. The node resumes by itself.")
    return tuple(told)
