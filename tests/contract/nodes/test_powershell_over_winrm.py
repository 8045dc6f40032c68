"""The real agent on a real PowerShell engine, behind the lab's WinRM endpoint."""

import threading
import time
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.contract.nodes.node_world import PATIENCE, NodeFactory, OpenChannel
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.process_program import run_program
from tui.nodes.channel import NodeChannel
from tui.nodes.command_line import powershell_arguments
from tui.nodes.connection import TransportKind
from tui.nodes.errors import Cancelled, ScriptError
from tui.nodes.records import LiveRecord, Progress
from tui.nodes.reply import PendingReply
from tui.nodes.script import Script

PATIENCE_SECONDS = 60.0
LONG = timedelta(seconds=120)


@pytest.fixture(params=["ntlm over http", "basic over https", "negotiate over https with channel binding"])
def channel(
    request: pytest.FixtureRequest, pwsh: Path, start_node: NodeFactory, open_channel: OpenChannel
) -> NodeChannel:
    node = start_node(
        programs=run_program([str(pwsh), *powershell_arguments()]),
        authentication=ServiceAuthentication(channel_binding="Strict"),
        linger_seconds=0.2,
    )
    if request.param == "ntlm over http":
        return open_channel(node.http(TransportKind.NTLM))
    if request.param == "basic over https":
        return open_channel(node.https(TransportKind.BASIC))
    return open_channel(node.https(TransportKind.NEGOTIATE))


def ask(channel: NodeChannel, body: str, **parameters: object) -> PendingReply:
    return channel.submit(Script(f"s{hash(body)}", body), parameters, deadline=LONG)


def test_objects_errors_progress_and_cancellation_come_over_winrm(channel: NodeChannel) -> None:
    seen: list[LiveRecord] = []
    body = "param($Name) Write-Progress -Activity a; Write-Warning 'ü'; @{ Name = $Name }; 'x' * 300000"
    script = Script("all", body)
    reply = channel.submit(script, {"Name": "Größe ☃"}, deadline=LONG, sink=seen.append).result(PATIENCE_SECONDS)
    assert reply.outs == ({"Name": "Größe ☃"}, "x" * 300_000)
    assert reply.warnings == ("ü",)
    assert any(isinstance(item, Progress) for item in seen)
    with pytest.raises(ScriptError) as raised:
        ask(channel, "throw 'no'").result(PATIENCE_SECONDS)
    assert raised.value.fqid == "no"
    pending = ask(channel, "Start-Sleep -Seconds 3600")
    pending.cancel()
    with pytest.raises(Cancelled):
        pending.result(PATIENCE_SECONDS)
    many = [ask(channel, "param($N) $N", N=number) for number in range(20)]
    wait([reply.future for reply in many], PATIENCE_SECONDS)
    assert [reply.result(0).outs for reply in many] == [(number,) for number in range(20)]


def test_a_new_request_is_not_kept_waiting_by_one_that_runs(channel: NodeChannel) -> None:
    """The running one waits for the answer of the new one: it would never end if that had to wait its turn."""
    reached = ask(channel, "1")
    reached.result(PATIENCE_SECONDS)
    slow = ask(channel, "Start-Sleep -Seconds 3600")
    assert ask(channel, "'quick'").result(PATIENCE_SECONDS).outs == ("quick",)
    assert not slow.done()
    slow.cancel()


def test_powershell_is_gone_when_the_channel_is_closed(channel: NodeChannel) -> None:
    pid = ask(channel, "$PID").result(PATIENCE_SECONDS).outs[0]
    assert isinstance(pid, int)
    assert psutil.pid_exists(pid)
    assert channel.close(PATIENCE)
    # The lab is the parent, and reaps it a moment after the shell is gone.
    until = time.monotonic() + PATIENCE_SECONDS
    while psutil.pid_exists(pid) and time.monotonic() < until:
        threading.Event().wait(0.01)
    assert not psutil.pid_exists(pid)
