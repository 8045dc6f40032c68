"""What is read of Azure before a plan: providers and regions, groups, effective permissions."""

import pytest

from tests.contract.azure.azure_world import AzureWorld, MakeWorld
from tui.azure.errors import Forbidden, NotFound
from tui.azure.groups import list_groups, read_group
from tui.azure.needed_actions import register_actions, unregister_actions
from tui.azure.permissions import Grant, Permissions, missing, read_permissions
from tui.azure.providers import NEEDED, read_provider, read_providers
from tui.lab.azure.roles import ROLES
from tui.lab.cluster_state import SUBSCRIPTION_ID

ROLE_BY_NAME = {role.name: role for role in ROLES}


def only(world: AzureWorld, role: str) -> None:
    """Leave the application nothing but one role."""
    application = world.lab.application.object_id
    world.lab.roles.take_away(application)
    world.lab.roles.assign(f"/subscriptions/{SUBSCRIPTION_ID}", application, ROLE_BY_NAME[role])


def test_the_provider_tells_whether_it_is_registered_and_where_clusters_can_be(world: AzureWorld) -> None:
    provider = read_provider(world.clients(), SUBSCRIPTION_ID)
    assert provider.registered
    assert "East US" in provider.cluster_regions
    every = read_providers(world.clients(), SUBSCRIPTION_ID)
    assert tuple(one.namespace for one in every) == NEEDED


def test_a_provider_that_is_not_registered_says_so(world: AzureWorld) -> None:
    world.cluster.azure.providers["microsoft.hybridcompute"] = "NotRegistered"
    states = {one.namespace: one.registered for one in read_providers(world.clients(), SUBSCRIPTION_ID)}
    assert [name for name, registered in states.items() if not registered] == ["Microsoft.HybridCompute"]


def test_a_group_is_found_by_its_name_in_any_case_and_its_absence_is_no_error(world: AzureWorld) -> None:
    clients = world.clients()
    there = read_group(clients, SUBSCRIPTION_ID, "hci-cl01-RG").value
    assert there is not None
    assert (there.name, there.location) == ("HCI-CL01-rg", "eastus")
    assert read_group(clients, SUBSCRIPTION_ID, "elsewhere").value is None
    assert [group.name for group in list_groups(clients, SUBSCRIPTION_ID)] == ["HCI-CL01-rg"]


def test_an_owner_lacks_nothing_and_a_reader_lacks_what_changes(world: AzureWorld) -> None:
    needed = register_actions(group_exists=True, registered=NEEDED)
    assert missing(world.clients(), needed, SUBSCRIPTION_ID) == ()
    only(world, "Reader")
    lacks = missing(world.clients(), needed, SUBSCRIPTION_ID)
    assert "Microsoft.Authorization/roleAssignments/write" in lacks
    assert "Microsoft.AzureStackHCI/clusters/write" in lacks
    assert "Microsoft.Authorization/roleAssignments/read" not in lacks


def test_a_contributor_may_register_but_not_assign_roles(world: AzureWorld) -> None:
    only(world, "Contributor")
    needed = register_actions()
    assert missing(world.clients(), needed, SUBSCRIPTION_ID) == ("Microsoft.Authorization/roleAssignments/write",)
    assert missing(world.clients(), unregister_actions(delete_group=True), SUBSCRIPTION_ID) == ()


def test_a_group_that_does_not_exist_has_the_permissions_of_its_subscription(world: AzureWorld) -> None:
    told = read_permissions(world.clients(), SUBSCRIPTION_ID, "not-there-yet")
    assert told.scope == f"/subscriptions/{SUBSCRIPTION_ID}"
    assert told.allows("Microsoft.AzureStackHCI/clusters/write")


def test_somebody_else_s_subscription_is_not_found_or_forbidden(make_world: MakeWorld) -> None:
    world = make_world("healthy")
    world.lab.roles.take_away(world.lab.application.object_id)
    with pytest.raises((NotFound, Forbidden)):
        read_group(world.clients(), SUBSCRIPTION_ID, "HCI-CL01-rg")


@pytest.mark.parametrize(
    ("actions", "not_actions", "action", "allowed"),
    [
        (("*",), (), "Microsoft.Resources/subscriptions/read", True),
        (("*",), ("Microsoft.Authorization/*/Write",), "microsoft.authorization/roleassignments/write", False),
        (("*/read",), (), "Microsoft.AzureStackHCI/clusters/read", True),
        (("*/read",), (), "Microsoft.AzureStackHCI/clusters/readers", False),
        (("Microsoft.AzureStackHCI/clusters/*",), (), "Microsoft.AzureStackHCIX/clusters/read", False),
    ],
)
def test_wildcards_stand_for_anything_and_not_actions_take_away(
    actions: tuple[str, ...], not_actions: tuple[str, ...], action: str, allowed: bool
) -> None:
    assert Permissions("/", (Grant(actions, not_actions),)).allows(action) is allowed


def test_one_role_that_allows_is_enough() -> None:
    contributor = Grant(("*",), ("Microsoft.Authorization/*/Write",))
    administrator = Grant(("Microsoft.Authorization/*",))
    assert Permissions("/", (contributor, administrator)).allows("Microsoft.Authorization/roleAssignments/write")
