"""The channel's promises, with a carrier that does whatever the test says."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from threading import enumerate as all_threads

import pytest

from tests.unit.nodes.scripted_carrier import PATIENCE_SECONDS, READY, Carriers, ScriptedCarrier, answer, record
from tui.nodes.carrier import Delivery, Gone
from tui.nodes.channel import NodeChannel
from tui.nodes.connection import LocalPowerShell
from tui.nodes.errors import (
    Cancelled,
    ConstrainedLanguage,
    Lost,
    NodeError,
    PowerShellNotStarted,
    ScriptError,
    TimedOut,
    Unreachable,
    Unreadable,
)
from tui.nodes.process_wide import ProcessWide
from tui.nodes.records import LiveRecord, Message, Out, Progress, UnknownRecord
from tui.nodes.reply import PendingReply
from tui.nodes.script import Script

SCRIPT = Script("get-it", "param($A) $A")
LONG = timedelta(seconds=60)
OpenChannel = Callable[..., NodeChannel]


@pytest.fixture
def open_channel() -> Generator[OpenChannel]:
    channels: list[NodeChannel] = []

    def make(*carriers: ScriptedCarrier, grace: timedelta = timedelta(seconds=2)) -> NodeChannel:
        channel = NodeChannel(
            LocalPowerShell("N"), shared=ProcessWide(), carriers=Carriers(*carriers), stop_grace=grace
        )
        channels.append(channel)
        return channel

    yield make
    for channel in channels:
        channel.close(timedelta(seconds=5))
    for thread in all_threads():
        if thread.name.startswith("azsconfig"):
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()


def failure(pending: PendingReply) -> NodeError:
    with pytest.raises(NodeError) as raised:
        pending.result(PATIENCE_SECONDS)
    return raised.value


def test_a_script_is_sent_once_and_then_called_by_name(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    channel = open_channel(carrier)
    q = 2
    for turn in range(3):
        pending = channel.submit(SCRIPT, {"A": turn})
        if turn == 0:
            define = carrier.next_written("define")
            assert (define["name"], define["body"]) == (SCRIPT.name, SCRIPT.body)
        run = carrier.written.get(timeout=PATIENCE_SECONDS)
        assert run == {
            "id": pending.id,
            "op": "run",
            "name": SCRIPT.name,
            "parameters": {"A": turn},
            "exclusive": False,
        }
        carrier.say(answer(q, run["id"], turn))
        q += 2
        assert pending.result(PATIENCE_SECONDS).outs == (turn,)
    changed = channel.submit(Script(SCRIPT.name, "another text"), exclusive=True)
    assert carrier.next_written("define")["body"] == "another text"
    assert carrier.next_written("run")["exclusive"] is True
    changed.cancel()


class FullPipe(ScriptedCarrier):
    """A node whose answers fill the pipe: it takes no more until somebody has read them."""

    def __init__(self) -> None:
        super().__init__()
        self._read = Event()

    def write(self, data: bytes) -> None:
        super().write(data)
        assert self._read.wait(PATIENCE_SECONDS)

    def read(self) -> Delivery:
        delivery = super().read()
        if self.written.qsize():
            self._read.set()
        return delivery


def test_answers_are_read_while_questions_are_still_being_written(open_channel: OpenChannel) -> None:
    carrier = FullPipe()
    carrier.say(b"Something that was written before any question\n")
    pending = open_channel(carrier).submit(SCRIPT)
    run = carrier.written.get(timeout=PATIENCE_SECONDS)
    while run["op"] != "run":
        run = carrier.written.get(timeout=PATIENCE_SECONDS)
    carrier.written.put(run)
    carrier.say(answer(2, run["id"]))
    assert pending.result(PATIENCE_SECONDS).outs == ("answer",)


def test_a_reply_holds_what_the_script_said_and_a_sink_sees_it_live(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    seen: list[LiveRecord] = []
    pending = open_channel(carrier).submit(SCRIPT, sink=seen.append)
    request = carrier.next_written("run")["id"]
    carrier.say(
        record(2, request, t="progress", activity="a", percent=5),
        b"Something wrote this\n",
        record(3, request, t="warning", message="w\x1b[31m"),
        record(4, request, t="out", data={"A": 1}),
        record(5, request, t="telepathy"),
        record(6, request, t="error", fqid="f", category="c", message="m"),
        record(7, request, t="end", ok=True, seconds=1.5),
    )
    reply = pending.result(PATIENCE_SECONDS)
    assert reply.outs == ({"A": 1},)
    assert reply.warnings == ("w",)
    assert [error.fqid for error in reply.errors] == ["f"]
    assert reply.seconds == 1.5
    assert [type(item) for item in seen[:4]] == [Progress, Message, Out, UnknownRecord]


def test_stray_text_is_kept_with_the_requests_it_came_during(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    request = carrier.next_written("run")["id"]
    carrier.say(b"WARNING: from somewhere \x1b[2J\n", record(2, request, t="out", data=1))
    carrier.say(record(3, request, t="end", ok=True))
    assert pending.result(PATIENCE_SECONDS).stray == ("WARNING: from somewhere",)


def test_a_sink_that_fails_harms_nobody(open_channel: OpenChannel, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: LiveRecord) -> None:
        message = "the sink's own fault"
        raise RuntimeError(message)

    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT, sink=fail)
    carrier.say(answer(2, carrier.next_written("run")["id"]))
    assert pending.result(PATIENCE_SECONDS).outs == ("answer",)
    assert "the sink's own fault" in caplog.text


def test_a_script_that_fails_gives_powershells_words(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    request = carrier.next_written("run")["id"]
    carrier.say(
        record(2, request, t="error", category="ObjectNotFound", fqid="PathNotFound", position="p", message="No."),
        record(3, request, t="end", ok=False, seconds=0),
    )
    error = failure(pending)
    assert isinstance(error, ScriptError)
    assert (error.category, error.fqid, error.position) == ("ObjectNotFound", "PathNotFound", "p")
    assert "No." in error.message


def test_lost_records_are_asked_for_and_duplicates_discarded(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    request = carrier.next_written("run")["id"]
    records = [record(q, request, t="out", data=q) for q in range(2, 8)] + [record(8, request, t="end", ok=True)]
    carrier.say(records[0])
    carrier.say(*records[3:5])
    assert carrier.next_written("resend")["after"] == 2
    carrier.say(records[5])
    carrier.say(*records[1:4], gap=False)
    carrier.say(records[1], records[2])
    carrier.say(*records[4:])
    assert pending.result(PATIENCE_SECONDS).outs == (2, 3, 4, 5, 6, 7)


def test_after_a_broken_connection_what_came_last_is_asked_for(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    request = carrier.next_written("run")["id"]
    half = record(2, request, t="out", data="x" * 50)
    carrier.say(half[:30])
    carrier.say(gap=True)
    assert carrier.next_written("resend")["after"] == 1
    carrier.say(half, record(3, request, t="end", ok=True))
    assert pending.result(PATIENCE_SECONDS).outs == ("x" * 50,)


def test_a_record_that_stays_unreadable_fails_its_request_and_powershell_is_started_anew(
    open_channel: OpenChannel,
) -> None:
    first, second = ScriptedCarrier(), ScriptedCarrier()
    channel = open_channel(first, second)
    pending = channel.submit(SCRIPT)
    request = first.next_written("run")["id"]
    for _ in range(4):
        first.say(b"\x1e{garbage\n", record(3, request, t="end", ok=True))
    error = failure(pending)
    assert isinstance(error, Unreadable)
    assert error.may_have_run
    assert first.closed.wait(PATIENCE_SECONDS)
    again = channel.submit(SCRIPT)
    second.say(answer(2, second.next_written("run")["id"]))
    assert again.result(PATIENCE_SECONDS).outs == ("answer",)


def test_records_that_are_gone_from_the_agents_memory_lose_the_request(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    carrier.next_written("run")
    carrier.say(record(5000, None, t="error", fqid="AzsconfigRecordsGone", message=""))
    assert isinstance(failure(pending), Lost)


def test_a_request_that_arrived_garbled_is_sent_again(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    request = carrier.next_written("run")
    carrier.say(record(2, None, t="error", fqid="AzsconfigBadRequest", message="no request"))
    assert carrier.next_written("run") == request
    carrier.say(answer(3, request["id"]))
    assert pending.result(PATIENCE_SECONDS).outs == ("answer",)


def test_powershell_gone_before_it_read_anything_is_started_anew_without_a_word(open_channel: OpenChannel) -> None:
    first, second = ScriptedCarrier(), ScriptedCarrier()
    channel = open_channel(first, second)
    before = channel.submit(SCRIPT)
    first.say(answer(2, first.next_written("run")["id"]))
    before.result(PATIENCE_SECONDS)
    first.write_errors.put(Gone())
    pending = channel.submit(SCRIPT)
    assert second.next_written("define")["name"] == SCRIPT.name
    second.say(answer(2, second.next_written("run")["id"]))
    assert pending.result(PATIENCE_SECONDS).outs == ("answer",)
    assert first.closed.wait(PATIENCE_SECONDS)


def test_powershell_that_is_gone_every_time_is_an_error(open_channel: OpenChannel) -> None:
    carriers = [ScriptedCarrier() for _ in range(3)]
    for carrier in carriers:
        carrier.write_errors.put(Gone())
    error = failure(open_channel(*carriers).submit(SCRIPT))
    assert isinstance(error, Lost)
    assert not error.may_have_run


@pytest.mark.parametrize("how", ["ended", "gone", "unreachable"])
def test_what_is_outstanding_when_powershell_goes_may_have_run_and_is_not_repeated(
    how: str, open_channel: OpenChannel
) -> None:
    first, second = ScriptedCarrier(), ScriptedCarrier()
    channel = open_channel(first, second)
    pending = channel.submit(SCRIPT)
    first.next_written("run")
    if how == "ended":
        first.end(stderr=b"Out of memory\n")
    else:
        first.arriving.put(Gone() if how == "gone" else Unreachable("N", "No route."))
    error = failure(pending)
    assert isinstance(error, Unreachable if how == "unreachable" else Lost)
    assert error.may_have_run
    if how == "ended":
        assert "Out of memory" in error.message
    after = channel.submit(SCRIPT)
    second.say(answer(2, second.next_written("run")["id"]))
    after.result(PATIENCE_SECONDS)
    assert second.written.empty()


def test_powershell_that_does_not_start_says_why(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier(ready=False)
    pending = open_channel(carrier).submit(SCRIPT)
    carrier.end(stderr=b'#< CLIXML\r\n<Objs><S S="Error">Blocked by policy_x000D__x000A_</S></Objs>', exit_code=7)
    error = failure(pending)
    assert isinstance(error, PowerShellNotStarted)
    assert "Blocked by policy" in error.message
    assert "7" in error.message
    assert not error.may_have_run


def test_an_error_of_opening_reaches_every_request_and_the_next_one_tries_again(open_channel: OpenChannel) -> None:
    first, second = ScriptedCarrier(ready=False), ScriptedCarrier()
    first.open_error = Unreachable("N", "Nobody answers.")
    channel = open_channel(first, second)
    assert isinstance(failure(channel.submit(SCRIPT)), Unreachable)
    pending = channel.submit(SCRIPT)
    second.say(answer(2, second.next_written("run")["id"]))
    pending.result(PATIENCE_SECONDS)


def test_constrained_language_is_told_and_nothing_is_sent(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier(ready=False)
    pending = open_channel(carrier).submit(SCRIPT)
    carrier.say(b'\x1e{"q":1,"t":"ready","language":"ConstrainedLanguage"}\r\n')
    error = failure(pending)
    assert isinstance(error, ConstrainedLanguage)
    assert not error.may_have_run
    assert carrier.written.empty()


def test_a_deadline_ends_a_request_that_never_left(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier(ready=False)
    error = failure(open_channel(carrier).submit(SCRIPT, deadline=timedelta(seconds=0.05)))
    assert isinstance(error, TimedOut)
    assert not error.may_have_run


def test_a_deadline_ends_a_running_request_and_tells_the_node(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    channel = open_channel(carrier)
    pending = channel.submit(SCRIPT, deadline=timedelta(seconds=0.3))
    request = carrier.next_written("run")["id"]
    error = failure(pending)
    assert isinstance(error, TimedOut)
    assert error.may_have_run
    assert carrier.next_written("cancel")["target"] == request
    carrier.say(
        record(2, request, t="error", fqid="PipelineStopped", category="OperationStopped"),
        record(3, request, t="end", ok=False),
    )
    after = channel.submit(SCRIPT)
    carrier.say(answer(4, carrier.next_written("run")["id"]))
    after.result(PATIENCE_SECONDS)
    assert not carrier.closed.is_set()


def test_a_request_that_finishes_although_it_was_cancelled_has_its_answer(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    pending = open_channel(carrier).submit(SCRIPT)
    request = carrier.next_written("run")["id"]
    pending.cancel()
    pending.cancel()
    assert carrier.next_written("cancel")["target"] == request
    carrier.say(answer(2, request))
    assert pending.result(PATIENCE_SECONDS).outs == ("answer",)


def test_a_request_that_does_not_stop_is_given_up_and_its_powershell_ended(open_channel: OpenChannel) -> None:
    first, second = ScriptedCarrier(), ScriptedCarrier()
    channel = open_channel(first, second, grace=timedelta(seconds=0.05))
    pending = channel.submit(SCRIPT)
    first.next_written("run")
    pending.cancel()
    error = failure(pending)
    assert isinstance(error, Cancelled)
    assert error.may_have_run
    assert first.closed.wait(PATIENCE_SECONDS)
    after = channel.submit(SCRIPT)
    second.say(answer(2, second.next_written("run")["id"]))
    after.result(PATIENCE_SECONDS)


def test_a_request_cancelled_before_it_left_is_never_sent(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier(ready=False)
    channel = open_channel(carrier)
    pending, other = channel.submit(SCRIPT), channel.submit(SCRIPT)
    pending.cancel()
    error = failure(pending)
    assert isinstance(error, Cancelled)
    assert not error.may_have_run
    carrier.say(record(1, **READY))
    run = carrier.next_written("run")
    assert run["id"] == other.id
    carrier.say(answer(2, run["id"]))
    other.result(PATIENCE_SECONDS)


def test_closing_ends_everything_and_refuses_more(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    channel = open_channel(carrier)
    pending = channel.submit(SCRIPT)
    carrier.next_written("run")
    assert channel.close()
    assert isinstance(failure(pending), Cancelled)
    assert carrier.closed.is_set()
    assert channel.close()
    with pytest.raises(RuntimeError):
        channel.submit(SCRIPT)


def test_parameters_that_are_no_data_are_refused_at_once(open_channel: OpenChannel) -> None:
    with pytest.raises(TypeError):
        open_channel(ScriptedCarrier()).submit(SCRIPT, {"A": object()})


def test_a_callback_of_the_future_may_use_the_channel(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    channel = open_channel(carrier)
    nested: list[PendingReply] = []
    called = Event()

    def submit_more(_: object) -> None:
        nested.append(channel.submit(SCRIPT))
        called.set()

    pending = channel.submit(SCRIPT)
    pending.future.add_done_callback(submit_more)
    carrier.say(answer(2, carrier.next_written("run")["id"]))
    assert called.wait(PATIENCE_SECONDS)
    carrier.say(answer(4, carrier.next_written("run")["id"]))
    nested[0].result(PATIENCE_SECONDS)


def test_many_threads_may_submit_and_each_gets_its_own_answer(open_channel: OpenChannel) -> None:
    carrier = ScriptedCarrier()
    channel = open_channel(carrier)

    def ask(number: int) -> object:
        return channel.submit(SCRIPT, {"A": number}, deadline=LONG).result(PATIENCE_SECONDS).outs

    with ThreadPoolExecutor(16) as pool:
        answers = [pool.submit(ask, number) for number in range(100)]
        for turn in range(100):
            run = carrier.next_written("run")
            carrier.say(answer(2 + 2 * turn, run["id"], run["parameters"]["A"]))
        assert [reply.result(PATIENCE_SECONDS) for reply in answers] == [(number,) for number in range(100)]
