"""get-run-readiness: what stands for and against a registration from a node."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_engine import GALLERY, STUBS
from tests.powershell.script_engine import Run, ScriptEngine

POLICIES = r"SOFTWARE\Policies\Microsoft\Windows\PowerShell"
LSA = r"HKLM:\SYSTEM\CurrentControlSet\Control\Lsa"
REGISTRY = r"""
$values = ConvertFrom-Json -InputObject '%s'
function Get-ItemProperty {
    [CmdletBinding()]
    param([string] $LiteralPath, [string] $Name)
    $kind = 'System.Management.Automation.ErrorRecord'
    $key = $values.PSObject.Properties[$LiteralPath]
    if ($null -eq $key) {
        $failure = [System.Management.Automation.ItemNotFoundException] "No $LiteralPath"
        $id = 'PathNotFound'
        $category = 'ObjectNotFound'
    } elseif ($key.Value -is [string]) {
        $failure = [System.Security.SecurityException] $key.Value
        $id = 'System.Security.SecurityException'
        $category = 'PermissionDenied'
    } elseif ($null -eq $key.Value.PSObject.Properties[$Name]) {
        $failure = [System.Management.Automation.PSArgumentException] "No $Name"
        $id = 'System.Management.Automation.PSArgumentException'
        $category = 'InvalidArgument'
    } else {
        return [pscustomobject] @{ $Name = $key.Value.$Name }
    }
    $PSCmdlet.ThrowTerminatingError((New-Object -TypeName $kind -ArgumentList $failure, $id, $category, $LiteralPath))
}
function whoami.exe { '"Mandatory Label\High Mandatory Level","Label","S-1-16-%s",""' }
"""


class Node:
    """A node that is asked whether it is ready."""

    def __init__(self, engine: ScriptEngine, folder: Path) -> None:
        self._engine = engine
        self.modules = folder / "modules"
        self.modules.mkdir()
        self._folder = folder

    def ask(self, registry: dict[str, Any] | None = None, *, level: int = 12288, gallery: str = "") -> Run:
        """Run the script on a registry."""
        environment = {
            "PSModulePath": str(self.modules),
            "SystemDrive": str(self._folder),
            "AZSCONFIG_STUBS": str(STUBS),
        }
        values = json.dumps(registry or {}).replace("'", "''")
        return self._engine.run(
            "get-run-readiness",
            prelude=REGISTRY % (values, level),
            environment=environment,
            parameters={"GalleryAddress": gallery, "TimeoutSeconds": 5},
        )

    def policy(self, hive: str, folder: str, name: str, value: int = 1) -> dict[str, Any]:
        """Return what the script finds with one policy set."""
        return self.ask({rf"{hive}:\{POLICIES}\{folder}": {name: value}}).one


@pytest.fixture
def node(engine: ScriptEngine, tmp_path: Path) -> Node:
    return Node(engine, tmp_path)


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, int]]]:
    """A server on loopback: its address, and the status it answers with."""
    answer = {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer["status"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/api/v2/", answer
        listening.shutdown()
        thread.join()


def test_a_bare_node_has_no_policies_and_no_modules(node: Node, tmp_path: Path) -> None:
    told = node.ask().one
    assert told.pop("Identity").count("\\") == 1
    assert 0 < told.pop("FreeBytes") <= shutil.disk_usage(tmp_path).total
    assert told == {
        "Elevated": True,
        "ScriptBlockLogging": False,
        "ModuleLogging": False,
        "Transcription": False,
        "PasswordStorageForbidden": False,
        "Modules": [{"Name": name, "Versions": []} for name in ("Az.StackHCI", "Az.Accounts", "Az.Resources")],
        "RegisterParameters": [],
        "UnregisterParameters": [],
        "GalleryReachable": None,
    }


@pytest.mark.parametrize(
    ("field", "folder", "name"),
    [
        ("ScriptBlockLogging", "ScriptBlockLogging", "EnableScriptBlockLogging"),
        ("ModuleLogging", "ModuleLogging", "EnableModuleLogging"),
        ("Transcription", "Transcription", "EnableTranscripting"),
    ],
)
def test_a_policy_of_the_machine_or_of_the_user_is_found(node: Node, field: str, folder: str, name: str) -> None:
    for hive in ("HKLM", "HKCU"):
        told = node.policy(hive, folder, name)
        on = [key for key in ("ScriptBlockLogging", "ModuleLogging", "Transcription") if told[key]]
        assert on == [field]
    assert node.policy("HKLM", folder, name, 0)[field] is False
    assert node.policy("HKLM", folder, "SomethingElse")[field] is False


def test_a_machine_that_says_no_is_not_overruled_by_the_user(node: Node) -> None:
    keys = {
        rf"{hive}:\{POLICIES}\Transcription": {"EnableTranscripting": value}
        for hive, value in (("HKLM", 0), ("HKCU", 1))
    }
    assert node.ask(keys).one["Transcription"] is False


@pytest.mark.parametrize(("value", "forbidden"), [(1, True), (0, False)])
def test_a_policy_against_stored_passwords_is_found(node: Node, value: int, forbidden: bool) -> None:
    assert node.ask({LSA: {"disabledomaincreds": value}}).one["PasswordStorageForbidden"] is forbidden


def test_what_may_not_be_read_is_unknown_and_said(node: Node) -> None:
    run = node.ask({LSA: "Not allowed.", rf"HKLM:\{POLICIES}\ModuleLogging": "Not allowed either."})
    assert run.one["PasswordStorageForbidden"] is None
    assert run.one["ModuleLogging"] is None
    assert len(run.warnings) == 2
    assert not run.hollow


def test_a_token_that_is_not_elevated_is_told(node: Node) -> None:
    assert node.ask(level=8192).one["Elevated"] is False


def test_every_version_is_listed_newest_first_and_the_newest_tells_its_parameters(node: Node) -> None:
    shutil.copytree(GALLERY / "Az.StackHCI", node.modules / "Az.StackHCI")
    shutil.copytree(GALLERY / "Az.Accounts", node.modules / "Az.Accounts")
    told = node.ask().one
    assert told["Modules"] == [
        {"Name": "Az.StackHCI", "Versions": ["2.6.0", "2.0.0", "1.4.1", "1.2.0"]},
        {"Name": "Az.Accounts", "Versions": ["5.0.0", "2.13.2"]},
        {"Name": "Az.Resources", "Versions": []},
    ]
    assert {"SubscriptionId", "Region", "LogsDirectory", "Confirm", "WhatIf"} <= set(told["RegisterParameters"])
    assert {"DisableOnlyAzureArcServer", "Force", "Confirm"} <= set(told["UnregisterParameters"])


@pytest.mark.parametrize(
    ("version", "has", "lacks"), [("1.2.0", "GraphAccessToken", "Confirm"), ("1.4.1", "Confirm", "LogsDirectory")]
)
def test_parameters_are_those_of_the_version_and_read_without_loading_it(
    node: Node, version: str, has: str, lacks: str
) -> None:
    # Without Az.Accounts it cannot be loaded.
    shutil.copytree(GALLERY / "Az.StackHCI" / version, node.modules / "Az.StackHCI" / version)
    run = node.ask()
    assert has in run.one["RegisterParameters"]
    assert lacks not in run.one["RegisterParameters"]
    assert not run.warnings


def test_a_cmdlet_that_is_no_script_is_asked_by_loading_the_module(node: Node) -> None:
    made = node.modules / "Az.StackHCI" / "9.0.0"
    made.mkdir(parents=True)
    manifest = "@{ ModuleVersion = '9.0.0'; RootModule = 'made.psm1'; FunctionsToExport = '*' }"
    (made / "Az.StackHCI.psd1").write_text(manifest, encoding="ascii")
    body = "[CmdletBinding(SupportsShouldProcess)] param([string] $Region) 1"
    (made / "made.psm1").write_text(f"Set-Item -Path function:script:Register-AzStackHCI -Value {{ {body} }}", "ascii")
    run = node.ask()
    assert run.one["RegisterParameters"] == ["Region", "WhatIf", "Confirm"]
    assert run.one["UnregisterParameters"] == []
    assert any("Unregister-AzStackHCI" in warning for warning in run.warnings)


@pytest.mark.parametrize(("status", "reachable"), [(200, True), (403, False), (503, False)])
def test_the_gallery_is_reachable_when_it_answers_well(
    node: Node, server: tuple[str, dict[str, int]], status: int, reachable: bool
) -> None:
    address, answer = server
    answer["status"] = status
    assert node.ask(gallery=address).one["GalleryReachable"] is reachable


def test_a_gallery_nobody_answers_for_is_not_reachable(node: Node) -> None:
    run = node.ask(gallery="http://127.0.0.1:9/")
    assert run.one["GalleryReachable"] is False
    assert not run.warnings
