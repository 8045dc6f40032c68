"""Trouble on demand: what the client sees, and that the node's state stays consistent."""

import threading

import pytest
import requests
from pypsrp.exceptions import WSManFaultError as PypsrpFault
from pypsrp.shell import WinRS
from winrm.exceptions import WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.winrm.conftest import PATIENCE_SECONDS, Node, NodeFactory, wait_until
from tests.lab.winrm.programs import Recorder
from tui.lab.winrm.command_prompt import CommandPrompt


def rebuild(protocol: Protocol) -> None:
    protocol.transport.close_session()
    protocol.transport.encryption = None


@pytest.mark.parametrize(("transport", "ssl"), [("ntlm", False), ("basic", True)])
def test_a_lost_reply_was_acted_upon_and_a_cut_request_was_not(
    start_node: NodeFactory, transport: str, ssl: bool
) -> None:
    program = Recorder()
    node = start_node(program)
    protocol = node.pywinrm(transport, ssl=ssl)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "listen")
    node.server.faults.lose_replies(count=1)
    with pytest.raises(requests.ConnectionError):
        protocol.send_command_input(shell, command, b"acted;")
    rebuild(protocol)
    node.server.faults.cut_connections(count=1)
    with pytest.raises(requests.ConnectionError):
        protocol.send_command_input(shell, command, b"never heard;")
    rebuild(protocol)
    protocol.send_command_input(shell, command, b"after;")
    protocol.close_shell(shell, close_session=True)
    assert program.input == b"acted;after;"
    assert (node.server.faults.replies_lost, node.server.faults.connections_cut) == (1, 1)


@pytest.mark.parametrize(("transport", "ssl"), [("ntlm", False), ("basic", True)])
def test_with_many_replies_lost_every_line_is_acted_upon_exactly_once(
    start_node: NodeFactory, transport: str, ssl: bool
) -> None:
    program = Recorder()
    node = start_node(program)
    protocol = node.pywinrm(transport, ssl=ssl)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "listen")
    node.server.faults.lose_replies(probability=0.1, seed=7)
    for number in range(200):
        try:
            protocol.send_command_input(shell, command, b"%d\n" % number)
        except requests.ConnectionError:
            rebuild(protocol)
    node.server.faults.clear()
    assert [int(line) for line in program.input.split()] == list(range(200))
    assert node.server.faults.replies_lost > 5
    assert (node.server.open_shells, len(program.starts)) == (1, 1)
    protocol.close_shell(shell, close_session=True)


def test_the_same_seed_loses_the_same_replies(start_node: NodeFactory) -> None:
    lost: list[list[int]] = []
    for _ in range(2):
        node = start_node(Recorder())
        protocol = node.pywinrm("basic", ssl=True)
        shell = protocol.open_shell()
        command = protocol.run_command(shell, "listen")
        node.server.faults.lose_replies(probability=0.2, seed=3)
        lost.append([])
        for number in range(40):
            try:
                protocol.send_command_input(shell, command, b"x")
            except requests.ConnectionError:
                lost[-1].append(number)
        node.server.faults.clear()
        protocol.close_shell(shell, close_session=True)
    assert lost[0] == lost[1] != []


def test_a_newer_receive_takes_over_from_one_whose_client_is_gone(start_node: NodeFactory) -> None:
    program = Recorder()
    node = start_node(program)
    first, second = node.pywinrm("ntlm"), node.pywinrm("ntlm")
    shell = first.open_shell()
    command = first.run_command(shell, "quiet")
    faults: list[WSManFaultError] = []

    def wait_for_output() -> None:
        try:
            first.get_command_output_raw(shell, command)
        except WSManFaultError as fault:
            faults.append(fault)
            program.say("for the second")

    waiting = threading.Thread(target=wait_for_output)
    waiting.start()
    (server_side,) = node.server.shells()
    wait_until(lambda: server_side.busy)
    output = second.get_command_output_raw(shell, command)[0]
    waiting.join(PATIENCE_SECONDS)
    assert [fault.wsman_fault_code for fault in faults] == [995]
    assert output == b"for the second"
    second.close_shell(shell, close_session=True)
    first.transport.close_session()


def test_a_hanging_node_answers_nothing_until_it_comes_back(node: Node) -> None:
    protocol = node.pywinrm("ntlm", read_timeout_sec=2, operation_timeout_sec=1)
    node.server.faults.hang()
    with pytest.raises(requests.ReadTimeout):
        protocol.open_shell()
    node.server.faults.hang(False)
    rebuild(protocol)
    shell = protocol.open_shell()
    protocol.close_shell(shell, close_session=True)


def test_a_node_may_stop_while_it_hangs_and_while_it_is_slow(node: Node) -> None:
    outcomes: list[str] = []
    protocol = node.pywinrm("ntlm")
    shell = protocol.open_shell()
    node.server.faults.slow_down(3600)

    def call() -> None:
        try:
            protocol.run_command(shell, "hostname")
        except (requests.RequestException, WinRMTransportError) as error:
            outcomes.append(type(error).__name__)

    waiting = threading.Thread(target=call)
    waiting.start()
    wait_until(lambda: node.server.faults.replies_held > 0)
    node.server.stop()
    waiting.join(PATIENCE_SECONDS)
    assert not waiting.is_alive()
    assert len(outcomes) == 1
    protocol.transport.close_session()


def test_a_quota_or_a_denial_can_be_pretended(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as wsman:
        for switch, code in ((node.server.faults.exceed_quota, 2150859173), (node.server.faults.deny_access, 5)):
            switch()
            with pytest.raises(PypsrpFault) as refusal:
                WinRS(wsman).open()
            assert refusal.value.code == code
            switch(False)
        with WinRS(wsman) as shell:
            assert shell.id


def test_a_restarted_node_has_its_old_ports_and_none_of_its_old_shells(start_node: NodeFactory) -> None:
    program = Recorder()
    node = start_node(program)
    protocol = node.pywinrm("ntlm")
    shell = protocol.open_shell()
    protocol.run_command(shell, "long")
    ports = node.server.http_port, node.server.https_port
    node.server.restart(0.1)
    assert program.killed.is_set()
    assert node.server.wait_until_running(PATIENCE_SECONDS)
    assert (node.server.http_port, node.server.https_port) == ports
    rebuild(protocol)
    with pytest.raises(WSManFaultError) as gone:
        protocol.run_command(shell, "hostname")
    assert gone.value.wsman_fault_code == 2150858843
    protocol.transport.close_session()


def test_a_node_that_is_down_refuses_connections(node: Node) -> None:
    node.server.stop()
    protocol = node.pywinrm("ntlm")
    with pytest.raises(requests.ConnectionError):
        protocol.open_shell()
    rebuild(protocol)
    node.server.start()
    shell = protocol.open_shell()
    protocol.close_shell(shell, close_session=True)


def test_a_node_stopped_while_it_is_coming_back_stays_down(start_node: NodeFactory) -> None:
    node = start_node(CommandPrompt("HCI-N1"))
    node.server.restart(3600)
    node.server.stop()
    assert not node.server.running
