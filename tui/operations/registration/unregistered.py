"""The outcome of a run that unregisters or disables Azure Arc: what is gone on both sides, and what is not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.cluster.azure_resources import AzureProblem
from tui.cluster.facts import ClusterFacts, value_of
from tui.cluster.registration import RegistrationStatus
from tui.cluster.registration_claim import parse_claim
from tui.cluster.registration_standing import NodeStanding, Standing, names
from tui.cluster.resource_id import ResourceId, same_resource
from tui.operations.registration.registered import registered_as_run
from tui.operations.registration.verify import LOOK_AGAIN, Evidence, azure_problem, until, will_not_tell
from tui.runs.event import Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session

AGAIN = "Read what the run printed (azsconfig runs show), mend it, and start again."
CLEAN_UP = "10) Clean up leftover resources finds what is left in Azure and removes it."


@dataclass(frozen=True, slots=True)
class _Left:
    """What is still there."""

    registered: tuple[NodeStanding, ...]
    """Nodes that say they are registered."""
    agents: tuple[NodeStanding, ...]
    """Nodes whose agent still belongs to a resource."""
    resource: bool | None
    """Whether the cluster's resource is in Azure; `None` where Azure does not tell."""
    settings: bool
    """Whether its Arc settings are."""
    machines: tuple[str, ...]
    """Arc machines of the cluster that are in Azure."""

    @property
    def arc(self) -> bool:
        """Whether anything of Azure Arc is left."""
        return bool(self.agents or self.machines or self.settings)


def unregistered_outcome(session: "Session", run: RunState, sink: Sink, times: tuple[timedelta, timedelta]) -> Outcome:
    """Return the outcome by what nodes and Azure show."""
    claim, resource = parse_claim(run.result), registered_as_run(run)
    arc_only = run.parameters.get("ArcOnly") is True
    patience = times[0] if claim.succeeded else timedelta()

    def gone(now: Standing) -> bool:
        left = _left(now, resource)
        told = azure_problem(now) is None or will_not_tell(now)
        told = told and not any(node.registered is None or node.arc_gone is None for node in now.nodes)
        return told and not left.arc and (arc_only or not (left.registered or left.resource))

    facts, found = until(session, resource, gone, sink, (patience, times[1]))
    evidence = Evidence(facts, found, claim, run)
    if not found.read:
        return evidence.nobody_tells()
    left = _left(found, resource)
    if arc_only:
        return _arc_disabled(evidence, left)
    return _still_registered(evidence, left) or _left_over(evidence, left) or _gone(evidence)


def _still_registered(evidence: Evidence, left: _Left) -> Outcome | None:
    """Return that nodes are registered as before; the cmdlet may say Success of that too."""
    if not left.registered:
        return None
    name, lied = evidence.name, ", although the cmdlet says Success" if evidence.claim.succeeded else ""
    silent = evidence.silent
    if any(node.registered is False for node in evidence.found.nodes):
        message = f"{name} is unregistered in part: {names(left.registered)} still registered{lied}.{silent}"
        return evidence.failure(OutcomeKind.PARTLY, message, AGAIN)
    if left.resource is not False:
        return evidence.failure(OutcomeKind.FAILED, f"{name} is still registered with Azure{lied}.{silent}", AGAIN)
    message = f"The nodes of {name} still say they are registered{lied}; its resource does not exist in Azure.{silent}"
    return evidence.failure(OutcomeKind.PARTLY, message, AGAIN)


def _left_over(evidence: Evidence, left: _Left) -> Outcome | None:
    """Return what is left although no node says that it is registered."""
    if left.resource or left.machines:
        what = [
            *(["the cluster's resource"] if left.resource else []),
            *([f"the Arc machines {', '.join(left.machines)}"] if left.machines else []),
        ]
        message = f"No node is registered any more, but Azure still has {' and '.join(what)}."
        return evidence.failure(OutcomeKind.PARTLY, message, CLEAN_UP, again=False)
    if left.agents:
        message = f"{evidence.name} is unregistered, but the agents of {names(left.agents)} still belong to a resource."
        remedy = "On each of them: azcmagent disconnect --force-local-only."
        return evidence.failure(OutcomeKind.PARTLY, message, remedy, again=False)
    problem = azure_problem(evidence.found)
    if problem is not None:
        message = f"No node is registered any more. Azure could not be asked: {problem.message}"
        remedy = f"{problem.remedy} Then look whether everything is gone there."
        if not evidence.claim.succeeded:
            return evidence.failure(OutcomeKind.PARTLY, message, remedy, again=False)
        return evidence.outcome(OutcomeKind.ATTENTION, message, remedy)
    unread = [node for node in evidence.found.nodes if node.registered is None or node.arc_gone is None]
    if unread:
        message = f"{evidence.name} is gone from Azure; {names(unread)} did not tell what is left there."
        return evidence.outcome(OutcomeKind.ATTENTION, message, LOOK_AGAIN)
    return None


def _gone(evidence: Evidence) -> Outcome:
    message = f"{evidence.name} is unregistered: no node and nothing in Azure shows it any more."
    return evidence.outcome(OutcomeKind.DONE, message, "", *_policy(evidence.facts))


def _arc_disabled(evidence: Evidence, left: _Left) -> Outcome:
    found = evidence.found
    if left.arc:
        what = [
            *([f"the agents of {names(left.agents)} still belong to a resource"] if left.agents else []),
            *([f"Azure still has the Arc machines {', '.join(left.machines)}"] if left.machines else []),
            *(["Azure still has the Arc settings"] if left.settings else []),
        ]
        kind = OutcomeKind.FAILED if len(left.agents) == len(found.nodes) else OutcomeKind.PARTLY
        return evidence.failure(kind, f"Azure Arc is not disabled everywhere: {'; '.join(what)}.", AGAIN)
    problem = azure_problem(found)
    if problem is not None:
        message = f"No node is Arc-enabled any more. Azure could not be asked: {problem.message}"
        return evidence.outcome(OutcomeKind.ATTENTION, message, problem.remedy)
    unread = [node for node in found.nodes if node.arc_gone is None]
    if unread:
        message = f"Azure has nothing of Azure Arc any more; {names(unread)} did not tell what is left there."
        return evidence.outcome(OutcomeKind.ATTENTION, message, LOOK_AGAIN)
    message = f"Azure Arc is disabled on every node of {evidence.name}; its registration stays."
    return evidence.outcome(OutcomeKind.DONE, message)


def _left(found: Standing, resource: ResourceId | None) -> _Left:
    machines = () if isinstance(found.machines, AzureProblem) else found.machines.value
    wanted = str(resource) if resource is not None else ""
    return _Left(
        registered=tuple(node for node in found.nodes if node.registered),
        agents=tuple(node for node in found.nodes if node.arc_gone is False),
        resource=found.resource_there,
        settings=found.arc_settings is not None and bool(found.arc_settings.nodes),
        machines=tuple(one.id.name for one in machines if same_resource(one.parent_cluster_id or "", wanted)),
    )


def _policy(facts: ClusterFacts) -> tuple[str, ...]:
    """Return that nodes are out of policy now, where they say so."""
    told = [(node.name, value_of(node.registration)) for node in facts.nodes]
    late = [
        name
        for name, registration in told
        if registration is not None and registration.registration_status == RegistrationStatus.OUT_OF_POLICY
    ]
    words = "OutOfPolicy, no new virtual machines until the cluster is registered again."
    return (f"{', '.join(late)}: {words}",) if late else ()
