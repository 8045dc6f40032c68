"""How PowerShell reaches the nodes that azsconfig reaches: the parameters of Invoke-Command."""

import hashlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from tui.nodes.connection import HTTP_PORT, HTTPS_PORT, Connection, LocalPowerShell, Target, TransportKind
from tui.nodes.quoting import quoted
from tui.pages.powershell.command import Command

INDENT = "    "
WHOLE_CLUSTER = "-ComputerName (Get-ClusterNode).Name"
AUTHENTICATION: Mapping[TransportKind, str | None] = {
    TransportKind.NEGOTIATE: None,
    TransportKind.KERBEROS: "Kerberos",
    TransportKind.NTLM: "Negotiate",
    TransportKind.CREDSSP: "Credssp",
    TransportKind.CERTIFICATE: None,
    TransportKind.BASIC: "Basic",
}
"""What `-Authentication` has to say; PowerShell has no NTLM alone, and negotiates where it is told nothing."""


@dataclass(slots=True)
class _Group:
    """Nodes that are reached alike."""

    parameters: dict[str, str]
    """Parameters of Invoke-Command but for the nodes, as PowerShell source."""
    place: str
    """Parameter that names the nodes."""
    nodes: list[str] = field(default_factory=list[str])
    """The nodes, as PowerShell source."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How to ask some nodes."""

    here: bool = True
    """Whether this computer itself is asked, without remoting."""
    cluster: bool = False
    """Whether the failover cluster tells its nodes, this one among them."""
    tables: tuple[str, ...] = ()
    """Tables of parameters for the other nodes, as PowerShell source."""
    first: Command | None = None
    """What has to be typed once before."""

    def ask(self, block: str) -> str:
        """Return commands that run `block` on every node."""
        if self.cluster:
            return f"Invoke-Command {WHOLE_CLUSTER} {{\n{_indented(block)}\n}}"
        parts = [block] if self.here else []
        if len(self.tables) == 1:
            parts.append(f"Invoke-Command @nodes {{\n{_indented(block)}\n}}")
        elif self.tables:
            inner = f"$way = $_\nInvoke-Command @way {{\n{_indented(block)}\n}}"
            parts.append(f"$nodes | ForEach-Object {{\n{_indented(inner)}\n}}")
        return "\n".join(parts)


def ways_to(targets: Sequence[Target]) -> Ways:
    """Return how PowerShell asks these nodes; without any, this computer."""
    remote = [target for target in targets if isinstance(target, Connection)]
    if not remote:
        return Ways()
    here = any(isinstance(target, LocalPowerShell) for target in targets)
    if here and all(_as_the_cluster_does(target) for target in remote):
        return Ways(cluster=True)
    credentials = _credentials(remote)
    groups: dict[tuple[object, ...], _Group] = {}
    for target in remote:
        place, node, parameters = _parameters(target, credentials)
        groups.setdefault((place, *parameters.items()), _Group(parameters, place)).nodes.append(node)
    tables = tuple(_table(group) for group in groups.values())
    lines = [f"{name} = Get-Credential {quoted(user)}" for user, name in credentials.items()]
    if len(tables) == 1:
        lines.append(f"$nodes = {tables[0]}")
    else:
        lines.extend(("$nodes = @(", _indented("\n".join(tables)), ")"))
    return Ways(here=here, tables=tables, first=Command(_conditions(remote), "\n".join(lines)))


def _as_the_cluster_does(target: Connection) -> bool:
    """Return whether nothing has to be said about a peer but its name."""
    plain = urlsplit(target.url)
    return (
        target.transport is TransportKind.NEGOTIATE
        and target.user is None
        and (plain.scheme, plain.port, plain.path) == ("http", HTTP_PORT, "/wsman")
        and (plain.hostname or "").partition(".")[0].casefold() == target.node.partition(".")[0].casefold()
    )


