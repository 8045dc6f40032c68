"""Option 9: remove the registration from nodes and Azure, or disable Azure Arc alone."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from tui.azure.errors import AzureError
from tui.azure.needed_actions import unregister_actions
from tui.azure.permissions import read_permissions
from tui.cluster.azure_resources import AzureProblem
from tui.cluster.facts import Reading, value_of
from tui.cluster.policy_clocks import register_by
from tui.cluster.resource_id import same_resource
from tui.operations.registration.azure_checks import token_for_run
from tui.operations.registration.endpoint_checks import endpoint_checks
from tui.operations.registration.identity import recording_checks, run_identity
from tui.operations.registration.input_checks import Inputs, read_inputs
from tui.operations.registration.lock_checks import removal_locks
from tui.operations.registration.look import Look, look
from tui.operations.registration.module_checks import choose
from tui.operations.registration.node_checks import node_checks
from tui.operations.registration.operation import TOKEN, RegistrationOperation
from tui.operations.registration.recorded import Recorded, recorded
from tui.operations.registration.shown import shown_unregister
from tui.operations.registration.steps import run_steps
from tui.operations.registration.unregistered import unregistered_outcome
from tui.runs.event import Sink
from tui.runs.outcome import Outcome
from tui.runs.plan import Check, CheckLevel, Confirmation, NodeWork, Plan
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session


class Unregister(RegistrationOperation):
    """Removes what the nodes say they are registered as, and nothing else."""

    id: ClassVar[str] = "unregister"

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Look at everything that is to be removed, and say what would be done."""
        given = read_inputs(inputs)
        arc_only, force = bool(inputs.get("arc_only")), bool(inputs.get("force"))
        seen = look(session, sink, given.run_node)
        cluster = seen.cluster or session.name or "the cluster"
        title = f"Disable Azure Arc on every node of {cluster}" if arc_only else f"Unregister {cluster} from Azure"
        already = _nothing_to_do(seen, arc_only=arc_only)
        if already is not None and not given.checks and not seen.changing:
            return Plan(self.id, title, seen.cluster, nothing_to_do=already)
        known = recorded(seen, given)
        token = token_for_run(seen)
        checks = [*given.checks, *node_checks(seen), *token.checks, *known.checks, *_resource(seen, known)]
        checks += [*_given_cloud(seen, given), *_rights(seen, known), *_locks(seen, known)]
        modules = choose(seen, given.install_modules)
        identity = run_identity(session, seen, given.password)
        checks += [*modules.checks, *identity.checks, *recording_checks(seen)]
        if not any(check.level is CheckLevel.BLOCKER for check in checks):
            checks += endpoint_checks(session, seen, sink, region=known.region, arc=True, gallery=False)
        parameters = {
            **_parameters(seen, known, arc_only=arc_only, force=force),
            "TenantId": given.tenant or known.tenant or token.tenant,
            "AccountId": token.account,
            "Peers": list(seen.peers),
            **modules.parameters,
            **identity.parameters,
        }
        secrets = {**({TOKEN: token.secret} if token.secret else {}), **identity.secrets}
        how = identity.run_as
        work = NodeWork(seen.node, self.id, "job-unregister", parameters, secrets, how) if seen.node else None
        cmdlet = "Unregister-AzStackHCI -DisableOnlyAzureArcServer" if arc_only else "Unregister-AzStackHCI"
        return Plan(
            operation=self.id,
            title=title,
            cluster=seen.cluster,
            steps=run_steps(seen, modules, cmdlet),
            checks=tuple(checks),
            values=_values(seen, known, given),
            commands=shown_unregister(parameters),
            consequences=tuple(_consequences(seen, arc_only=arc_only)),
            confirmation=Confirmation.NAME,
            word=seen.cluster or "yes",
            work=work,
        )

    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Say whether nodes and Azure show that it is gone."""
        del node
        return unregistered_outcome(session, run, sink, (self._patience, self._glance))


def _nothing_to_do(seen: Look, *, arc_only: bool) -> str | None:
    """Return why there is nothing to do; `None` where there is, or where somebody does not tell."""
    nodes = seen.standing.nodes
    if not nodes or any(node.registered is None for node in nodes):
        return None
    if not any(node.registered for node in nodes):
        left = [node for node in nodes if node.agent is not None and not node.arc_gone]
        more = " Agents of Azure Arc are still connected: 10) Clean up leftover resources." if left else ""
        return f"No node is registered with Azure.{more}"
    setting = seen.standing.arc_setting
    gone = not isinstance(setting, AzureProblem) and seen.standing.arc_settings is None
    if arc_only and gone and all(node.arc_gone is True for node in nodes):
        return "No node is Arc-enabled."
    return None


def _resource(seen: Look, known: Recorded) -> Iterator[Check]:
    """Yield how the resource stands: that it is gone is a finding, that nobody can read it stands in the way."""
    cluster = seen.standing.cluster
    if known.resource is None or known.subscription is None:
        return
    where = f"{known.resource.resource_group} of {known.subscription.name}"
    if isinstance(cluster, AzureProblem):
        message = f"The cluster's resource could not be read: {cluster.message}"
        yield Check("resource", CheckLevel.BLOCKER, message, cluster.remedy)
    elif seen.standing.azure_cluster is None:
        message = f"{known.resource.name} does not exist in {where} any more. The nodes lose their registration."
        remedy = "Applications and Arc machines may be left in Azure: 10) Clean up leftover resources finds them."
        yield Check("resource-deleted", CheckLevel.WARNING, message, remedy)
    else:
        yield Check("resource", CheckLevel.PASSED, f"{known.resource.name} exists in {where}.")


def _given_cloud(seen: Look, given: Inputs) -> Iterator[Check]:
    if given.cloud and seen.clients is not None and given.cloud.casefold() != seen.cloud.casefold():
        message = f"--cloud {given.cloud} was given, and {seen.cloud} is signed in to."
        yield Check("cloud", CheckLevel.BLOCKER, message, "Sign in to the cloud that is meant.")


def _rights(seen: Look, known: Recorded) -> Iterator[Check]:
    if seen.clients is None or known.resource is None or known.subscription is None:
        return
    account, group = seen.clients.signed_in.account.name, known.resource.resource_group
    try:
        permissions = read_permissions(seen.clients, known.resource.subscription, group)
    except AzureError as error:
        yield Check("permissions", CheckLevel.BLOCKER, error.message, error.remedy)
        return
    lacking = permissions.missing(unregister_actions())
    if lacking:
        message = f"{account} lacks permissions in {group}: {', '.join(lacking)}."
        yield Check("permissions", CheckLevel.BLOCKER, message, "Have Contributor assigned there; sign in again.")
    else:
        yield Check("permissions", CheckLevel.PASSED, f"{account} has every permission that is needed.")


def _locks(seen: Look, known: Recorded) -> Iterator[Check]:
    """Yield what keeps the cluster's resource, or the Arc machines of its nodes, from being deleted."""
    if seen.clients is None or known.subscription is None:
        return
    cluster, machines, here = seen.standing.azure_cluster, seen.standing.machines, str(known.resource)
    found = machines.value if isinstance(machines, Reading) else ()
    foreign = [one for one in found if one.parent_cluster_id and not same_resource(one.parent_cluster_id, here)]
    ids = [*([cluster.id] if cluster is not None else []), *(one.id for one in found if one not in foreign)]
    if ids:
        yield from removal_locks(seen.clients, ids)


