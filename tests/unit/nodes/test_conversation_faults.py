"""What exceptions of the libraries, and faults that real Windows sent, mean."""

import re
import ssl
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import spnego.exceptions
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from tui.nodes.carrier import Gone
from tui.nodes.connection import Connection, TransportKind
from tui.nodes.errors import (
    Configuration,
    NodeError,
    NotAnAdministrator,
    PowerShellNotStarted,
    QuotaExceeded,
    TlsNotTrusted,
    Unreachable,
    WrongCredentials,
)
from tui.nodes.faults import Aborted, Broken, Busy, Silent, understood
from tui.nodes.negotiate import NotOffered, WeakEncryption
from tui.secret import Secret

CONNECTION = Connection("HCI-N2", user=r"HCI\Administrator", password=Secret("hunter2"))


def fault(code: int | None, wmi: int | None = None) -> WSManFaultError:
    return WSManFaultError(500, "m", "<x/>", "The reason.", wsman_fault_code=code, wmierror_code=wmi)


def not_verified() -> requests.exceptions.SSLError:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate in certificate chain"
    return requests.exceptions.SSLError(Exception(cause))


MEANINGS: list[tuple[BaseException, type[Exception]]] = [
    (fault(5), NotAnAdministrator),
    (fault(2150859173), QuotaExceeded),
    (fault(2150859174), QuotaExceeded),
    (fault(None, 2150859174), QuotaExceeded),
    (fault(170), Busy),
    (fault(1460), Silent),
    (fault(2150858793), Silent),
    (fault(2150858843), Gone),
    (fault(995), Aborted),
    (fault(87), PowerShellNotStarted),
    (fault(None), PowerShellNotStarted),
    (WinRMOperationTimeoutError(), Silent),
    (WinRMTransportError("http", 400, ""), Broken),
    (WinRMTransportError("http", 403, ""), NotAnAdministrator),
    (WinRMTransportError("http", 404, ""), Unreachable),
    (WinRMTransportError("http", 500, ""), Broken),
    (WinRMTransportError("http", 503, ""), Broken),
    (not_verified(), TlsNotTrusted),
    (requests.exceptions.SSLError("Fingerprints did not match"), TlsNotTrusted),
    (requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), Unreachable),
    (requests.exceptions.SSLError("EOF occurred in violation of protocol"), Broken),
    (requests.exceptions.ConnectionError("reset"), Broken),
    (requests.exceptions.ReadTimeout("slow"), Broken),
    (requests.exceptions.TooManyRedirects("no"), Unreachable),
    (InvalidCredentialsError("no"), WrongCredentials),
    (NotOffered(), Configuration),
    (PermissionError("Server did not respond with NTLM challenge token"), Configuration),
    (WeakEncryption(), Configuration),
    (ImportError("gssapi"), Configuration),
    (spnego.exceptions.InvalidCredentialError(context_msg="no"), WrongCredentials),
    (StopIteration(), Broken),
    (AssertionError(), Broken),
    (KeyError("content-type"), Broken),
    (WinRMError("tampered"), Broken),
]


@pytest.mark.parametrize(("error", "meaning"), MEANINGS, ids=lambda value: str(value)[:60])
def test_every_error_has_one_meaning(error: BaseException, meaning: type[Exception]) -> None:
    found = understood(error, CONNECTION, worked=False)
    assert type(found) is meaning
    assert "hunter2" not in str(found)
    if isinstance(found, NodeError):
        assert found.node == "HCI-N2"
        assert found.remedy


def test_a_refusal_on_a_connection_that_worked_is_an_accident_of_the_connection() -> None:
    for error in (InvalidCredentialsError("no"), spnego.exceptions.BadMICError(context_msg="no")):
        assert type(understood(error, CONNECTION, worked=True)) is Broken


def test_the_reason_of_an_untrusted_certificate_is_said() -> None:
    found = understood(not_verified(), CONNECTION, worked=False)
    assert "self-signed certificate" in str(found)


def test_without_a_password_wrong_credentials_say_how_to_get_some() -> None:
    found = understood(spnego.exceptions.NoCredentialError(context_msg="none"), Connection("N"), worked=False)
    assert isinstance(found, WrongCredentials)
    assert "kinit" in found.remedy


def test_only_what_was_refused_unread_is_known_to_be_untouched() -> None:
    assert cast("Broken", understood(WinRMTransportError("http", 400, ""), CONNECTION, worked=True)).untouched
    assert not cast("Broken", understood(requests.exceptions.ConnectionError("x"), CONNECTION, worked=True)).untouched


class Recorded:
    """Stands for a transport; answers with what Windows once answered."""

    def __init__(self, status: int, text: str) -> None:
        self._error = WinRMTransportError("http", status, text)

    def send_message(self, message: object) -> bytes:
        raise self._error


def recorded_faults(folder: Path) -> list[str]:
    """Return every fault envelope in the recordings."""
    texts: list[str] = []
    for file in sorted(folder.glob("*.yml")):
        text = file.read_text(encoding="utf-8").replace("\\\n", "").replace('\\"', '"')
        texts += re.findall(r"<s:Envelope(?:(?!</s:Envelope>).)*?<s:Fault>.*?</s:Envelope>", text, flags=re.DOTALL)
    return texts


def test_faults_that_real_windows_sent_are_told_apart(shared: Path) -> None:
    meanings: dict[str, set[str]] = {}
    for text in recorded_faults(shared / "recordings"):
        protocol = Protocol("http://n:5985/wsman", transport="kerberos", ca_trust_path=cast("Any", None), proxy=None)
        protocol.transport = cast("Any", Recorded(500, text))
        code = re.search(r'Code="(\d+)"', text)
        try:
            protocol.get_command_output_raw("S", "C")
        except (WSManFaultError, WinRMOperationTimeoutError) as error:
            found = understood(error, CONNECTION, worked=True)
            meanings.setdefault(code[1] if code else "", set()).add(type(found).__name__)
    assert meanings.get("2150858793") == {"Silent"}
    assert meanings.get("2150858843") == {"Gone"}
    assert all(len(names) == 1 for names in meanings.values())


def test_certificate_refusals_of_the_node_are_wrong_credentials() -> None:
    connection = Connection("N", "https://n", TransportKind.CERTIFICATE)
    error = requests.exceptions.SSLError("tlsv13 alert certificate required")
    assert isinstance(understood(error, connection, worked=False), WrongCredentials)
