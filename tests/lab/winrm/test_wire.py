"""What the endpoint does on the wire, seen without any WinRM client in between."""

import base64
import http.client
import socket
import ssl

import pytest

from tests.lab.winrm.conftest import PASSWORD, PATIENCE_SECONDS, Node, NodeFactory
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.server import EndpointOptions

IDENTIFY = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><i:Identify '
    b'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>'
)
EMPTY = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body/></s:Envelope>'
BASIC = "Basic " + base64.b64encode(f"HCI\\Administrator:{PASSWORD}".encode()).decode()


def post(node: Node, headers: dict[str, str], body: bytes = b"", path: str = "/wsman") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", node.server.http_port, timeout=PATIENCE_SECONDS)
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def post_tls(node: Node, headers: dict[str, str], body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    context = ssl.create_default_context(cafile=str(node.lab.authority.ca_file))
    connection = http.client.HTTPSConnection(
        "localhost", node.server.https_port, timeout=PATIENCE_SECONDS, context=context
    )
    connection.request("POST", "/wsman", body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def offers(response: http.client.HTTPResponse) -> list[str]:
    return response.headers.get_all("WWW-Authenticate") or []


def test_http_offers_no_basic_and_tls_does(start_node: NodeFactory) -> None:
    node = start_node(options=EndpointOptions())
    plain = post(node, {}, b"<x/>")
    secured, _ = post_tls(node, {}, b"<x/>")
    assert (plain.status, offers(plain)) == (401, ["Negotiate", "Kerberos"])
    assert (secured.status, offers(secured)) == (401, ["Negotiate", "Kerberos", 'Basic realm="WSMAN"'])


def test_what_the_service_does_not_offer_it_does_not_take(start_node: NodeFactory) -> None:
    node = start_node(options=EndpointOptions(authentication=ServiceAuthentication(basic=False)))
    response, _ = post_tls(node, {"Authorization": BASIC}, b"<x/>")
    assert (response.status, offers(response)) == (401, ["Negotiate", "Kerberos"])
    assert post(node, {"Authorization": BASIC}).status == 401


@pytest.mark.parametrize("token", ["", "!!!", "AAAA", base64.b64encode(b"NTLMSSP\0\x01").decode(), "YII="])
@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM", "Kerberos", "CredSSP", "Basic", "Digest"])
def test_garbage_for_a_token_is_only_refused(node: Node, scheme: str, token: str) -> None:
    response, _ = post_tls(node, {"Authorization": f"{scheme} {token}"}, b"<x/>")
    assert response.status == 401


def test_strangers_may_identify_the_service_but_learn_no_version(node: Node) -> None:
    assert post(node, {"WSMANIDENTIFY": "unauthenticated"}, IDENTIFY).status == 200
    _, known = post_tls(node, {"Authorization": BASIC}, IDENTIFY)
    assert b"OS: 10.0." in known
    assert post(node, {"WSMANIDENTIFY": "unauthenticated"}, b"<s:Envelope/>").status == 400
    assert post(node, {}, IDENTIFY).status == 401


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"no xml at all", "2150858817"),
        (b'<?xml version="1.0"?><a/>', "2150858817"),
        (
            b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body/></s:Envelope>',
            "2150858752",
        ),
    ],
)
def test_a_request_that_makes_no_sense_gets_a_fault(node: Node, body: bytes, code: str) -> None:
    response, content = post_tls(node, {"Authorization": BASIC}, body)
    assert response.status == 500
    assert f'Code="{code}"'.encode() in content


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"rubbish\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404),
        (b"GET /wsman HTTP/1.1\r\n\r\n", 405),
    ],
)
def test_bad_http_is_answered_and_the_connection_closed(node: Node, request_bytes: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", node.server.http_port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(request_bytes)
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_a_chunked_body_after_expect_continue_is_read_whole(node: Node) -> None:
    size = len(IDENTIFY)
    with socket.create_connection(("127.0.0.1", node.server.http_port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(
            b"POST /wsman HTTP/1.1\r\nWSMANIDENTIFY: unauthenticated\r\nTransfer-Encoding: chunked\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        with client.makefile("rb") as stream:
            assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
            client.sendall(f"{10:x}\r\n".encode() + IDENTIFY[:10] + b"\r\n")
            client.sendall(f"{size - 10:x}\r\n".encode() + IDENTIFY[10:] + b"\r\n0\r\n\r\n")
            assert b"HTTP/1.1 200 OK" in stream.read()


def test_a_silent_connection_is_closed(start_node: NodeFactory) -> None:
    node = start_node(options=EndpointOptions(idle_seconds=0.05))
    with socket.create_connection(("127.0.0.1", node.server.http_port), timeout=PATIENCE_SECONDS) as client:
        assert client.recv(1) == b""


def test_a_client_that_never_starts_tls_blocks_nobody(node: Node) -> None:
    with socket.create_connection(("127.0.0.1", node.server.https_port or 0), timeout=PATIENCE_SECONDS):
        response, _ = post_tls(node, {"Authorization": BASIC}, IDENTIFY)
    assert response.status == 200


def test_a_client_that_speaks_http_to_the_tls_port_blocks_nobody(node: Node) -> None:
    with socket.create_connection(("127.0.0.1", node.server.https_port or 0), timeout=PATIENCE_SECONDS) as client:
        client.sendall(b"POST /wsman HTTP/1.1\r\n\r\n")
        assert post_tls(node, {"Authorization": BASIC}, IDENTIFY)[0].status == 200


def test_only_loopback_is_listened_on(node: Node) -> None:
    assert node.server.http_url.startswith("http://127.0.0.1:")
    assert node.server.https_url
    assert node.server.https_url.startswith("https://127.0.0.1:")
