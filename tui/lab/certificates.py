"""The lab's own certificate authority: made at start, gone with the lab's temporary folder.

Keys are ECDSA on P-256: made in a millisecond, where RSA would delay every start.
"""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK_NAMES = ("localhost", "127.0.0.1")
USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
"""Microsoft's otherName of a user in a certificate's subject alternative name."""
_LIFETIME = timedelta(days=30)
_DER_UTF8_STRING = 0x0C


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate and its key, as PEM files that only their owner can read."""

    certificate_file: Path
    """The certificate alone."""
    key_file: Path
    """Its private key, not encrypted."""
    der: bytes
    """The certificate in DER: what pins and channel bindings are made of."""

    @property
    def sha256(self) -> str:
        """The certificate's SHA-256 in lower-case hexadecimal, as a pin is written."""
        return sha256(self.der).hexdigest()


class CertificateAuthority:
    """Issues certificates for one lab into one folder."""

    def __init__(self, folder: Path, common_name: str = "azsconfig lab CA") -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._certificate = (
            _builder(name, name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / "ca.pem"
        _write_private(self.ca_file, self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue_server(self, name: str, names: Iterable[str] = ()) -> IssuedCertificate:
        """Issue a certificate for a server's name, more `names` (names or addresses), localhost and 127.0.0.1."""
        alternatives: list[x509.GeneralName] = []
        for entry in dict.fromkeys((name, *names, *LOOPBACK_NAMES)):
            try:
                alternatives.append(x509.IPAddress(ipaddress.ip_address(entry)))
            except ValueError:
                alternatives.append(x509.DNSName(entry))
        return self._issue(name, alternatives, ExtendedKeyUsageOID.SERVER_AUTH)

    def issue_client(self, user_principal_name: str) -> IssuedCertificate:
        """Issue a certificate that names a user, as WinRM's certificate mapping wants it."""
        encoded = user_principal_name.encode()
        value = bytes([_DER_UTF8_STRING, len(encoded)]) + encoded
        return self._issue(
            user_principal_name, [x509.OtherName(USER_PRINCIPAL_NAME, value)], ExtendedKeyUsageOID.CLIENT_AUTH
        )

    def _issue(self, name: str, names: list[x509.GeneralName], usage: x509.ObjectIdentifier) -> IssuedCertificate:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            _builder(subject, self._certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        stem = "".join(character if character.isalnum() or character in "-." else "_" for character in name)
        files = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        _write_private(files[0], certificate.public_bytes(serialization.Encoding.PEM))
        _write_private(
            files[1],
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        return IssuedCertificate(*files, certificate.public_bytes(serialization.Encoding.DER))


def user_principal_names(der: bytes) -> list[str]:
    """Return the users that a client certificate names, most often one."""
    certificate = x509.load_der_x509_certificate(der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    others = names.get_values_for_type(x509.OtherName)
    return [other.value[2:].decode() for other in others if other.type_id == USER_PRINCIPAL_NAME]


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFETIME)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
