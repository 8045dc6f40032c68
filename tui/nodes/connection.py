"""Where a node is and how to identify ourselves to it."""

import contextlib
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from tui.nodes.errors import Configuration
from tui.secret import Secret

HTTP_PORT = 5985
HTTPS_PORT = 5986


class TransportKind(StrEnum):
    """How we identify ourselves; `design/node-protocol.md`, section Identity."""

    NEGOTIATE = "negotiate"
    """Kerberos, else NTLM: the logged-on user, a ticket cache, or a password. Encrypted on 5985."""
    KERBEROS = "kerberos"
    """Negotiate without NTLM."""
    NTLM = "ntlm"
    """NTLM with a password. Encrypted on 5985."""
    CREDSSP = "credssp"
    """Hands the password to the node so that it can go on from there."""
    CERTIFICATE = "certificate"
    """A client certificate mapped to a local account; TLS only."""
    BASIC = "basic"
    """A local account's password; TLS only."""


TLS_ONLY = frozenset({TransportKind.CERTIFICATE, TransportKind.BASIC})
NEEDS_PASSWORD = frozenset({TransportKind.NTLM, TransportKind.CREDSSP, TransportKind.BASIC})


@dataclass(frozen=True, slots=True)
class LocalPowerShell:
    """The machine azsconfig runs on, reached over pipes."""

    node: str
    """Name of the node."""
    program: tuple[str, ...] | None = None
    """Program and its first arguments; `None` for Windows PowerShell (on Windows) or `pwsh` (elsewhere)."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A node reached over WinRM."""

    node: str
    """Name of the node, as it is shown and as errors name it."""
    address: str = ""
    """Host, host:port, or URL; empty for the node's name."""
    transport: TransportKind = TransportKind.NEGOTIATE
    """How we identify ourselves."""
    user: str | None = None
    r"""`DOMAIN\\name`, `name@domain`, or `None` for the logged-on user or the ticket cache."""
    password: Secret | None = None
    """The user's password; `None` for single sign-on."""
    ca_file: Path | None = None
    """PEM file of the CA to trust instead of the system's store."""
    pin_sha256: str | None = None
    """SHA-256 of the one certificate to trust, hexadecimal, colons allowed: replaces every other check of it."""
    certificate_file: Path | None = None
    """PEM file of the client certificate, for `certificate`."""
    key_file: Path | None = None
    """PEM file of its private key, not encrypted."""
    allow_ntlm_fallback: bool = True
    """Whether `negotiate` may use NTLM where Kerberos does not work."""
    kerberos_host: str | None = None
    """Host name in the service principal name, where it differs from the address."""
    shell_idle_timeout: timedelta = timedelta(minutes=15)
    """After which the node itself removes a shell nobody uses: what remains of us after a crash."""
    connection_idle_limit: timedelta = timedelta(seconds=55)
    """After which a connection is made anew before use; Windows cuts idle ones at 120 seconds."""
    connect_timeout: timedelta = timedelta(seconds=3)
    """How long the TCP connection may take."""

    @property
    def url(self) -> str:
        """The endpoint, for example `http://hci-n1:5985/wsman`. Raises Configuration when the address is nonsense."""
        return endpoint_url(self.node, self.address or self.node, self.transport)

    @property
    def encrypted_by_tls(self) -> bool:
        """Whether the endpoint is an https one."""
        return self.url.startswith("https:")

    def check(self) -> None:
        """Raise Configuration, before anything is sent, when the parts do not fit together."""
        url = self.url
        if self.transport in TLS_ONLY and not url.startswith("https:"):
            raise Configuration(
                self.node,
                f"{self.transport} is refused over http: it would not be protected.",
                remedy="Use an https address, or transport negotiate.",
            )
        if self.transport in NEEDS_PASSWORD and not (self.user and self.password is not None):
            raise Configuration(self.node, f"{self.transport} needs a user and a password.")
        if self.transport is TransportKind.CERTIFICATE:
            self._check_certificate()
        if self.ca_file is not None and not self.ca_file.is_file():
            raise Configuration(self.node, f"The CA file {self.ca_file} does not exist.")
        if self.pin_sha256 is not None:
            fingerprint(self.node, self.pin_sha256)

    def _check_certificate(self) -> None:
        if self.certificate_file is None or self.key_file is None:
            raise Configuration(self.node, "certificate needs certificate_file and key_file.")
        for file in (self.certificate_file, self.key_file):
            if not file.is_file():
                raise Configuration(self.node, f"The file {file} does not exist.")


Target: TypeAlias = LocalPowerShell | Connection
"""What a channel can be opened to."""


def fingerprint(node: str, text: str) -> str:
    """Return a SHA-256 as 64 lower-case digits. Raises Configuration when it is none."""
    digits = re.sub(r"[\s:]", "", text).lower().removeprefix("sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise Configuration(node, "The pinned SHA-256 is not 64 hexadecimal digits.")
    return digits


def endpoint_url(node: str, address: str, transport: TransportKind = TransportKind.NEGOTIATE) -> str:
    """Return the WinRM URL of a host, host:port, IPv6 address or URL.

    Without a scheme it is http on 5985, or https on 5986 for what is only safe there and for port 5986 itself.
    Raises Configuration with the reason when the address is nonsense.
    """
    text = address.strip()
    if "://" not in text:
        text = _with_scheme(text, transport)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _nonsense(node, address, str(error)) from error
    if parts.scheme not in {"http", "https"}:
        raise _nonsense(node, address, "only http and https are possible")
    if parts.username is not None or parts.password is not None:
        raise _nonsense(node, "the address", "user and password do not belong into it")
    if not host or not _is_host(host):
        raise _nonsense(node, address, "it names no host")
    if parts.query or parts.fragment or port == 0 or not re.fullmatch(r"[\w./~%-]*", parts.path):
        raise _nonsense(node, address, "WinRM addresses are host, host:port or http(s)://host:port/wsman")
    shown = f"[{host}]" if ":" in host else host
    default = HTTPS_PORT if parts.scheme == "https" else HTTP_PORT
    path = parts.path if parts.path not in {"", "/"} else "/wsman"
    return f"{parts.scheme}://{shown}:{port or default}{path}"


def _with_scheme(text: str, transport: TransportKind) -> str:
    with contextlib.suppress(ValueError):
        text = f"[{IPv6Address(text)}]"
    secure = transport in TLS_ONLY or text.rpartition(":")[2] == str(HTTPS_PORT)
    return f"{'https' if secure else 'http'}://{text}"


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            IPv6Address(host)
        except ValueError:
            return False
        return True
    return len(host) <= 253 and re.fullmatch(r"[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*\.?", host) is not None


def _nonsense(node: str, address: str, reason: str) -> Configuration:
    return Configuration(
        node,
        f"{address!r} is no address of a node: {reason}.",
        remedy="Write a host name, host:port, or a URL such as https://hci-n1.contoso.com:5986/wsman.",
    )
