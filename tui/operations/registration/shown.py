"""The PowerShell an expert would type for a registration, with its secrets masked."""

from collections.abc import Mapping
from typing import Any

from tui.nodes.quoting import quoted

MASKED = "$armAccessToken"


def cmdlet_lines(cmdlet: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a cmdlet with its parameters, one a line; what is absent is left out."""
    rows = [f"{cmdlet} `"]
    for name, value in parameters.items():
        if value is None or value == "" or value is False:
            continue
        rows.append(f"    -{name}{_written(value)} `")
    rows[-1] = rows[-1].removesuffix(" `")
    return tuple(rows)


def shown_register(parameters: Mapping[str, Any], *, repair: bool = False) -> tuple[str, ...]:
    """Return the call of Register-AzStackHCI that a run makes, its secrets masked."""
    return cmdlet_lines(
        "Register-AzStackHCI",
        {
            "SubscriptionId": parameters.get("SubscriptionId"),
            "Region": parameters.get("Region"),
            "ResourceName": parameters.get("ResourceName"),
            "ResourceGroupName": parameters.get("ResourceGroupName"),
            "ArcServerResourceGroupName": parameters.get("ArcServerResourceGroupName"),
            "Tag": parameters.get("Tag"),
            "TenantId": parameters.get("TenantId"),
            "EnvironmentName": parameters.get("EnvironmentName"),
            "CertificateThumbprint": parameters.get("CertificateThumbprint"),
            "ArcSpnCredential": "(Get-Credential)" if parameters.get("ArcSpnApplicationId") else None,
            "LogsDirectory": parameters.get("LogsDirectory"),
            "RepairRegistration": repair,
            "ArmAccessToken": MASKED,
            "AccountId": parameters.get("AccountId"),
        },
    )


def shown_unregister(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the call of Unregister-AzStackHCI that a run makes, its secrets masked."""
    return cmdlet_lines(
        "Unregister-AzStackHCI",
        {
            "SubscriptionId": parameters.get("SubscriptionId"),
            "ResourceName": parameters.get("ResourceName"),
            "ResourceGroupName": parameters.get("ResourceGroupName"),
            "TenantId": parameters.get("TenantId"),
            "EnvironmentName": parameters.get("EnvironmentName"),
            "Region": parameters.get("Region"),
            "DisableOnlyAzureArcServer": parameters.get("ArcOnly"),
            "Force": parameters.get("Force"),
            "ArmAccessToken": MASKED,
            "AccountId": parameters.get("AccountId"),
        },
    )


def _written(value: Any) -> str:
    if value is True:
        return ""
    if isinstance(value, Mapping):
        pairs = "; ".join(f"{quoted(str(key))} = {quoted(str(item))}" for key, item in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return f" @{{ {pairs} }}"
    text = str(value)
    return f" {text}" if text.startswith(("$", "(")) else f" {quoted(text)}"
