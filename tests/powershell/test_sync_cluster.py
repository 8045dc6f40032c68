"""sync-cluster: asks for one sync, and tells when the last one was before and after."""

from tests.powershell.script_engine import ScriptEngine

COMMANDS = """
$script:last = [datetime]::new(2026, 5, 4, 1, 2, 3, [System.DateTimeKind]::Utc)
$script:syncs = 0
function Get-AzureStackHCI {
    [CmdletBinding()] param()
    [pscustomobject] @{ LastConnected = $script:last.ToLocalTime() }
}
function Sync-AzureStackHCI { [CmdletBinding()] param() SYNC }
"""


def test_the_time_before_and_after_is_told(engine: ScriptEngine) -> None:
    prelude = COMMANDS.replace("SYNC", "$script:last = $script:last.AddHours(12); 'census sent'")
    told = engine.run("sync-cluster", prelude=prelude).one
    assert told == {
        "Before": "2026-05-04T01:02:03.0000000Z",
        "After": "2026-05-04T13:02:03.0000000Z",
        "Output": "census sent",
    }


def test_a_sync_that_fails_is_an_error(engine: ScriptEngine) -> None:
    run = engine.run("sync-cluster", prelude=COMMANDS.replace("SYNC", "throw 'cannot connect with Azure'"))
    assert run.out == []
    assert [(failure.terminating, "cannot connect with Azure" in failure.message) for failure in run.errors] == [
        (True, True)
    ]


def test_a_cluster_that_never_synced_has_no_time(engine: ScriptEngine) -> None:
    prelude = COMMANDS.replace("SYNC", "").replace("$script:last.ToLocalTime()", "$null")
    told = engine.run("sync-cluster", prelude=prelude).one
    assert (told["Before"], told["After"], told["Output"]) == (None, None, "")


def test_a_machine_without_the_cmdlets_says_so(engine: ScriptEngine) -> None:
    run = engine.run("sync-cluster")
    assert run.out == []
    assert "Get-AzureStackHCI" in run.errors[0].message
