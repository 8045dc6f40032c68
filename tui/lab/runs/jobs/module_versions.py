"""Az.StackHCI by its versions: which parameters its cmdlets have (facts of the module's change log and source)."""

_COMMON = ("Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction")
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


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers that compare."""
    return tuple(int(part) for part in text.split("."))


def register_parameters(version: str) -> tuple[str, ...]:
    """Return the parameters of `Register-AzStackHCI` in a version of the module."""
    known = version_of(version)
    older = ("GraphAccessToken", "EnableAzureArcServer") if known < (2, 0, 0) else ()
    newer = ("LogsDirectory",) if known >= (2, 2, 0) else ()
    asks = _ASKS if known >= (1, 4, 0) else ()
    return (*_REGISTER, *older, *newer, *asks, *_COMMON)


def unregister_parameters(version: str) -> tuple[str, ...]:
    """Return the parameters of `Unregister-AzStackHCI` in a version of the module."""
    older = ("GraphAccessToken",) if version_of(version) < (2, 0, 0) else ()
    return (*_UNREGISTER, *older, *_ASKS, *_COMMON)
