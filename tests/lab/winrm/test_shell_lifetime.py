"""Shells outlive connections and end with their user's wish, their idle time or their node: nothing is left of them."""

import os
import sys
import threading
from collections.abc import Sequence

import psutil
import pytest
from winrm.exceptions import WSManFaultError

from tests.lab.winrm.conftest import PATIENCE_SECONDS, NodeFactory, wait_until
from tests.lab.winrm.programs import Recorder
from tui.lab.winrm.process_program import ProcessProgram, run_program
from tui.lab.winrm.program import ProgramNotFoundError

# A child that starts a child of its own, says both numbers and then waits for ever.
FAMILY = (
    "import os, subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\n"
    "print(os.getpid(), child.pid, flush=True)\n"
    "child.wait()\n"
)
ECHO = (
    "import os, sys\n"
    "print('ready', os.environ.get('FLAVOUR'), flush=True)\n"
    "for line in sys.stdin: print(line.upper(), end='', flush=True)\n"
    "print('bye', file=sys.stderr); sys.exit(4)"
)


class Ears:
    """A sink that keeps what it hears."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.line = threading.Event()
        self.ended = threading.Event()
        self.code: int | None = None

    def stdout(self, data: bytes) -> None:
        self.out += data
        if b"\n" in self.out:
            self.line.set()

    def stderr(self, data: bytes) -> None:
        self.err += data

    def exited(self, exit_code: int) -> None:
        assert self.code is None
        self.code = exit_code
        self.ended.set()


def alive(pids: Sequence[int]) -> list[int]:
    """Return which processes still run; one that ended and waits for its parent does not."""
    running: list[int] = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                running.append(pid)
        except psutil.NoSuchProcess:
            continue
    return running


def test_an_idle_shell_is_closed_with_everything_in_it(start_node: NodeFactory) -> None:
    program = Recorder()
    node = start_node(program)
    protocol = node.pywinrm("ntlm")
    shell = protocol.open_shell(idle_timeout="PT0.2S")
    protocol.run_command(shell, "long")
    assert program.killed.wait(PATIENCE_SECONDS)
    with pytest.raises(WSManFaultError) as gone:
        protocol.run_command(shell, "hostname")
    assert gone.value.wsman_fault_code == 2150858843
    assert node.server.open_shells == 0
    protocol.transport.close_session()


def test_a_pending_receive_keeps_a_shell_from_being_idle(start_node: NodeFactory) -> None:
    program = Recorder()
    protocol = start_node(program).pywinrm("ntlm")
    shell = protocol.open_shell(idle_timeout="PT1S")
    command = protocol.run_command(shell, "long")
    timer = threading.Timer(2.0, program.say, ["still here"])
    timer.start()
    assert protocol.get_command_output_raw(shell, command)[0] == b"still here"
    timer.join()
    assert not program.killed.is_set()
    protocol.close_shell(shell, close_session=True)


def test_a_shell_is_continued_from_another_connection(start_node: NodeFactory) -> None:
    program = Recorder()
    node = start_node(program)
    first = node.pywinrm("ntlm")
    shell = first.open_shell()
    command = first.run_command(shell, "long")
    first.transport.close_session()
    program.say("kept")
    second = node.pywinrm("basic", ssl=True)
    assert second.get_command_output_raw(shell, command)[0] == b"kept"
    second.close_shell(shell, close_session=True)


def test_a_receive_that_waits_when_its_shell_is_deleted_is_aborted(start_node: NodeFactory) -> None:
    node = start_node(Recorder())
    first, second = node.pywinrm("ntlm"), node.pywinrm("ntlm")
    shell = first.open_shell()
    command = first.run_command(shell, "long")
    codes: list[int | None] = []

    def wait_for_output() -> None:
        try:
            first.get_command_output_raw(shell, command)
        except WSManFaultError as fault:
            codes.append(fault.wsman_fault_code)

    waiting = threading.Thread(target=wait_for_output)
    waiting.start()
    (server_side,) = node.server.shells()
    wait_until(lambda: server_side.busy)
    second.close_shell(shell, close_session=True)
    waiting.join(PATIENCE_SECONDS)
    assert codes == [995]
    first.transport.close_session()


def test_a_program_whose_output_nobody_reads_waits_and_can_still_be_ended(start_node: NodeFactory) -> None:
    flood = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    node = start_node(run_program([sys.executable, "-c", flood]))
    protocol = node.pywinrm("ntlm")
    shell = protocol.open_shell()
    protocol.run_command(shell, "flood")
    protocol.close_shell(shell, close_session=True)
    assert node.server.open_shells == 0


def test_stopping_the_endpoint_leaves_no_process_behind(start_node: NodeFactory) -> None:
    node = start_node(run_program([sys.executable, "-c", FAMILY]))
    protocol = node.pywinrm("ntlm")
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "family")
    protocol.send_command_input(shell, command, b"\n")
    pids = [int(word) for word in protocol.get_command_output_raw(shell, command)[0].split()]
    assert alive(pids) == pids
    node.server.stop()
    assert alive(pids) == []
    protocol.transport.close_session()


def test_ending_a_process_ends_its_children() -> None:
    ears = Ears()
    program = ProcessProgram([sys.executable, "-c", FAMILY], ears)
    assert ears.line.wait(PATIENCE_SECONDS)
    pids = [int(word) for word in ears.out.split()]
    assert pids[0] == program.pid
    program.kill()
    assert ears.ended.wait(PATIENCE_SECONDS)
    assert alive(pids) == []
    program.kill()
    program.interrupt()


def test_a_process_takes_input_and_says_how_it_ended() -> None:
    ears = Ears()
    program = ProcessProgram([sys.executable, "-c", ECHO], ears, environment={**os.environ, "FLAVOUR": "mint"})
    program.write(b"one\n")
    program.write(b"two\n")
    program.close_input()
    program.close_input()
    assert ears.ended.wait(PATIENCE_SECONDS)
    assert (bytes(ears.out).split(), bytes(ears.err).strip(), ears.code) == (
        [b"ready", b"mint", b"ONE", b"TWO"],
        b"bye",
        4,
    )
    program.write(b"too late")


def test_a_missing_program_is_told_apart() -> None:
    with pytest.raises(ProgramNotFoundError):
        ProcessProgram(["/no/such/program"], Ears())
