"""What `msiexec.exe` ends with when it installs the connected machine agent from a file.

Microsoft, error codes of the Windows Installer.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MsiResult:
    """One exit code in words."""

    exit_code: int
    """Exit code of `msiexec.exe`."""
    succeeded: bool
    """Whether the product is installed."""
    meaning: str
    """What it says, one line."""
    remedy: str
    """What to do about it; empty where nothing is to do."""
    restart: bool = False
    """Whether a restart finishes it."""


def explain_msiexec(exit_code: int) -> MsiResult:
    """Return what an exit code means; never fails, an unknown one is told as it came."""
    known = _RESULTS.get(exit_code)
    return known or MsiResult(exit_code, False, f"msiexec ended with {exit_code}", _LOG)


_LOG = "The log of the installation names the step that failed: look for `return value 3` in it."
_ALL = (
    MsiResult(0, True, "installed", ""),
    MsiResult(112, False, "the disk is full", "Free space on the node's C: drive, then upgrade again."),
    MsiResult(1601, False, "the Windows Installer service cannot be reached", "Start-Service msiserver, then again."),
    MsiResult(1602, False, "it was cancelled", "Start it again."),
    MsiResult(1603, False, "the installation failed", _LOG),
    MsiResult(1612, False, "the file of the version that is installed is missing", _LOG),
    MsiResult(1618, False, "another installation is going on", "Wait until it is over, then upgrade again."),
    MsiResult(1619, False, "the file cannot be opened", "Copy the MSI file again: it may be cut short."),
    MsiResult(1620, False, "the file is no MSI package", "Download the agent's MSI file again."),
    MsiResult(1622, False, "the log cannot be written", "Free space on the node's C: drive, then upgrade again."),
    MsiResult(1625, False, "policy forbids this installation", "Let policy allow it, or use Microsoft Update."),
    MsiResult(1633, False, "the file is for another processor", "Download the MSI file for 64-bit Windows."),
    MsiResult(1638, False, "another version is installed and stays", "Give a newer file: this one does not upgrade."),
    MsiResult(1641, True, "installed, and the node restarts", "", restart=True),
    MsiResult(3010, True, "installed; a restart finishes it", "Restart the node.", restart=True),
)
_RESULTS = {result.exit_code: result for result in _ALL}
