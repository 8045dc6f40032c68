"""The live tests that pypsrp and pywinrm ship in their source distributions pass against the endpoint.

Wheels hold no tests, and tests here fetch nothing: AZSCONFIG_TEST_PYPSRP_SDIST and AZSCONFIG_TEST_PYWINRM_SDIST name
the source distributions, unpacked or as the .tar.gz that `pip download --no-binary NAME --no-deps` saves.
"""

import os
import re
import subprocess
import sys
import tarfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.lab.winrm.conftest import PASSWORD, NodeFactory
from tui.lab.winrm.command_prompt import CommandPrompt
from tui.lab.winrm.program import OutputSink, ProgramStart, ShellProgram

# Both suites import a package for tests of theirs that need no server. Where it is missing, this stands in: mock is
# the standard library's own, and the XML comparison is not called by any live test.
STAND_INS = {
    "mock.py": "from unittest.mock import *\n",
    "xmldiff/__init__.py": "",
    "xmldiff/main.py": "def diff_texts(*_): raise NotImplementedError('only tests without a server compare XML')\n",
}
PYPSRP_LIVE = [
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_standard",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_stderr_rc",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_send",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_environment",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_extra_opts",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_unicode",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_open_already_opened",
    "tests/tests_pypsrp/test_shell.py::TestWinRS::test_winrs_fail_poll_process",
    "tests/tests_pypsrp/test_client.py::TestClient::test_client_execute_cmd",
    "tests/tests_pypsrp/test_client.py::TestClient::test_client_execute_cmd_environment",
]
PYWINRM_LIVE = ["winrm/tests/test_integration_protocol.py", "winrm/tests/test_integration_session.py"]


class CountingPrompt:
    """The command prompt, counting what really reached it: a suite that ran without a server starts nothing."""

    def __init__(self) -> None:
        self._prompt = CommandPrompt("HCI-N1")
        self._lock = threading.Lock()
        self.started = 0

    def __call__(self, start: ProgramStart, sink: OutputSink, /) -> ShellProgram:
        with self._lock:
            self.started += 1
        return self._prompt(start, sink)


def source_distribution(variable: str, folder: Path) -> Path:
    """Return the unpacked source distribution that an environment variable names, or skip."""
    named = os.environ.get(variable)
    if not named:
        pytest.skip(f"{variable} names no source distribution: the client's own live tests were not run")
    path = Path(named).resolve()
    if path.is_dir():
        return path
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    return unpacked


def run_suite(folder: Path, tests: Sequence[str], settings: Mapping[str, str], tmp_path: Path) -> str:
    """Run a foreign suite in a process of its own and return pytest's last line; fails when a test fails."""
    for name, text in STAND_INS.items():
        stand_in = tmp_path / "stand-ins" / name
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text(text)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Last on the path, so that the real packages win where they are installed.
    bootstrap = f"import sys; sys.path.append({str(tmp_path / 'stand-ins')!r}); import pytest; sys.exit(pytest.main())"
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            bootstrap,
            "-q",
            "-c",
            os.devnull,
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(folder),
            *tests,
        ],
        cwd=folder,
        env={**environment, **settings, "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    return result.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("auth", ["ntlm", "negotiate", "basic"])
def test_the_live_tests_of_pypsrp_pass(start_node: NodeFactory, tmp_path: Path, auth: str) -> None:
    folder = source_distribution("AZSCONFIG_TEST_PYPSRP_SDIST", tmp_path / "sdist")
    programs = CountingPrompt()
    node = start_node(programs)
    settings = {
        "PYPSRP_SERVER": "127.0.0.1",
        "PYPSRP_PORT": str(node.server.https_port),
        "PYPSRP_USERNAME": "HCI\\Administrator",
        "PYPSRP_PASSWORD": PASSWORD,
        "PYPSRP_AUTH": auth,
    }
    assert re.match(rf"{len(PYPSRP_LIVE)} passed", run_suite(folder, PYPSRP_LIVE, settings, tmp_path))
    # Two tests start no command, one starts two.
    assert programs.started == len(PYPSRP_LIVE) - 1


@pytest.mark.parametrize("transport", ["ntlm", "credssp"])
def test_the_integration_tests_of_pywinrm_pass(start_node: NodeFactory, tmp_path: Path, transport: str) -> None:
    folder = source_distribution("AZSCONFIG_TEST_PYWINRM_SDIST", tmp_path / "sdist")
    programs = CountingPrompt()
    node = start_node(programs)
    settings = {
        "WINRM_ENDPOINT": node.server.http_url,
        "WINRM_TRANSPORT": transport,
        "WINRM_USERNAME": "HCI\\Administrator",
        "WINRM_PASSWORD": PASSWORD,
    }
    # Four of its tests are marked as expected to fail: they are not written.
    assert re.match("7 passed, 4 xfailed", run_suite(folder, PYWINRM_LIVE, settings, tmp_path))
    assert programs.started == 6
