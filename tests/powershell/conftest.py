"""One PowerShell process for all tests of the scripts, and one for all of the jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.powershell.job_cases import Jobs
from tests.powershell.job_engine import JobEngine
from tests.powershell.script_engine import ScriptEngine
from tests.powershell.update_cases import UpdateNode


@pytest.fixture(scope="session")
def engine(pwsh: Path) -> Iterator[ScriptEngine]:
    """Give the running engine."""
    engine = ScriptEngine(pwsh)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def second_engine(pwsh: Path) -> Iterator[ScriptEngine]:
    """Give another one, for what two do at once."""
    engine = ScriptEngine(pwsh)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def job_engine(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobEngine]:
    """Give the running engine for jobs."""
    engine = JobEngine(pwsh, tmp_path_factory.mktemp("jobs"))
    yield engine
    engine.close()


@pytest.fixture
def jobs(job_engine: JobEngine, tmp_path: Path) -> Jobs:
    """A node of its own for jobs."""
    return Jobs(job_engine, tmp_path)


@pytest.fixture
def update_node(engine: ScriptEngine, job_engine: JobEngine, tmp_path: Path) -> UpdateNode:
    """A node of its own for scripts and jobs about updates."""
    return UpdateNode(engine, job_engine, tmp_path)