def _parameters(seen: Look, known: Recorded, *, arc_only: bool, force: bool) -> dict[str, Any]:
    resource = known.resource
    return {
        "SubscriptionId": resource.subscription if resource else None,
        "ResourceName": resource.name if resource else None,
        "ResourceGroupName": resource.resource_group if resource else None,
        "Region": known.region,
        "EnvironmentName": seen.cloud,
        "ArcOnly": arc_only,
        "Force": force,
    }


def _values(seen: Look, known: Recorded, given: Inputs) -> tuple[tuple[str, str], ...]:
    resource = known.resource
    rows = (
        ("Subscription", resource.subscription if resource else None),
        ("Resource", resource.name if resource else None),
        ("Resource group", resource.resource_group if resource else None),
        ("Arc resource group", known.arc_group),
        ("Region", known.region),
        ("Tenant", given.tenant or known.tenant),
        ("Cloud", seen.cloud),
        ("Run on", seen.node),
    )
    return tuple((name, value) for name, value in rows if value)


def _consequences(seen: Look, *, arc_only: bool) -> Iterator[str]:
    """Yield what stops."""
    yield "Azure Arc is disabled: monitoring, policies, extensions and updates from Azure stop on every node."
    if arc_only:
        return
    yield "The cluster's resource in Azure is deleted: its monitoring and Microsoft's support end, and so does billing."
    late = [node.name for node in seen.facts.nodes if _window_over(_installed(node), seen.now)]
    if late:
        yield (
            f"{', '.join(late)}: installed more than 30 days ago. Unregistered, the cluster is OutOfPolicy at once: no "
            "new virtual machines until it is registered again; those there run on."
        )
    else:
        yield "No new virtual machines once 30 days since the installation are over; those there run on."


def _installed(node: Any) -> datetime | None:
    system = value_of(node.system)
    return system.install_date if system is not None else None


def _window_over(installed: datetime | None, now: datetime) -> bool:
    window = register_by(installed, now)
    return window is not None and window.passed
