"""Read what Azure knows of the cluster that the nodes say they are registered as."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from tui.azure.access import NOBODY, AzureAccess
from tui.azure.clients import Clients
from tui.azure.clusters import read_arc_setting, read_cluster
from tui.azure.errors import AzureError
from tui.azure.machines import list_machines
from tui.cluster.azure_resources import (
    ArcMachine,
    ArcSetting,
    AzureFact,
    AzureProblem,
    AzureProblemKind,
    AzureView,
    Found,
)
from tui.cluster.facts import ClusterFacts, Reading, value_of
from tui.cluster.node_names import node_key
from tui.cluster.resource_id import ResourceId, parse_resource_id, same_resource

T = TypeVar("T")

NOT_SIGNED_IN = "nobody is signed in"
NO_RESOURCE = AzureProblem(
    AzureProblemKind.NOT_READ, "No node says what it is registered as, so there is nothing to look for.", ""
)

NO_CODES = AzureProblem(
    AzureProblemKind.NOT_READ,
    NOBODY,
    "11) Azure access in the menu signs in; a command does with --auth.",
)


def read_azure(
    access: AzureAccess, facts: ClusterFacts, *, ask_a_person: bool = True, resource: ResourceId | None = None
) -> AzureView:
    """Sign in where nobody was, and return what Azure knows; never raises for Azure: what fails is a problem in place.

    Without `ask_a_person` nobody is asked to enter a code for it. `resource` is what to look for; by default what the
    nodes say they are registered as.
    Blocks until everything is read or has failed; closing `access` ends it soon.
    """
    wanted = resource or registered_as(facts)
    if wanted is None:
        return AzureView(access.target.cloud.name, access.account or NOT_SIGNED_IN, None, *[NO_RESOURCE] * 3)
    if not access.can_sign_in or (access.needs_person and not ask_a_person):
        lapsed = access.lapsed
        problem = lapsed.problem if lapsed is not None else NO_CODES
        return AzureView(access.target.cloud.name, NOT_SIGNED_IN, wanted, *[problem] * 3)
    try:
        clients = access.clients()
    except AzureError as error:
        return AzureView(access.target.cloud.name, NOT_SIGNED_IN, wanted, *[error.problem] * 3)
    with ThreadPoolExecutor(2, thread_name_prefix="azsconfig-azure") as pool:
        cluster = pool.submit(_fact, lambda: read_cluster(clients, wanted))
        setting = pool.submit(_fact, lambda: read_arc_setting(clients, wanted))
        arc = setting.result()
        machines = _fact(lambda: _machines(clients, wanted, arc, facts))
        return AzureView(
            access.target.cloud.name, clients.signed_in.account.name, wanted, cluster.result(), arc, machines
        )


def registered_as(facts: ClusterFacts) -> ResourceId | None:
    """Return the resource id that most nodes are registered as; `None` where none says one that can be read."""
    ids: list[ResourceId] = []
    for node in facts.nodes:
        registration = value_of(node.registration)
        if registration is None or not registration.azure_resource_uri:
            continue
        try:
            ids.append(parse_resource_id(registration.azure_resource_uri))
        except ValueError:
            continue
    return Counter(ids).most_common(1)[0][0] if ids else None


def _machines(
    clients: Clients, cluster: ResourceId, setting: AzureFact[Found[ArcSetting]], facts: ClusterFacts
) -> tuple[ArcMachine, ...]:
    """Return the machines of the cluster, and those that bear the name of one of its nodes, in its Arc groups."""
    known = setting.value.value if isinstance(setting, Reading) else None
    groups = {cluster.resource_group.casefold(): cluster.resource_group}
    if known is not None and known.resource_group:
        groups[known.resource_group.casefold()] = known.resource_group
    names = {node_key(node.name) for node in facts.nodes}
    names |= {node_key(agent.resource_name or "") for node in facts.nodes if (agent := value_of(node.agent))}
    found = [machine for group in groups.values() for machine in list_machines(clients, cluster.subscription, group)]
    return tuple(
        machine
        for machine in found
        if node_key(machine.id.name) in names or same_resource(machine.parent_cluster_id or "", str(cluster))
    )


def _fact(read: Callable[[], T]) -> AzureFact[T]:
    try:
        return Reading(read(), datetime.now(UTC))
    except AzureError as error:
        return error.problem
