"""The PowerShell that screens show runs: on the real engine, on stub commands, at every width a screen has."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_documents import healthy_22h2
from tests.powershell.script_engine import Run, ScriptEngine
from tests.powershell.test_scripts_suit_windows_powershell import examine
from tui.cluster.azure_resources import AzureProblem, AzureProblemKind, AzureView
from tui.cluster.resource_id import parse_resource_id
from tui.lab.powershell import MODULE, prepare
from tui.nodes.connection import Connection, LocalPowerShell, Target, TransportKind
from tui.operations.snapshot import Snapshot
from tui.pages.commands import commands_document, commands_for, log_commands, settings_commands
from tui.pages.powershell.asked import ASKED
from tui.pages.powershell.azure import azure_commands
from tui.pages.powershell.command import Command
from tui.secret import Secret

PASSWORD = Secret("not shown anywhere")
ADMIN = "HCI\\admin"
TARGETS: dict[str, tuple[Target, ...]] = {
    "own node": (LocalPowerShell("HCI-N1"),),
    "own node and peers": (LocalPowerShell("HCI-N1"), Connection("HCI-N2", "HCI-N2.hci.contoso.test")),
    "sixteen nodes": tuple(Connection(f"HCI-N{number}", user=ADMIN, password=PASSWORD) for number in range(1, 17)),
    "own node and an odd user": (
        LocalPowerShell("HCI-N1"),
        Connection("HCI-N2", user="O\u2019Brien's@x", password=PASSWORD, transport=TransportKind.NTLM),
    ),
    "every way": (
        Connection("n1", user=ADMIN, password=PASSWORD, transport=TransportKind.CREDSSP),
        Connection("n2", "https://[fe80::1]:5986/wsman", user="bob", password=PASSWORD, transport=TransportKind.BASIC),
        Connection("n3", "n3.contoso.test:5986", transport=TransportKind.KERBEROS),
        Connection("n4", "https://gate.contoso.test/hci/n4/wsman", user=ADMIN, password=PASSWORD),
        Connection("n5", "n5:15985", user=ADMIN, password=PASSWORD),
    ),
}
WIDTHS = (40, 41, 47, 60, 80, 132, 200)
RECORDER = """
$global:asked = New-Object -TypeName System.Collections.ArrayList
function Get-Credential { param($Credential) [pscustomobject] @{ UserName = $Credential } }
function Invoke-Command {
    param(
        [string[]] $ComputerName, [uri[]] $ConnectionUri, $Credential, [string] $Authentication, [int] $Port,
        [switch] $UseSSL, [string] $CertificateThumbprint, [Parameter(Position = 0)] [scriptblock] $ScriptBlock
    )
    $told = [ordered] @{}
    foreach ($name in @($PSBoundParameters.Keys | Sort-Object)) {
        if ($name -eq 'ScriptBlock') { continue }
        $value = $PSBoundParameters[$name]
        if ($name -eq 'Credential') { $value = $value.UserName }
        if ($name -eq 'UseSSL') { $value = [bool] $value }
        if ($name -eq 'ConnectionUri') { $value = @($value | ForEach-Object { $_.OriginalString }) }
        $told[$name] = $value
    }
    [void] $global:asked.Add($told)
    & $ScriptBlock
}
function New-Object {
    param([Parameter(Position = 0)] [string] $TypeName, [string] $ComObject, [object[]] $ArgumentList, $Property)
    $given = $PSBoundParameters
    if (-not $ComObject) { return Microsoft.PowerShell.Utility\\New-Object @given }
    $update = [pscustomobject] @{ Title = 'An update'; IsDownloaded = $false }
    if ($ComObject -eq 'Microsoft.Update.ServiceManager') {
        return [pscustomobject] @{ Services = @([pscustomobject] @{ Name = 'Microsoft Update' }) }
    }
    if ($ComObject -ne 'Microsoft.Update.Session') { throw "Retrieving the COM class factory for $ComObject failed." }
    $searcher = [pscustomobject] @{ Update = $update }
    $searcher | Add-Member -MemberType ScriptMethod -Name Search -Value {
        param($Criteria) [pscustomobject] @{ Updates = @($this.Update) } }
    $searcher | Add-Member -MemberType ScriptMethod -Name QueryHistory -Value { param($Start, $Count) $this.Update }
    $session = [pscustomobject] @{ Searcher = $searcher }
    $session | Add-Member -MemberType ScriptMethod -Name CreateUpdateSearcher -Value { $this.Searcher }
    return $session
}
"""
AGENT = "[void] (Test-Path -LiteralPath (Join-Path $env:ProgramFiles 'AzureConnectedMachineAgent/azcmagent.exe'))"
"""Being asked for it, the lab's agent appears where its document says that there is one."""
SAME_TOKENS = r"""
param([string[]] $Texts)
function Get-Tokens {
    param([string] $Text)
    $tokens = $errors = $null
    [void] [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref] $tokens, [ref] $errors)
    if ($errors.Count) { throw "$($errors[0].Message) in: $Text" }
    $kept = @($tokens | Where-Object { $_.Kind -notin 'NewLine', 'LineContinuation', 'EndOfInput' })
    ($kept | ForEach-Object { $_.Text }) -join "`n"
}
$whole = Get-Tokens -Text $Texts[0]
foreach ($text in $Texts) { [pscustomobject] @{ Same = ((Get-Tokens -Text $text) -ceq $whole); Text = $text } }
"""


