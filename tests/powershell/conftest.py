"""One PowerShell process for all tests of the scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from script_engine import ScriptEngine


@pytest.fixture(scope="session")
def engine(pwsh: Path) -> Iterator[ScriptEngine]:
    """Give the running engine."""
    engine = ScriptEngine(pwsh)
    yield engine
    engine.close()
