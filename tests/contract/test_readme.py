"""Every command in the README works as it stands there."""

import itertools
import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import azsconfig, environment, running_lab, started
from tests.conftest import ROOT
from tui.cli import build_parser
from tui.lab.cluster_state import SUBSCRIPTION_ID

LONGEST_SECONDS = 300
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line.strip() for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line
]
RUNS_ALL = next(line for line in COMMANDS if "tests/check.py" in line)
OPENS_MENU = next(line for line in COMMANDS if line.endswith("azsconfig --lab"))
FOR_A_CLUSTER = [
    re.split(r"\s{2,}", line.strip())[0]
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
    if not language
]
"""Commands that name a real cluster or its Azure; what stands behind two blanks says what they do."""
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


ON_THE_LAB: dict[str, tuple[str, ...]] = {
    "register --dry-run": ("fresh",),
    "register": ("fresh", "--yes"),
    "repair": ("repair-required", "--yes"),
    "enable-arc": ("arc-missing", "--yes"),
    "unregister": ("healthy", "--confirm", "HCI-CL01"),
    "runs list": ("healthy",),
    "updates list": ("updates",),
    "updates install": ("updates", "--yes", "--lab-nodes", "2"),
    "updates restart": ("healthy", "--yes"),
    "updates opt-in": ("healthy", "--yes"),
    "agent versions": ("healthy",),
    "agent upgrade": ("agent-old", "--yes"),
    "sync": ("healthy", "--yes"),
}
"""By command: the lab it is run on, and what answers its question."""
CONNECTED = ("--node", "--auth")
"""Options of commands that lead elsewhere: what they say is understood, and tests of connections carry it out."""
OF_ONE_RUN = ("runs show", "runs attach", "runs resume")


def given(command: str) -> list[str]:
    """Return the arguments of a command for a cluster, with what it leaves open."""
    return [SUBSCRIPTION_ID if word == "ID" else word for word in shlex.split(command)[1:]]


def verb(command: str) -> str:
    """Return the words of a command that say what it does."""
    words = list(itertools.takewhile(lambda word: word[0].islower(), shlex.split(command)[1:]))
    return " ".join([*words, *(["--dry-run"] if "--dry-run" in command else [])])


ON_A_CLUSTER = [
    line for line in FOR_A_CLUSTER if verb(line) not in OF_ONE_RUN and not any(word in line for word in CONNECTED)
]


@pytest.mark.parametrize("command", ON_A_CLUSTER)
def test_a_command_for_a_cluster_does_on_the_lab_what_it_says(command: str, tmp_path: Path) -> None:
    scenario, *answer = ON_THE_LAB[verb(command)]
    with started(tmp_path / "run", *given(command), f"--lab={scenario}", *answer, home=tmp_path) as run:
        code = run.ended(LONGEST_SECONDS)
        said = run.stdout.read_text("utf-8")
        assert code in {0, 6}, said + run.stderr.read_text("utf-8")
        assert f" LAB {scenario}\n" in said


@pytest.mark.parametrize("command", [line for line in FOR_A_CLUSTER if any(word in line for word in CONNECTED)])
def test_a_command_that_leads_elsewhere_is_understood(command: str) -> None:
    assert build_parser().parse_args(given(command)).run is not None


def test_a_run_is_found_shown_and_followed_by_its_id(tmp_path: Path) -> None:
    assert {verb(line) for line in FOR_A_CLUSTER} >= set(OF_ONE_RUN)
    with running_lab("--nodes", "2") as lab:
        at = ("--config", lab["config"])
        assert azsconfig("repair", "--yes", *at, home=tmp_path).returncode == 0
        (found,) = json.loads(azsconfig("runs", "list", "--json", *at, home=tmp_path).stdout)["runs"]
        for line in (line for line in FOR_A_CLUSTER if verb(line) in OF_ONE_RUN):
            done = azsconfig(
                *(found["id"] if word == "ID" else word for word in shlex.split(line)[1:]), *at, home=tmp_path
            )
            # A run that is over is not gone on with.
            assert done.returncode == (5 if verb(line) == "runs resume" else 0), (line, done.stdout, done.stderr)


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