AZURE = AzureView(
    "AzureCloud",
    "admin@contoso.test",
    parse_resource_id(
        "/Subscriptions/5d3c2b1a-0f4e-4c6d-8b7a-1a2b3c4d5e6f/resourceGroups/it's a group/providers/"
        "Microsoft.AzureStackHCI/clusters/HCI-CL01"
    ),
    *[AzureProblem(AzureProblemKind.FORBIDDEN, "", "")] * 3,
)
AZURE_MODULES = """
function Connect-AzAccount { param([switch] $UseDeviceAuthentication, [string] $Environment) $PSBoundParameters }
function Get-AzStackHciCluster {
    param([string[]] $SubscriptionId, [string] $ResourceGroupName, [string] $Name) $PSBoundParameters
}
function Get-AzStackHciArcSetting {
    param([string[]] $SubscriptionId, [string] $ResourceGroupName, [string] $ClusterName, [string] $Name)
    [pscustomobject] @{ AggregateState = $ClusterName; PerNodeDetail = $ResourceGroupName }
}
function Get-AzConnectedMachine {
    param([string[]] $SubscriptionId, [string] $ResourceGroupName, [string] $Name)
    [pscustomobject] @{ Name = $ResourceGroupName; Status = 'Connected'; AgentVersion = '1'; LastStatusChange = '' }
}
"""


def commands(page: str, ways: str) -> tuple[Command, ...]:
    return commands_for(page, Snapshot(targets=TARGETS[ways], azure=AZURE))


def as_copied(command: Command, columns: int) -> str:
    """Return a command as it is copied from a page of some width."""
    document = commands_document("x", (command,), columns)
    below = [line.text for line in document.body].index("") + 1
    purpose = sum(line.text.startswith(" ") and not line.text.startswith("   ") for line in document.body[below:])
    assert all(len(line.text) <= columns for line in document.body)
    return "\n".join(document.whole_lines[below + purpose :])


@pytest.mark.parametrize("ways", TARGETS)
def test_a_command_means_the_same_however_narrow_the_screen(engine: ScriptEngine, ways: str) -> None:
    for page in ASKED:
        for command in commands(page, ways):
            texts = [command.text, *(as_copied(command, columns) for columns in WIDTHS)]
            run = engine.evaluate(SAME_TOKENS, parameters={"Texts": texts})
            assert not run.errors
            assert [answer["Text"] for answer in run.out if not answer["Same"]] == []


@pytest.mark.parametrize("ways", TARGETS)
def test_every_command_is_one_that_windows_powershell_has(pwsh: Path, ways: str) -> None:
    texts = {f"{page} {number}": one.text for page in ASKED for number, one in enumerate(commands(page, ways))}
    assert {name: told["findings"] for name, told in examine(pwsh, texts).items() if told["findings"]} == {}


class Session:
    """A PowerShell on a simulated node, in which commands are typed one after the other."""

    def __init__(self, engine: ScriptEngine, folder: Path) -> None:
        self._engine = engine
        state = folder / "state.json"
        state.write_text(json.dumps(healthy_22h2()), encoding="utf-8")
        self._environment = {**prepare(folder, sys.executable), "AZSCONFIG_LAB_STATE": str(state)}

    def type(self, typed: tuple[Command, ...], after: str = "") -> Run:
        text = "\n".join((*(as_copied(command, 80) for command in typed), after))
        # Off Windows a backslash after a folder's name begins no path of a program.
        text = text.replace(r"\AzureConnectedMachineAgent\azcmagent.exe", "/AzureConnectedMachineAgent/azcmagent.exe")
        return self._engine.evaluate(
            text, prelude=RECORDER + AZURE_MODULES + AGENT, modules=[MODULE], environment=self._environment
        )


