"""Which nodes are tried one by one, and which at once."""

from dataclasses import replace

from tui.nodes.connection import Connection, LocalPowerShell, TransportKind
from tui.operations.first_try import groups_to_try
from tui.secret import Secret

SHARED = Secret("shared")


def node(number: int, **more: object) -> Connection:
    """Return one of the nodes that share a user and a password."""
    return replace(Connection(f"HCI-N{number}", user="HCI\\adm", password=SHARED), **more)  # pyright: ignore[reportArgumentType]


def test_nodes_with_one_user_and_one_password_are_a_group_whatever_the_transport() -> None:
    targets = [node(1), node(2, user="hci\\ADM", transport=TransportKind.CREDSSP), node(3, password=Secret("shared"))]
    assert groups_to_try(targets, ()) == [targets]


def test_other_users_and_other_passwords_are_other_groups() -> None:
    first, second = [node(1), node(3)], [node(2, user="adm@hci"), node(4, user="adm@hci")]
    assert groups_to_try([first[0], second[0], first[1], second[1], node(5, password=Secret("x"))], ()) == [
        first,
        second,
    ]


def test_the_own_node_single_sign_on_and_certificates_are_tried_at_once() -> None:
    ticket = [node(number, password=None) for number in (1, 2)]
    certificate = [node(number, transport=TransportKind.CERTIFICATE) for number in (3, 4)]
    assert groups_to_try([LocalPowerShell("HCI-N9"), *ticket, *certificate], ()) == []


def test_one_node_that_has_accepted_the_password_speaks_for_its_group() -> None:
    targets = [node(1), node(2), node(3)]
    assert groups_to_try(targets, {"HCI-N2"}) == []
    assert groups_to_try(targets, {"HCI-N7"}) == [targets]
