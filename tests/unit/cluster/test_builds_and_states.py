"""What a build allows, and what statuses mean together."""

from datetime import date
from typing import Any

import pytest

from tests.unit.cluster.cluster_builders import load_cases
from tui.cluster.builds import UNREAD, Offer, Support, cluster_offer, offer
from tui.cluster.decode import decode
from tui.cluster.registration import Registration
from tui.cluster.states import describe
from tui.cluster.system import System


@pytest.mark.parametrize("case", load_cases("builds.json"), ids=lambda case: case["it"])
def test_build(case: dict[str, Any]):
    system = decode(System, {"ComputerName": "HCI-N1", **case["system"]}) if case["system"] is not None else None
    registration = Registration(case["available"]) if case["available"] is not None else None
    found = offer(system, registration)
    assert (found.support.value, found.changes, found.arc) == (case["support"], case["changes"], case["arc"])
    assert case.get("reason", "") in (found.reason or "")
    assert bool(found.reason) == ("reason" in case)
    assert found.support is not Support.REFUSED or found.instead


def test_22h2_is_supported_to_its_last_day():
    found = offer(System("N", product_name="Azure Stack HCI", build=20349), Registration(True))
    assert found.end_of_support == date(2025, 5, 31)
    assert found.supported_on(date(2025, 5, 31)) is True
    assert found.supported_on(date(2025, 6, 1)) is False
    assert UNREAD.supported_on(date(2025, 6, 1)) is None


def test_a_cluster_allows_what_its_least_capable_node_does():
    full, none = Offer(Support.FULL, 20349), Offer(Support.REFUSED, 25398)
    assert cluster_offer([full, none, full]) == none
    assert cluster_offer([full, Offer(Support.NO_ARC, 17784)]).support is Support.NO_ARC


def test_a_node_whose_build_was_not_read_takes_nothing_away():
    assert cluster_offer([UNREAD, Offer(Support.FULL, 20349)]).support is Support.FULL
    assert cluster_offer([UNREAD]) == UNREAD
    assert cluster_offer([]) == UNREAD


@pytest.mark.parametrize("case", load_cases("states.json"), ids=lambda case: ", ".join(map(str, case["statuses"])))
def test_state(case: dict[str, Any]):
    cluster, registration, connection = case["statuses"]
    state = describe(
        decode(
            Registration,
            {
                "Available": True,
                "ClusterStatus": cluster,
                "RegistrationStatus": registration,
                "ConnectionStatus": connection,
            },
        )
    )
    assert (state.meaning, state.known) == (case["meaning"], case["known"])


def test_a_machine_without_the_cmdlet_is_no_azure_stack_hci():
    assert describe(Registration(False)).meaning.startswith("no Azure Stack HCI")
