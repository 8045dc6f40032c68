"""The agent script on a real PowerShell engine, over the local carrier."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tui.nodes.channel import NodeChannel
from tui.nodes.command_line import MAX_COMMAND_LINE, WINDOWS_POWERSHELL, agent_line, powershell_arguments
from tui.nodes.connection import LocalPowerShell
from tui.nodes.errors import Cancelled, ConstrainedLanguage, Lost, ScriptError, TimedOut
from tui.nodes.framing import RecordStream
from tui.nodes.local import LocalCarrier
from tui.nodes.process_wide import ProcessWide
from tui.nodes.records import End, ErrorRecord, LiveRecord, Message, Out, Pong, Progress, Ready, Record
from tui.nodes.reply import Reply
from tui.nodes.script import Script, script_text

PATIENCE_SECONDS = 60.0
LONG = timedelta(seconds=120)


def open_to(pwsh: Path, *program: str) -> NodeChannel:
    return NodeChannel(LocalPowerShell("N", (*program, str(pwsh))), shared=ProcessWide())


@pytest.fixture(scope="module")
def channel(pwsh: Path) -> Generator[NodeChannel]:
    channel = open_to(pwsh)
    yield channel
    assert channel.close(timedelta(seconds=20))


@pytest.fixture
def own_channel(pwsh: Path) -> Generator[NodeChannel]:
    channel = open_to(pwsh)
    yield channel
    assert channel.close(timedelta(seconds=20))


def run(channel: NodeChannel, body: str, **parameters: Any) -> Reply:
    return channel.submit(Script(f"s{hash(body)}", body), parameters, deadline=LONG).result(PATIENCE_SECONDS)


def test_the_start_fits_a_command_line_of_cmd_and_the_scripts_are_plain_ascii() -> None:
    line = " ".join((WINDOWS_POWERSHELL, *powershell_arguments()))
    assert len(line) < MAX_COMMAND_LINE - 200
    for name in ("bootstrap", "agent"):
        text = script_text(name)
        assert text.isascii()
        # The console host would take standard input itself.
        assert "$input" not in text.lower()
    assert len(script_text("bootstrap").encode()) <= 3072


def test_it_says_what_it_is(channel: NodeChannel) -> None:
    run(channel, "1")
    ready = channel.ready
    assert ready
    assert ready.language == "FullLanguage"
    assert ready.protocol == 1
    assert ready.host
    assert ready.elevated is None
    assert ready.version.startswith("7.")
    assert ready.edition == "Core"


VALUES: list[Any] = [
    None,
    True,
    42,
    -(2**40),
    1.5,
    "",
    "text",
    "Größe ☃ 𝄞 \"quoted\" 'single' $notAVariable `tick` \\ back",
    "2024-05-01T10:00:00Z",
    [],
    ["one"],
    [1, [2, 3]],
    {"a": {"b": ["c", None]}},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_parameters_go_there_and_back_as_they_are(value: Any, channel: NodeChannel) -> None:
    assert run(channel, "param($Value) [pscustomobject] @{ V = $Value }", Value=value).outs == ({"V": value},)


def test_a_value_is_never_taken_for_script_text(channel: NodeChannel) -> None:
    text = "'; Write-Output injected; $(Get-Date) \"\n; exit 1 #"
    assert run(channel, "param([string] $Value) $Value", Value=text).outs == (text,)


def test_output_comes_object_by_object(channel: NodeChannel) -> None:
    reply = run(channel, "1, 'two', $null, @{ three = 3 }; ,@(4, 5); [pscustomobject] @{ Six = @(7) }")
    assert reply.outs == (1, "two", None, {"three": 3}, [4, 5], {"Six": [7]})


def test_control_characters_in_output_arrive_as_harmless_text(channel: NodeChannel) -> None:
    assert run(channel, '"a$([char]27)[31mb$([char]7)$([char]0)$([char]30)"').outs == ("ab\ufffd\ufffd\ufffd",)


def test_every_stream_arrives(channel: NodeChannel) -> None:
    seen: list[LiveRecord] = []
    body = """
        $VerbosePreference = $DebugPreference = 'Continue'
        Write-Verbose v; Write-Debug d; Write-Host i; Write-Warning w; Write-Error e
        Write-Progress -Activity a -Status s -PercentComplete 40
        'done'
    """
    reply = channel.submit(Script("streams", body), sink=seen.append).result(PATIENCE_SECONDS)
    messages = {item.stream: item.message for item in seen if isinstance(item, Message)}
    assert messages == {"verbose": "v", "debug": "d", "information": "i", "warning": "w"}
    assert [item for item in seen if isinstance(item, Progress)] == [Progress("a", "s", 40, None)]
    assert reply.outs == ("done",)
    assert reply.warnings == ("w",)
    assert [error.message for error in reply.errors] == ["e"]


def test_progress_arrives_while_the_script_runs(channel: NodeChannel, tmp_path: Path) -> None:
    """The script waits for a file that only its own progress makes appear."""
    flag = tmp_path / "flag"

    def make_flag(item: LiveRecord) -> None:
        if isinstance(item, Progress):
            flag.touch()

    body = """param($Flag)
        Write-Progress -Activity waiting -Status now
        while (-not (Test-Path -LiteralPath $Flag)) { Start-Sleep -Milliseconds 20 }
        'seen'"""
    pending = channel.submit(Script("live", body), {"Flag": str(flag)}, deadline=LONG, sink=make_flag)
    assert pending.result(PATIENCE_SECONDS).outs == ("seen",)


FAILURES: dict[str, tuple[str, str, str]] = {
    "a terminating error": (
        "Get-Item -LiteralPath /no/such/file -ErrorAction Stop",
        "ObjectNotFound",
        "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand",
    ),
    "throw": ("throw 'my words'", "OperationStopped", "my words"),
    "a command that does not exist": ("Get-NoSuchThing", "ObjectNotFound", "CommandNotFoundException"),
    "a syntax error": ("if (", "ParserError", "IfStatementMissingCondition"),
    "a missing parameter": (
        "param([Parameter(Mandatory)] $Must) $Must",
        "InvalidArgument",
        "MissingMandatoryParameter",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_an_error_keeps_powershells_category_and_id(case: str, channel: NodeChannel) -> None:
    body, category, fqid = FAILURES[case]
    with pytest.raises(ScriptError) as raised:
        run(channel, "$ErrorActionPreference = 'Stop'\n" + body if case != "a missing parameter" else body)
    assert (raised.value.category, raised.value.fqid) == (category, fqid)


def test_an_error_says_where_in_the_script(channel: NodeChannel) -> None:
    with pytest.raises(ScriptError) as raised:
        run(channel, "$a = 1\n$b = 2\nthrow 'here'")
    assert "line:3" in raised.value.position


def test_a_script_that_wants_to_ask_somebody_fails_instead_of_waiting(channel: NodeChannel) -> None:
    reply = run(channel, "Read-Host 'name'; 'after'")
    assert reply.outs == ("after",)
    assert "does not support user interaction" in reply.errors[0].message


def test_exit_ends_the_script_alone(channel: NodeChannel) -> None:
    assert run(channel, "'before'; exit 3; 'after'").outs == ("before",)
    assert run(channel, "'next'").outs == ("next",)


def test_four_run_side_by_side(channel: NodeChannel, tmp_path: Path) -> None:
    """Each of four waits until all four have begun."""
    body = """param($Folder, $Mine)
        New-Item -ItemType File -Path (Join-Path $Folder $Mine) | Out-Null
        while (@(Get-ChildItem -LiteralPath $Folder).Count -lt 4) { Start-Sleep -Milliseconds 20 }
        $Mine"""
    script = Script("meet", body)
    pending = [
        channel.submit(script, {"Folder": str(tmp_path), "Mine": f"m{number}"}, deadline=LONG) for number in range(4)
    ]
    assert [reply.result(PATIENCE_SECONDS).outs for reply in pending] == [(f"m{number}",) for number in range(4)]


def test_an_exclusive_script_runs_alone(channel: NodeChannel, tmp_path: Path) -> None:
    """Every run notes its beginning and end; nothing stands between those of the exclusive one."""
    body = """param($Log, $Mine)
        [IO.File]::AppendAllText($Log, "+$Mine ")
        Start-Sleep -Milliseconds 100
        [IO.File]::AppendAllText($Log, "-$Mine ")"""
    log, script = tmp_path / "log", Script("noted", body)
    pending = [
        channel.submit(script, {"Log": str(log), "Mine": name}, exclusive=name == "X", deadline=LONG)
        for name in ("a", "X", "b")
    ]
    for reply in pending:
        reply.result(PATIENCE_SECONDS)
    assert log.read_text() == "+a -a +X -X +b -b "


def test_scripts_do_not_see_each_others_variables(channel: NodeChannel) -> None:
    run(channel, "$global:leftover = 1; $env:LEFT = $null; function global:Get-Leftover { 1 }")
    assert run(channel, "[bool] (Get-Variable -Name leftover -ErrorAction Ignore)").outs == (False,)


def test_large_output_is_complete_and_in_order(channel: NodeChannel) -> None:
    reply = run(channel, "1..3000 | ForEach-Object { [pscustomobject] @{ N = $_; T = 'x' * 1000 } }")
    assert [out["N"] for out in reply.outs if isinstance(out, dict)] == list(range(1, 3001))
    assert len(str(run(channel, "'\u00e9' * 1000000").outs[0])) == 1_000_000


def test_an_object_too_large_for_a_record_is_an_error_and_not_the_end(channel: NodeChannel) -> None:
    reply = run(channel, "'x' * 9000000; 'after'")
    assert reply.outs == ("after",)
    assert [error.fqid for error in reply.errors] == ["AzsconfigOutputTooLarge"]


def test_what_cannot_be_written_as_json_is_an_error_and_not_the_end(channel: NodeChannel) -> None:
    reply = run(channel, "$a = @{}; $a.b = $a; $a; 'after'")
    assert "after" in reply.outs


def test_a_native_program_with_empty_input_takes_no_requests(channel: NodeChannel) -> None:
    assert run(channel, "@() | & cat; 'after'").outs == ("after",)
    assert run(channel, "'next'").outs == ("next",)


def test_output_of_a_native_program_is_read_as_utf8(channel: NodeChannel) -> None:
    assert run(channel, "@() | & printf 'Gr\\303\\266\\303\\237e\\n'").outs == ("Größe",)


def test_cancel_stops_a_script_and_leaves_the_others(own_channel: NodeChannel) -> None:
    begun = threading.Event()
    script = Script("sleep", "Write-Host begun; Start-Sleep -Seconds 3600")
    pending = own_channel.submit(script, deadline=LONG, sink=lambda _: begun.set())
    assert begun.wait(PATIENCE_SECONDS)
    pid = run(own_channel, "$PID").outs
    pending.cancel()
    with pytest.raises(Cancelled):
        pending.result(PATIENCE_SECONDS)
    assert run(own_channel, "$PID").outs == pid


def test_a_flood_of_output_does_not_keep_others_or_a_cancellation_waiting(own_channel: NodeChannel) -> None:
    flowing = threading.Event()
    flood = Script("flood", "1..1000000")
    pending = own_channel.submit(flood, deadline=LONG, sink=lambda _: flowing.set())
    assert flowing.wait(PATIENCE_SECONDS)
    assert run(own_channel, "'quick'").outs == ("quick",)
    assert not pending.done()
    pending.cancel()
    with pytest.raises(Cancelled):
        pending.result(PATIENCE_SECONDS)


def test_a_script_that_waits_for_its_turn_can_be_cancelled(own_channel: NodeChannel) -> None:
    begun = threading.Event()
    hold = Script("hold", "Write-Host begun; Start-Sleep -Seconds 3600")
    first = own_channel.submit(hold, exclusive=True, deadline=LONG, sink=lambda _: begun.set())
    assert begun.wait(PATIENCE_SECONDS)
    second = own_channel.submit(Script("never", "'ran'"), deadline=LONG)
    second.cancel()
    with pytest.raises(Cancelled):
        second.result(PATIENCE_SECONDS)
    first.cancel()
    with pytest.raises(Cancelled):
        first.result(PATIENCE_SECONDS)


def test_a_script_past_its_deadline_is_stopped_there(own_channel: NodeChannel) -> None:
    run(own_channel, "1")
    pending = own_channel.submit(Script("sleep", "Start-Sleep -Seconds 3600"), deadline=timedelta(seconds=0.3))
    with pytest.raises(TimedOut):
        pending.result(PATIENCE_SECONDS)
    assert run(own_channel, "'next'").outs == ("next",)


def test_a_script_that_ends_powershell_loses_its_request(own_channel: NodeChannel) -> None:
    with pytest.raises(Lost) as raised:
        run(own_channel, "[Environment]::Exit(9)")
    assert "9" in raised.value.message
    assert run(own_channel, "'new'").outs == ("new",)


def test_a_restricted_language_is_told_before_anything_runs(pwsh: Path, tmp_path: Path) -> None:
    """A program in front of PowerShell restricts the language as policy on Windows does, then runs the bootstrap."""
    wrapper = tmp_path / "wrapper.py"
    wrapper.write_text(
        "import base64, os, sys\n"
        "*rest, encoded = sys.argv[1:]\n"
        "text = base64.b64decode(encoded).decode('utf-16-le')\n"
        "text = '$ExecutionContext.SessionState.LanguageMode = \"ConstrainedLanguage\"\\n' + text\n"
        "os.execv(rest[0], [*rest, base64.b64encode(text.encode('utf-16-le')).decode()])\n"
    )
    channel = open_to(pwsh, sys.executable, str(wrapper))
    with pytest.raises(ConstrainedLanguage) as raised:
        run(channel, "'never'")
    assert "ConstrainedLanguage" in raised.value.message
    assert channel.close(timedelta(seconds=20))


# ---- the protocol itself, line by line ------------------------------------------------------------------------------


@dataclass
class Talk:
    """A conversation with the agent without a channel in between."""

    carrier: LocalCarrier
    stream: RecordStream
    pending: list[Record]

    def tell(self, *lines: dict[str, Any] | bytes) -> None:
        encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        self.carrier.write(b"".join(line + b"\n" for line in encoded))

    def hear(self, kind: type, request: str | None = None) -> Record:
        return self.hear_until(kind, request)[-1]

    def hear_until(self, kind: type, request: str | None = None) -> list[Record]:
        heard: list[Record] = []
        while True:
            while not self.pending:
                delivery = self.carrier.read()
                assert not delivery.ended, delivery.stderr
                self.pending += [piece for piece in self.stream.feed(delivery.stdout) if isinstance(piece, Record)]
            heard.append(self.pending.pop(0))
            if isinstance(heard[-1].content, kind) and (request is None or heard[-1].id == request):
                return heard


@pytest.fixture
def talk(pwsh: Path) -> Generator[Talk]:
    carrier = LocalCarrier(LocalPowerShell("N", (str(pwsh),)))
    carrier.open(agent_line())
    talk = Talk(carrier, RecordStream(), [])
    assert isinstance(talk.hear(Ready).content, Ready)
    yield talk
    assert carrier.close(20)


def test_a_request_seen_before_is_ignored(talk: Talk) -> None:
    define = {"id": "d1", "op": "define", "name": "s", "body": "'once'"}
    once = {"id": "r1", "op": "run", "name": "s"}
    talk.tell(define, once, once, define, {"id": "p1", "op": "ping"})
    heard = talk.hear_until(End, "r1")
    talk.tell(once, {"id": "p2", "op": "ping"})
    heard += talk.hear_until(Pong, "p2")
    assert [record.content for record in heard if isinstance(record.content, Out)] == [Out("once")]
    assert sum(record.id == "d1" for record in heard) == 1
    assert [record.q for record in heard] == list(range(2, len(heard) + 2))


def test_records_are_sent_again_unchanged(talk: Talk) -> None:
    talk.tell({"id": "d", "op": "define", "name": "s", "body": "1..5"}, {"id": "r", "op": "run", "name": "s"})
    first = talk.hear_until(End, "r")
    talk.tell({"op": "resend", "after": 3})
    again = talk.hear_until(End, "r")
    assert again == [record for record in first if record.q > 3]


def test_records_that_are_no_longer_kept_are_said_to_be_gone(talk: Talk) -> None:
    talk.tell({"id": "d", "op": "define", "name": "s", "body": "1..2100"}, {"id": "r", "op": "run", "name": "s"})
    talk.hear(End, "r")
    talk.tell({"op": "resend", "after": 5})
    content = talk.hear(ErrorRecord).content
    assert isinstance(content, ErrorRecord)
    assert content.fqid == "AzsconfigRecordsGone"


BAD_LINES: dict[str, tuple[bytes, str | None]] = {
    "no JSON": (b"garbage", None),
    "no object": (b"[1,2]", None),
    "a half object": (b'{"id":"x","op":', None),
    "no UTF-8": (b"\xff\xfe\x00", None),
    "no id": (b'{"op":"run","name":"s"}', None),
    "an unknown operation": (b'{"id":"x","op":"dance"}', "x"),
    "no operation": (b'{"id":"y"}', "y"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_an_error_and_never_the_end(case: str, talk: Talk) -> None:
    line, request = BAD_LINES[case]
    talk.tell(b"", line, b"   ")
    error = talk.hear(ErrorRecord)
    assert isinstance(error.content, ErrorRecord)
    assert error.content.fqid == "AzsconfigBadRequest"
    assert error.id == request
    if request is not None:
        assert talk.hear(End, request).content == End(False, 0)
    talk.tell({"id": "p", "op": "ping"})
    talk.hear(Pong, "p")


def test_a_bad_line_is_not_repeated_for_it_may_hold_a_secret(talk: Talk) -> None:
    talk.tell(b'{"parameters":{"Password":"hunter2"')
    assert "hunter2" not in repr(talk.hear(ErrorRecord))


def test_an_undefined_script_is_an_error(talk: Talk) -> None:
    talk.tell({"id": "r", "op": "run", "name": "nobody"})
    error = talk.hear(ErrorRecord, "r").content
    assert isinstance(error, ErrorRecord)
    assert error.fqid == "AzsconfigUnknownScript"
    assert talk.hear(End, "r").content == End(False, 0)


@pytest.mark.parametrize("how", ["exit", "end of input"])
def test_it_ends_with_its_input_whatever_runs(how: str, pwsh: Path) -> None:
    arguments = [str(pwsh), *powershell_arguments()]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    hang = {"id": "d", "op": "define", "name": "s", "body": "[Threading.Thread]::Sleep(3600000)"}
    lines = [json.dumps(hang), json.dumps({"id": "r", "op": "run", "name": "s"}), json.dumps({"id": "p", "op": "ping"})]
    if how == "exit":
        lines.append('{"op":"exit"}')
    said, errors = process.communicate(agent_line() + "\n".join(lines).encode() + b"\n", timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert b'"t":"pong"' in said


def test_the_agent_reads_its_own_text_in_one_line_after_empty_ones(pwsh: Path) -> None:
    process = subprocess.Popen(
        [str(pwsh), *powershell_arguments()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, errors = process.communicate(b"\n\r\n" + agent_line() + agent_line(), timeout=PATIENCE_SECONDS)
    assert b'"t":"ready"' in said, errors
    assert b"AzsconfigBadRequest" in said
    assert base64.b64encode(b"param")[:4] not in said
