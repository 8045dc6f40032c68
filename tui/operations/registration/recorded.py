"""What a cluster is registered as, by its nodes and by Azure: what nobody has to be asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.azure.subscriptions import Subscription
from tui.cluster.arc import ConnectedMachineAgent
from tui.cluster.azure_resources import ArcNodeState, AzureProblem, region_key
from tui.cluster.facts import value_of
from tui.cluster.registration_standing import names
from tui.cluster.resource_id import ResourceId, same_resource
from tui.operations.registration.azure_checks import visible_subscriptions
from tui.operations.registration.input_checks import Inputs
from tui.operations.registration.look import Look
from tui.runs.plan import Check, CheckLevel


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a cluster is registered as."""

    resource: ResourceId | None = None
    """Its resource; `None` where no node says one, or nodes say several."""
    region: str | None = None
    """Region of the resource, without blanks and in lower case."""
    arc_group: str | None = None
    """Resource group of its Arc machines, where Azure or a node's agent tells."""
    subscription: Subscription | None = None
    """Its subscription, where whoever is signed in sees it."""
    checks: tuple[Check, ...] = ()
    """What there is to say."""

    @property
    def tenant(self) -> str | None:
        """Tenant of its subscription."""
        return self.subscription.tenant if self.subscription is not None else None


def recorded(seen: Look, given: Inputs) -> Recorded:
    """Return what nodes and Azure say; what was given counts only where they say nothing, and has to agree with it."""
    said = seen.standing.resources
    if len(said) != 1:
        return Recorded(checks=tuple(_not_one(seen)))
    resource = said[0]
    subscription, checks = _subscription(seen, resource, given)
    region = _region(seen, given)
    checks += tuple(_region_checks(seen, region, given))
    checks += tuple(_cloud_checks(seen))
    return Recorded(resource, region, _arc_group(seen, resource), subscription, checks)


def resource_checks(seen: Look) -> Iterator[Check]:
    """Yield why a registration cannot be used: its resource is gone, or Azure does not tell."""
    cluster = seen.standing.cluster
    if seen.standing.resource_there is False:
        yield Check(
            "resource-deleted",
            CheckLevel.BLOCKER,
            f"{names(seen.standing.nodes)}: registered, but the resource does not exist in Azure any more.",
            "9) Unregister from Azure first: it takes the registration off the nodes. Then register.",
        )
    elif isinstance(cluster, AzureProblem) and seen.clients is not None and seen.standing.resources:
        message = f"The cluster's resource could not be read: {cluster.message}"
        yield Check("resource", CheckLevel.BLOCKER, message, cluster.remedy)


def arc_disabling_checks(seen: Look) -> Iterator[Check]:
    """Yield that disabling Azure Arc was begun and did not end: nothing can be registered meanwhile."""
    setting = seen.standing.arc_settings
    if setting is not None and setting.aggregate_state == ArcNodeState.DISABLE_IN_PROGRESS:
        message = "Disabling Azure Arc of this cluster was begun and did not end."
        yield Check("arc-half-disabled", CheckLevel.BLOCKER, message, "End it first: 9) Unregister from Azure.")


def _not_one(seen: Look) -> Iterator[Check]:
    said = seen.standing.resources
    if said:
        told = "; ".join(f"{names(seen.standing.registered_as(one))} as {one}" for one in said)
        message = f"The nodes do not agree on what they are registered as: {told}."
        yield Check("one-registration", CheckLevel.BLOCKER, message, "Unregister the odd ones on the nodes themselves.")
        return
    registered = [node for node in seen.standing.nodes if node.registered]
    if registered:
        message = f"{names(registered)}: registered, without saying as what."
        yield Check("one-registration", CheckLevel.BLOCKER, message, "Read the status again: azsconfig status.")
    elif seen.standing.read:
        message = "No node is registered with Azure."
        yield Check("registered", CheckLevel.BLOCKER, message, "3) Register with Azure.")


