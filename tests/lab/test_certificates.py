"""The lab's certificates are what a client that checks everything accepts, and private on disk."""

import ssl
import stat
import sys
from pathlib import Path

import pytest
from cryptography import x509

from tui.lab.certificates import CertificateAuthority, user_principal_names


def test_a_server_certificate_names_its_node_and_loopback(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    issued = authority.issue_server("HCI-N1", ["hci-n1.hci.contoso.test"])
    certificate = x509.load_der_x509_certificate(issued.der)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["HCI-N1", "hci-n1.hci.contoso.test", "localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.ca_file.read_bytes()))
    assert len(issued.sha256) == 64


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "hci-n1"])
def test_a_strict_client_trusts_it_under_each_of_its_names(tmp_path: Path, name: str) -> None:
    authority = CertificateAuthority(tmp_path)
    issued = authority.issue_server("HCI-N1")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(issued.certificate_file, issued.key_file)
    trusting = ssl.create_default_context(cafile=str(authority.ca_file))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    client.do_handshake()
    assert client.getpeercert(binary_form=True) == issued.der


def test_a_client_certificate_names_its_user(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    assert user_principal_names(authority.issue_client("Administrator@hci.contoso.test").der) == [
        "Administrator@hci.contoso.test"
    ]
    assert user_principal_names(authority.issue_server("HCI-N1").der) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path / "ca")
    authority.issue_server("HCI-N1")
    authority.issue_client("a/b@c")
    files = list((tmp_path / "ca").iterdir())
    assert len(files) == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700
