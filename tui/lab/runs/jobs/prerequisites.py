"""What the cmdlets look for before they do anything, and how they spell that they failed."""

from tui.lab.runs.jobs.cmdlet import Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.module_versions import version_of

_LEAST = {"Az.Accounts": "2.11.2", "Az.Resources": "6.2.0"}
"""Oldest versions that Az.StackHCI 2.x works with."""


def check_modules(cmdlet: Cmdlet) -> None:
    """Fail where Az.Accounts or Az.Resources is missing, or too old for a module of 2.x."""
    modules = cmdlet.run.world.cluster.node(cmdlet.run.node).modules
    known = _module_version(cmdlet)
    lacking: list[str] = []
    for name, least in _LEAST.items():
        have = modules.get(name)
        if have is None or (known >= (2, 0, 0) and version_of(have) < version_of(least)):
            lacking.append(f"{name} {least}")
    if lacking:
        raise CmdletFailedError(
            f"Can't find PowerShell module(s): {', '.join(lacking)}. Install them and try again.", listed=False
        )


def failed_result(cmdlet: Cmdlet) -> str:
    """Return the result of a failure: modules of 1.x print how they mean to find it instead of what they find."""
    return "[OperationStatus]::Failed" if _module_version(cmdlet) < (2, 0, 0) else "Failed"


def _module_version(cmdlet: Cmdlet) -> tuple[int, ...]:
    return version_of(cmdlet.run.world.cluster.node(cmdlet.run.node).modules.get("Az.StackHCI") or "0")
