"""What a registration cmdlet claims: read out of a job's result, and never taken for more than a claim."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_strategies import patient
from tui.cluster.registration_claim import Claim, LoggedEvent, parse_claim

RESULT: dict[str, Any] = {
    "Cmdlet": "Register-AzStackHCI",
    "ModuleVersion": "2.6.0",
    "Claimed": "RegisterSucceededButArcFailed",
    "Details": "Azure Stack HCI is successfully registered. An Azure resource\n   has been created.",
    "ErrorDetail": "ArcIntegrationFailedOnNodes",
    "AzureResourceId": "/Subscriptions/s",
    "PortalUrl": "https://portal.azure.com/#@t/resource/s/overview",
    "HostErrors": ["Node HCI-N2 is down."],
    "Events": [
        {"Id": 9001, "Time": "2026-05-20T11:00:00.0000000Z", "Message": "Started."},
        {"Id": 9006, "Time": "2026-05-20T11:20:00.0000000Z", "Message": "Azure Arc gave up on HCI-N2."},
    ],
    "LogFile": "C:\\ProgramData\\AzureStackHCI\\Registration\\RegisterHCI_20260520-1100.log",
    "LogErrors": ["The Arc task failed."],
    "ArcLog": {"File": "C:\\Windows\\Tasks\\x.log", "Onboarded": False, "Lines": ["AZCM0026: no network"]},
}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_KEYS = st.sampled_from([*RESULT, "claimed", "EVENTS", "id", "Lines"]) | st.text(max_size=8)


def test_the_result_of_a_job_is_read() -> None:
    claim = parse_claim(RESULT)
    assert claim.claimed == "RegisterSucceededButArcFailed"
    assert claim.details == "Azure Stack HCI is successfully registered. An Azure resource has been created."
    assert claim.error_detail == "ArcIntegrationFailedOnNodes"
    assert claim.module_version == "2.6.0"
    assert claim.portal_url == RESULT["PortalUrl"]
    assert claim.log_file == RESULT["LogFile"]
    assert claim.events[0] == LoggedEvent(9001, "Started.", datetime(2026, 5, 20, 11, tzinfo=UTC))
    assert claim.event_ids == {9001, 9006}
    assert claim.arc_errors == ("AZCM0026: no network",)
    assert not claim.succeeded


def test_names_are_found_whatever_their_case() -> None:
    assert parse_claim({name.upper(): value for name, value in RESULT.items()}) == parse_claim(RESULT)


@pytest.mark.parametrize("result", [None, {}, {"Claimed": None}, {"Claimed": "  ", "HostErrors": []}])
def test_a_job_that_says_nothing_claims_nothing(result: dict[str, Any] | None) -> None:
    claim = parse_claim(result)
    assert claim == Claim()
    assert (claim.succeeded, claim.text, claim.complaints) == (False, "", ())


@pytest.mark.parametrize(
    ("claimed", "expected", "succeeded"),
    [
        ("Success", "Success", True),
        (" Success ", "Success", True),
        ("[OperationStatus]::Success", "Success", True),
        ("[OperationStatus]::Failed", "Failed", False),
        ("PendingForAdminConsent", "PendingForAdminConsent", False),
        ("Cancelled", "Cancelled", False),
        ("RegisterSucceededButArcFailed", "RegisterSucceededButArcFailed", False),
        ("Brand new", "Brand new", False),
        ("Successful", "Successful", False),
        (0, None, False),
        (["Success"], None, False),
    ],
)
def test_the_claim_is_kept_as_it_came_but_for_what_1_x_prints(
    claimed: object, expected: str | None, succeeded: bool
) -> None:
    claim = parse_claim({"Claimed": claimed})
    assert (claim.claimed, claim.succeeded) == (expected, succeeded)


@pytest.mark.parametrize(
    ("claimed", "error_detail", "text"),
    [
        (None, "", ""),
        ("Success", "Success", "Success"),
        ("Success", "ArcPermissionsMissing", "Success"),
        ("Failed", "Unused", "Failed"),
        ("Failed", "Success", "Failed"),
        (
            "RegisterSucceededButArcFailed",
            "ArcPermissionsMissing",
            "RegisterSucceededButArcFailed, ArcPermissionsMissing",
        ),
        ("ArcFailed", "ArcFailed", "ArcFailed"),
        (None, "ArcPermissionsMissing", "ArcPermissionsMissing"),
    ],
)
def test_the_claim_in_words_says_nothing_twice_and_nothing_empty(
    claimed: str | None, error_detail: str, text: str
) -> None:
    assert Claim(claimed=claimed, error_detail=error_detail).text == text


def test_what_went_wrong_is_told_each_once_with_what_was_said_first() -> None:
    claim = parse_claim({**RESULT, "LogErrors": ["Node  HCI-N2\nis down.", "The Arc task failed."]})
    assert claim.complaints == (
        "Node HCI-N2 is down.",
        "Azure Arc gave up on HCI-N2.",
        "ArcIntegrationFailedOnNodes",
        "The Arc task failed.",
        "AZCM0026: no network",
    )


@pytest.mark.parametrize("claimed", ["RegisterSucceededButArcFailed", "ArcFailed", "Success"])
def test_praise_is_no_complaint(claimed: str) -> None:
    claim = Claim(claimed=claimed, details="Azure Stack HCI is successfully registered.", error_detail="Unused")
    assert claim.complaints == ()


def test_the_details_of_a_failure_are_one_and_empty_values_are_none() -> None:
    claim = Claim(
        claimed="Failed",
        details="Register failed.",
        error_detail="Unused",
        events=(LoggedEvent(9114, " "), LoggedEvent(9116, "")),
    )
    assert claim.complaints == ("Register failed.",)


@pytest.mark.parametrize(
    ("number", "told"),
    [(9004, False), (9005, False), (9006, True), (9100, False), (9101, True), (9132, True), (9133, False)],
)
def test_only_events_that_tell_of_failures_are_complaints(number: int, told: bool) -> None:
    claim = Claim(claimed="Success", events=(LoggedEvent(number, "What happened."),))
    assert claim.complaints == (("What happened.",) if told else ())


@pytest.mark.parametrize(
    ("log", "errors"),
    [
        (None, ()),
        ("a text", ()),
        ({"Onboarded": None, "Lines": ["AZCM0026"]}, ("AZCM0026",)),
        ({"Onboarded": False, "Lines": "AZCM0026"}, ("AZCM0026",)),
        ({"Onboarded": True, "Lines": ["AZCM0026", "Arc agent process succeeded to onboard machine"]}, ()),
        ({"onboarded": False, "lines": [None, 5, "AZCM0026"]}, ("AZCM0026",)),
        ({"Onboarded": False}, ()),
    ],
)
def test_the_log_of_azure_arc_counts_unless_the_node_was_enabled_in_the_end(
    log: object, errors: tuple[str, ...]
) -> None:
    assert parse_claim({"ArcLog": log}).arc_errors == errors


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ({"Id": 9004, "Message": "Done."}, (LoggedEvent(9004, "Done."),)),
        ([{"id": 9004, "message": " Done. ", "time": "yesterday"}], (LoggedEvent(9004, "Done."),)),
        ([{"Id": "9004"}, {"Id": True}, {"Id": 9004.0}, {}, "9004", None, 9004], ()),
        ([{"Id": 9004, "Message": None, "Time": "0001-01-01T00:00:00Z"}], (LoggedEvent(9004, ""),)),
    ],
)
def test_events_come_as_a_list_or_alone_and_what_is_none_is_left_out(
    events: object, expected: tuple[LoggedEvent, ...]
) -> None:
    assert parse_claim({"Events": events}).events == expected


@patient
@given(st.dictionaries(_KEYS, _JSON, max_size=6))
def test_no_result_is_too_much_and_what_is_told_is_one_line_each(result: dict[str, Any]) -> None:
    claim = parse_claim(result)
    assert all(text == " ".join(text.split()) and text for text in claim.complaints)
    assert len(set(claim.complaints)) == len(claim.complaints)
    assert claim.succeeded == (claim.claimed == "Success")