def _credentials(targets: Sequence[Connection]) -> dict[str, str]:
    """Return the variable for each user whose password is needed."""
    asked = (target for target in targets if target.transport is not TransportKind.CERTIFICATE)
    users = list(dict.fromkeys(target.user for target in asked if target.user is not None))
    return {user: "$credential" + (str(number) if len(users) > 1 else "") for number, user in enumerate(users, 1)}


def _parameters(target: Connection, credentials: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
    """Return the parameter that names a node, the node, and the other parameters that reach it."""
    url = urlsplit(target.url)
    host = url.hostname or ""
    parameters: dict[str, str] = {}
    if ":" in host or url.path != "/wsman":
        place, node = "ConnectionUri", quoted(target.url)
    else:
        place, node = "ComputerName", quoted(host if "." in host else target.node if _same(host, target) else host)
        if url.scheme == "https":
            parameters["UseSSL"] = "$true"
        if url.port != (HTTPS_PORT if url.scheme == "https" else HTTP_PORT):
            parameters["Port"] = str(url.port)
    authentication = AUTHENTICATION[target.transport]
    if target.transport is TransportKind.CERTIFICATE:
        parameters["CertificateThumbprint"] = quoted(_thumbprint(target.certificate_file))
    elif target.user is not None:
        parameters["Credential"] = credentials[target.user]
    if authentication is not None:
        parameters["Authentication"] = quoted(authentication)
    return place, node, parameters


def _same(host: str, target: Connection) -> bool:
    # Addresses are compared without case, names are shown as the administrator wrote them.
    return host.casefold() == target.node.casefold()


def _table(group: _Group) -> str:
    """Return a hash table of parameters, one a line."""
    entries = {group.place: ", ".join(group.nodes), **group.parameters}
    cells = max(len(name) for name in entries)
    lines = [f"{INDENT}{name:{cells}} = {value}" for name, value in entries.items()]
    return "\n".join(("@{", *lines, "}"))


def _conditions(targets: Sequence[Connection]) -> str:
    """Return what has to be so on this computer for PowerShell to reach the nodes as azsconfig does."""
    words = ["How the nodes are reached: type it first, once a session."]
    if any(_needs_trusted_hosts(target) for target in targets):
        words.append(r"PowerShell asks for the nodes to be listed in WSMan:\localhost\Client\TrustedHosts.")
    if any(target.encrypted_by_tls and (target.ca_file or target.pin_sha256) for target in targets):
        words.append("Windows must trust the authority of the nodes' certificates: certutil -addstore Root FILE.")
    if any(target.transport is TransportKind.CREDSSP for target in targets):
        words.append("CredSSP must be enabled here: Enable-WSManCredSSP -Role Client.")
    if any(target.transport is TransportKind.CERTIFICATE for target in targets):
        words.append("The certificate and its key must be in Cert:\\CurrentUser\\My or Cert:\\LocalMachine\\My.")
    return " ".join(words)


def _needs_trusted_hosts(target: Connection) -> bool:
    """Return whether it is neither Kerberos nor TLS; PowerShell then wants to be told that the host is trusted."""
    if target.encrypted_by_tls or target.user is None:
        return False
    if target.transport is TransportKind.NTLM or target.user.startswith((".\\", f"{target.node}\\")):
        return True
    try:
        ip_address(urlsplit(target.url).hostname or "")
    except ValueError:
        return False
    return True


def _thumbprint(file: Path | None) -> str:
    """Return a certificate's thumbprint as Windows shows it: SHA-1 in capitals."""
    try:
        text = (file or Path()).read_text(encoding="ascii")
        begin = text.index("-----BEGIN CERTIFICATE-----")
        end = text.index("-----END CERTIFICATE-----", begin) + len("-----END CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert(text[begin:end])
    except (OSError, ValueError):
        return f"thumbprint of {file}"
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def _indented(text: str) -> str:
    return "\n".join(INDENT + line for line in text.split("\n"))
