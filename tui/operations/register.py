"""Option 3: register the cluster with Azure, and Arc-enable its nodes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tui.azure.clusters import read_arc_setting, read_cluster
from tui.azure.errors import AzureError
from tui.cluster.azure_resources import ArcNodeState, region_key
from tui.cluster.registration_standing import names
from tui.cluster.resource_id import ResourceId
from tui.operations.last_used import keep_subscription, last_subscription
from tui.operations.registration.arc_checks import machine_checks, role_checks, stale_agents, stale_checks
from tui.operations.registration.azure_checks import (
    Place,
    place_to_register,
    region_check,
    token_for_run,
    visible_subscriptions,
)
from tui.operations.registration.endpoint_checks import endpoint_checks
from tui.operations.registration.identity import recording_checks, run_identity
from tui.operations.registration.input_checks import Inputs, read_inputs
from tui.operations.registration.look import Look, look
from tui.operations.registration.module_checks import GALLERY, choose
from tui.operations.registration.node_checks import node_checks
from tui.operations.registration.operation import TOKEN, RegistrationOperation, confirmation
from tui.operations.registration.registered import registered_outcome
from tui.operations.registration.shown import shown_register
from tui.operations.registration.steps import run_steps
from tui.runs.event import Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Check, CheckLevel, NodeWork, Plan
from tui.runs.run_state import RunState

if TYPE_CHECKING:
    from tui.session import Session

PROVIDER, TYPE = "Microsoft.AzureStackHCI", "clusters"


@dataclass(frozen=True, slots=True)
class _Target:
    """What the cluster is to be registered as."""

    subscription: str | None
    region: str | None
    name: str | None
    group: str | None
    arc_group: str | None

    @property
    def resource(self) -> ResourceId | None:
        """Its resource id; `None` while something of it is not known."""
        if not (self.subscription and self.group and self.name):
            return None
        return ResourceId(self.subscription, self.group, PROVIDER, (TYPE,), (self.name,))


class Register(RegistrationOperation):
    """Registers through Microsoft's cmdlet, and believes nodes and Azure instead of what it prints."""

    id: ClassVar[str] = "register"

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Look at everything that registering needs, and say what would be done."""
        given = read_inputs(inputs)
        seen = look(session, sink, given.run_node)
        checks = [*given.checks, *node_checks(seen)]
        token = token_for_run(seen)
        checks += token.checks
        target, found = _target(seen, given)
        checks += found
        title = f"Register {seen.cluster or session.name or 'the cluster'} with Azure"
        already = _already(seen, target)
        if already is not None and not given.checks and not seen.changing:
            return Plan(self.id, title, seen.cluster, checks=tuple(checks), nothing_to_do=already)
        checks += _earlier(seen, target)
        place = _place(seen, target)
        checks += place.checks
        if target.region and seen.clients is not None and place.subscription is not None:
            checks.append(region_check(place, target.region))
        checks += role_checks(place, given.arc_spn_id)
        modules = choose(
            seen,
            given.install_modules,
            arc_secret=given.arc_spn_id is not None,
            may_assign_roles=place.may_assign_roles,
        )
        checks += modules.checks
        identity = run_identity(session, seen, given.password)
        checks += [*identity.checks, *recording_checks(seen)]
        if not any(check.level is CheckLevel.BLOCKER for check in checks):
            gallery = bool(modules.installs) and given.install_modules == GALLERY
            checks += endpoint_checks(session, seen, sink, region=target.region, arc=True, gallery=gallery)
        parameters = {
            "Mode": "Register",
            **_parameters(seen, target, given),
            "TenantId": given.tenant or token.tenant,
            "AccountId": token.account,
            "Peers": list(seen.peers),
            **modules.parameters,
            **identity.parameters,
        }
        secrets = {**({TOKEN: token.secret} if token.secret else {}), **identity.secrets}
        if given.arc_spn_secret is not None:
            secrets["ArcSpnSecret"] = given.arc_spn_secret
        how, word = confirmation(tuple(checks), seen.cluster)
        work = NodeWork(seen.node, self.id, "job-register", parameters, secrets, identity.run_as) if seen.node else None
        return Plan(
            operation=self.id,
            title=title,
            cluster=seen.cluster,
            steps=run_steps(seen, modules, "Register-AzStackHCI, Azure Arc included"),
            checks=tuple(checks),
            values=_values(seen, target, given),
            commands=shown_register(parameters),
            consequences=(
                "The cluster is billed through the subscription once the free trial is over.",
                "Every node becomes an Arc-enabled server, managed by whoever may do so in Azure.",
            ),
            confirmation=how,
            word=word,
            work=work,
            inputs={"subscription": target.subscription},
        )

    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Say whether every node and Azure show the cluster registered, connected and Arc-enabled."""
        del node
        outcome = registered_outcome(session, run, sink, (self._patience, self._glance))
        if outcome.kind is not OutcomeKind.FAILED and run.parameters.get("SubscriptionId"):
            keep_subscription(str(run.parameters["SubscriptionId"]))
        return outcome


