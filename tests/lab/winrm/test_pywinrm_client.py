"""pywinrm, the client azsconfig itself uses, over every transport."""

import base64

import pytest
from winrm.exceptions import InvalidCredentialsError, WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.winrm.conftest import Node, NodeFactory
from tests.lab.winrm.programs import Recorder

TRANSPORTS = [
    pytest.param("ntlm", False, {}, id="ntlm-sealed"),
    pytest.param("credssp", False, {}, id="credssp-sealed"),
    pytest.param("ntlm", True, {}, id="ntlm-tls"),
    pytest.param("ntlm", True, {"message_encryption": "always"}, id="ntlm-tls-sealed"),
    pytest.param("basic", True, {}, id="basic-tls"),
    pytest.param("plaintext", True, {}, id="plaintext-tls"),
    pytest.param("ssl", True, {}, id="ssl"),
    pytest.param("credssp", True, {}, id="credssp-tls"),
]


@pytest.mark.parametrize(("transport", "ssl", "more"), TRANSPORTS)
def test_an_encoded_script_runs_over_every_transport(
    node: Node, transport: str, ssl: bool, more: dict[str, str]
) -> None:
    protocol = node.pywinrm(transport, ssl=ssl, **more)
    script = base64.b64encode("Write-Output 'it runs'".encode("utf-16-le")).decode()
    assert _run(protocol, "powershell.exe", ["-NoProfile", "-EncodedCommand", script]) == (b"it runs\r\n", b"", 0)


def test_a_client_certificate_signs_in(node: Node) -> None:
    certificate = node.lab.client_certificate
    protocol = node.pywinrm(
        "certificate",
        ssl=True,
        cert_pem=str(certificate.certificate_file),
        cert_key_pem=str(certificate.key_file),
    )
    assert _run(protocol, "hostname", []) == (b"HCI-N1\r\n", b"", 0)


def test_a_wrong_password_is_refused(node: Node) -> None:
    protocol = node.pywinrm("ntlm", password="wrong")
    with pytest.raises(InvalidCredentialsError):
        protocol.open_shell()
    protocol.transport.close_session()


def test_basic_over_plain_http_is_refused(node: Node) -> None:
    protocol = node.pywinrm("basic")
    with pytest.raises(InvalidCredentialsError):
        protocol.open_shell()
    protocol.transport.close_session()


def test_unsealed_messages_over_plain_http_are_refused_with_an_empty_500(node: Node) -> None:
    protocol = node.pywinrm("ntlm", message_encryption="never")
    with pytest.raises(WinRMTransportError) as refusal:
        protocol.open_shell()
    protocol.transport.close_session()
    assert (refusal.value.code, refusal.value.response_text) == (500, "")


def test_silence_ends_a_receive_with_the_time_out_fault(start_node: NodeFactory) -> None:
    protocol = start_node(Recorder()).pywinrm("ntlm", operation_timeout_sec=1, read_timeout_sec=20)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "quiet")
    with pytest.raises(WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell, command)
    protocol.close_shell(shell, close_session=True)


def test_each_write_arrives_at_once_while_the_command_is_talked_to(start_node: NodeFactory) -> None:
    program = Recorder()
    protocol = start_node(program).pywinrm("ntlm")
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "talk", ["-Loud", "a b"])
    for number in range(20):
        protocol.send_command_input(shell, command, b"question\n")
        program.say(f"answer {number}\n")
        assert protocol.get_command_output_raw(shell, command) == (f"answer {number}\n".encode(), b"", -1, False)
    program.end(7)
    assert protocol.get_command_output_raw(shell, command) == (b"", b"", 7, True)
    protocol.close_shell(shell, close_session=True)
    assert program.input == b"question\n" * 20
    assert program.starts[0].command_line == "talk -Loud a b"


def test_a_request_beyond_the_envelope_limit_faults_and_the_connection_goes_on(start_node: NodeFactory) -> None:
    program = Recorder()
    protocol = start_node(program).pywinrm("ntlm")
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "listen")
    with pytest.raises(WSManFaultError) as refusal:
        protocol.send_command_input(shell, command, b"x" * 600_000)
    assert refusal.value.wsman_fault_code == 2150858805
    protocol.send_command_input(shell, command, b"still here")
    protocol.close_shell(shell, close_session=True)
    assert program.input == b"still here"


def test_a_second_connection_can_end_what_the_first_waits_for(start_node: NodeFactory) -> None:
    program = Recorder()
    node = start_node(program)
    first, second = node.pywinrm("ntlm"), node.pywinrm("ntlm")
    shell = first.open_shell()
    command = first.run_command(shell, "long")
    second.cleanup_command(shell, command)
    assert program.killed.is_set()
    with pytest.raises(WSManFaultError) as gone:
        first.get_command_output_raw(shell, command)
    assert gone.value.wsman_fault_code == 2150858843
    first.close_shell(shell, close_session=True)
    second.transport.close_session()


def test_a_sealed_body_on_a_new_connection_is_a_bad_request_until_the_session_is_rebuilt(
    start_node: NodeFactory,
) -> None:
    node = start_node(Recorder())
    protocol = node.pywinrm("ntlm")
    shell = protocol.open_shell()
    node.server.cut_connections()
    # Which of the two comes first depends on when the client notices the cut.
    with pytest.raises((WinRMTransportError, ConnectionError, OSError)):
        protocol.run_command(shell, "anything")
    with pytest.raises(WinRMTransportError) as refusal:
        protocol.run_command(shell, "anything")
    assert refusal.value.code == 400
    protocol.transport.close_session()
    protocol.transport.encryption = None
    assert protocol.run_command(shell, "anything")
    protocol.close_shell(shell, close_session=True)


def _run(protocol: Protocol, command: str, arguments: list[str]) -> tuple[bytes, bytes, int]:
    shell = protocol.open_shell(codepage=65001, noprofile=True)
    identifier = protocol.run_command(shell, command, arguments)
    result = protocol.get_command_output(shell, identifier)
    protocol.cleanup_command(shell, identifier)
    protocol.close_shell(shell, close_session=True)
    return result
