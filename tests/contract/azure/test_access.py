"""A session's Azure: signed in to once, when it is needed, and left at any time."""

import threading
from collections.abc import Callable

import pytest

from tests.contract.azure.azure_world import AzureWorld
from tests.scenario_facts import scenario_facts
from tui.azure.access import AzureAccess
from tui.azure.errors import Cancelled
from tui.azure.identity import DeviceCode, Identity, Method
from tui.azure.network import DIRECT
from tui.azure.target import AzureTarget
from tui.cluster.azure_resources import AzureProblem, AzureProblemKind
from tui.cluster.facts import Reading
from tui.lab.azure.faults import CUT
from tui.lab.azure.service import USER
from tui.lab.cluster_state import TENANT_ID
from tui.operations.read_azure import read_azure
from tui.secret import Secret

FACTS = scenario_facts("healthy")


def access_to(
    world: AzureWorld, identity: Identity | None = None, show_code: Callable[[DeviceCode], None] | None = None
) -> AzureAccess:
    own = Identity(Method.SECRET, TENANT_ID, world.lab.application.app_id, Secret(world.lab.secret))
    return AzureAccess(AzureTarget(world.cloud, identity or own, world.network.ca_file, DIRECT), show_code)


def test_everything_is_read_with_one_sign_in(world: AzureWorld) -> None:
    codes: list[DeviceCode] = []
    access = access_to(world, Identity(), codes.append)
    assert access.account is None
    for view in [read_azure(access, FACTS) for _ in range(3)]:
        assert all(isinstance(fact, Reading) for fact in (view.cluster, view.arc_setting, view.machines))
        assert view.account == USER
    assert access.account == USER
    assert len(codes) == 1
    access.close()


def test_many_threads_that_need_it_at_once_sign_in_once(world: AzureWorld) -> None:
    codes: list[DeviceCode] = []
    access = access_to(world, Identity(), codes.append)
    threads = [threading.Thread(target=lambda: read_azure(access, FACTS)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == 1
    access.close()


def test_where_nobody_can_or_shall_be_shown_a_code_nobody_is_asked_to_enter_one(world: AzureWorld) -> None:
    access = access_to(world, Identity())
    shown: list[DeviceCode] = []
    for one, ask in ((access, True), (access_to(world, Identity(), shown.append), False)):
        view = read_azure(one, FACTS, ask_a_person=ask)
        assert isinstance(view.cluster, AzureProblem)
        assert view.cluster.kind is AzureProblemKind.NOT_READ
        assert "Nobody has signed in" in view.cluster.message
        one.close()
    assert shown == []


def test_nothing_is_asked_of_azure_for_a_cluster_that_was_never_registered(world: AzureWorld) -> None:
    access = access_to(world)
    view = read_azure(access, scenario_facts("fresh"))
    assert view.cluster_id is None
    assert access.account is None
    access.close()


def test_one_part_that_fails_hides_no_other(world: AzureWorld) -> None:
    access = access_to(world)
    world.lab.faults.fail("/machines", CUT, count=20)
    view = read_azure(access, FACTS)
    assert isinstance(view.cluster, Reading)
    assert isinstance(view.arc_setting, Reading)
    assert isinstance(view.machines, AzureProblem)
    assert view.machines.kind is AzureProblemKind.UNREACHABLE
    access.close()


def test_closing_ends_a_wait_for_azure(world: AzureWorld) -> None:
    access = access_to(world)
    read_azure(access, FACTS)
    world.lab.faults.fail("/subscriptions", 429, count=50, retry_after=30)
    reading = threading.Thread(target=lambda: read_azure(access, FACTS))
    reading.start()
    while not world.lab.faults.struck:
        threading.Event().wait(0.01)
    access.close()
    reading.join(10)
    assert not reading.is_alive()
    with pytest.raises(Cancelled):
        access.clients()
