"""What all tests share: where the reference material and PowerShell are."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


LONGEST = (
    "terminal/test_stress.py",
    "contract/cli/test_keep_current_commands.py",
    "contract/operations/test_install_updates.py",
    "contract/test_readme.py",
    "contract/cli/test_no_secret_is_left.py",
    "contract/operations/test_registration_faults.py",
    "contract/cli/test_status_of_scenarios.py",
    "ui/test_both_modes.py",
    "contract/cli/test_both_powershells.py",
    "contract/operations/test_registration_schedules.py",
)
"""Files that take longest, longest first: begun last, one of them would go on alone when all others have ended."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; all others keep their order."""
    rank = {ROOT / "tests" / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of samples, recordings and examples beside the project."""
    if not (SHARED / "README.md").exists():
        pytest.skip("no ../shared beside the project: its samples and recordings were not read")
    return SHARED


@pytest.fixture(autouse=True, scope="session")
def own_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep settings and notes of whoever runs the tests out of them, and theirs as they are."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name)))
        yield


@pytest.fixture(autouse=True)
def own_notes(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test propose what another one used last."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("notes")))


def find_pwsh() -> Path | None:
    """Return the PowerShell that tests use: named by AZSCONFIG_TEST_PWSH, beside the project, or on PATH."""
    named = os.environ.get("AZSCONFIG_TEST_PWSH")
    beside = SHARED / "pwsh" / "pwsh"
    if named:
        return Path(named)
    if beside.exists():
        return beside
    found = shutil.which("pwsh")
    return Path(found) if found else None


@pytest.fixture(scope="session")
def pwsh() -> Path:
    """A PowerShell engine; without one the scripts were not run."""
    found = find_pwsh()
    if found is None:
        pytest.skip("no PowerShell (../shared/pwsh or pwsh on PATH): the scripts were not run")
    return found
