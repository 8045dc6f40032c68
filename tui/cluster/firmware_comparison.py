"""Firmware settings of the nodes, compared with the majority.

BIOS and UEFI settings must be identical on all nodes; a node that differs becomes OutOfPolicy (MicrosoftDocs,
manage-cluster-registration).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from tui.cluster.firmware import Firmware
from tui.cluster.majority import Comparison, compare

_LABELS = {
    "manufacturer": "manufacturer",
    "model": "model",
    "bios_vendor": "BIOS vendor",
    "bios_version": "BIOS version",
    "bios_date": "BIOS date",
    "secure_boot": "Secure Boot",
    "tpm_present": "TPM present",
    "tpm_ready": "TPM ready",
    "tpm_version": "TPM version",
    "vbs": "VBS",
}


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """One setting that is not the same on all nodes whose value is known."""

    setting: str
    """Field of `Firmware`."""
    label: str
    """Name for people."""
    comparison: Comparison[str]
    """Every node's value as text, the majority's, and who is odd."""


def compare_firmware(firmware: Mapping[str, Firmware | None]) -> tuple[SettingDifference, ...]:
    """Return the settings that differ, in the order of `Firmware`.

    Nodes whose firmware was not read do not count, and neither does a setting that a node cannot tell.
    """
    read = {node: value for node, value in firmware.items() if value is not None}
    compared = (
        (item.name, compare({node: setting_text(getattr(value, item.name)) for node, value in read.items()}))
        for item in fields(Firmware)
    )
    return tuple(SettingDifference(name, _label(name), found) for name, found in compared if found.differs)


def setting_text(value: object) -> str | None:
    """Return a setting as people read it: `on`, `off` or its text; `None` when it is not known."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def settings_text(labels: Sequence[str]) -> str:
    """Return the names of settings for one short line: two of them and the number of the others."""
    rest = f" and {len(labels) - 2} more" if len(labels) > 2 else ""
    return ", ".join(labels[:2]) + rest


def _label(setting: str) -> str:
    return _LABELS.get(setting, setting.replace("_", " "))
