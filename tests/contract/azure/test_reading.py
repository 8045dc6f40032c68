"""What is read from Azure is what the lab has, whatever happens on the way."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.azure.azure_world import AzureWorld, MakeWorld
from tui.azure.clients import Clients
from tui.azure.clusters import read_arc_setting, read_cluster
from tui.azure.errors import (
    AzureError,
    Cancelled,
    Forbidden,
    Misconfigured,
    NotFound,
    SignInNeeded,
    Throttled,
    Unavailable,
    Unreachable,
    Unreadable,
)
from tui.azure.machines import list_machines
from tui.azure.subscriptions import list_subscriptions
from tui.cluster.azure_resources import ArcMachineStatus, ArcNodeState, AzureClusterStatus, ConnectivityStatus, Found
from tui.cluster.resource_id import ResourceId, parse_resource_id
from tui.lab.azure.faults import CUT
from tui.lab.azure.roles import READER
from tui.lab.cluster_state import SUBSCRIPTION_ID, TENANT_ID

GROUP = "HCI-CL01-rg"


def cluster_id(world: AzureWorld) -> ResourceId:
    registration = world.cluster.nodes()[0].registration
    assert registration is not None
    return parse_resource_id(registration.resource_id)


def test_the_cluster_of_a_healthy_lab_is_connected(world: AzureWorld) -> None:
    found = read_cluster(world.clients(), cluster_id(world)).value
    assert found is not None
    assert found.id == cluster_id(world)
    assert found.status == AzureClusterStatus.CONNECTED_RECENTLY
    assert found.connectivity_status == ConnectivityStatus.CONNECTED
    assert found.location == "eastus"
    assert found.last_sync is not None
    assert timedelta(minutes=20) < datetime.now(UTC) - found.last_sync < timedelta(minutes=40)
    assert [node.name for node in found.nodes] == ["HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4"]
    assert found.billing_model == "PayAsYouGo"


def test_arc_settings_and_machines_agree_with_the_nodes(world: AzureWorld) -> None:
    clients = world.clients()
    setting = read_arc_setting(clients, cluster_id(world)).value
    assert setting is not None
    assert setting.aggregate_state == ArcNodeState.CONNECTED
    assert setting.resource_group == GROUP
    machines = list_machines(clients, SUBSCRIPTION_ID, GROUP)
    assert (
        [machine.id.name for machine in machines] == [node.name for node in setting.nodes] == list(world.cluster.names)
    )
    assert {machine.status for machine in machines} == {ArcMachineStatus.CONNECTED}
    agents = [node.agent for node in world.cluster.nodes()]
    assert [machine.vm_id for machine in machines] == [agent.machine_id for agent in agents if agent]
    assert all(
        machine.parent_cluster_id == str(cluster_id(world)).replace("/subscriptions", "/Subscriptions")
        for machine in machines
    )


def test_whether_azure_upgrades_an_agent_is_told_machine_by_machine(world: AzureWorld) -> None:
    world.cluster.azure.machines["hci-n2"].automatic_upgrade = True
    machines = list_machines(world.clients(), SUBSCRIPTION_ID, GROUP)
    told = {machine.id.name: machine.automatic_upgrade for machine in machines}
    assert {name: upgrade.enabled for name, upgrade in told.items() if upgrade} == {
        name: name == "HCI-N2" for name in world.cluster.names
    }


def test_sixteen_machines_come_on_two_pages(make_world: MakeWorld) -> None:
    world = make_world(nodes=16)
    assert len(list_machines(world.clients(), SUBSCRIPTION_ID, GROUP)) == 16


def test_what_azure_says_follows_what_happens_to_the_nodes(world: AzureWorld) -> None:
    clients, cluster = world.clients(), world.cluster
    cluster.node("HCI-N2").synced = cluster.clock.now() - timedelta(days=3)
    cluster.cut_off("HCI-N2", since=cluster.clock.now() - timedelta(days=2))
    found = read_cluster(clients, cluster_id(world)).value
    assert found is not None
    assert found.connectivity_status == ConnectivityStatus.PARTIALLY_CONNECTED
    setting = read_arc_setting(clients, cluster_id(world)).value
    assert setting is not None
    assert [node.state for node in setting.nodes].count(ArcNodeState.DISCONNECTED) == 1
    assert setting.aggregate_state == ArcNodeState.PARTIALLY_CONNECTED


def test_a_resource_that_is_gone_is_told_from_one_that_cannot_be_seen(world: AzureWorld) -> None:
    world.cluster.azure.remove_cluster()
    clients = world.clients()
    assert read_cluster(clients, cluster_id(world)) == Found(None)
    assert read_arc_setting(clients, cluster_id(world)) == Found(None)
    assert list_machines(clients, SUBSCRIPTION_ID, GROUP) == ()
    assert list_machines(clients, SUBSCRIPTION_ID, "no-such-group") == ()
    elsewhere = replace(cluster_id(world), subscription="99999999-0000-4000-8000-000000000000")
    with pytest.raises(NotFound) as raised:
        read_cluster(clients, elsewhere)
    assert raised.value.code == "SubscriptionNotFound"


def test_subscriptions_are_those_one_may_see(world: AzureWorld) -> None:
    (subscription,) = list_subscriptions(world.clients())
    assert (subscription.id, subscription.state, subscription.tenant) == (SUBSCRIPTION_ID, "Enabled", TENANT_ID)
    world.lab.roles.take_away(world.lab.application.object_id)
    assert list_subscriptions(world.clients()) == ()


def test_without_the_permission_it_is_forbidden_and_reading_needs_only_a_reader(world: AzureWorld) -> None:
    clients = world.clients()
    world.lab.roles.take_away(world.lab.application.object_id)
    with pytest.raises(Forbidden) as raised:
        read_cluster(clients, cluster_id(world))
    assert raised.value.code == "AuthorizationFailed"
    assert "Microsoft.AzureStackHCI/clusters/read" in raised.value.message
    assert raised.value.request_id
    world.lab.roles.assign(
        f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{GROUP}", world.lab.application.object_id, READER
    )
    assert read_cluster(clients, cluster_id(world)).value is not None


@pytest.mark.parametrize(
    ("status", "count"), [(CUT, 1), (429, 2), (500, 1), (503, 2), (504, 1)], ids=["cut", "429", "500", "503", "504"]
)
def test_what_passes_is_waited_out(status: int, count: int, world: AzureWorld) -> None:
    clients = world.clients()
    world.lab.faults.fail("/clusters/", status, count=count, retry_after=0.01 if status == 429 else None)
    assert read_cluster(clients, cluster_id(world)).value is not None
    assert world.lab.faults.struck == count


@pytest.mark.parametrize(
    ("status", "expected"),
    [(CUT, Unreachable), (429, Throttled), (500, Unavailable), (503, Unavailable), (404, NotFound), (409, AzureError)],
)
def test_what_stays_is_told_apart(status: int, expected: type[AzureError], world: AzureWorld) -> None:
    clients = world.clients()
    world.lab.faults.fail("/clusters/", status, count=20, retry_after=0.01)
    with pytest.raises(expected) as raised:
        read_cluster(clients, cluster_id(world))
    assert raised.value.remedy
    assert type(raised.value) is expected or expected is AzureError


def test_a_wait_of_an_hour_is_refused_at_once(world: AzureWorld) -> None:
    clients = world.clients()
    world.lab.faults.fail("/clusters/", 429, count=20, retry_after=3600)
    with pytest.raises(Throttled, match="3600 s"):
        read_cluster(clients, cluster_id(world))


def test_a_wait_can_be_cancelled(world: AzureWorld) -> None:
    cancel = threading.Event()
    signed_in = world.application()
    clients = Clients(signed_in, cancel, on_wait=lambda _: cancel.set())
    world.lab.faults.fail("/clusters/", 429, count=20, retry_after=30)
    with pytest.raises(Cancelled):
        read_cluster(clients, cluster_id(world))
    with pytest.raises(Cancelled):
        list_subscriptions(clients)


def test_a_page_of_the_network_in_place_of_azures_answer_is_told(world: AzureWorld) -> None:
    clients = world.clients()
    for status in (200, 403):
        world.lab.faults.fail("/subscriptions", status, body=b"<html>Blocked by policy 7</html>")
        with pytest.raises(Unreadable):
            list_subscriptions(clients)
        world.lab.faults.fail("/clusters/", status, body=b"<html>Blocked by policy 7</html>")
        with pytest.raises(Unreadable):
            read_cluster(clients, cluster_id(world))


def test_a_token_that_was_revoked_needs_a_sign_in(world: AzureWorld) -> None:
    clients = Clients(world.person())
    world.lab.tokens.revoke()
    with pytest.raises(SignInNeeded):
        read_cluster(clients, cluster_id(world))


def test_a_link_that_leads_away_from_the_cloud_is_not_followed(world: AzureWorld) -> None:
    clients = world.clients()
    body = b'{"value": [], "nextLink": "https://evil.test/steal"}'
    world.lab.faults.fail("/subscriptions", 200, body=body)
    with pytest.raises(Misconfigured, match=r"evil\.test"):
        list_subscriptions(clients)


def test_no_client_registers_a_resource_provider_on_its_own(world: AzureWorld) -> None:
    clients = world.clients()
    body = b'{"error": {"code": "MissingSubscriptionRegistration", "message": "Microsoft.AzureStackHCI is needed."}}'
    world.lab.faults.fail("/clusters/", 409, body=body)
    with pytest.raises(AzureError) as raised:
        read_cluster(clients, cluster_id(world))
    assert raised.value.code == "MissingSubscriptionRegistration"
    assert "11) Azure access" in raised.value.remedy


def test_an_answer_with_values_that_nobody_described_is_shown_as_it_came(world: AzureWorld) -> None:
    clients = world.clients()
    body = (
        b'{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.AzureStackHCI/clusters/c", "location": "Mars",'
        b' "properties": {"status": "Hibernating", "trialDaysRemaining": "many", "reportedProperties": {"nodes": 0}}}'
    )
    world.lab.faults.fail("/clusters/", 200, body=body)
    found = read_cluster(clients, cluster_id(world)).value
    assert found is not None
    assert found.status is not None
    assert (found.status.value, found.status.known, found.nodes) == ("Hibernating", False, ())
    world.lab.faults.fail("/clusters/", 200, body=b'{"properties": {}}')
    with pytest.raises(Unreadable, match="no id"):
        read_cluster(clients, cluster_id(world))
