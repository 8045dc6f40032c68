"""Addresses, what fits together, and secrets that stay secret."""

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from tui.cluster.facts import Problem, ProblemKind
from tui.nodes import errors
from tui.nodes.connection import Connection, TransportKind, endpoint_url, fingerprint
from tui.nodes.errors import Configuration, Lost, NodeError, ScriptError
from tui.nodes.line import encode
from tui.secret import Secret

ADDRESSES = {
    "hci-n1": "http://hci-n1:5985/wsman",
    " HCI-N1.hci.contoso.test ": "http://hci-n1.hci.contoso.test:5985/wsman",
    "hci-n1:41002": "http://hci-n1:41002/wsman",
    "hci-n1:5986": "https://hci-n1:5986/wsman",
    "10.0.0.7": "http://10.0.0.7:5985/wsman",
    "fe80::1": "http://[fe80::1]:5985/wsman",
    "[fe80::1]:5986": "https://[fe80::1]:5986/wsman",
    "http://hci-n1": "http://hci-n1:5985/wsman",
    "https://hci-n1/": "https://hci-n1:5986/wsman",
    "https://hci-n1:443/wsman": "https://hci-n1:443/wsman",
    "https://[::1]:5986/other": "https://[::1]:5986/other",
    "hci_n1": "http://hci_n1:5985/wsman",
    "knoten-größe.contoso.test": "http://knoten-größe.contoso.test:5985/wsman",
}


@pytest.mark.parametrize(("address", "url"), ADDRESSES.items())
def test_an_address_becomes_a_url(address: str, url: str) -> None:
    assert endpoint_url("N", address) == url


@pytest.mark.parametrize("transport", [TransportKind.BASIC, TransportKind.CERTIFICATE])
def test_what_is_only_safe_over_tls_defaults_to_it(transport: TransportKind) -> None:
    assert endpoint_url("N", "hci-n1", transport) == "https://hci-n1:5986/wsman"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "   ",
        "a b",
        "hci-n1:port",
        "hci-n1:99999",
        "hci-n1:0",
        "ftp://hci-n1",
        "http://",
        "https://user:password@hci-n1",
        "hci-n1?x=1",
        "hci-n1#x",
        "-n1",
        "n1..test",
        "[::1",
        "1::2::3",
        "n1/\x1b[31m",
        "x" * 300,
    ],
)
def test_nonsense_is_refused_with_what_to_write(address: str) -> None:
    with pytest.raises(Configuration) as raised:
        Connection("N", address or " ").check()
    assert raised.value.remedy.startswith("Write a host name")
    assert "\x1b" not in raised.value.message
    assert "password" not in raised.value.message.replace("user and password", "")


INCOMPLETE: dict[str, dict[str, Any]] = {
    "basic over http": {"address": "http://n", "transport": TransportKind.BASIC, "user": "u", "password": Secret("p")},
    "ntlm without a password": {"transport": TransportKind.NTLM, "user": "u"},
    "credssp without a user": {"transport": TransportKind.CREDSSP, "password": Secret("p")},
    "certificate without files": {"transport": TransportKind.CERTIFICATE},
    "certificate with a missing file": {
        "transport": TransportKind.CERTIFICATE,
        "certificate_file": Path("/no/such/file"),
        "key_file": Path("/no/such/file"),
    },
    "a missing CA file": {"ca_file": Path("/no/such/file")},
    "a pin that is none": {"pin_sha256": "12:34"},
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_what_does_not_fit_together_is_refused_before_anything_is_sent(case: str) -> None:
    with pytest.raises(Configuration):
        Connection("N", **INCOMPLETE[case]).check()


def test_a_pin_may_be_written_as_tools_print_it() -> None:
    digits = "0a" * 32
    assert fingerprint("N", ":".join(["0A"] * 32)) == digits
    assert fingerprint("N", f"sha256:{digits}") == digits


def test_a_secret_shows_itself_only_when_asked_by_name() -> None:
    secret = Secret("hunter2")
    connection = Connection("N", user="u", password=secret)
    for shown in (str(secret), repr(secret), f"{secret:>20}", repr(connection), str(vars(errors)), repr([secret])):
        assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2") != Secret("other")
    for way in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            way(secret)


def test_secrets_travel_as_data_and_other_objects_do_not() -> None:
    assert json.loads(encode({"a": {"b": [Secret("s")]}})) == {"a": {"b": ["s"]}}
    with pytest.raises(TypeError):
        encode({"a": object()})
    with pytest.raises(ValueError, match="float"):
        encode({"a": float("nan")})


def test_every_kind_of_problem_has_an_error_with_words_and_a_remedy() -> None:
    kinds: set[ProblemKind] = set()
    waiting: list[type[NodeError]] = [NodeError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        kinds.add(error.kind)
        assert error.__name__ in str(errors.__doc__)
        problem = error("HCI-N1", "It failed.").problem
        assert problem == Problem(error.kind, "HCI-N1", "It failed.", error.default_remedy, error is ScriptError)
    # NOT_READ is a fact nobody has asked for yet: no failure.
    assert kinds == set(ProblemKind) - {ProblemKind.NOT_READ}


def test_a_copy_of_an_error_is_another_error_with_the_same_words() -> None:
    error = ScriptError("N", "m", category="c", fqid="f", position="p", remedy="r")
    again = error.again(may_have_run=False)
    assert isinstance(again, ScriptError)
    assert again is not error
    assert (str(again), again.fqid, again.remedy, again.may_have_run) == ("N: m", "f", "r", False)
    assert error.may_have_run
    assert isinstance(Lost("N", "m").again(), Lost)
