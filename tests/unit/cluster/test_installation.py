"""What an installation came to: failures with their cause and remedy, and what is none."""

import pytest

from tui.cluster.decode import decode
from tui.cluster.installation import Installation


def installation(*updates: dict[str, object], restart: bool = False) -> Installation:
    told = {"Updates": list(updates), "RestartNeeded": restart, "Installed": 0, "Failed": 0}
    return decode(Installation, told)


def update(code: str, hresult: str = "0x00000000", phase: str = "install") -> dict[str, object]:
    return {
        "Id": "5a1b",
        "Title": "2026-05 Cumulative Update",
        "KBs": ["KB5036910"],
        "ResultCode": code,
        "HResult": hresult,
        "RestartNeeded": False,
        "Phase": phase,
    }


@pytest.mark.parametrize("code", ["Succeeded", "SucceededWithErrors", "NotOffered"])
def test_what_is_there_or_no_longer_offered_has_not_failed(code: str) -> None:
    assert installation(update(code)).failures == ()


@pytest.mark.parametrize("code", ["Failed", "Aborted", "NotStarted", "Something new"])
def test_everything_else_has_failed(code: str) -> None:
    told = installation(update(code, "0x80240017"))
    assert len(told.failures) == 1
    assert told.failures[0].why
    assert told.failures[0].remedy


def test_a_failure_says_its_phase_its_meaning_and_its_code() -> None:
    (failed,) = installation(update("Failed", "0x80070005", "download")).failures
    assert failed.why.startswith("download: ")
    assert "0x80070005" in failed.why
    assert "SYSTEM" in failed.remedy


def test_failures_with_a_code_come_before_those_that_were_not_begun() -> None:
    told = installation(update("NotStarted"), update("Failed", "0x80240016"))
    assert [one.h_result for one in told.failures] == ["0x80240016", "0x00000000"]


def test_nothing_wanted_is_nothing_failed() -> None:
    assert decode(Installation, {"Updates": None, "RestartNeeded": False, "Installed": 0, "Failed": 0}).failures == ()
