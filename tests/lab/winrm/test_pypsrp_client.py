"""pypsrp, a client that knows nothing of this lab, takes the endpoint for Windows."""

import pytest
from pypsrp.client import Client
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS

from tests.lab.winrm.conftest import PASSWORD, Node, NodeFactory
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.quotas import Quotas
from tui.lab.winrm.server import EndpointOptions

SIGN_INS = [
    pytest.param({"auth": "ntlm", "ssl": False}, id="ntlm-sealed"),
    pytest.param({"auth": "negotiate", "ssl": False}, id="negotiate-sealed"),
    pytest.param({"auth": "negotiate", "ssl": False, "user": "administrator@hci.contoso.test"}, id="principal-name"),
    pytest.param({"auth": "negotiate", "ssl": False, "user": r"hci.contoso.test\Administrator"}, id="dns-domain"),
    pytest.param({"auth": "ntlm", "ssl": False, "user": "vagrant"}, id="local-user"),
    pytest.param({"auth": "ntlm", "ssl": False, "user": r"HCI-N1\vagrant"}, id="local-user-of-computer"),
    pytest.param({"auth": "credssp", "ssl": False}, id="credssp-sealed"),
    pytest.param({"auth": "basic", "ssl": True}, id="basic-tls"),
    pytest.param({"auth": "ntlm", "ssl": True}, id="ntlm-tls-bound-to-channel"),
    pytest.param({"auth": "ntlm", "ssl": True, "negotiate_send_cbt": False}, id="ntlm-tls-unbound"),
    pytest.param({"auth": "negotiate", "ssl": True, "encryption": "always"}, id="negotiate-tls-sealed"),
    pytest.param({"auth": "credssp", "ssl": True}, id="credssp-tls"),
]


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_command_runs_with_every_way_to_sign_in(node: Node, sign_in: dict[str, object]) -> None:
    with node.pypsrp(**sign_in) as wsman, WinRS(wsman) as shell:  # pyright: ignore[reportArgumentType] - a case table
        process = Process(shell, "cmd.exe", ["/c", "echo", "hi"])
        process.invoke()
        process.signal(SignalCode.CTRL_C)
    assert (process.rc, process.stdout, process.stderr) == (0, b"hi\r\n", b"")


def test_a_client_certificate_signs_in(node: Node) -> None:
    certificate = node.lab.client_certificate
    wsman = node.pypsrp(
        "certificate",
        ssl=True,
        certificate_pem=str(certificate.certificate_file),
        certificate_key_pem=str(certificate.key_file),
    )
    with wsman, WinRS(wsman) as shell:
        process = Process(shell, "whoami")
        process.invoke()
    assert process.stdout == b"hci\\administrator\r\n"


@pytest.mark.parametrize(("auth", "ssl"), [("ntlm", False), ("negotiate", False), ("ntlm", True), ("basic", True)])
def test_a_wrong_password_is_refused(node: Node, auth: str, ssl: bool) -> None:
    with node.pypsrp(auth, ssl=ssl, password="wrong") as wsman, pytest.raises(AuthenticationError):
        WinRS(wsman).open()


def test_a_token_of_another_channel_is_refused_and_strict_hardening_wants_one(start_node: NodeFactory) -> None:
    strict = start_node(options=EndpointOptions(authentication=ServiceAuthentication(channel_binding="Strict")))
    with strict.pypsrp("ntlm", ssl=True) as wsman, WinRS(wsman) as shell:
        assert shell.id
    unbound = strict.pypsrp("ntlm", ssl=True, negotiate_send_cbt=False)
    with unbound as wsman, pytest.raises(AuthenticationError):
        WinRS(wsman).open()


def test_a_user_who_is_no_administrator_is_denied_access(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False, user=r"HCI\Reader") as wsman, pytest.raises(WSManFaultError) as refusal:
        WinRS(wsman).open()
    assert (refusal.value.code, refusal.value.reason) == (5, "Access is denied.")