def _target(seen: Look, given: Inputs) -> tuple[_Target, tuple[Check, ...]]:
    """Return what to register as, and what is missing for it."""
    checks: list[Check] = []
    subscription, missing = _subscription(seen, given)
    if missing is not None:
        checks.append(missing)
    name = given.resource_name or seen.cluster
    if name is None:
        message = "No node tells the cluster's name."
        checks.append(Check("name", CheckLevel.BLOCKER, message, "Give the resource a name: --resource-name."))
    region = given.region
    if region is None and not any(check.id == "input-region" for check in given.checks):
        checks.append(_region_missing(seen, subscription))
    if given.cloud and seen.clients is not None and given.cloud.casefold() != seen.cloud.casefold():
        message = f"--cloud {given.cloud} was given, and {seen.cloud} is signed in to."
        checks.append(Check("cloud", CheckLevel.BLOCKER, message, "Sign in to the cloud that is meant."))
    group = given.resource_group or (f"{name}-rg" if name else None)
    return _Target(subscription, region, name, group, given.arc_resource_group or group), tuple(checks)


def _subscription(seen: Look, given: Inputs) -> tuple[str | None, Check | None]:
    """Return the subscription that is meant: given, used last, or the only one there is."""
    if given.subscription or seen.clients is None or any(one.id == "input-subscription" for one in given.checks):
        return given.subscription, None
    visible = visible_subscriptions(seen.clients)
    if isinstance(visible, Check):
        return None, visible
    ids = {one.id.casefold(): one for one in visible}
    last = last_subscription()
    if last and last.casefold() in ids:
        return ids[last.casefold()].id, None
    if len(visible) == 1:
        return visible[0].id, None
    listed = ", ".join(f"{one.id} ({one.name})" for one in visible) or "none that this account sees"
    message = "No subscription was given."
    return None, Check("subscription", CheckLevel.BLOCKER, message, f"Give one with --subscription: {listed}.")


def _region_missing(seen: Look, subscription: str | None) -> Check:
    regions = ""
    if seen.clients is not None and subscription is not None:
        place = place_to_register(seen.clients, subscription, "-")
        regions = f": {', '.join(region_key(one) for one in place.regions)}" if place.regions else ""
    return Check("region", CheckLevel.BLOCKER, "No region was given.", f"Give one with --region{regions}.")


def _already(seen: Look, target: _Target) -> str | None:
    """Return why there is nothing to do; `None` where there is."""
    state, said = seen.standing, seen.standing.resources
    if len(said) != 1 or not state.nodes or state.resource_there is False:
        return None
    whole = all(node.registered for node in state.nodes)
    as_meant = target.resource is None or target.resource == said[0] or target.subscription is None
    if not whole or not as_meant:
        return None
    words = f"{said[0].name} is already registered, in {said[0].resource_group} of {said[0].subscription}."
    if any(node.repair_required for node in state.nodes):
        return f"{words} It needs 4) Repair registration."
    return words if state.arc_complete else f"{words} For Azure Arc on every node: 5) Enable Azure Arc integration."


