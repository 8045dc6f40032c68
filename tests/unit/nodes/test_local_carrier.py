"""The carrier to a child process: nothing of it is ever left behind."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tui.nodes.carrier import Gone
from tui.nodes.channel import NodeChannel
from tui.nodes.connection import LocalPowerShell
from tui.nodes.errors import Cancelled, Configuration, PowerShellNotStarted
from tui.nodes.local import LocalCarrier, child_environment, own_powershell
from tui.nodes.process_wide import ProcessWide
from tui.nodes.script import Script

PATIENCE_SECONDS = 30.0
ROOT = Path(__file__).resolve().parents[3]


def python(code: str) -> LocalCarrier:
    """Return a carrier to a Python program that gets PowerShell's arguments and ignores them."""
    return LocalCarrier(LocalPowerShell("N", (sys.executable, "-c", code)))


def read_all(carrier: LocalCarrier) -> tuple[bytes, bytes, int | None]:
    said = b""
    while not (delivery := carrier.read()).ended:
        said += delivery.stdout
    return said, delivery.stderr, delivery.exit_code


def is_gone(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(PATIENCE_SECONDS)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_lines_go_there_and_output_errors_and_exit_code_come_back() -> None:
    carrier = python("import sys; sys.stderr.write('oops'); print(sys.stdin.readline() * 2); sys.exit(3)")
    carrier.open(b"first\n")
    said, errors, code = read_all(carrier)
    assert said.split() == [b"first", b"first"]
    assert (errors, code) == (b"oops", 3)
    assert carrier.close(PATIENCE_SECONDS)


def test_endless_errors_block_nobody_and_only_the_last_are_kept() -> None:
    carrier = python("import sys; [sys.stderr.write('x' * 100000) for _ in range(300)]; sys.stderr.write('last')")
    carrier.open(b"\n")
    _, errors, _ = read_all(carrier)
    assert errors.endswith(b"last")
    assert len(errors) < 10_000_000
    assert carrier.close(PATIENCE_SECONDS)


def test_a_program_that_ignores_the_end_of_input_is_killed_with_what_it_started() -> None:
    carrier = python(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(3600)"
    )
    carrier.open(b"\n")
    child = int(carrier.read().stdout)
    pid = carrier.pid
    assert pid
    assert carrier.close(10)
    assert is_gone(pid)
    assert is_gone(child)
    assert carrier.close(1)


def test_writing_to_a_program_that_has_ended_says_that_it_took_nothing() -> None:
    carrier = python("pass")
    carrier.open(b"\n")
    read_all(carrier)
    with pytest.raises(Gone):
        carrier.write(b"more\n")
    assert carrier.close(PATIENCE_SECONDS)


def test_a_program_that_reads_nothing_blocks_a_writer_only_until_it_is_closed() -> None:
    channel = NodeChannel(
        LocalPowerShell("N", (sys.executable, "-c", "import time; time.sleep(3600)")), shared=ProcessWide()
    )
    pending = channel.submit(Script("s", "x" * 1_000_000))
    assert channel.close(timedelta(seconds=20))
    with pytest.raises(Cancelled):
        pending.result(0)


@pytest.mark.parametrize("program", ["/no/such/program", "/etc/passwd", "/"])
def test_a_program_that_cannot_be_started_is_an_error_with_its_name(program: str) -> None:
    carrier = LocalCarrier(LocalPowerShell("N", (program,)))
    with pytest.raises(PowerShellNotStarted) as raised:
        carrier.open(b"\n")
    assert program in raised.value.remedy
    assert carrier.close(1)


def test_windows_powershell_is_always_the_systems_own() -> None:
    found = own_powershell("N", {"SystemRoot": r"D:\Windows", "PATH": r"C:\Evil"}, windows=True)
    assert found == r"D:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"


def test_elsewhere_a_named_powershell_comes_before_the_one_on_the_path(tmp_path: Path) -> None:
    for name in ("pwsh", "other"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert own_powershell("N", path, windows=False) == str(tmp_path / "pwsh")
    assert own_powershell("N", {**path, "AZSCONFIG_POWERSHELL": "other"}, windows=False) == str(tmp_path / "other")
    for environment in ({"PATH": ""}, {**path, "AZSCONFIG_POWERSHELL": "missing"}):
        with pytest.raises(Configuration, match=r"PowerShell|missing"):
            own_powershell("N", environment, windows=False)


def test_windows_powershell_does_not_inherit_module_paths_of_powershell_7() -> None:
    environment = {"PSModulePath": r"C:\Program Files\PowerShell\7\Modules", "Path": "p"}
    assert "PSModulePath" not in child_environment(environment, windows=True)
    assert child_environment(environment, windows=False)["PSModulePath"]


def test_powershell_is_gone_after_close(pwsh: Path) -> None:
    channel = NodeChannel(LocalPowerShell("N", (str(pwsh),)), shared=ProcessWide())
    pid = channel.submit(Script("pid", "$PID")).result(PATIENCE_SECONDS).outs[0]
    assert isinstance(pid, int)
    assert channel.close(timedelta(seconds=20))
    assert is_gone(pid)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_powershell_is_gone_after_its_parent_was_killed_in_the_middle_of_a_script(pwsh: Path) -> None:
    program = (
        "import sys\n"
        "from tui.nodes.channel import NodeChannel\n"
        "from tui.nodes.connection import LocalPowerShell\n"
        "from tui.nodes.script import Script\n"
        "channel = NodeChannel(LocalPowerShell('N', (sys.argv[1],)))\n"
        "print(channel.submit(Script('pid', '$PID')).result(30).outs[0], flush=True)\n"
        "channel.submit(Script('hang', 'Start-Sleep 3600'), sink=None).result(3600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(pwsh)], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout
    with parent.stdout:
        pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait(PATIENCE_SECONDS)
    assert is_gone(pid)
