"""Az.StackHCI by its versions: which parameters its cmdlets have (facts of the module's change log and source)."""

from typing import Any, cast

from tui.lab.node_state import version_numbers
from tui.lab.runs.runner import JobRun

STACK_HCI = "Az.StackHCI"
"""Name of the module."""
_REGISTER = (
    "SubscriptionId",
    "Region",
    "ResourceName",
    "Tag",
    "TenantId",
    "ResourceGroupName",
    "ArmAccessToken",
    "AccountId",
    "EnvironmentName",
    "ComputerName",
    "CertificateThumbprint",
    "RepairRegistration",
    "UseDeviceAuthentication",
    "Credential",
    "IsWAC",
    "ArcServerResourceGroupName",
    "ArcSpnCredential",
)
_UNREGISTER = (
    "SubscriptionId",
    "ResourceName",
    "TenantId",
    "ResourceGroupName",
    "ArmAccessToken",
    "AccountId",
    "EnvironmentName",
    "Region",
    "ComputerName",
    "UseDeviceAuthentication",
    "DisableOnlyAzureArcServer",
    "IsWAC",
    "Credential",
    "Force",
)
_ASKS = ("WhatIf", "Confirm")
NEWEST = {"Az.StackHCI": "2.6.0", "Az.Accounts": "2.19.0", "Az.Resources": "7.5.0"}
"""What the gallery gives when no version is asked for."""


def used_version(run: JobRun) -> str | None:
    """Return the Az.StackHCI that a job uses: the one its plan names, else the highest there is."""
    installed = run.world.cluster.node(run.node).module_versions(STACK_HCI)
    wanted = cast("list[dict[str, Any]]", run.parameters.get("InstallModules") or [])
    named = [module.get("Version") for module in wanted if module.get("Name") == STACK_HCI]
    version = next(iter(named), None)
    if version is not None:
        return str(version) if version in installed else None
    return next(iter(installed), None)


def register_parameters(version: str) -> tuple[str, ...]:
    """Return the parameters of `Register-AzStackHCI` in a version of the module."""
    known = version_numbers(version)
    older = ("GraphAccessToken", "EnableAzureArcServer") if known < (2, 0, 0) else ()
    newer = ("LogsDirectory",) if known >= (2, 2, 0) else ()
    asks = _ASKS if known >= (1, 4, 0) else ()
    return (*_REGISTER, *older, *newer, *asks)


def unregister_parameters(version: str) -> tuple[str, ...]:
    """Return the parameters of `Unregister-AzStackHCI` in a version of the module."""
    older = ("GraphAccessToken",) if version_numbers(version) < (2, 0, 0) else ()
    return (*_UNREGISTER, *older, *_ASKS)