def _subscription(seen: Look, resource: ResourceId, given: Inputs) -> tuple[Subscription | None, tuple[Check, ...]]:
    if given.subscription and given.subscription.casefold() != resource.subscription.casefold():
        message = (
            f"The nodes are registered in the subscription {resource.subscription}, not in {given.subscription}. With "
            "another one the nodes would lose the registration, and its resources would stay."
        )
        return None, (Check("subscription", CheckLevel.BLOCKER, message, "Leave --subscription out."),)
    if seen.clients is None:
        return None, ()
    visible = visible_subscriptions(seen.clients)
    if isinstance(visible, Check):
        return None, (visible,)
    found = next((one for one in visible if one.id.casefold() == resource.subscription.casefold()), None)
    account = seen.clients.signed_in.account.name
    if found is None:
        message = (
            f"The nodes are registered in the subscription {resource.subscription}, which {account} does not see. With "
            "another one the nodes would lose the registration, and its resources would stay."
        )
        remedy = (
            f"Sign in as somebody who sees it, in the tenant that it belongs to (--tenant). Seen: {_seen(visible)}."
        )
        return None, (Check("subscription", CheckLevel.BLOCKER, message, remedy),)
    passed = f"{account} sees the subscription of the registration, {found.name}."
    return found, (Check("subscription", CheckLevel.PASSED, passed),)


def _seen(visible: tuple[Subscription, ...]) -> str:
    return ", ".join(f"{one.id} ({one.name})" for one in visible) or "none"


def _region(seen: Look, given: Inputs) -> str | None:
    cluster = seen.standing.azure_cluster
    if cluster is not None:
        return region_key(cluster.location)
    told = (value_of(node.registration) for node in seen.facts.nodes)
    return next((region_key(one.region) for one in told if one is not None and one.region), given.region)


def _region_checks(seen: Look, region: str | None, given: Inputs) -> Iterator[Check]:
    if region is None:
        message = "Neither the nodes nor Azure say the region of the registration."
        yield Check("region", CheckLevel.BLOCKER, message, "Name the region that it was registered in: --region.")
    elif given.region and given.region != region:
        message = f"The cluster is registered in {region}, not in {given.region}, which was given."
        yield Check("region", CheckLevel.BLOCKER, message, "Leave --region out.")
    elif seen.standing.azure_cluster is None:
        yield Check("region", CheckLevel.NOTE, f"The region {region} is what the nodes say, or what was given.")


def _cloud_checks(seen: Look) -> Iterator[Check]:
    if seen.clients is None:
        return
    told = {agent.cloud for node in seen.standing.nodes if (agent := node.agent) is not None and agent.cloud}
    differing = sorted(cloud for cloud in told if cloud.casefold() != seen.cloud.casefold())
    if differing:
        message = f"The nodes' agents belong to {', '.join(differing)}, and {seen.cloud} is signed in to."
        yield Check("cloud", CheckLevel.BLOCKER, message, f"Sign in to that cloud: --cloud {differing[0]}.")


def _arc_group(seen: Look, resource: ResourceId) -> str | None:
    """Return the group of the Arc machines: by the Arc settings, else by machines, else by connected agents."""
    settings, machines = seen.standing.arc_settings, seen.standing.machines
    if settings is not None and settings.resource_group:
        return settings.resource_group
    own = [
        machine.id.resource_group
        for machine in (() if isinstance(machines, AzureProblem) else machines.value)
        if same_resource(machine.parent_cluster_id or "", str(resource))
    ]
    agents = [node.agent for node in seen.standing.nodes if node.agent is not None]
    told = [agent.resource_group for agent in agents if _of(agent, resource) and agent.resource_group]
    return next(iter([*own, *told]), None) if len({*own, *told}) == 1 or own else None


def _of(agent: ConnectedMachineAgent, resource: ResourceId) -> bool:
    return (agent.subscription_id or "").casefold() == resource.subscription.casefold()
