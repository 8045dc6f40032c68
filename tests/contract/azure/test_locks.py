"""Locks are read where they are set, above and below, and what they forbid is refused."""

import pytest

from tests.contract.azure.azure_world import AzureWorld
from tui.azure.clients import asked
from tui.azure.errors import AzureError, Forbidden
from tui.azure.groups import create_group, group_scope
from tui.azure.locks import Lock, read_locks
from tui.lab.azure.faults import CUT
from tui.lab.azure.resources import ManagementLock
from tui.lab.cluster_state import SUBSCRIPTION_ID

GROUP = "HCI-CL01-rg"
SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_ID}"
OF_GROUP = group_scope(SUBSCRIPTION_ID, GROUP)
CLUSTER = f"{OF_GROUP}/providers/Microsoft.AzureStackHCI/clusters/HCI-CL01"
MACHINE = f"{OF_GROUP}/providers/Microsoft.HybridCompute/machines/HCI-N1"


def lock(world: AzureWorld, scope: str, level: str = "CanNotDelete", name: str = "keep") -> None:
    world.cluster.azure.locks.append(ManagementLock(name, level, scope))


def test_a_subscription_s_own_locks_a_group_s_and_those_of_what_is_in_it_are_read(world: AzureWorld) -> None:
    for scope in (SUBSCRIPTION, OF_GROUP, CLUSTER, f"{SUBSCRIPTION}/resourceGroups/another"):
        lock(world, scope)
    world.lab.faults.fail("/locks", CUT, count=1)
    found = read_locks(world.clients(), SUBSCRIPTION_ID, GROUP.lower())
    assert {one.scope for one in found} == {SUBSCRIPTION, OF_GROUP, CLUSTER}


def test_more_locks_than_a_page_has_are_read(world: AzureWorld) -> None:
    for number in range(23):
        lock(world, CLUSTER, name=f"keep-{number}")
    assert len(read_locks(world.clients(), SUBSCRIPTION_ID, GROUP)) == 23


def test_a_group_that_does_not_exist_yet_has_those_of_its_subscription(world: AzureWorld) -> None:
    lock(world, SUBSCRIPTION, "ReadOnly")
    (found,) = read_locks(world.clients(), SUBSCRIPTION_ID, "not-there-yet")
    assert found.freezes(group_scope(SUBSCRIPTION_ID, "not-there-yet"))


def test_whoever_may_not_read_them_is_told(world: AzureWorld) -> None:
    world.lab.roles.take_away(world.lab.application.object_id)
    with pytest.raises((Forbidden, AzureError)):
        read_locks(world.clients(), SUBSCRIPTION_ID, GROUP)


@pytest.mark.parametrize("scope", [SUBSCRIPTION, OF_GROUP, CLUSTER, f"{CLUSTER}/arcSettings/default"])
def test_what_is_locked_or_has_something_locked_in_it_is_not_deleted(world: AzureWorld, scope: str) -> None:
    lock(world, scope)
    clients = world.clients()
    with pytest.raises(AzureError) as raised:
        asked(lambda: clients.clusters(SUBSCRIPTION_ID).clusters.begin_delete(GROUP, "HCI-CL01").result())
    assert raised.value.code == "ScopeLocked"
    assert world.cluster.azure.cluster is not None


def test_where_everything_may_only_be_read_no_group_is_created(world: AzureWorld) -> None:
    clients = world.clients()
    lock(world, SUBSCRIPTION)
    assert create_group(clients, SUBSCRIPTION_ID, "one", "eastus").name == "one"
    lock(world, SUBSCRIPTION, "ReadOnly")
    with pytest.raises(AzureError) as raised:
        create_group(clients, SUBSCRIPTION_ID, "two", "eastus")
    assert raised.value.code == "ScopeLocked"


@pytest.mark.parametrize(
    ("scope", "keeps"),
    [
        (SUBSCRIPTION, True),
        (OF_GROUP.upper(), True),
        (CLUSTER, True),
        (f"{CLUSTER}/arcSettings/default", True),
        (f"{CLUSTER}2", False),
        (MACHINE, False),
    ],
)
def test_a_lock_keeps_what_it_is_set_on_what_is_below_and_what_it_is_in(scope: str, *, keeps: bool) -> None:
    assert Lock("keep", "CanNotDelete", scope).keeps(CLUSTER) is keeps
    assert not Lock("keep", "CanNotDelete", scope).freezes(OF_GROUP)
