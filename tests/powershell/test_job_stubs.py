"""The stubs of Microsoft's cmdlets hang and mislead as the real ones do when they are called carelessly."""

import pytest

from tests.powershell.job_cases import Jobs

TYPED = "Register-AzStackHCI -SubscriptionId s -Region eastus -ArmAccessToken t -AccountId a"


def test_the_newest_one_asks_inside_unless_it_is_told_not_to(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.type(f"{TYPED} | Out-Null")
    assert "NonInteractive mode" in run.errors
    assert not run.called("Connect-AzAccount")
    run = jobs.type(f"{TYPED} -Confirm:$false | Out-Null")
    assert "NonInteractive mode" not in run.errors
    assert len(run.called("Connect-AzAccount")) == 1


@pytest.mark.parametrize("missing", [" -ArmAccessToken t", " -AccountId a"])
def test_one_without_token_or_account_waits_for_a_sign_in(jobs: Jobs, missing: str) -> None:
    jobs.have("2.0.0")
    run = jobs.type(f"{TYPED.replace(missing, '')} | Out-Null")
    assert "NonInteractive mode" in run.errors
    assert not run.called("Connect-AzAccount")


def test_the_result_has_no_properties(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.type(f"$r = {TYPED} -Confirm:$false; Write-Host ('Result' -in $r[1].PSObject.Properties.Name)")
    assert run.output.splitlines()[-1] == "False"


def test_the_oldest_one_has_no_confirm(jobs: Jobs) -> None:
    jobs.have("1.2.0")
    run = jobs.type(f"try {{ {TYPED} -Confirm:$false }} catch {{ Write-Host $_.FullyQualifiedErrorId }}")
    assert run.output.startswith("NamedParameterNotFound")
