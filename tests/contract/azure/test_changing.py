"""What is changed in Azure: providers, groups, resources that are deleted, roles, applications."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.azure.azure_world import AzureWorld
from tests.contract.azure.test_what_a_plan_reads import only
from tui.azure import graph
from tui.azure.clients import Clients, asked
from tui.azure.errors import AzureError, Conflict, Forbidden, NotFound, SignInRefused
from tui.azure.groups import CREATED_BY, create_group, delete_group, group_scope, list_resources, read_group
from tui.azure.identity import Identity, Method
from tui.azure.providers import ProviderState, read_provider, register
from tui.azure.role_assignments import (
    ONBOARDING,
    assign_role,
    find_role,
    list_assignments,
    remove_assignment,
)
from tui.lab.azure.faults import CUT
from tui.lab.azure.service import USER
from tui.lab.cluster_state import SUBSCRIPTION_ID, TENANT_ID

HCI = "Microsoft.AzureStackHCI"
GROUP = "HCI-CL01-rg"


@pytest.fixture
def clients(world: AzureWorld) -> Clients:
    """The clients of an owner, in a lab whose operations take no time worth mentioning."""
    world.lab.operations.seconds = 0.02
    return world.clients()


def test_a_provider_is_registered_on_demand_and_one_that_is_registered_is_left_alone(
    world: AzureWorld, clients: Clients
) -> None:
    world.cluster.azure.providers[HCI.lower()] = "NotRegistered"
    assert not read_provider(clients, SUBSCRIPTION_ID).registered
    assert register(clients, SUBSCRIPTION_ID, HCI).state == ProviderState.REGISTERED
    only(world, "Reader")
    assert register(clients, SUBSCRIPTION_ID, HCI).registered
    world.cluster.azure.providers[HCI.lower()] = "NotRegistered"
    with pytest.raises(Forbidden, match=r"Microsoft\.AzureStackHCI/register/action"):
        register(clients, SUBSCRIPTION_ID, HCI)
    assert world.cluster.azure.providers[HCI.lower()] == "NotRegistered"


def test_a_group_is_made_once_and_deleted_with_all_that_is_in_it(world: AzureWorld, clients: Clients) -> None:
    made = create_group(clients, SUBSCRIPTION_ID, "new-rg", "westeurope", CREATED_BY)
    assert (made.name, made.location, made.tags, made.scope) == (
        "new-rg",
        "westeurope",
        CREATED_BY,
        group_scope(SUBSCRIPTION_ID, "new-rg"),
    )
    assert create_group(clients, SUBSCRIPTION_ID, "NEW-rg", "eastus").location == "westeurope"
    assert list_resources(clients, SUBSCRIPTION_ID, "new-rg") == ()
    assert next(item.name for item in list_resources(clients, SUBSCRIPTION_ID, GROUP)) == "HCI-CL01"
    assert delete_group(clients, SUBSCRIPTION_ID, GROUP)
    assert read_group(clients, SUBSCRIPTION_ID, GROUP).value is None
    assert (world.cluster.azure.cluster, world.cluster.azure.machines) == (None, {})
    assert not delete_group(clients, SUBSCRIPTION_ID, GROUP)
    assert list_resources(clients, SUBSCRIPTION_ID, GROUP) == ()
    # The nodes have not noticed.
    assert all(node.registration is not None for node in world.cluster.nodes())


@pytest.mark.parametrize("role", ["Reader", "Azure Connected Machine Onboarding"])
def test_what_one_may_not_change_stays_as_it_is(role: str, world: AzureWorld, clients: Clients) -> None:
    only(world, role)
    for change in (
        lambda: delete_group(clients, SUBSCRIPTION_ID, GROUP),
        lambda: create_group(clients, SUBSCRIPTION_ID, "new-rg", "eastus"),
    ):
        with pytest.raises(Forbidden):
            change()
    assert list(world.cluster.azure.groups) == [GROUP.lower()]


def test_a_group_in_a_region_that_is_not_offered_is_refused(clients: Clients) -> None:
    with pytest.raises(AzureError) as raised:
        create_group(clients, SUBSCRIPTION_ID, "new-rg", "mars")
    assert raised.value.code == "LocationNotAvailableForResourceGroup"


def deletions(clients: Clients) -> dict[str, Callable[[], object]]:
    cluster, machine = clients.clusters(SUBSCRIPTION_ID), clients.machines(SUBSCRIPTION_ID)
    return {
        "machine": lambda: machine.machines.begin_delete(GROUP, "HCI-N1").result(),
        "arc settings": lambda: cluster.arc_settings.begin_delete(GROUP, "HCI-CL01", "default").result(),
        "cluster": lambda: cluster.clusters.begin_delete(GROUP, "HCI-CL01").result(),
    }


def test_machines_arc_settings_and_the_cluster_are_deleted_and_doing_it_again_is_no_error(
    world: AzureWorld, clients: Clients
) -> None:
    azure = world.cluster.azure
    for delete in deletions(clients).values():
        asked(delete)
        asked(delete)
    assert (azure.cluster, azure.arc_enabled, sorted(azure.machines)) == (None, False, ["hci-n2", "hci-n3", "hci-n4"])


@pytest.mark.parametrize("what", ["machine", "cluster"])
def test_an_operation_that_fails_at_its_end_says_why_and_has_changed_nothing(
    what: str, world: AzureWorld, clients: Clients
) -> None:
    world.lab.operations.fail_next("ScopeLocked", "The scope is locked.")
    with pytest.raises(AzureError) as raised:
        asked(deletions(clients)[what])
    assert raised.value.code == "ScopeLocked"
    assert "lock" in raised.value.remedy
    assert world.cluster.azure.cluster is not None
    assert len(world.cluster.azure.machines) == 4


def test_a_role_is_given_once_however_often_it_is_asked_for_and_taken_away_again(
    world: AzureWorld, clients: Clients
) -> None:
    scope, principal = group_scope(SUBSCRIPTION_ID, GROUP), world.lab.directory.add_application("arc").object_id
    world.lab.faults.fail("/roleassignments", CUT, count=1)
    assert assign_role(clients, scope, principal, ONBOARDING)
    assert not assign_role(clients, scope, principal, ONBOARDING)
    (given,) = list_assignments(clients, scope, principal)
    assert (given.principal, given.role, given.scope) == (principal, find_role(clients, scope, ONBOARDING), scope)
    assert len(list_assignments(clients, scope)) > 1
    remove_assignment(clients, given)
    remove_assignment(clients, given)
    assert list_assignments(clients, scope, principal) == ()


def test_a_role_that_does_not_exist_and_somebody_who_does_not_are_told(world: AzureWorld, clients: Clients) -> None:
    scope, nobody = group_scope(SUBSCRIPTION_ID, GROUP), "00000000-0000-4000-8000-000000000000"
    with pytest.raises(NotFound, match="no role Wizard"):
        assign_role(clients, scope, nobody, "Wizard")
    with pytest.raises(AzureError) as raised:
        assign_role(clients, scope, nobody, ONBOARDING)
    assert raised.value.code == "PrincipalNotFound"
    only(world, "Contributor")
    with pytest.raises(Forbidden, match="roleAssignments/write"):
        assign_role(clients, scope, world.lab.application.object_id, ONBOARDING)


def test_an_application_is_made_signs_in_with_its_secret_and_is_deleted(world: AzureWorld) -> None:
    clients = Clients(world.person())
    assert graph.read_me(clients).name == USER
    made = graph.create_application(clients, "arc of O'Brien")
    assert graph.find_applications(clients, "Arc of o'brien") == (made,)
    assert graph.find_service_principal(clients, made.app_id) is None
    secret = graph.add_secret(clients, made, "azsconfig", datetime.now(UTC) + timedelta(days=1))
    assert timedelta(hours=23) < secret.expires_at - datetime.now(UTC) < timedelta(hours=25)
    assert secret.secret.reveal() not in repr(secret)
    identity = Identity(Method.SECRET, TENANT_ID, made.app_id, secret.secret)
    with pytest.raises(SignInRefused, match="no service principal"):
        world.sign_in(identity)
    principal = graph.create_service_principal(clients, made.app_id)
    assert graph.create_service_principal(clients, made.app_id) == principal
    assert world.sign_in(identity).account.object_id == principal.id
    assert graph.delete_application(clients, made)
    assert not graph.delete_application(clients, made)
    with pytest.raises(SignInRefused, match="does not know the application"):
        world.sign_in(identity)


def test_a_secret_whose_answer_is_lost_is_not_made_a_second_time(world: AzureWorld) -> None:
    clients = Clients(world.person())
    made = graph.create_application(clients, "arc")
    world.lab.faults.fail("/addPassword", 503, count=1)
    with pytest.raises(AzureError) as raised:
        graph.add_secret(clients, made, "azsconfig", datetime.now(UTC) + timedelta(days=1))
    assert raised.value.may_have_run
    assert world.lab.faults.struck == 1


def test_what_graph_refuses_is_told_in_its_words(world: AzureWorld) -> None:
    clients = world.clients()
    with pytest.raises(AzureError, match="delegated authentication"):
        graph.read_me(clients)
    world.lab.directory.let_manage_applications(world.lab.application.object_id, allowed=False)
    with pytest.raises(Forbidden, match="Insufficient privileges"):
        graph.create_application(clients, "arc")
    with pytest.raises(Conflict):
        asked(lambda: clients.graph().send("POST", "/v1.0/servicePrincipals", content={"appId": clients_id(world)}))


def clients_id(world: AzureWorld) -> str:
    world.lab.directory.let_manage_applications(world.lab.application.object_id, allowed=True)
    return world.lab.application.app_id
