"""Every fact read both ways: from the simulated PowerShell, and from our scripts in a real one, over WinRM."""

from pathlib import Path
from typing import Any, cast

import pytest

from tests.commands import running_lab, status

RUNNING = {"UtcNow", "LastHeartbeat", "ahead_seconds", "utc_now", "read_at"}
"""Values that go on between two readings."""
RELATIVE = {"RegistrationDate", "LastConnected", "NextSync", "InstallDate", "BootTime", "Time", "ErrorTime"}
"""Times that each lab counts back from its own start."""


def comparable(told: Any) -> Any:
    """Return a status without what differs between two labs by its nature; that a time is there still counts."""
    if isinstance(told, dict):
        named = cast("dict[str, Any]", told)
        return {
            name: (value is not None) if name in RUNNING | RELATIVE else comparable(value)
            for name, value in named.items()
        }
    if isinstance(told, list):
        return [comparable(item) for item in cast("list[Any]", told)]
    return told


@pytest.mark.parametrize("scenario", ["healthy", "fresh", "repair-required", "arc-missing", "firmware"])
def test_real_and_simulated_powershell_tell_the_same(scenario: str, pwsh: Path, tmp_path: Path) -> None:
    with running_lab("--scenario", scenario, "--nodes", "3") as simulated:
        simulated_code, simulated_told = status("--config", simulated["config"], home=tmp_path)
    with running_lab("--scenario", scenario, "--nodes", "3", "--powershell", str(pwsh)) as real:
        real_code, real_told = status("--config", real["config"], home=tmp_path)
    assert real_code == simulated_code
    for real_node, simulated_node in zip(real_told["nodes"], simulated_told["nodes"], strict=True):
        assert comparable(real_node) == comparable(simulated_node)
    assert real_told["verdict"] == simulated_told["verdict"]
