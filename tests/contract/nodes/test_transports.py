"""Every way to identify ourselves, over http and https, against the lab's endpoint."""

import logging
from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.nodes.node_world import ECHO, PASSWORD, PATIENCE, PATIENCE_SECONDS, Node, NodeFactory, OpenChannel
from tui.nodes.connection import Connection, TransportKind
from tui.nodes.errors import (
    Configuration,
    NodeError,
    NotAnAdministrator,
    QuotaExceeded,
    TlsNotTrusted,
    Unreachable,
    WrongCredentials,
)
from tui.secret import Secret

Choose = Callable[[Node], Connection]

WAYS: dict[str, tuple[Choose, str]] = {
    "ntlm over http": (lambda node: node.http(TransportKind.NTLM), "ntlm"),
    "ntlm over https": (lambda node: node.https(TransportKind.NTLM), "ntlm"),
    "negotiate over http falls back to ntlm": (lambda node: node.http(TransportKind.NEGOTIATE), "ntlm"),
    "negotiate over https falls back to ntlm": (lambda node: node.https(TransportKind.NEGOTIATE), "ntlm"),
    "credssp over http": (lambda node: node.http(TransportKind.CREDSSP), "credssp"),
    "credssp over https": (lambda node: node.https(TransportKind.CREDSSP), "credssp"),
    "basic over https": (lambda node: node.https(TransportKind.BASIC), "basic"),
    "a pinned certificate": (
        lambda node: node.https(TransportKind.BASIC, pin_sha256=node.world.certificate.sha256.upper()),
        "basic",
    ),
    "a client certificate": (
        lambda node: node.https(
            TransportKind.CERTIFICATE,
            user=None,
            password=None,
            certificate_file=node.world.client_certificate.certificate_file,
            key_file=node.world.client_certificate.key_file,
        ),
        "certificate",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_script_runs_and_its_shell_is_gone_after_close(way: str, node: Node, open_channel: OpenChannel) -> None:
    choose, authentication = WAYS[way]
    channel = open_channel(choose(node))
    reply = channel.submit(ECHO, {"Number": 4711, "Text": "Größe ☃"}).result(PATIENCE_SECONDS)
    assert reply.outs == ({"Number": 4711, "Text": "Größe ☃"},)
    assert channel.authentication == authentication
    assert channel.ready
    assert channel.ready.host == "HCI-N1"
    assert node.server.open_shells == 1
    assert channel.close(PATIENCE)
    assert node.server.open_shells == 0


REFUSALS: dict[str, tuple[Choose, type[NodeError]]] = {
    "a wrong password with ntlm": (lambda node: node.http(password=Secret("wrong")), WrongCredentials),
    "a wrong password with negotiate": (
        lambda node: node.http(TransportKind.NEGOTIATE, password=Secret("wrong")),
        WrongCredentials,
    ),
    "a wrong password with credssp": (
        lambda node: node.http(TransportKind.CREDSSP, password=Secret("wrong")),
        WrongCredentials,
    ),
    "a wrong password with basic": (lambda node: node.https(password=Secret("wrong")), WrongCredentials),
    "an unknown user": (lambda node: node.http(user=r"HCI\Nobody"), WrongCredentials),
    "a user who is no administrator": (lambda node: node.http(user=r"HCI\Reader"), NotAnAdministrator),
    "a certificate of a CA that is not ours": (
        lambda node: node.https(ca_file=node.world.other_authority.ca_file),
        TlsNotTrusted,
    ),
    "a certificate the system does not trust": (lambda node: node.https(ca_file=None), TlsNotTrusted),
    "another certificate than the pinned one": (lambda node: node.https(pin_sha256="00" * 32), TlsNotTrusted),
    "a name the certificate does not have": (
        lambda node: replace(node.https(), address=node.https().address.replace("127.0.0.1", "127.0.0.2")),
        Unreachable,
    ),
    "https where http is spoken": (
        lambda node: replace(node.https(), address=node.server.http_url.replace("http:", "https:")),
        Unreachable,
    ),
    "another path": (lambda node: replace(node.http(), address=f"{node.server.http_url}/no"), Unreachable),
    "a missing password": (lambda node: node.http(password=None), Configuration),
    "basic without TLS": (lambda node: node.http(TransportKind.BASIC), Configuration),
    "kerberos where there is none": (lambda node: node.http(TransportKind.KERBEROS), Configuration),
    "negotiate where ntlm is forbidden": (
        lambda node: node.http(TransportKind.NEGOTIATE, allow_ntlm_fallback=False),
        Configuration,
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_refused_says_why_and_that_nothing_ran(refusal: str, node: Node, open_channel: OpenChannel) -> None:
    choose, expected = REFUSALS[refusal]
    pending = open_channel(choose(node)).submit(ECHO, {"Number": 1})
    with pytest.raises(expected) as raised:
        pending.result(PATIENCE_SECONDS)
    assert type(raised.value) is expected, raised.value
    assert raised.value.node == "HCI-N1"
    assert raised.value.remedy
    assert not raised.value.may_have_run
    assert node.agents.runs == []


def test_a_quota_is_told_from_a_refusal(node: Node, open_channel: OpenChannel) -> None:
    node.server.faults.exceed_quota()
    pending = open_channel(node.http()).submit(ECHO, {"Number": 1})
    with pytest.raises(QuotaExceeded, match="shells"):
        pending.result(PATIENCE_SECONDS)


def test_no_password_is_logged_or_shown(
    node: Node, open_channel: OpenChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for connection in (node.http(), node.https(), node.http(TransportKind.NEGOTIATE)):
        channel = open_channel(connection)
        reply = channel.submit(ECHO, {"Number": 1, "Key": Secret("a-very-secret-key")}).result(PATIENCE_SECONDS)
        assert reply.outs == ({"Number": 1, "Key": "a-very-secret-key"},)
        assert PASSWORD not in repr(connection)
        channel.close(PATIENCE)
    assert PASSWORD not in caplog.text
    assert "a-very-secret-key" not in caplog.text
    assert "azsconfig.nodes" in caplog.text


def test_a_shell_asks_for_an_idle_timeout_so_that_a_crash_leaves_none(node: Node, open_channel: OpenChannel) -> None:
    open_channel(node.http()).submit(ECHO, {"Number": 1}).result(PATIENCE_SECONDS)
    (shell,) = node.server.shells()
    assert shell.settings.idle_timeout_seconds == 900
    assert shell.settings.codepage == 65001
    (start,) = node.agents.starts
    assert start.command_line.startswith("powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass")
    assert len(start.command_line) < 8191


def test_at_most_eight_handshakes_are_under_way_at_once(start_node: NodeFactory, open_channel: OpenChannel) -> None:
    nodes = [start_node(f"HCI-N{number}") for number in range(1, 13)]
    for node in nodes:
        node.server.faults.hang()
    pending = [
        open_channel(node.http()).submit(ECHO, {"Number": number}, deadline=timedelta(seconds=60))
        for number, node in enumerate(nodes)
    ]
    assert wait([reply.future for reply in pending], 0.5).done == set()
    for node in nodes:
        node.server.faults.hang(hanging=False)
    assert [reply.result(PATIENCE_SECONDS).outs for reply in pending] == [({"Number": n},) for n in range(12)]
