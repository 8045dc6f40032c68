"""The program that stands for PowerShell on the local node relays faithfully and ends when either side ends."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conversation import AGENT, BOOTSTRAP
from tests.lab.patience import PATIENCE_SECONDS, wait_until
from tui.lab import stand_in
from tui.lab.control import LabControl
from tui.lab.lab import Lab

pytestmark = pytest.mark.usefixtures("no_threads_left")

ARGUMENTS = ["-NoLogo", "-NoProfile", "-EncodedCommand", BOOTSTRAP]


@pytest.fixture
def running_lab(lab_folders: Path) -> Generator[Lab]:
    with Lab(nodes=2) as lab:
        yield lab
    assert list(lab_folders.iterdir()) == []


class StandIn:
    """A started stand-in and the conversation through its pipes."""

    def __init__(self, lab: Lab, *, token_file: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [*_command(lab, token_file), *ARGUMENTS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def say(self, *lines: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"".join(line + b"\n" for line in lines))
        self.process.stdin.flush()

    def record(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline().removeprefix(b"\x1e"))

    def finish(self) -> tuple[bytes, bytes, int]:
        output, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return output, errors, self.process.returncode


def _command(lab: Lab, token_file: Path | None) -> list[str]:
    config = Path(lab.ready.config).read_text(encoding="utf-8")
    line = next(line for line in config.splitlines() if line.startswith("powershell = "))
    command = json.loads(line.removeprefix("powershell = "))
    return [str(token_file) if token_file and word.endswith("relay-token") else word for word in command]


def test_requests_go_through_and_the_end_of_input_ends_it(running_lab: Lab) -> None:
    program = StandIn(running_lab)
    program.say(AGENT)
    assert program.record()["host"] == "HCI-N1"
    program.say(b'{"id":"p1","op":"ping"}')
    assert program.record()["t"] == "pong"
    assert program.finish() == (b"", b"", 0)


def test_both_output_streams_and_the_exit_code_come_through(running_lab: Lab) -> None:
    running_lab.nodes[0].faults.set("garble", ["clixml"])
    program = StandIn(running_lab)
    program.say(
        AGENT, b'{"id":"d","op":"define","name":"lab-echo","body":""}', b'{"id":"r","op":"run","name":"lab-echo"}'
    )
    assert [program.record()["t"] for _ in range(3)] == ["ready", "end", "out"]
    running_lab.nodes[0].faults.clear()
    program.say(b'{"op":"exit"}')
    _, errors, code = program.finish()
    assert errors.startswith(b"#< CLIXML")
    assert code == 0


def test_large_output_comes_through_whole(running_lab: Lab) -> None:
    program = StandIn(running_lab)
    program.say(
        AGENT,
        b'{"id":"d","op":"define","name":"lab-many","body":""}',
        b'{"id":"r","op":"run","name":"lab-many","parameters":{"Count":200,"Size":50000}}',
    )
    records = [program.record() for _ in range(203)]
    assert [record["q"] for record in records] == list(range(1, 204))
    assert {len(record["data"]["Text"]) for record in records if record["t"] == "out"} == {50_000}
    program.finish()


def test_a_killed_stand_in_takes_its_program_with_it(running_lab: Lab) -> None:
    control = LabControl.beside(running_lab.ready.config)
    program = StandIn(running_lab)
    program.say(AGENT)
    program.record()
    assert control.node("HCI-N1")["programs"] == 1
    program.process.kill()
    program.finish()
    wait_until(lambda: control.node("HCI-N1")["programs"] == 0)


def test_it_ends_when_the_lab_ends(lab_folders: Path) -> None:
    with Lab(nodes=1) as lab:
        program = StandIn(lab)
        program.say(AGENT)
        program.record()
    _, _, code = program.finish()
    assert code != 0
    assert list(lab_folders.iterdir()) == []


def test_without_the_token_there_is_no_program(running_lab: Lab, tmp_path: Path) -> None:
    wrong = tmp_path / "token"
    wrong.write_text("guessed", encoding="ascii")
    program = StandIn(running_lab, token_file=wrong)
    output, _, code = program.finish()
    assert (output, code) == (b"", 1)
    assert LabControl.beside(running_lab.ready.config).node("HCI-N1")["programs"] == 0


def test_on_a_node_that_is_off_it_says_so(running_lab: Lab) -> None:
    LabControl.beside(running_lab.ready.config).stop("HCI-N1")
    _, errors, code = StandIn(running_lab).finish()
    assert b"HCI-N1 does not run" in errors
    assert code == 1


def test_without_a_lab_it_says_so(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    command = [
        sys.executable,
        "-m",
        "tui.lab.stand_in",
        "--port",
        "9",
        "--token-file",
        str(missing),
        "--node",
        "HCI-N1",
    ]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
    assert ended.returncode == 1
    assert b"not running" in ended.stderr


def test_it_imports_nothing_but_a_little_standard_library() -> None:
    listed = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "importtime", stand_in.__file__], capture_output=True, check=False, text=True
    )
    imported = {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines()}
    assert not imported & {"argparse", "asyncio", "json", "pathlib", "subprocess", "typing", "tui"}
