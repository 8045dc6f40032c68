"""Which cluster is meant, and what its connections get."""

from pathlib import Path

import pytest

from tui.configuration.error import ConfigurationError
from tui.lab.certificates import CertificateAuthority
from tui.nodes.connection import Connection, LocalPowerShell, TransportKind
from tui.secret import Secret
from tui.targets import Wish, choose, peer

SAVED = """
[clusters.HCI-CL01]
user = 'HCI\\saved'
password_file = "{password}"
[[clusters.HCI-CL01.nodes]]
name = "HCI-N1"
"""


def no_password(_user: str) -> str | None:
    """Nobody is there to be asked."""
    return None


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A configuration with one cluster and its password file."""
    password = tmp_path / "password"
    password.write_text("saved-password", encoding="utf-8")
    password.chmod(0o600)
    path = tmp_path / "config.toml"
    path.write_text(SAVED.format(password=password), encoding="utf-8")
    return path


def test_on_a_node_the_command_line_holds_for_the_peers_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tui.targets.is_cluster_node", lambda: True)
    monkeypatch.setattr("tui.targets.config_file", lambda: tmp_path / "none.toml")
    wish = Wish(user="HCI\\adm", transport="kerberos", password=Secret("given"))
    chosen = choose(wish, no_password)
    assert isinstance(chosen.targets[0], LocalPowerShell)
    found = peer(chosen.peers, "HCI-N2", "hci.contoso.test")
    assert (found.node, found.address) == ("HCI-N2", "HCI-N2.hci.contoso.test")
    assert (found.user, found.transport, found.password) == ("HCI\\adm", TransportKind.KERBEROS, Secret("given"))


def test_a_saved_password_goes_to_saved_nodes_only(saved: Path) -> None:
    wish = Wish(config=saved, nodes=("HCI-N1", "other.contoso.test"))
    known, other = choose(wish, no_password).targets
    assert isinstance(known, Connection)
    assert isinstance(other, Connection)
    assert known.password == Secret("saved-password")
    assert (other.user, other.password) == (None, None)


@pytest.mark.parametrize(
    ("wished", "of_node", "of_cluster", "used"),
    [
        (None, "", "", "kerberos"),
        (None, "", 'transport = "credssp"', "credssp"),
        (None, 'transport = "ntlm"', 'transport = "credssp"', "ntlm"),
        ("negotiate", 'transport = "ntlm"', 'transport = "credssp"', "negotiate"),
    ],
)
def test_the_transport_is_that_of_the_command_line_then_node_then_cluster_then_settings(
    tmp_path: Path, wished: str | None, of_node: str, of_cluster: str, used: str
) -> None:
    path = tmp_path / "config.toml"
    text = f"""
        [settings]
        transport = "kerberos"
        [clusters.A]
        user = 'HCI\\adm'
        {of_cluster}
        [[clusters.A.nodes]]
        name = "HCI-N1"
        {of_node}
    """
    path.write_text(text, encoding="utf-8")
    for nodes in ((), ("HCI-N1",)):
        (target,) = choose(Wish(config=path, cluster="A", transport=wished, nodes=nodes), lambda _user: "pw").targets
        assert isinstance(target, Connection)
        assert target.transport == used


def test_a_node_that_is_not_saved_uses_the_transport_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[settings]\ntransport = "kerberos"\n', encoding="utf-8")
    (target,) = choose(Wish(config=path, nodes=("other.contoso.test",)), no_password).targets
    assert isinstance(target, Connection)
    assert target.transport is TransportKind.KERBEROS


@pytest.mark.parametrize("content", [b"", b"no certificate\n", b"\x30\x82\x01\x0a\xff", None])
@pytest.mark.parametrize("by_command_line", [True, False])
def test_a_ca_file_that_is_of_no_use_is_refused_before_anybody_is_asked_for_a_password(
    tmp_path: Path, content: bytes | None, by_command_line: bool
) -> None:
    authorities = tmp_path / "ca.pem"
    if content is not None:
        authorities.write_bytes(content)
    path = tmp_path / "config.toml"
    saved = "" if by_command_line else f"ca_file = '{authorities}'"
    path.write_text(f"[clusters.A]\nuser = 'adm'\n{saved}\nnodes = [{{ name = 'HCI-N1' }}]", encoding="utf-8")
    asked: list[str] = []
    with pytest.raises(ConfigurationError, match="CA file") as refused:
        choose(Wish(config=path, ca_file=str(authorities) if by_command_line else None), asked.append)
    assert str(authorities) in refused.value.message
    assert "HCI-N1" in refused.value.message
    assert refused.value.remedy
    assert not asked


def test_a_ca_file_with_a_certificate_is_taken(tmp_path: Path) -> None:
    authorities = CertificateAuthority(tmp_path / "ca").ca_file
    (target,) = choose(
        Wish(config=_no_clusters(tmp_path), nodes=("n1",), ca_file=str(authorities)), no_password
    ).targets
    assert isinstance(target, Connection)
    assert target.ca_file == authorities


def _no_clusters(folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text("schema = 1\n", encoding="utf-8")
    return path
