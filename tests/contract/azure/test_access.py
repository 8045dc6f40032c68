"""A session's Azure: signed in to once, when it is needed, and left at any time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.azure.azure_world import AzureWorld
from tests.scenario_facts import scenario_facts
from tui.azure.access import AzureAccess
from tui.azure.errors import AzureError, Cancelled, SignInNeeded, SignInRefused
from tui.azure.identity import AccountKind, DeviceCode, Identity, Method
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


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


class Shown:
    """Codes that were shown, and an access whose codes wait until somebody enters them."""

    def __init__(self, world: AzureWorld) -> None:
        world.lab.codes.approve_after = None
        self.world = world
        self.codes: list[DeviceCode] = []
        self.access = access_to(world, Identity(), self.codes.append)
        self.came: list[object] = []

    def ask(self, ask: Callable[[], object]) -> threading.Thread:
        def asked() -> None:
            try:
                self.came.append(ask())
            except AzureError as error:
                self.came.append(error)

        thread = threading.Thread(target=asked)
        thread.start()
        return thread

    def enter(self, number: int = 0) -> None:
        wait_for(lambda: len(self.codes) > number)
        assert self.world.lab.codes.approve(self.codes[number].code, USER)


def test_a_sign_in_of_ones_own_counts_from_then_on_and_can_be_left(world: AzureWorld) -> None:
    access = access_to(world, Identity(), lambda _: None)
    own = Identity(Method.SECRET, TENANT_ID, world.lab.application.app_id, Secret(world.lab.secret))
    assert access.needs_person
    account = access.sign_in(own)
    assert account.kind is AccountKind.SERVICE_PRINCIPAL
    standing = access.standing
    assert standing is not None
    assert (standing.method, standing.cloud, standing.lapsed) == (Method.SECRET, "AzureCloud", None)
    assert not access.needs_person
    assert access.clients().signed_in.account == account
    access.sign_out()
    assert (access.account, access.needs_person, access.can_sign_in) == (None, True, False)
    with pytest.raises(SignInNeeded, match="Nobody has signed in"):
        access.clients()
    view = read_azure(access, FACTS, ask_a_person=False)
    assert isinstance(view.cluster, AzureProblem)
    assert "11) Azure access" in view.cluster.remedy
    access.close()


def test_a_sign_in_that_fails_leaves_whoever_was_signed_in(world: AzureWorld) -> None:
    access = access_to(world)
    name = access.clients().signed_in.account.name
    wrong = Identity(Method.SECRET, TENANT_ID, name, Secret("wrong"))
    with pytest.raises(SignInRefused):
        access.sign_in(wrong)
    assert access.account == name
    assert isinstance(read_azure(access, FACTS).cluster, Reading)
    access.close()


def test_whoever_asks_while_a_code_is_waited_for_gets_what_comes_of_it(world: AzureWorld) -> None:
    shown = Shown(world)
    threads = [shown.ask(lambda: shown.access.sign_in(Identity()))]
    wait_for(lambda: shown.codes)
    threads += [shown.ask(lambda: shown.access.clients().signed_in.account) for _ in range(4)]
    shown.enter()
    for thread in threads:
        thread.join(10)
    assert len(shown.codes) == 1
    assert len(set(shown.came)) == 1
    assert shown.access.account == USER
    shown.access.close()


def test_a_code_that_is_given_up_is_given_up_for_all_and_a_new_one_works(world: AzureWorld) -> None:
    shown = Shown(world)
    threads = [shown.ask(lambda: shown.access.sign_in(Identity()))]
    wait_for(lambda: shown.codes)
    threads.append(shown.ask(shown.access.clients))
    shown.access.cancel_sign_in()
    again = shown.ask(lambda: shown.access.sign_in(Identity()))
    shown.enter(1)
    again.join(10)
    assert shown.access.account == USER
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert sum(isinstance(one, Cancelled) for one in shown.came) in {1, 2}
    assert not any(isinstance(one, AzureError) and not isinstance(one, Cancelled) for one in shown.came)
    shown.access.close()


def test_a_new_code_ends_the_wait_for_the_old_one(world: AzureWorld) -> None:
    shown = Shown(world)
    first = shown.ask(lambda: shown.access.sign_in(Identity()))
    wait_for(lambda: shown.codes)
    second = shown.ask(lambda: shown.access.sign_in(Identity()))
    shown.enter(1)
    for thread in (first, second):
        thread.join(10)
    assert sorted(type(one).__name__ for one in shown.came) == ["Account", "Cancelled"]
    shown.access.close()


def test_closing_ends_the_wait_for_a_code(world: AzureWorld) -> None:
    shown = Shown(world)
    asking = shown.ask(shown.access.clients)
    wait_for(lambda: shown.codes)
    shown.access.close()
    asking.join(10)
    assert not asking.is_alive()
    assert isinstance(shown.came[0], Cancelled)


def test_a_sign_in_that_has_lapsed_says_so_and_is_renewed_where_it_is_needed(world: AzureWorld) -> None:
    codes: list[DeviceCode] = []
    access = access_to(world, Identity(), codes.append)
    world.lab.tokens.lifetime = timedelta(minutes=2)
    access.clients()
    world.lab.tokens.revoke()
    user = world.lab.directory.user(USER)
    assert user is not None
    user.blocked = 50076
    view = read_azure(access, FACTS, ask_a_person=False)
    assert isinstance(view.cluster, AzureProblem)
    assert view.cluster.kind is AzureProblemKind.SIGN_IN_NEEDED
    assert access.needs_person
    standing = access.standing
    assert standing is not None
    assert standing.lapsed
    assert read_azure(access, FACTS, ask_a_person=False).cluster == access.lapsed.problem  # pyright: ignore[reportOptionalMemberAccess]
    assert len(codes) == 1
    user.blocked = None
    assert access.clients().signed_in.account.name == USER
    assert len(codes) == 2
    assert not access.needs_person
    access.close()


def test_a_node_gets_a_token_that_lasts_and_nobody_is_asked_for_it(world: AzureWorld) -> None:
    codes: list[DeviceCode] = []
    access = access_to(world, Identity(), codes.append)
    world.lab.tokens.lifetime = timedelta(minutes=20)
    access.clients()
    world.lab.tokens.lifetime = timedelta(minutes=75)
    token = access.token_for_node(timedelta(minutes=45))
    assert (token.account, token.tenant, len(codes)) == (USER, TENANT_ID, 1)
    assert timedelta(minutes=70) < token.expires_at - datetime.now(UTC)
    assert token.token.reveal() not in repr(token)
    world.lab.tokens.lifetime = timedelta(minutes=20)
    with pytest.raises(SignInNeeded, match="is good for"):
        access.token_for_node(timedelta(minutes=80))
    assert not access.needs_person
    access.close()