def test_output_error_stream_and_exit_code_stay_apart(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as wsman, WinRS(wsman) as shell:
        process = Process(shell, "cmd.exe", ["/c echo out && echo err>&2 && exit 3"])
        process.invoke()
    assert (process.rc, process.stdout, process.stderr) == (3, b"out \r\n", b"err \r\n")


def test_sent_input_reaches_the_program_and_its_end_ends_it(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as wsman, WinRS(wsman) as shell:
        process = Process(shell, "powershell.exe", ["-"])
        process.begin_invoke()
        process.send(b'Write-Host "one";\n', end=False)
        process.send(b'Write-Host "two"')
        process.end_invoke()
    assert (process.rc, process.stdout) == (0, b"one\ntwo\n")


def test_ctrl_c_and_terminate_end_a_running_command(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as wsman, WinRS(wsman) as shell:
        for signal in (SignalCode.CTRL_C, SignalCode.TERMINATE):
            process = Process(shell, "powershell.exe", ["Start-Sleep 3600"])
            process.begin_invoke()
            process.signal(signal)
            if signal == SignalCode.TERMINATE:
                with pytest.raises(WSManFaultError) as gone:
                    process.poll_invoke()
                assert gone.value.code == 2150858843
            else:
                process.end_invoke()
                assert process.rc == 3221225786


def test_shell_options_are_echoed_and_obeyed(node: Node) -> None:
    with (
        node.pypsrp("ntlm", ssl=False) as wsman,
        WinRS(wsman, environment={"GREETING": "hello"}, working_directory="C:\\Windows", idle_time_out=60) as shell,
    ):
        assert shell.idle_time_out == "PT60.000S"
        assert shell.working_directory == "C:\\Windows"
        assert shell.owner == "HCI\\Administrator"
        process = Process(shell, "cmd.exe", ["/c", "echo %GREETING% && cd"])
        process.invoke()
    assert process.stdout == b"hello \r\nC:\\Windows\r\n"


def test_text_travels_in_the_code_page_of_the_shell(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as wsman, WinRS(wsman, codepage=65001) as shell:
        process = Process(shell, "powershell.exe", ["Write-Host こんにちは"])
        process.invoke()
    assert process.stdout.decode() == "こんにちは\n"


def test_another_administrator_may_not_use_my_shell(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as mine, WinRS(mine) as shell:
        with node.pypsrp("ntlm", ssl=False, user=r"HCI\Operator") as theirs:
            stranger = WinRS(theirs)
            stranger.id, stranger.opened = shell.id, True
            stranger._selector_set = shell._selector_set  # pyright: ignore[reportPrivateUsage] - another's shell id
            with pytest.raises(WSManFaultError) as refusal:
                Process(stranger, "hostname").begin_invoke()
        assert refusal.value.code == 5
        process = Process(shell, "hostname")
        process.invoke()
    assert process.stdout == b"HCI-N1\r\n"


def test_the_shells_of_a_user_are_limited(start_node: NodeFactory) -> None:
    node = start_node(options=EndpointOptions(quotas=Quotas(max_shells_per_user=1)))
    with node.pypsrp("ntlm", ssl=False) as wsman, WinRS(wsman), pytest.raises(WSManFaultError) as refusal:
        WinRS(wsman).open()
    assert refusal.value.code == 2150859173
    assert "This user is allowed a maximum number of 1 concurrent shells" in str(refusal.value.reason)


def test_the_processes_of_a_shell_are_limited(start_node: NodeFactory) -> None:
    node = start_node(options=EndpointOptions(quotas=Quotas(max_processes_per_shell=1)))
    with node.pypsrp("ntlm", ssl=False) as wsman, WinRS(wsman) as shell:
        first = Process(shell, "more")
        first.begin_invoke()
        with pytest.raises(WSManFaultError) as refusal:
            Process(shell, "more").begin_invoke()
        first.send(b"", end=True)
        first.end_invoke()
        Process(shell, "hostname").invoke()
    assert refusal.value.code == 2150859241


def test_the_largest_answer_follows_the_configuration(start_node: NodeFactory) -> None:
    node = start_node(options=EndpointOptions(quotas=Quotas(max_envelope_size_kb=4096)))
    with node.pypsrp("ntlm", ssl=False) as wsman:
        wsman.update_max_payload_size()
        assert wsman.max_envelope_size == 4096 * 1024


def test_four_megabytes_arrive_whole_in_answers_of_the_size_asked_for(node: Node) -> None:
    with node.pypsrp("ntlm", ssl=False) as wsman:
        output, _, code = Client.execute_cmd(_client_of(wsman), "powershell \"'abcdefgh' * 524288\"")
    assert (len(output), output[:8], code) == (8 * 524288 + 2, "abcdefgh", 0)


def test_a_cmd_client_lists_a_directory_and_its_environment(node: Node) -> None:
    with node.pypsrp("basic", ssl=True) as wsman:
        client = _client_of(wsman)
        assert "Volume in drive C" in client.execute_cmd("dir")[0]
        assert "COLOUR=green\r\n" in client.execute_cmd("set", environment={"COLOUR": "green"})[0]
        missing = client.execute_cmd("no-such-program")
    assert missing[1].startswith("'no-such-program' is not recognized")
    assert missing[2] == 1


def _client_of(wsman: object) -> Client:
    client = Client("127.0.0.1", username="unused", password=PASSWORD)
    client.wsman.close()
    client.wsman = wsman  # pyright: ignore[reportAttributeAccessIssue] - the connection these tests made
    return client
