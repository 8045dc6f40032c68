"""What the failures of a registration mean: by events and words, the most telling first."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_builders import load_cases
from tests.unit.cluster.cluster_strategies import patient
from tui.cluster.registration_claim import FAILURE_EVENTS, Claim, LoggedEvent
from tui.cluster.registration_failures import FAILURES, KnownFailure, explain, explain_words

CASES: list[dict[str, Any]] = load_cases("registration-failures.json")
UNEXPLAINED = {9114, 9118, 9122, 9124, 9126}
"""Exceptions of any kind, and numbers that nobody has seen."""


def name(known: KnownFailure | None) -> str | None:
    return known.id if known else None


def logged(*ids: int) -> tuple[LoggedEvent, ...]:
    return tuple(LoggedEvent(number, "") for number in ids)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["it"])
def test_a_trace_is_explained(case: dict[str, Any]) -> None:
    if "event" in case:
        claims = [Claim(claimed="Failed", events=logged(case["event"]))]
    else:
        said = case["says"]
        claims = [
            Claim(host_errors=(said,)),
            Claim(claimed="Failed", details=said),
            Claim(claimed="RegisterSucceededButArcFailed", error_detail=said),
            Claim(claimed="Failed", log_errors=("Something else.", said)),
            Claim(claimed="Failed", arc_errors=(said.upper(),)),
            Claim(claimed="Failed", events=(LoggedEvent(9114, said),)),
        ]
        assert name(explain_words([said])) == case["known"]
        assert name(explain_words(["Something else.", said])) == case["known"]
    assert [name(explain(claim)) for claim in claims] == [case["known"]] * len(claims)


def test_every_failure_has_a_case_and_words_of_its_own() -> None:
    assert {known.id for known in FAILURES} == {case["known"] for case in CASES} - {None}
    for kind in ("id", "cause", "remedy"):
        assert len({getattr(known, kind) for known in FAILURES}) == len(FAILURES)
    for known in FAILURES:
        assert known.cause.endswith(".")
        assert known.remedy.endswith(".")
        assert known.events or known.words


def test_every_event_that_tells_of_a_failure_has_one_explanation() -> None:
    told = [event for known in FAILURES for event in known.events]
    assert len(set(told)) == len(told)
    assert set(told) | UNEXPLAINED == FAILURE_EVENTS


@pytest.mark.parametrize(
    ("claim", "known"),
    [
        (Claim(events=logged(9110), log_errors=("AADSTS700027: invalid signature",)), "clock"),
        (Claim(events=logged(9116, 9131)), "provider-role"),
        (Claim(events=logged(9006), error_detail="ArcPermissionsMissing"), "arc-permissions"),
        (Claim(events=logged(9006), arc_errors=("AZCM0042 ResourceGroupNotFound",)), "group-not-found"),
        (
            Claim(events=logged(9117), host_errors=("Couldn't disable Azure Arc integration on Node X",)),
            "arc-app-deleted",
        ),
        (Claim(events=logged(9130), host_errors=("RequestDisallowedByPolicy",)), "policy"),
        (Claim(events=logged(9001, 9114), host_errors=("Can't find PowerShell module(s): Az.Accounts",)), "modules"),
    ],
)
def test_of_several_the_cause_is_told_and_not_what_followed_from_it(claim: Claim, known: str) -> None:
    assert name(explain(claim)) == known


def test_words_are_looked_for_in_one_thing_that_was_said_and_not_across_two() -> None:
    assert explain_words(["The extension MDE.Windows", "could not be deleted"]) is None
    assert name(explain_words(["The extension MDE.Windows could not be deleted"])) == "extensions"


def test_a_claim_of_success_is_not_explained_by_its_own_details() -> None:
    assert explain(Claim(claimed="Success", details="ScopeLocked", error_detail="Success")) is None


def test_the_samples_of_real_runs() -> None:
    arc_failed = Claim(
        claimed="RegisterSucceededButArcFailed",
        error_detail="ArcIntegrationFailedOnNodes",
        details="Azure Stack HCI is successfully registered.",
    )
    assert name(explain(arc_failed)) == "arc-nodes"
    assert explain(Claim(claimed="Success", details="Azure Stack HCI is successfully registered.")) is None


@pytest.mark.parametrize("known", FAILURES, ids=lambda known: known.id)
def test_a_remedy_names_only_options_that_are_there(known: KnownFailure) -> None:
    options = {"--arc-spn-id", "--tenant", "--install-modules", "--force", "--arc-resource-group", "--disconnect-stale"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", known.remedy)) <= options | {"--force-local-only"}


@patient
@given(st.text(max_size=400), st.lists(st.integers(9000, 9140), max_size=4))
def test_whatever_is_said_is_explained_by_what_is_known_or_not_at_all(said: str, events: list[int]) -> None:
    found = explain(Claim(host_errors=(said,), events=logged(*events)))
    assert found is None or found in FAILURES
    if any(set(known.events) & set(events) for known in FAILURES):
        assert found is not None
