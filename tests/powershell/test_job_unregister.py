"""job-unregister on Unregister-AzStackHCI of several versions."""

from typing import Any

import pytest

from tests.powershell.job_cases import TOKEN, USUAL, VERSIONS, Jobs


def given() -> dict[str, Any]:
    expected = {name: value for name, value in USUAL.items() if name != "Peers"}
    return expected | {
        "ArmAccessToken": TOKEN,
        "Confirm": False,
        "WarningAction": "Continue",
        "InformationAction": "Continue",
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_is_told_everything_and_asks_nothing(jobs: Jobs, version: str) -> None:
    jobs.have(version)
    run = jobs.unregister({"ArcOnly": False, "Force": False})
    assert run.bound == given()
    assert run.stop is None
    assert (run.result["Cmdlet"], run.result["Claimed"]) == ("Unregister-AzStackHCI", "Success")
    assert run.result["Details"] == "Azure Stack HCI is successfully unregistered."
    assert [event["Id"] for event in run.result["Events"]] == [9005, 9007]
    assert "UnregisterHCI_" in run.result["LogFile"]


@pytest.mark.parametrize("version", VERSIONS)
def test_arc_alone_and_force_are_switches(jobs: Jobs, version: str) -> None:
    jobs.have(version)
    assert jobs.unregister({"ArcOnly": True, "Force": True}).bound == given() | {
        "DisableOnlyAzureArcServer": True,
        "Force": True,
    }


def test_a_failure_it_swallows_fails_the_run(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.unregister(act="failed")
    assert (run.stop, run.result["Claimed"]) == ("failed", "Failed")


def test_without_an_account_nothing_waits_for_a_sign_in(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.unregister({"AccountId": None})
    assert (run.stop, run.message) == ("refused", "Unregister-AzStackHCI needs -AccountId, which was not given.")
    assert run.calls == []