def _earlier(seen: Look, target: _Target) -> Iterator[Check]:
    """Yield earlier registrations that are in the way."""
    state = seen.standing
    for resource in state.resources:
        nodes = names(state.registered_as(resource))
        if state.resource_there is False:
            yield Check(
                "resource-deleted",
                CheckLevel.BLOCKER,
                f"{nodes}: registered as {resource.name}, whose resource does not exist in Azure any more.",
                "9) Unregister from Azure first: it takes the registration off the nodes. Then register.",
            )
        elif target.resource is not None and target.resource != resource:
            yield Check(
                "registered-elsewhere",
                CheckLevel.BLOCKER,
                f"{nodes}: already registered as {resource.name} in {resource.resource_group} of "
                f"{resource.subscription}.",
                "Leave out what differs, or 9) Unregister from Azure first.",
            )
    if seen.clients is None or target.resource is None or state.resources:
        return
    yield from _in_azure(seen, target)


def _in_azure(seen: Look, target: _Target) -> Iterator[Check]:
    """Yield what of that name is in Azure although no node is registered."""
    resource, clients = target.resource, seen.clients
    if resource is None or clients is None:
        return
    try:
        existing = read_cluster(clients, resource).value
        setting = read_arc_setting(clients, resource).value if existing is not None else None
    except AzureError as error:
        if error.code not in {"AuthorizationFailed", "SubscriptionNotFound"}:
            yield Check("name-free", CheckLevel.WARNING, f"Whether the name is free: {error.message}", error.remedy)
        return
    if existing is None:
        yield Check("name-free", CheckLevel.PASSED, f"There is no {resource.name} in {resource.resource_group} yet.")
        return
    if target.region and region_key(existing.location) != target.region:
        message = f"{resource.name} exists in {resource.resource_group} already, in {existing.location}."
        yield Check("name-free", CheckLevel.BLOCKER, message, "Register there, choose another name, or delete it.")
    else:
        message = f"{resource.name} exists in {resource.resource_group} already, and no node is registered as it."
        remedy = (
            "If it is left over from this cluster it is used again; if it is another cluster's, choose another name."
        )
        yield Check("name-free", CheckLevel.WARNING, message, remedy)
    if setting is not None and setting.aggregate_state == ArcNodeState.DISABLE_IN_PROGRESS:
        message = "Disabling Azure Arc of this resource was begun and not ended."
        yield Check("arc-half-disabled", CheckLevel.BLOCKER, message, "End it first: 9) Unregister from Azure.")


def _place(seen: Look, target: _Target) -> Place:
    """Read the place and what of Azure Arc is in the way there."""
    if seen.clients is None or target.subscription is None or target.group is None:
        return Place()
    place = place_to_register(seen.clients, target.subscription, target.group)
    resource, arc_group = target.resource, target.arc_group
    if resource is None or arc_group is None or place.subscription is None:
        return place
    more = (
        *stale_checks(stale_agents(seen, resource, arc_group), disconnect=False),
        *machine_checks(seen.clients, seen, resource, arc_group),
    )
    return Place(place.subscription, place.providers, place.group, place.permissions, (*place.checks, *more))


def _parameters(seen: Look, target: _Target, given: Inputs) -> dict[str, Any]:
    arc_group = given.arc_resource_group
    return {
        "SubscriptionId": target.subscription,
        "Region": target.region,
        "ResourceName": target.name,
        "ResourceGroupName": target.group,
        "ArcServerResourceGroupName": arc_group,
        "Tag": dict(given.tags) or None,
        "EnvironmentName": seen.cloud,
        "CertificateThumbprint": given.certificate_thumbprint,
        "ArcSpnApplicationId": given.arc_spn_id,
        "LogsDirectory": given.logs_directory,
    }


def _values(seen: Look, target: _Target, given: Inputs) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Subscription", target.subscription),
        ("Region", target.region),
        ("Resource", target.name),
        ("Resource group", target.group),
        ("Arc resource group", target.arc_group),
        ("Tags", ", ".join(f"{name}={value}" for name, value in given.tags.items())),
        ("Cloud", seen.cloud),
        ("Certificate", given.certificate_thumbprint),
        ("Service principal for Arc", given.arc_spn_id),
        ("Run on", seen.node),
    )
    return tuple((name, value) for name, value in rows if value)
