"""Whether a cluster is registered, connected and Arc-enabled after a run that should have made it so."""

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.cluster.registration_claim import parse_claim
from tui.cluster.registration_standing import Standing, names
from tui.cluster.resource_id import ResourceId
from tui.operations.registration.verify import LOOK_AGAIN, Evidence, azure_problem, until, will_not_tell
from tui.runs.event import Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session

AGAIN = "Read what the run printed (azsconfig runs show), mend it, and start again: what is done is not done twice."


def registered_outcome(
    session: "Session", run: RunState, sink: Sink, times: tuple[timedelta, timedelta], *, arc: bool = True
) -> Outcome:
    """Return the outcome by what nodes and Azure show; without `arc` Azure Arc does not count."""
    claim = parse_claim(run.result)
    patience = times[0] if claim.succeeded else timedelta()
    resource = registered_as_run(run)
    facts, found = until(session, resource, lambda now: _whole(now, arc=arc), sink, (patience, times[1]))
    evidence = Evidence(facts, found, claim, run)
    if not found.read:
        return evidence.nobody_tells()
    return _not_registered(evidence) or _not_whole(evidence, arc=arc) or _done(evidence, arc=arc)


def _not_registered(evidence: Evidence) -> Outcome | None:
    """Return that nodes are not registered, or not as they should be."""
    name, found, silent = evidence.name, evidence.found, evidence.silent
    missing = [node for node in found.nodes if node.registered is False]
    if len(missing) == len(found.nodes) or found.resource_there is False:
        where = "" if missing else " The nodes say they are registered, and Azure has no such resource."
        return evidence.failure(OutcomeKind.FAILED, f"{name} is not registered with Azure.{where}", AGAIN)
    if missing and len(missing) == len(found.read):
        message = f"Not registered: {names(missing)}.{silent}"
        return evidence.failure(OutcomeKind.PARTLY, message, AGAIN)
    if missing:
        message = f"{name} is registered, but not {names(missing)}.{silent}"
        return evidence.failure(OutcomeKind.PARTLY, message, AGAIN)
    broken = [node for node in found.nodes if node.repair_required]
    if broken:
        message = f"{name} is registered, but {names(broken)} still need their registration repaired."
        return evidence.failure(OutcomeKind.FAILED, message, AGAIN)
    return None


def _not_whole(evidence: Evidence, *, arc: bool) -> Outcome | None:
    """Return what is missing, or not known, although every node is registered."""
    name, found, problem = evidence.name, evidence.found, azure_problem(evidence.found)
    lacking = [node for node in found.nodes if False in (node.agent_connected, node.azure_connected)] if arc else []
    if lacking:
        count = len(found.nodes) - len(lacking)
        told = f"{count} of {len(found.nodes)} nodes are Arc-enabled: not {names(lacking)}"
        remedy = "The nodes try again every hour; or choose 5) Enable Azure Arc integration."
        return evidence.failure(OutcomeKind.PARTLY, f"{name} is registered with Azure, but {told}.", remedy)
    if evidence.silent:
        message = f"The nodes that could be read say that {name} is registered.{evidence.silent}"
        return evidence.outcome(OutcomeKind.ATTENTION, message, LOOK_AGAIN)
    whole = found.resource_there is True and (found.arc_complete or not arc)
    if problem is not None and not whole:
        message = f"The nodes say that {name} is registered. Azure could not be asked: {problem.message}"
        return evidence.outcome(OutcomeKind.ATTENTION, message, problem.remedy)
    if not whole:
        message = f"{name} is registered with Azure; whether {names(found.arc_missing)} are Arc-enabled is not known."
        return evidence.failure(OutcomeKind.ATTENTION, message, AGAIN)
    silent = [node for node in found.nodes if not node.connected]
    if silent:
        message = f"{name} is registered, but {names(silent)} do not say that they are connected with Azure."
        remedy = "They sync by themselves within 12 hours; then read the status again."
        return evidence.failure(OutcomeKind.ATTENTION, message, remedy)
    return None


def _done(evidence: Evidence, *, arc: bool) -> Outcome:
    count = len(evidence.found.nodes)
    arc_words = f"; {count} of {count} nodes are Arc-enabled and connected" if arc else ""
    message = f"{evidence.name} is registered with Azure and connected{arc_words}."
    return evidence.outcome(OutcomeKind.DONE, message)


def _whole(found: Standing, *, arc: bool) -> bool:
    if not all(node.registered and node.connected and not node.repair_required for node in found.nodes):
        return False
    if will_not_tell(found):
        return not arc or all(node.agent_connected for node in found.nodes)
    return found.resource_there is True and (found.arc_complete or not arc)


def registered_as_run(run: RunState) -> ResourceId | None:
    """Return the resource that a run is about, by its parameters; `None` where they do not name it."""
    said = [run.parameters.get(name) for name in ("SubscriptionId", "ResourceGroupName", "ResourceName")]
    if not all(isinstance(value, str) and value for value in said):
        return None
    subscription, group, name = map(str, said)
    return ResourceId(subscription, group, "Microsoft.AzureStackHCI", ("clusters",), (name,))
