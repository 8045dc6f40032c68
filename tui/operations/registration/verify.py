"""What is true after a run: nodes and Azure read again until they show it, or until that takes too long."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.cluster.azure_resources import AzureProblem, AzureProblemKind, AzureView
from tui.cluster.facts import ClusterFacts, value_of
from tui.cluster.registration_claim import Claim
from tui.cluster.registration_failures import explain
from tui.cluster.registration_standing import NodeStanding, Standing, names, standing
from tui.cluster.resource_id import ResourceId
from tui.operations.read_azure import read_azure
from tui.operations.read_nodes import read_cluster
from tui.operations.registration.look import NOBODY
from tui.runs.event import Sink, note
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session

LOOK_AGAIN = "Look again when the nodes answer: azsconfig status."
LOGS = "Read the cmdlet's log on the node: {file}"
PASSING = frozenset(
    {
        AzureProblemKind.THROTTLED,
        AzureProblemKind.UNREACHABLE,
        AzureProblemKind.TIMED_OUT,
        AzureProblemKind.UNAVAILABLE,
    }
)
"""Problems with Azure that are worth looking again for."""


def seen_now(session: "Session", resource: ResourceId | None) -> tuple[ClusterFacts, Standing]:
    """Read nodes and Azure once; `resource` is looked for in Azure even where no node says it is registered as it."""
    facts = read_cluster(session, lambda _arrived: None)
    if session.azure is None:
        view = AzureView("AzureCloud", "nobody", resource, NOBODY, NOBODY, NOBODY)
    else:
        view = read_azure(session.azure, facts, resource=resource)
    return facts, standing(facts, view)


def until(
    session: "Session",
    resource: ResourceId | None,
    good: Callable[[Standing], bool],
    sink: Sink,
    times: tuple[timedelta, timedelta],
) -> tuple[ClusterFacts, Standing]:
    """Read until `good` holds, or `times` (patience, glance) are over; returns what was read last."""
    patience, glance = times
    deadline = time.monotonic() + patience.total_seconds()
    facts, found = seen_now(session, resource)
    said = False
    while not good(found) and time.monotonic() < deadline:
        if not said:
            sink(note("Not everything shows yet; looking again for a while."))
            said = True
        time.sleep(min(glance.total_seconds(), max(deadline - time.monotonic(), 0)))
        facts, found = seen_now(session, resource)
    return facts, found


def azure_problem(found: Standing) -> AzureProblem | None:
    """Return why something of the cluster could not be read from Azure; `None` where all of it was read."""
    facts = (found.cluster, found.arc_setting, found.machines)
    return next((fact for fact in facts if isinstance(fact, AzureProblem)), None)


def will_not_tell(found: Standing) -> bool:
    """Whether Azure does not tell how the cluster stands, and looking again would not change that."""
    problem = azure_problem(found)
    return problem is not None and problem.kind not in PASSING


def node_details(found: Standing) -> tuple[str, ...]:
    """Return how each node stands on both sides, a sentence each."""
    return tuple(_node(node) for node in found.nodes)


def cluster_detail(found: Standing) -> str:
    """Return how the cluster's resource stands in Azure."""
    if isinstance(found.cluster, AzureProblem):
        return f"Azure: {found.cluster.message}"
    cluster = found.azure_cluster
    if cluster is None:
        return "Azure: there is no resource of the cluster."
    states = [state.value for state in (cluster.status, cluster.connectivity_status) if state is not None]
    return f"Azure: {cluster.id.name} in {cluster.location}: {', '.join(states) or 'no state yet'}."


def cluster_name(facts: ClusterFacts, fallback: str | None) -> str:
    """Return the cluster's name as its nodes tell it."""
    told = (value_of(node.membership) for node in facts.nodes)
    return next((one.name for one in told if one is not None and one.name), fallback or "the cluster")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is true after a run, and what its cmdlet claims: all that an outcome is made from."""

    facts: ClusterFacts
    """What the nodes tell."""
    found: Standing
    """How they stand on both sides."""
    claim: Claim
    """What the cmdlet claims, and the traces it left."""
    run: RunState
    """The run."""

    @property
    def name(self) -> str:
        """Name of the cluster."""
        return cluster_name(self.facts, self.run.cluster)

    @property
    def silent(self) -> str:
        """Which nodes did not tell how they stand, as a sentence with a blank before it; empty where all did."""
        nodes = [node for node in self.found.nodes if node.registered is None]
        return f" {names(nodes)} did not tell." if nodes else ""

    @property
    def details(self) -> tuple[str, ...]:
        """How each node and the cluster's resource stand, a sentence each."""
        return (*node_details(self.found), cluster_detail(self.found))

    def outcome(self, kind: OutcomeKind, message: str, remedy: str = "", *more: str) -> Outcome:
        """Return an outcome; what the cmdlet claims stands in it where it claims anything but success."""
        claimed = "" if kind is OutcomeKind.DONE and self.claim.succeeded else self.claim.text
        return Outcome(
            kind,
            message,
            remedy=remedy,
            claimed=claimed,
            details=(*self.details, *more),
            run=self.run.id,
            settled=self._settles(kind),
        )

    def nobody_tells(self) -> Outcome:
        """Return that no node could be read."""
        return self.outcome(
            OutcomeKind.UNREACHABLE,
            "No node tells how it is registered, so what is true now is not known.",
            LOOK_AGAIN,
        )

    def failure(self, kind: OutcomeKind, message: str, remedy: str, *, again: bool = True) -> Outcome:
        """Return an outcome that is not what was wanted, explained by the traces that the cmdlet left.

        `remedy` is for a failure that is not known, or for all where it cannot be done `again`.
        """
        claim, known = self.claim, explain(self.claim)
        said = claim.complaints[0] if claim.complaints else ""
        cause = known.cause if known else (f"It says: {said}" if said else "")
        log = (LOGS.format(file=claim.log_file),) if claim.log_file else ()
        return Outcome(
            kind,
            f"{message} {cause}".strip(),
            remedy=known.remedy if known and again else remedy,
            claimed=claim.text or "nothing",
            details=(*self.details, *claim.complaints[:3], *log),
            run=self.run.id,
            settled=self._settles(kind),
        )

    def _settles(self, kind: OutcomeKind) -> bool:
        """Whether everything was read that an outcome of a kind hangs on: what is done has been seen to be done."""
        unread = any(node.registered is None or node.agent is None for node in self.found.nodes)
        return kind is OutcomeKind.DONE or (not unread and azure_problem(self.found) is None)


def _node(node: NodeStanding) -> str:
    agent = node.agent
    if agent is None:
        arc = "its agent was not read"
    elif not agent.installed:
        arc = "no Arc agent"
    else:
        arc = f"agent {agent.status.value if agent.status else 'without a status'}"
    azure = f", in Azure {node.azure_state}" if node.azure_state else ""
    return f"{node.name}: {node.status or 'not read'}; {arc}{azure}."
