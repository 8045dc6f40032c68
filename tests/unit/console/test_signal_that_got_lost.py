"""A request to end that comes while everything is being started, where Python lets no exception out."""

import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT

LOST = """
import os, signal, sys
from tui.console.session_end import SessionEnd, end_by_exception

class Swallows:
    def __del__(self):
        signal.raise_signal(signal.{name})

end_by_exception()
Swallows()
print("goes on", flush=True)
with SessionEnd(sys.exit, lambda: None):
    print("never asked", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_it_is_asked_for_once_more_as_soon_as_there_is_somebody_to_ask(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOST.format(name=name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == ["goes on"], done.stderr
    assert done.returncode == 128 + getattr(signal, name)
