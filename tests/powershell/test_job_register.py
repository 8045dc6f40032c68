"""job-register on Register-AzStackHCI of several versions: it passes what that version takes, and believes nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_cases import ARC_SECRET, PASSWORD, SUBSCRIPTION, TOKEN, USUAL, VERSIONS, Jobs

ARRIVING = {"WarningAction": "Continue", "InformationAction": "Continue"}
DONE = ["identity started", "identity done", "install-modules skipped", "cmdlet started"]


def given(version: str) -> dict[str, Any]:
    """Return what the usual parameters become for one version."""
    expected = {name: value for name, value in USUAL.items() if name != "Peers"}
    expected |= {"ArmAccessToken": TOKEN, **ARRIVING}
    if version.startswith("1."):
        expected["EnableAzureArcServer"] = True
    if version != "1.2.0":
        expected["Confirm"] = False
    return expected


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_gets_exactly_what_it_takes(jobs: Jobs, version: str) -> None:
    jobs.have(version)
    run = jobs.register()
    assert run.bound == given(version)
    assert run.stop is None
    assert run.steps == [*DONE, "cmdlet done", "evidence started", "evidence done"]
    assert run.result["ModuleVersion"] == version
    assert run.result["Claimed"] == "Success"
    assert (run.confirm, run.moved) == ("High", False)


@pytest.mark.parametrize("accounts", ["2.13.2", "5.0.0"])
def test_the_token_reaches_the_sign_in_as_text(jobs: Jobs, accounts: str) -> None:
    jobs.have("2.6.0", accounts)
    jobs.register()
    (signed_in,) = jobs.node.calls[-1:]
    assert signed_in == {
        "Command": "Connect-AzAccount",
        "Version": accounts,
        "AccessToken": TOKEN,
        "AccountId": "admin@contoso.test",
    }


def test_the_result_is_read_out_of_the_list_it_prints(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    result = jobs.register().result
    cluster = (
        f"/Subscriptions/{SUBSCRIPTION}/resourceGroups/HCI-CL01-rg/providers/Microsoft.AzureStackHCI/clusters/HCI-CL01"
    )
    assert result["AzureResourceId"] == cluster
    assert result["PortalUrl"] == f"https://portal.azure.com/#@{USUAL['TenantId']}/resource{cluster}/overview"
    assert result["Details"] == "Azure Stack HCI is successfully registered. An Azure resource has been created."
    assert set(result["Properties"]) == {"Result", "AzurePortalResourceURL", "AzureResourceId", "Details"}


@pytest.mark.parametrize(
    ("sample", "claimed", "error"),
    [
        ("success_2023", "Success", None),
        ("registersucceededbutarcfailed_2021", "RegisterSucceededButArcFailed", "ArcIntegrationFailedOnNodes"),
    ],
)
def test_a_real_list_is_read_though_its_lines_are_cut(
    jobs: Jobs, shared: Path, sample: str, claimed: str, error: str | None
) -> None:
    jobs.have("1.4.1")
    file = shared / "samples" / f"register-azstackhci_{sample}.txt"
    result = jobs.register(act="text", text=str(file)).result
    whole = "".join(file.read_text("utf-8").split())
    assert result["Claimed"] == claimed
    assert result["ErrorDetail"] == error
    for name in ("AzureResourceId", "PortalUrl"):
        assert " " not in result[name]
        assert result[name] in whole
    assert len(result["Details"].split()) == 29
    assert "".join(result["Details"].split()) in whole


def test_what_it_says_on_every_stream_arrives_at_once(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register(act="arc-permissions")
    told = run.output.splitlines()
    assert "WARNING: Newer version of the Az.StackHCI module is available." in told
    assert "Information of Register-AzStackHCI" in told
    assert any(line.startswith("Result ") and "RegisterSucceededButArcFailed" in line for line in told)
    bars = [(item["id"], item["parent"], item["percent"]) for item in run.told if "activity" in item]
    assert bars == [(1, -1, 2), (1, -1, 30), (2, 1, 50), (1, -1, -1)]


def test_arc_that_failed_is_no_success(jobs: Jobs) -> None:
    jobs.have("2.0.0")
    run = jobs.register(act="arc-permissions")
    assert (run.result["Claimed"], run.result["ErrorDetail"]) == (
        "RegisterSucceededButArcFailed",
        "ArcPermissionsMissing",
    )
    assert run.result["Details"].startswith("Azure Stack HCI is successfully registered.")
    assert run.stop == "failed"
    assert "RegisterSucceededButArcFailed (ArcPermissionsMissing)" in run.message
    assert run.steps[-3:] == ["cmdlet failed", "evidence started", "evidence done"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failure_it_says_in_its_result_is_one_in_every_version(jobs: Jobs, version: str) -> None:
    jobs.have(version)
    run = jobs.register(act="failed")
    assert run.result["Claimed"] == "Failed"
    assert run.result["Properties"] == {"Result": "Failed"}
    assert run.stop == "failed"
    assert "not yet available in region nowhere" in run.message
    assert "not yet available in region nowhere" in run.errors


def test_a_failure_it_swallows_is_found_in_its_traces(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register(act="throw", text="the cloud is gone")
    assert run.result["Claimed"] is None
    assert run.result["HostErrors"] == []
    assert [event["Id"] for event in run.result["Events"]] == [9001, 9114]
    assert "the cloud is gone" in run.result["LogErrors"][0]
    assert run.stop == "failed"
    assert "the cloud is gone" in run.message


def test_a_failure_it_throws_is_kept_and_said(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register(act="throw", text="Can't find PowerShell module(s): Az.Resources", rethrow=True)
    assert run.result["HostErrors"] == ["Can't find PowerShell module(s): Az.Resources"]
    assert run.message == "Register-AzStackHCI failed: Can't find PowerShell module(s): Az.Resources"
    assert run.stop == "failed"


def test_an_error_record_is_kept_with_the_result(jobs: Jobs) -> None:
    jobs.have("1.2.0")
    run = jobs.register(act="error")
    assert run.result["HostErrors"] == ["Arc resource group it already exists."]
    assert run.result["Claimed"] == "Failed"
    assert "Arc resource group it already exists." in run.errors


def test_a_cmdlet_that_ends_the_script_is_told_from_one_that_is_done(jobs: Jobs) -> None:
    jobs.have("2.0.0")
    run = jobs.register(act="exit")
    assert run.stop == "failed"
    assert "ended the script" in run.message
    assert run.result["Claimed"] is None
    assert (run.confirm, run.moved) == ("High", False)


def test_a_question_it_asks_and_swallows_is_named(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register(act="ask")
    assert run.stop == "failed"
    assert run.message == "Register-AzStackHCI asked a question that nobody can answer here: Read-Host did."


def test_repair_says_so_to_the_cmdlet(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    assert jobs.register({"Mode": "Repair"}).bound == given("2.6.0") | {"RepairRegistration": True}


def test_enabling_arc_is_registering_again(jobs: Jobs) -> None:
    jobs.have("1.2.0")
    assert jobs.register({"Mode": "EnableArc"}).bound == given("1.2.0")


def test_everything_that_may_be_given_is_passed_with_its_type(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    logs = jobs.node.folder / "my logs"
    run = jobs.register(
        {
            "ArcServerResourceGroupName": "arc-rg",
            "Tag": {"owner": "K\u00f6ln", "cost center": "7"},
            "CertificateThumbprint": "00AA",
            "ArcSpnApplicationId": "e6173004-5d13-4e5b-8770-505302be807c",
            "LogsDirectory": str(logs),
        },
        secrets={"ArmAccessToken": TOKEN, "ArcSpnSecret": ARC_SECRET},
    )
    assert run.bound == given("2.6.0") | {
        "ArcServerResourceGroupName": "arc-rg",
        "Tag": {"owner": "K\u00f6ln", "cost center": "7"},
        "CertificateThumbprint": "00AA",
        "ArcSpnCredential": f"PSCredential e6173004-5d13-4e5b-8770-505302be807c {ARC_SECRET}",
        "LogsDirectory": str(logs),
    }
    assert Path(run.result["LogFile"]).parent == logs


def test_what_is_empty_is_not_passed(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    empty: dict[str, Any] = {
        "ResourceName": "",
        "ResourceGroupName": None,
        "TenantId": " ",
        "Tag": {},
        "InstallModules": None,
    }
    left = given("2.6.0")
    for name in ("ResourceName", "ResourceGroupName", "TenantId"):
        del left[name]
    assert jobs.register(empty).bound == left


def test_a_system_task_signs_in_to_the_nodes_with_the_credential(jobs: Jobs) -> None:
    jobs.have("2.0.0")
    run = jobs.register(
        {"ComputerName": "HCI-N1.hci.contoso.test", "CredentialUser": "HCI\\admin"},
        secrets={"ArmAccessToken": TOKEN, "CredentialPassword": PASSWORD},
    )
    assert run.bound == given("2.0.0") | {
        "ComputerName": "HCI-N1.hci.contoso.test",
        "Credential": f"PSCredential HCI\\admin {PASSWORD}",
    }
    (reached,) = run.called("Invoke-Command")
    assert reached["User"] == "HCI\\admin"
    assert reached["ComputerName"] == ["HCI-N1.hci.contoso.test", "HCI-N2.hci.contoso.test"]


@pytest.mark.parametrize(
    ("version", "parameters", "said"),
    [
        (
            "2.0.0",
            {"LogsDirectory": "/logs"},
            "of Az.StackHCI 2.0.0 has no -LogsDirectory. Az.StackHCI 2.2.0 is the first",
        ),
        ("1.4.1", {"LogsDirectory": "/logs"}, "of Az.StackHCI 1.4.1 has no -LogsDirectory."),
        ("2.0.0", {"Region": ""}, "of Az.StackHCI 2.0.0 needs -Region, which was not given."),
        ("2.6.0", {"SubscriptionId": None}, "of Az.StackHCI 2.6.0 needs -SubscriptionId, which was not given."),
        ("2.6.0", {"Mode": "register it"}, "Mode is 'register it'; it has to be one of Register, Repair, EnableArc."),
        ("2.6.0", {"AccountId": None}, "Register-AzStackHCI needs -AccountId, which was not given."),
        ("2.6.0", {"ArcSpnApplicationId": "id"}, "the secret ArcSpnSecret that belongs to it is not"),
        ("2.6.0", {"CredentialUser": "HCI\\admin"}, "the secret CredentialPassword that belongs to it is not"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_before_anything_is_called(
    jobs: Jobs, version: str, parameters: dict[str, Any], said: str
) -> None:
    jobs.have(version)
    run = jobs.register(parameters)
    assert run.stop == "refused"
    assert said in run.message
    assert not run.called("Register-AzStackHCI")
    assert not any("result" in item for item in run.told)


def test_without_a_token_nothing_waits_for_a_sign_in(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register(secrets={})
    assert (run.stop, run.message) == ("refused", "Register-AzStackHCI needs -ArmAccessToken, which was not given.")
    assert run.calls == []


def test_an_old_version_does_without_a_region(jobs: Jobs) -> None:
    jobs.have("1.4.1")
    assert "Region" not in jobs.register({"Region": None}).bound
