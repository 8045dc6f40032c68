"""What happens to requests when connections break, replies get lost, nodes hang or go away."""

import socket
import threading
from concurrent.futures import wait
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.nodes.node_world import ECHO, PATIENCE, PATIENCE_SECONDS, Node, NodeFactory, OpenChannel
from tui.nodes.channel import NodeChannel
from tui.nodes.connection import Connection, TransportKind
from tui.nodes.errors import Cancelled, Lost, NameNotResolved, NodeError, TimedOut, Unreachable
from tui.nodes.reply import PendingReply
from tui.nodes.script import Script

COUNT = Script("count", "param($N, $Size)")
HOLD = Script("hold", "Start-Sleep 3600")
STUCK = Script("stuck", "[Threading.Thread]::Sleep(3600000)")
REQUESTS = 400
LOSS = 0.08
LONG = timedelta(seconds=120)


def numbers(pending: list[PendingReply]) -> list[object]:
    return [reply.result(LONG.total_seconds()).outs for reply in pending]


def ask(channel: NodeChannel, number: int) -> PendingReply:
    return channel.submit(ECHO, {"Number": number}, deadline=LONG)


@pytest.mark.parametrize("transport", [TransportKind.NTLM, TransportKind.NEGOTIATE, TransportKind.BASIC])
def test_with_eight_percent_of_replies_lost_no_answer_is_wrong_missing_or_doubled(
    transport: TransportKind, node: Node, open_channel: OpenChannel
) -> None:
    connection = node.https(transport) if transport is TransportKind.BASIC else node.http(transport)
    channel = open_channel(connection)
    assert numbers([ask(channel, 0)]) == [({"Number": 0},)]
    node.server.faults.lose_replies(probability=LOSS, seed=4711)
    one_by_one = [numbers([ask(channel, number)])[0] for number in range(REQUESTS // 2)]
    at_once = numbers([ask(channel, number) for number in range(REQUESTS // 2)])
    node.server.faults.clear()
    expected = [({"Number": number},) for number in range(REQUESTS // 2)]
    assert one_by_one == expected
    assert at_once == expected
    assert node.server.faults.replies_lost > 10
    assert len(node.agents.runs) == len(set(node.agents.runs)) == REQUESTS + 1
    assert len(node.agents.starts) == 1
    assert channel.close(PATIENCE)
    assert node.server.open_shells == 0


def test_large_answers_are_complete_although_parts_of_them_get_lost(node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http())
    ask(channel, 0).result(PATIENCE_SECONDS)
    node.server.faults.lose_replies(probability=0.2, seed=1)
    reply = channel.submit(COUNT, {"n": 600, "size": 2000}, deadline=LONG).result(LONG.total_seconds())
    assert [out["number"] for out in reply.outs if isinstance(out, dict)] == list(range(600))
    assert node.server.faults.replies_lost > 0


def test_opening_survives_lost_replies(start_node: NodeFactory, open_channel: OpenChannel) -> None:
    for lost in range(1, 5):
        node = start_node()
        node.server.faults.lose_replies(count=lost)
        assert ask(open_channel(node.http()), lost).result(PATIENCE_SECONDS).outs == ({"Number": lost},)


def test_an_idle_connection_that_was_cut_goes_on_in_the_same_shell(
    start_node: NodeFactory, open_channel: OpenChannel
) -> None:
    node = start_node(idle_seconds=0.2)
    for connection in (node.http(), node.https(TransportKind.NTLM), node.https()):
        channel = open_channel(connection)
        ask(channel, 1).result(PATIENCE_SECONDS)
        shells = {shell.id for shell in node.server.shells()}
        node.server.cut_connections()
        assert ask(channel, 2).result(PATIENCE_SECONDS).outs == ({"Number": 2},)
        assert {shell.id for shell in node.server.shells()} == shells
        channel.close(PATIENCE)


def test_a_connection_idle_for_too_long_is_made_anew_before_it_is_used(node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http(connection_idle_limit=timedelta(0)))
    for number in range(5):
        assert ask(channel, number).result(PATIENCE_SECONDS).outs == ({"Number": number},)
    assert len(node.agents.starts) == 1


def test_a_shell_that_ended_while_nothing_was_asked_is_opened_anew(node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http())
    ask(channel, 1).result(PATIENCE_SECONDS)
    node.server.stop()
    node.server.start()
    assert ask(channel, 2).result(PATIENCE_SECONDS).outs == ({"Number": 2},)
    assert len(node.agents.starts) == 2


def test_a_powershell_that_ends_under_a_request_loses_it_and_the_next_one_works(
    node: Node, open_channel: OpenChannel
) -> None:
    channel = open_channel(node.http())
    pending = channel.submit(HOLD, deadline=LONG)
    assert node.agents.held.wait(PATIENCE_SECONDS)
    node.agents.agents[0].kill()
    with pytest.raises(Lost) as raised:
        pending.result(PATIENCE_SECONDS)
    assert raised.value.may_have_run
    assert ask(channel, 3).result(PATIENCE_SECONDS).outs == ({"Number": 3},)


def test_a_node_that_goes_down_under_a_request_loses_it(node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http())
    pending = channel.submit(HOLD, deadline=LONG)
    assert node.agents.held.wait(PATIENCE_SECONDS)
    node.server.stop()
    with pytest.raises(Lost) as raised:
        pending.result(PATIENCE_SECONDS)
    assert raised.value.may_have_run
    assert not node.server.running


@pytest.mark.parametrize("when", ["opening", "reading"])
def test_a_node_that_hangs_times_out_and_blocks_nobody(when: str, node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http())
    if when == "reading":
        ask(channel, 0).result(PATIENCE_SECONDS)
    node.server.faults.hang()
    pending = channel.submit(ECHO, {"Number": 1}, deadline=timedelta(seconds=0.5))
    with pytest.raises(TimedOut) as raised:
        pending.result(PATIENCE_SECONDS)
    assert raised.value.may_have_run is (when == "reading")
    channel.close(timedelta(seconds=2))
    node.server.faults.hang(hanging=False)


def test_closing_a_channel_to_a_node_that_hangs_leaves_no_thread(node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http())
    ask(channel, 0).result(PATIENCE_SECONDS)
    node.server.faults.hang()
    pending = channel.submit(ECHO, {"Number": 1}, deadline=LONG)
    assert not channel.close(timedelta(seconds=3))
    with pytest.raises(Cancelled):
        pending.result(0)
    node.server.faults.hang(hanging=False)


def test_a_cancelled_request_ends_and_others_go_on(node: Node, open_channel: OpenChannel) -> None:
    channel = open_channel(node.http())
    pending = channel.submit(HOLD, deadline=LONG)
    assert node.agents.held.wait(PATIENCE_SECONDS)
    assert ask(channel, 1).result(PATIENCE_SECONDS).outs == ({"Number": 1},)
    pending.cancel()
    with pytest.raises(Cancelled) as raised:
        pending.result(PATIENCE_SECONDS)
    assert raised.value.may_have_run
    assert ask(channel, 2).result(PATIENCE_SECONDS).outs == ({"Number": 2},)
    assert len(node.agents.starts) == 1


def test_a_request_that_does_not_stop_costs_its_powershell_and_no_shell_stays(
    node: Node, open_channel: OpenChannel
) -> None:
    channel = open_channel(node.http(), stop_grace=timedelta(seconds=0.1))
    pending = channel.submit(STUCK, deadline=LONG)
    assert node.agents.held.wait(PATIENCE_SECONDS)
    pending.cancel()
    with pytest.raises(Cancelled):
        pending.result(PATIENCE_SECONDS)
    assert ask(channel, 2).result(PATIENCE_SECONDS).outs == ({"Number": 2},)
    assert len(node.agents.starts) == 2
    assert channel.close(PATIENCE)
    assert node.server.open_shells == 0


def test_a_request_that_does_not_stop_waits_for_others_before_it_costs_their_powershell(
    node: Node, open_channel: OpenChannel
) -> None:
    channel = open_channel(node.http(), stop_grace=timedelta(seconds=0.1))
    other = channel.submit(HOLD, deadline=LONG)
    assert node.agents.held.wait(PATIENCE_SECONDS)
    stuck = channel.submit(STUCK, deadline=LONG)
    while len(node.agents.runs) < 2:
        threading.Event().wait(0.01)
    stuck.cancel()
    with pytest.raises(Cancelled):
        stuck.result(PATIENCE_SECONDS)
    assert not other.done()
    other.cancel()
    with pytest.raises(Cancelled):
        other.result(PATIENCE_SECONDS)
    assert ask(channel, 2).result(PATIENCE_SECONDS).outs == ({"Number": 2},)


def unused_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("address", "expected", "words"),
    [
        (f"127.0.0.1:{unused_port()}", Unreachable, "refuses"),
        ("hci-n9.invalid", NameNotResolved, "resolved"),
        ("a" * 70, NameNotResolved, "resolved"),
    ],
    ids=["no-listener", "no-such-name", "no-name-at-all"],
)
def test_a_node_that_is_not_there_is_told_apart(
    address: str, expected: type[NodeError], words: str, node: Node, open_channel: OpenChannel
) -> None:
    channel = open_channel(replace(node.http(), address=address))
    with pytest.raises(expected, match=words) as raised:
        channel.submit(ECHO, {"Number": 1}).result(PATIENCE_SECONDS)
    assert type(raised.value) is expected
    assert not raised.value.may_have_run


def test_sixteen_nodes_answer_side_by_side_and_a_dead_one_hides_none(
    start_node: NodeFactory, open_channel: OpenChannel
) -> None:
    nodes = [start_node(f"HCI-N{number}") for number in range(1, 17)]
    nodes[6].server.stop()
    connections: list[Connection] = [node.http() if number % 2 else node.https() for number, node in enumerate(nodes)]
    channels = [open_channel(connection) for connection in connections]
    pending = [ask(channel, number) for number, channel in enumerate(channels) for _ in range(9)]
    done, _ = wait([reply.future for reply in pending], PATIENCE_SECONDS * 2)
    assert len(done) == len(pending)
    for index, reply in enumerate(pending):
        number = index // 9
        if number == 6:
            assert isinstance(reply.future.exception(), Unreachable)
        else:
            assert reply.result(0).outs == ({"Number": number},)
    for channel in channels:
        channel.close(PATIENCE)
    assert [node.server.open_shells for node in nodes] == [0] * 16
