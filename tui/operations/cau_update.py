"""Let Cluster-Aware Updating update the cluster: its own way, where the cluster has that role."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.cluster_aware_updating import CauNode, CauResult, CauRun
from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.decode import DecodeError, decode
from tui.cluster.facts import value_of
from tui.operations.node_operation import NodeOperation
from tui.operations.read_updates import UpdatesReading
from tui.operations.registration.identity import run_identity
from tui.operations.registration.look import look as look_at_nodes
from tui.operations.updates.asking import asked_or_none
from tui.operations.updates.checks import going_on_checks, leaving_checks
from tui.operations.updates.looking import look
from tui.runs.event import Event, EventKind, Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Check, CheckLevel, NodeWork, Plan, PlanStep
from tui.runs.run_state import RunState
from tui.secret import Secret

if TYPE_CHECKING:
    from tui.session import Session

KIND = "cau-run"
ACTIVITY = "Cluster-Aware Updating"
PATIENCE = timedelta(hours=12)
"""How long a run may go on in the cluster after the node it was started on has restarted. Our own choice."""
GLANCE = timedelta(seconds=10)
MOST_FAILED_NODES = 0
"""Nodes that may fail before it stops: any doubt stops it."""


class CauUpdate(NodeOperation):
    """Starts a run of Cluster-Aware Updating as a detached run on one node, and tells how it goes."""

    id: ClassVar[str] = "cau"

    def __init__(self, *, patience: timedelta = PATIENCE, glance: timedelta = GLANCE) -> None:
        """Wait so long for a run to end in the cluster, looking again after `glance`."""
        self._patience = patience
        self._glance = glance

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """See whether the cluster has the role, and whether anything speaks against taking nodes out."""
        seen = look(session, (), sink)
        nodes = look_at_nodes(session, sink, inputs.get("run_node"))
        password = inputs.get("password")
        identity = run_identity(session, nodes, password if isinstance(password, Secret) else None)
        every = [node.name for node in seen.health.nodes] if seen.health is not None else []
        checks = (
            *_role_checks(seen.health),
            *going_on_checks(seen.runs),
            *leaving_checks(seen, every),
            *identity.checks,
        )
        cluster = nodes.cluster or session.name
        parameters = {
            "ClusterName": cluster,
            "MaxFailedNodes": MOST_FAILED_NODES,
            "RequireAllNodesOnline": True,
            "IncludeRecommended": True,
            **identity.parameters,
        }
        node, job = nodes.node, f"job-{KIND}"
        return Plan(
            operation=self.id,
            title=f"Let Cluster-Aware Updating update {cluster or 'the cluster'}",
            cluster=cluster,
            steps=(
                PlanStep("cau", "Invoke-CauRun: drain, update, restart and resume one node after the other", "Cluster"),
            ),
            checks=checks,
            values=(("Run on", nodes.node or "none"), ("Nodes that may fail", str(MOST_FAILED_NODES))),
            commands=(_command(cluster),),
            consequences=(
                "Nodes restart one after the other where an update needs it; their roles move meanwhile.",
                "It goes on in the cluster when azsconfig, or the node it was started on, ends.",
            ),
            work=NodeWork(node, KIND, job, parameters, identity.secrets, identity.run_as) if node is not None else None,
        )

    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Wait until no run goes on in the cluster any more, then say what its report and the nodes say.

        The run that started it ends with its node; that of Cluster-Aware Updating goes on on another one.
        """
        if not self._over(session, node, sink):
            return Outcome(
                OutcomeKind.RUNNING,
                "Cluster-Aware Updating goes on in the cluster.",
                remedy=f"Watch it again: azsconfig runs attach {run.id}",
                run=run.id,
                settled=False,
            )
        told = _result(run)
        left = _left(session)
        if told is None or told.status.casefold() == "inprogress":
            return Outcome(
                OutcomeKind.ATTENTION,
                "Cluster-Aware Updating has ended, and left no report here.",
                remedy="See Get-CauReport -Last -Detailed on a node.",
                details=left,
                run=run.id,
                whole=True,
            )
        details = (*(_words(one) for one in told.nodes), *left)
        if told.succeeded:
            message = "Cluster-Aware Updating has updated every node."
            return Outcome(OutcomeKind.DONE, message, details=details, run=run.id, whole=True)
        well = [one for one in told.nodes if not one.failed and str(one.status).casefold() == "succeeded"]
        return Outcome(
            OutcomeKind.PARTLY if well else OutcomeKind.FAILED,
            f"Cluster-Aware Updating ended as {told.status}.",
            remedy="See Get-CauReport -Last -Detailed on a node, mend what it names, then start it again.",
            details=details,
            run=run.id,
            whole=True,
        )

    def _over(self, session: "Session", node: str, sink: Sink) -> bool:
        """Wait until no run of Cluster-Aware Updating goes on, telling how it stands; return whether that came."""
        until = time.monotonic() + self._patience.total_seconds()
        while (going_on := _going_on(session, node)) is not None:
            words = ", ".join(f"{one.node} {one.status}" for one in going_on.nodes)
            sink(Event(EventKind.PROGRESS, datetime.now(UTC), node=node, text=words, activity=ACTIVITY, progress=1))
            if time.monotonic() > until:
                return False
            time.sleep(self._glance.total_seconds())
        return True


def _command(cluster: str | None) -> str:
    return (
        f"Invoke-CauRun -ClusterName {cluster or '.'} -CauPluginName Microsoft.WindowsUpdatePlugin "
        f"-MaxFailedNodes {MOST_FAILED_NODES} -RequireAllNodesOnline -Force"
    )


def _role_checks(health: ClusterHealth | None) -> tuple[Check, ...]:
    role = health.cau_role if health is not None else None
    if role is None or not role.installed:
        message = "The cluster has no role of Cluster-Aware Updating, or does not tell."
        remedy = "Install updates without it, or add it: Add-CauClusterRole."
        return (Check("cau-role", CheckLevel.BLOCKER, message, remedy),)
    return (Check("cau-role", CheckLevel.PASSED, "The cluster has the role of Cluster-Aware Updating."),)


def _going_on(session: "Session", node: str) -> CauRun | None:
    """Return the run that goes on in the cluster, as the first node that knows the cluster tells."""
    others = [target.node for target in session.targets if target.node != node]
    told = (asked_or_none(session, one, "get-cluster-health", ClusterHealth) for one in (node, *others))
    health = next((one for one in told if one is not None and one.clustered), None)
    return health.cau_run if health is not None else None


def _left(session: "Session") -> tuple[str, ...]:
    """Return what each node is still offered, in words."""
    found = UpdatesReading(session, [target.node for target in session.targets]).run()
    return tuple(
        f"{node.node} is still offered {len(wanted)} update{'' if len(wanted) == 1 else 's'}."
        for node in found.nodes
        if (search := value_of(node.search)) is not None
        and (wanted := [one for one in search.updates if one.recommended and not one.restart_pending])
    )


def _result(run: RunState) -> CauResult | None:
    try:
        return decode(CauResult, run.result) if run.result is not None else None
    except DecodeError:
        return None


def _words(node: CauNode) -> str:
    counts = f", {node.succeeded} installed" if node.succeeded is not None else ""
    failed = f", {node.failed} failed" if node.failed else ""
    return f"{node.node}: {node.status}{counts}{failed}."