@pytest.fixture
def session(engine: ScriptEngine, tmp_path: Path) -> Session:
    return Session(engine, tmp_path)


def asked_of(session: Session, ways: str) -> list[dict[str, Any]]:
    """Return the parameters that reached Invoke-Command for one question."""
    first = [command for command in commands("runs", ways) if "Invoke-Command" not in command.text]
    question = commands("runs", ways)[-1]
    typed = (*first, question) if question not in first else (question,)
    run = session.type(typed, "[pscustomobject] @{ Asked = @($global:asked) }")
    assert not run.errors
    return run.out[-1]["Asked"]


@pytest.mark.parametrize("page", ASKED)
@pytest.mark.parametrize("ways", TARGETS)
def test_the_commands_of_every_page_run(session: Session, page: str, ways: str) -> None:
    run = session.type(commands(page, ways))
    assert not run.errors
    assert run.out


def test_azure_is_asked_for_this_cluster(session: Session) -> None:
    run = session.type(azure_commands(AZURE))
    assert not run.errors
    signed_in, cluster, setting, machine = run.out
    assert signed_in["Environment"] == "AzureCloud"
    assert (cluster["Name"], cluster["ResourceGroupName"]) == ("HCI-CL01", "it's a group")
    assert setting == {"AggregateState": "HCI-CL01", "PerNodeDetail": "it's a group"}
    assert machine["Name"] == "it's a group"
    assert azure_commands(None) == ()


def test_the_own_node_is_asked_without_remoting(session: Session) -> None:
    assert asked_of(session, "own node") == []


def test_on_a_node_the_cluster_tells_its_nodes(session: Session) -> None:
    assert asked_of(session, "own node and peers") == [{"ComputerName": ["HCI-N1", "HCI-N2"]}]


def test_nodes_that_are_reached_alike_are_asked_together(session: Session) -> None:
    names = [f"HCI-N{number}" for number in range(1, 17)]
    assert asked_of(session, "sixteen nodes") == [{"ComputerName": names, "Credential": ADMIN}]


def test_a_user_s_name_stays_as_it_is_whatever_quotes_it_has(session: Session) -> None:
    told = {"ComputerName": ["HCI-N2"], "Credential": "O\u2019Brien's@x", "Authentication": "Negotiate"}
    assert asked_of(session, "own node and an odd user") == [told]


def test_every_way_has_its_parameters(session: Session) -> None:
    assert asked_of(session, "every way") == [
        {"Authentication": "Credssp", "ComputerName": ["n1"], "Credential": ADMIN},
        {"Authentication": "Basic", "ConnectionUri": ["https://[fe80::1]:5986/wsman"], "Credential": "bob"},
        {"Authentication": "Kerberos", "ComputerName": ["n3.contoso.test"], "UseSSL": True},
        {"ConnectionUri": ["https://gate.contoso.test:5986/hci/n4/wsman"], "Credential": ADMIN},
        {"ComputerName": ["n5"], "Credential": ADMIN, "Port": 15985},
    ]


def test_the_log_s_entries_are_objects(session: Session, tmp_path: Path) -> None:
    log, activity = tmp_path / "it's a log.log", tmp_path / "activity.jsonl"
    log.write_text("".join(f"line {number}\n" for number in range(150)), encoding="utf-8")
    activity.write_text('{"what": "one"}\n{"what": "K\u00f6ln"}\n', encoding="utf-8")
    run = session.type(log_commands(log, activity))
    assert not run.errors
    assert [one["what"] for one in run.out[:2]] == ["one", "K\u00f6ln"]
    assert len(run.out) == 102


def test_the_configuration_is_printed_and_opened(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("schema = 1\n", encoding="utf-8")
    opened = "function notepad { param($File) $File }\n"
    commands_ = settings_commands(file)
    run = session.type((Command("", opened), *commands_))
    assert not run.errors
    assert run.out[-1] == str(file)


def test_no_password_is_in_any_command() -> None:
    for ways in TARGETS:
        for page in ASKED:
            assert PASSWORD.reveal() not in str(commands(page, ways))
