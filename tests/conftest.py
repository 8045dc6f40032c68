"""What all tests share: where the reference material and PowerShell are."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


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
