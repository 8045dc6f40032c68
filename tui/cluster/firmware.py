"""Firmware and platform security of one node."""

from dataclasses import dataclass

from tui.cluster.open_enum import OpenEnum


class VbsStatus(OpenEnum):
    """Virtualisation-based security (`VirtualizationBasedSecurityStatus` of `Win32_DeviceGuard`: 0, 1, 2)."""

    OFF = "Off"
    CONFIGURED = "Configured"
    RUNNING = "Running"


@dataclass(frozen=True, slots=True)
class Firmware:
    """BIOS or UEFI settings that must be identical on all nodes of a cluster."""

    manufacturer: str | None = None
    """Manufacturer of the computer."""
    model: str | None = None
    """Model of the computer."""
    bios_vendor: str | None = None
    """Vendor of the BIOS."""
    bios_version: str | None = None
    """Version of the BIOS (`SMBIOSBIOSVersion`)."""
    bios_date: str | None = None
    """Release date of the BIOS, `YYYY-MM-DD`."""
    secure_boot: bool | None = None
    """Whether Secure Boot is on; `None` where the firmware cannot say."""
    tpm_present: bool | None = None
    """Whether there is a TPM."""
    tpm_ready: bool | None = None
    """Whether the TPM is ready for use."""
    tpm_version: str | None = None
    """TPM specification, for example `2.0`."""
    vbs: VbsStatus | None = None
    """Virtualisation-based security."""
