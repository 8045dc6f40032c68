"""Checks in Azure: who is signed in and until when, the subscription, what may be done there, providers, the group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.azure.errors import AzureError, Forbidden, NotFound
from tui.azure.groups import Group, read_group
from tui.azure.needed_actions import register_actions
from tui.azure.permissions import Permissions, read_permissions
from tui.azure.providers import STACK_HCI, Provider, read_providers
from tui.azure.subscriptions import Subscription, list_subscriptions
from tui.cluster.azure_resources import region_key
from tui.operations.registration.lock_checks import change_locks
from tui.operations.registration.look import NOBODY, Look
from tui.runs.plan import Check, CheckLevel
from tui.secret import Secret

if TYPE_CHECKING:
    from tui.azure.clients import Clients

TOKEN_LASTS = timedelta(minutes=45)
"""How long the token has to be good that a run is given: it cannot be renewed there, and Arc may take 25 minutes."""
ASSIGN_ROLES = "Microsoft.Authorization/roleAssignments/write"


@dataclass(frozen=True, slots=True)
class Token:
    """The token that a run is given."""

    secret: Secret | None = None
    """The token; `None` where none can be had."""
    account: str = ""
    """Whose it is: what `-AccountId` takes."""
    tenant: str | None = None
    """Tenant it is of."""
    checks: tuple[Check, ...] = ()
    """What there is to say."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in Azure a cluster is, or is to be."""

    subscription: Subscription | None = None
    """Its subscription, where it can be seen."""
    providers: tuple[Provider, ...] = ()
    """Providers that are needed there."""
    group: Group | None = None
    """Its resource group, where there is one."""
    permissions: Permissions | None = None
    """What may be done there."""
    checks: tuple[Check, ...] = ()
    """What there is to say."""

    @property
    def may_assign_roles(self) -> bool:
        """Whether whoever is signed in may assign roles there; yes while nobody knows."""
        return self.permissions is None or self.permissions.allows(ASSIGN_ROLES)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that clusters are offered in."""
        return next((one.cluster_regions for one in self.providers if one.namespace == STACK_HCI), ())


def token_for_run(look: Look) -> Token:
    """Return a token for a run that is good for `TOKEN_LASTS`."""
    if look.clients is None:
        problem = look.azure_problem or NOBODY
        return Token(checks=(Check("signed-in", CheckLevel.BLOCKER, problem.message, problem.remedy),))
    signed_in = look.clients.signed_in
    try:
        token = signed_in.token_for_powershell(TOKEN_LASTS)
    except AzureError as error:
        return Token(checks=(Check("token", CheckLevel.BLOCKER, error.message, error.remedy),))
    passed = Check("signed-in", CheckLevel.PASSED, f"Signed in to {signed_in.cloud.name} as {signed_in.account.name}.")
    return Token(Secret(token.token), signed_in.account.name, signed_in.account.tenant, (passed,))


def visible_subscriptions(clients: "Clients") -> tuple[Subscription, ...] | Check:
    """Return the subscriptions that whoever is signed in sees; why not, as a blocker."""
    try:
        return list_subscriptions(clients)
    except AzureError as error:
        return _failed("subscription", error)


def place_to_register(clients: "Clients", subscription: str, group: str) -> Place:
    """Read where a cluster is to be registered, and check what registering needs there."""
    seen = visible_subscriptions(clients)
    if isinstance(seen, Check):
        return Place(checks=(seen,))
    found = next((one for one in seen if one.id.casefold() == subscription.casefold()), None)
    if found is None:
        return Place(checks=(_not_seen(subscription, seen, clients),))
    if found.state not in {None, "Enabled", "Warned"}:
        message = f"The subscription {found.name} is {found.state}: nothing can be created in it."
        return Place(found, checks=(Check("subscription", CheckLevel.BLOCKER, message, "Have it enabled again."),))
    try:
        providers = read_providers(clients, subscription)
        existing = read_group(clients, subscription, group).value
        permissions = read_permissions(clients, subscription, group)
    except AzureError as error:
        return Place(found, checks=(_failed("permissions", error),))
    registered = [one.namespace for one in providers if one.registered]
    needed = register_actions(group_exists=existing is not None, registered=registered)
    checks = (
        *_lacking(permissions.missing(needed), clients, subscription),
        *_unregistered(providers),
        *_of_the_group(existing, group),
        *change_locks(clients, subscription, group),
    )
    return Place(found, providers, existing, permissions, checks)


def region_check(place: Place, region: str) -> Check:
    """Return whether clusters are offered in a region."""
    if not place.regions:
        return Check("region-offered", CheckLevel.NOTE, f"Whether clusters are offered in {region} was not seen.")
    if region_key(region) in {region_key(one) for one in place.regions}:
        return Check("region-offered", CheckLevel.PASSED, f"Clusters are offered in {region}.")
    message = f"Azure Stack HCI clusters are not offered in {region}."
    return Check("region-offered", CheckLevel.BLOCKER, message, f"Choose one of: {', '.join(place.regions)}.")


def _not_seen(subscription: str, seen: Sequence[Subscription], clients: "Clients") -> Check:
    account = clients.signed_in.account.name
    names = ", ".join(f"{one.id} ({one.name})" for one in seen) or "none"
    message = f"{account} does not see the subscription {subscription}."
    return Check("subscription", CheckLevel.BLOCKER, message, f"Sign in as somebody who does, or use one of: {names}.")


def _lacking(missing: Sequence[str], clients: "Clients", subscription: str) -> Iterator[Check]:
    account = clients.signed_in.account.name
    serious = [action for action in missing if action != ASSIGN_ROLES]
    if serious:
        message = f"{account} lacks permissions in {subscription}: {', '.join(serious)}."
        remedy = "Have Contributor assigned, and User Access Administrator for Arc; wait some minutes; sign in again."
        yield Check("permissions", CheckLevel.BLOCKER, message, remedy)
    elif not missing:
        yield Check("permissions", CheckLevel.PASSED, f"{account} has every permission that is needed.")


def _unregistered(providers: Sequence[Provider]) -> Iterator[Check]:
    waiting = [one.namespace for one in providers if not one.registered]
    if waiting:
        message = f"Not registered in the subscription yet: {', '.join(waiting)}. The cmdlet registers what it needs."
        yield Check("providers", CheckLevel.NOTE, message)
    else:
        yield Check("providers", CheckLevel.PASSED, "Every resource provider that is needed is registered.")


def _of_the_group(existing: Group | None, name: str) -> Iterator[Check]:
    if existing is None:
        yield Check("group", CheckLevel.NOTE, f"The resource group {name} is created.")
    elif existing.provisioning_state not in {None, "Succeeded"}:
        message = f"The resource group {existing.name} is {existing.provisioning_state}."
        yield Check("group", CheckLevel.BLOCKER, message, "Wait until that is over, or choose another group.")
    else:
        yield Check("group", CheckLevel.PASSED, f"The resource group {existing.name} exists.")


def _failed(check: str, error: AzureError) -> Check:
    level = CheckLevel.BLOCKER
    hint = " The account may lack even the role Reader there." if isinstance(error, Forbidden | NotFound) else ""
    return Check(check, level, f"{error.message}{hint}", error.remedy)
