"""No secret of a run is anywhere but in the memory of its processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.powershell.run_node import PASSWORD, TOKEN, NodeOfRuns
from tests.powershell.script_engine import ScriptEngine

SECOND = "line one of a key\nline two of a key"
JOB = r"""
$token = $Secrets.ArmAccessToken
"output $token and $($Secrets.CredentialPassword)"
Write-Host "host $token"
Write-Warning "warning $token"
Write-Error -Message "error $token" -ErrorId "id $token"
$Host.UI.WriteErrorLine("host error $token")
$Host.UI.WriteLine("host line $token")
Write-Progress -Activity "activity $token" -Status "status $token"
Write-RunStep -Id step -Status started -Text "step $token"
New-Object PSObject -Property @{ Token = $token; Password = $Secrets.CredentialPassword } | Format-List
"cut: $($token.Substring(0, 30))"
$token.Substring(30)
"as JSON: " + (ConvertTo-Json -InputObject @{ p = $Secrets.CredentialPassword } -Compress)
"as an address: " + [Uri]::EscapeDataString($Secrets.CredentialPassword)
$Secrets.Key
Write-RunResult -Data @{ Token = $token; List = @("in a list $token"); Nested = @{ $token = 1 } }
while (-not (Test-Path -LiteralPath $Parameters.Hold)) { Start-Sleep -Milliseconds 20 }
throw "thrown $token"
"""


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> Iterator[NodeOfRuns]:
    node = NodeOfRuns(tmp_path, engine)
    yield node
    node.kill()


def test_they_are_nowhere(node: NodeOfRuns, tmp_path: Path) -> None:
    user_password = "the-logon-password-of-the-task"
    hold = tmp_path / "go on"
    run = node.start(
        JOB,
        parameters={"Hold": str(hold), "Leaked": f"by mistake {TOKEN}"},
        secrets={"ArmAccessToken": TOKEN, "CredentialPassword": PASSWORD, "Key": SECOND},
        RunAsUser="CONTOSO\\admin",
        RunAsPassword=user_password,
    )
    node.wait_for(run, "result")
    known = [TOKEN, TOKEN[:30], TOKEN[30:], PASSWORD, user_password, *SECOND.split("\n")]
    assert len(node.processes(run)) == 2
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            seen = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        assert not [secret for secret in known if secret.encode() in seen], entry
    hold.touch()
    state = node.ended(run)
    assert state["Reason"] == "failed"
    files = [path for path in node.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        text = path.read_bytes().decode("utf-8")
        assert not [secret for secret in known if secret in text], path
    told = node.said(run)
    texts = [event.get("text") for event in told]
    for expected in (
        "output *** and ***",
        "host ***",
        "warning ***",
        "error ***",
        "host error ***",
        "host line ***",
        "step ***",
        "cut: ***",
        "***",
        'as JSON: {"p":"***"}',
        "as an address: ***",
        "thrown ***",
    ):
        assert expected in texts, expected
    (result,) = [event["data"] for event in told if event["type"] == "result"]
    assert result == state["Result"] == {"Token": "***", "List": ["in a list ***"], "Nested": {"***": 1}}
    assert state["Parameters"]["Leaked"] == "by mistake ***"
    assert node.calls(run)[0]["User"] == "CONTOSO\\admin"
    assert node.calls(run)[0]["Password"] == len(user_password)
