"""Every command in the README works as it stands there."""

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import azsconfig, environment, running_lab
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line.strip() for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line
]
RUNS_ALL = next(line for line in COMMANDS if "tests/check.py" in line)
OPENS_MENU = next(line for line in COMMANDS if line.endswith("azsconfig --lab"))
PLAIN = [line for line in COMMANDS if line not in {RUNS_ALL, OPENS_MENU} and "CONFIGURATION" not in line]


def test_the_command_that_runs_everything_is_what_continuous_integration_runs() -> None:
    assert RUNS_ALL in (ROOT / ".ci/run").read_text("utf-8").splitlines()


@pytest.mark.parametrize("command", [line for line in PLAIN if "lab --scenario" not in line and "-m tests" not in line])
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/azsconfig"
    done = azsconfig(*arguments, home=tmp_path)
    assert done.returncode in {0, 4, 6}, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_a_lab_that_runs_serves_the_readme_s_other_commands(tmp_path: Path) -> None:
    keeps = next(line for line in COMMANDS if "azsconfig lab --scenario" in line)
    with running_lab(*shlex.split(keeps)[2:]) as ready:
        for line in (line for line in COMMANDS if "CONFIGURATION" in line):
            arguments = [ready["config"] if word == "CONFIGURATION" else word for word in shlex.split(line)[1:]]
            done = azsconfig(*arguments, home=tmp_path)
            assert done.returncode in {0, 4, 6}, done.stderr
            assert "HCI-CL01" in done.stdout


def test_the_readme_s_configuration_is_valid(tmp_path: Path) -> None:
    from tui.configuration.model import load

    text = next(iter(re.findall(r"```toml\n(.*?)```", README, re.DOTALL)))
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    assert [node.name for node in load(path).cluster("HCI-CL01", path).nodes] == ["HCI-N1", "HCI-N2"]


def test_the_first_command_opens_the_menu_on_the_lab_and_values_fill_in(tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect", reason="pexpect drives a terminal, and is not installed")
    menu = pexpect.spawn(
        sys.executable,
        ["-m", "tui", *shlex.split(OPENS_MENU)[-1:]],
        cwd=str(ROOT),
        dimensions=(25, 80),
        timeout=60,
        env={**(environment(tmp_path) or {}), "TERM": "xterm-256color"},
    )
    try:
        menu.expect("Enter number to select an option:")
        menu.expect("4 of 4 connected")
        menu.expect("LAB healthy")
        menu.send("15\r")
        menu.expect(pexpect.EOF)
        menu.wait()
        assert menu.exitstatus == 0
    finally:
        menu.close(force=True)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_menu_told_to_end_restores_the_terminal(name: str, tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect", reason="pexpect drives a terminal, and is not installed")
    menu = pexpect.spawn(
        sys.executable,
        ["-m", "tui", "--lab"],
        cwd=str(ROOT),
        dimensions=(25, 80),
        timeout=60,
        env={**(environment(tmp_path) or {}), "TERM": "xterm-256color"},
    )
    try:
        menu.expect("4 of 4 connected")
        menu.kill(getattr(signal, name))
        rest = menu.read()
        menu.wait()
        assert menu.exitstatus == 128 + getattr(signal, name)
        assert b"\x1b[?1049l" in rest
        assert b"Traceback" not in rest
    finally:
        menu.close(force=True)


def test_the_readme_s_benchmark_command_exists() -> None:
    assert "python -m tests.benchmarks" in README
    done = subprocess.run([sys.executable, "-c", "import tests.benchmarks.__main__"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_object_on_standard_output_is_all_there_is(tmp_path: Path) -> None:
    done = azsconfig("status", "--lab=node-down", "--json", home=tmp_path)
    assert json.loads(done.stdout)["schema"] == 1
    assert done.stderr == ""
