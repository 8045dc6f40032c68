"""What scripts print becomes facts, whatever a newer build adds, and goes back to the same JSON."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.cluster.cluster_builders import build_node
from tui.cluster.arc import ArcIntegration, ArcStatus
from tui.cluster.decode import DecodeError, decode, decode_all, encode
from tui.cluster.events import AdminEvent
from tui.cluster.facts import NodeFacts, Problem, ProblemKind
from tui.cluster.findings import Finding, Level
from tui.cluster.membership import Membership
from tui.cluster.registration import ClusterStatus, Registration
from tui.cluster.system import PowerShellModule, System


def test_keys_are_matched_without_case():
    found = decode(Registration, {"available": True, "CLUSTERSTATUS": "clustered", "IMDSAttestation": "Enabled"})
    assert found.cluster_status == ClusterStatus.CLUSTERED
    assert found.imds_attestation == "Enabled"


def test_a_value_nobody_knows_stays_as_it_came():
    found = decode(Registration, {"Available": True, "ClusterStatus": "Brand new"})
    assert found.cluster_status is not None
    assert (found.cluster_status.value, found.cluster_status.known) == ("Brand new", False)


def test_an_enum_that_came_as_a_number_is_shown_as_that_number():
    assert decode(Registration, {"Available": True, "ClusterStatus": 7}).cluster_status == "7"


def test_a_property_nobody_knows_is_kept_with_its_name():
    found = decode(Registration, {"Available": True, "HasMsi": True, "Note": "x", "Nothing": None})
    assert found.other == (("HasMsi", "true"), ("Note", "x"), ("Nothing", ""))


def test_a_property_nobody_knows_is_left_out_where_there_is_no_place_for_it():
    assert decode(PowerShellModule, {"Name": "Az.Accounts", "Path": "C:\\"}) == PowerShellModule("Az.Accounts")


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2024-05-01T10:00:00.1234567Z", datetime(2024, 5, 1, 10, 0, 0, 123456, UTC)),
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01T12:00:00.0000000+02:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01 10:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00.0000000Z", None),
        ("1601-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_times_become_utc(text: str | None, stamp: datetime | None):
    assert decode(Registration, {"Available": True, "LastConnected": text}).last_connected == stamp


def test_the_status_of_nodes_is_sorted_by_name():
    found = decode(ArcIntegration, {"Available": True, "NodesArcStatus": {"hci-n2": "Disabled", "hci-n1": "Enabled"}})
    assert found.nodes_arc_status == (("hci-n1", ArcStatus.ENABLED), ("hci-n2", ArcStatus.DISABLED))


@pytest.mark.parametrize("nodes", [[{"Name": "HCI-N1", "State": "Up"}], {"Name": "HCI-N1", "State": "Up"}])
def test_a_list_that_powershell_unrolled_is_a_list_of_one(nodes: Any):
    assert [node.name for node in decode(Membership, {"Clustered": True, "Nodes": nodes}).nodes] == ["HCI-N1"]


@pytest.mark.parametrize("empty", [None, []])
def test_an_empty_list_may_come_as_null(empty: Any):
    assert decode(Membership, {"Clustered": False, "Nodes": empty}).nodes == ()


@pytest.mark.parametrize(
    ("cls", "answer", "message"),
    [
        (Registration, [], "Registration: expected an object, got an array"),
        (Registration, "text", "Registration: expected an object, got a text"),
        (Registration, {}, "Registration: Object missing required field `available`"),
        (Registration, {"Available": "yes"}, "Registration: Expected `bool`, got `str` - at `$.available`"),
        (Registration, {"Available": True, "available": False}, "Registration.available: given twice"),
        (
            Registration,
            {"Available": True, "LastConnected": "yesterday"},
            "Registration.LastConnected: not an ISO 8601 time: 'yesterday'",
        ),
        (
            Registration,
            {"Available": True, "LastConnected": 5},
            "Registration.LastConnected: expected a time, got a number",
        ),
        (System, {"ComputerName": "N", "Build": "x"}, "System: Expected `int | null`, got `str` - at `$.build`"),
        (Membership, {"Clustered": True, "Nodes": "HCI-N1"}, "Membership.Nodes: expected an array, got a text"),
        (Membership, {"Clustered": True, "Nodes": ["HCI-N1"]}, "Membership.Nodes[0]: expected an object, got a text"),
        (
            ArcIntegration,
            {"Available": True, "NodesArcStatus": []},
            "ArcIntegration.NodesArcStatus: expected an object of names and values, got an array",
        ),
    ],
)
def test_an_answer_that_is_none_says_where_and_what(cls: Any, answer: object, message: str):
    with pytest.raises(DecodeError) as caught:
        decode(cls, answer)
    assert str(caught.value) == message


def test_a_broken_object_among_several_is_told_by_its_position():
    with pytest.raises(DecodeError, match=r"^object 2: AdminEvent: expected an object, got null$"):
        decode_all(AdminEvent, [{"EventId": 1, "Level": "Error", "Time": "2024-05-01T10:00:00Z", "Message": ""}, None])


def test_facts_are_written_with_microsofts_names():
    written = encode(build_node("HCI-N1").registration)["Value"]
    assert written["IMDSAttestation"] == "Disabled"
    assert written["LastConnected"] == "2026-05-20T11:35:00Z"
    assert written["WindowsServerSubscription"] is None


def test_pairs_are_written_as_an_object():
    arc = ArcIntegration(True, nodes_arc_status=(("hci-n1", ArcStatus.ENABLED),))
    assert encode(arc)["NodesArcStatus"] == {"hci-n1": "Enabled"}


def test_findings_and_problems_are_written_too():
    assert encode(Finding("x", Level.ATTENTION, None, "m", "r")) == {
        "Id": "x",
        "Level": "attention",
        "Node": None,
        "Message": "m",
        "Remedy": "r",
    }
    assert encode(Problem(ProblemKind.LOST, "HCI-N1", "m", "r"))["Kind"] == "lost"


def test_what_has_no_form_in_json_is_refused():
    with pytest.raises(TypeError, match="no JSON form for set"):
        encode({1})


def test_a_whole_node_can_be_written():
    node = build_node("HCI-N1", {"get-firmware": "timed-out"})
    written = encode(node)
    assert isinstance(node, NodeFacts)
    assert written["Firmware"]["Kind"] == "timed-out"
    assert written["Services"]["Value"][0]["Name"] == "hcisvc"
