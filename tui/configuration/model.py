r"""Saved connections: which clusters azsconfig knows and how their nodes are reached.

The file is TOML, by default `config.toml` in the user's configuration folder. A cluster's settings hold for all its
nodes; a node may give its own:

    schema = 1
    default = "HCI-CL01"

    [clusters.HCI-CL01]
    user = 'HCI\Administrator'
    transport = "negotiate"

    [[clusters.HCI-CL01.nodes]]
    name = "HCI-N1"
    address = "hci-n1.hci.contoso.test"

    [settings]
    theme = "contrast"

No secret stands in it: a password is asked for, read from standard input, or read from a `password_file` that its
owner alone can read.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

import msgspec

from tui.configuration.check import check_table, parse, shown
from tui.configuration.error import ConfigurationError

FILE_NAME = "config.toml"
NAME_LENGTH = 255

THEMES = ("dark", "light", "contrast", "monochrome")
"""Themes that can be chosen."""
AUTHENTICATIONS = ("device", "secret", "certificate", "token", "cli")
"""Ways to sign in to Azure, as `tui.azure.identity.Method` spells them; nothing of that is loaded for them."""
TRANSPORTS = ("negotiate", "kerberos", "ntlm", "credssp", "certificate", "basic")
"""Ways to authenticate, as `tui.nodes.connection.TransportKind` spells them; nothing of that is loaded for them."""

Text = Annotated[str, msgspec.Meta(description="text in quotes")]
Name = Annotated[
    str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH, description="text in quotes, 1 to 255 characters")
]
Flag = Annotated[bool, msgspec.Meta(description="true or false")]
Number = Annotated[int, msgspec.Meta(description="a whole number")]
Words = Annotated[tuple[str, ...], msgspec.Meta(description='a list of texts, such as ["pwsh", "-NoProfile"]')]
Theme = Annotated[
    str, msgspec.Meta(pattern=rf"\A(?:{'|'.join(THEMES)})\Z", description=f"one of {', '.join(THEMES)}, in quotes")
]
Transport = Annotated[
    str,
    msgspec.Meta(pattern=rf"\A(?:{'|'.join(TRANSPORTS)})\Z", description=f"one of {', '.join(TRANSPORTS)}, in quotes"),
]

Authentication = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"\A(?:{'|'.join(AUTHENTICATIONS)})\Z", description=f"one of {', '.join(AUTHENTICATIONS)}, in quotes"
    ),
]


class NodeConfiguration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one node is reached; what is absent comes from its cluster."""

    name: Name
    """Node name."""
    address: Text | None = None
    """Host, host:port or URL of its WinRM listener; by default its name."""
    local: Flag = False
    """Whether it is the machine azsconfig runs on, reached through this machine's own PowerShell."""
    powershell: Words = ()
    """A program and its first arguments that stand in for this machine's PowerShell; the node is then local."""
    user: Text | None = None
    """User name, `DOMAIN\\name` or `name@domain`."""
    transport: Transport | None = None
    """How to authenticate: `negotiate`, `kerberos`, `ntlm`, `credssp`, `certificate` or `basic`."""
    ca_file: Text | None = None
    """PEM file of the authorities that its TLS certificate is checked with; by default the system's."""
    pin_sha256: Text | None = None
    """SHA-256 of the one certificate that is accepted, in hexadecimal."""
    certificate_file: Text | None = None
    """PEM file of the client certificate, for the transport `certificate`."""
    key_file: Text | None = None
    """PEM file of that certificate's private key."""
    password_file: Text | None = None
    """File that holds the password; its owner alone may read it."""


class AzureConfiguration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a cluster's Azure is reached, and who signs in to it."""

    cloud: Text = "AzureCloud"
    """Name of the cloud as PowerShell's `-EnvironmentName` takes it."""
    authority: Text | None = None
    """URL to sign in at, where the cloud is one of one's own; the next two then are needed as well."""
    resource_manager: Text | None = None
    """URL of Azure Resource Manager."""
    graph: Text | None = None
    """URL of Microsoft Graph."""
    portal: Text | None = None
    """URL of the portal of a cloud of one's own."""
    ca_file: Text | None = None
    """PEM file of the authorities that are trusted instead of the system's: a proxy that inspects TLS has its own."""
    proxy: Text | None = None
    """URL of the proxy, or `direct` for none; by default what the system says."""
    tenant: Text | None = None
    """Tenant's id or domain name."""
    auth: Authentication | None = None
    """How to sign in: `device`, `secret`, `certificate`, `token` or `cli`; nobody signs in where it is absent."""
    application: Text | None = None
    """Application (client) id of a service principal, or of the public client that asks for device codes."""
    secret_file: Text | None = None
    """File that holds the application's secret; its owner alone may read it."""
    certificate_file: Text | None = None
    """PEM or PFX file with the application's certificate and its private key."""


class ClusterConfiguration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One saved cluster."""

    nodes: tuple[NodeConfiguration, ...]
    """Its nodes, in the order they are shown."""
    banner: Text | None = None
    """What the menu's last row but one always shows while this cluster is open."""
    user: Text | None = None
    """User name for all nodes that give none."""
    transport: Transport | None = None
    """Transport for all nodes that give none; by default that of the settings."""
    ca_file: Text | None = None
    """Authorities for all nodes that give none."""
    password_file: Text | None = None
    """Password file for all nodes that give none."""
    allow_ntlm: Flag = True
    """Whether `negotiate` may fall back to NTLM."""
    azure: AzureConfiguration | None = None
    """How its Azure is reached; by default Microsoft's public cloud, and nobody signs in."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How azsconfig looks and behaves, whichever cluster is open."""

    theme: Theme | None = None
    """Colours, one of `THEMES`; by default what suits the terminal."""
    ascii: Flag | None = None
    """Whether borders are drawn with ASCII alone; by default what the terminal can do."""
    read_only: Flag = False
    """Whether nothing that changes anything is offered."""
    transport: Transport = "negotiate"
    """Transport for nodes and clusters that give none, one of `TRANSPORTS`."""


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    schema: Number = 1
    """Version of the file's layout."""
    default: Text | None = None
    """Cluster that is opened when none is named."""
    clusters: dict[str, ClusterConfiguration] = {}
    """Saved clusters by name."""
    settings: Settings = Settings()
    """How azsconfig looks and behaves."""

    def cluster(self, name: str, source: Path) -> ClusterConfiguration:
        """Return the saved cluster `name`, compared without case.

        Raises:
            ConfigurationError: `source` has no such cluster.
        """
        for known, cluster in self.clusters.items():
            if known.casefold() == name.casefold():
                return cluster
        known = ", ".join(self.clusters) or "none"
        message = f"{source} has no cluster named {name}."
        raise ConfigurationError(message, f"Saved clusters: {known}.")


def load(path: Path) -> Configuration:
    """Read the configuration at `path`.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or holds a key or value that has no meaning; the
            message names the file, the place and what was wrong.
    """
    return parsed(text_of(path), path)


def text_of(path: Path) -> str:
    """Return the text of the file at `path`, with the line ends it has.

    Raises:
        ConfigurationError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"The configuration {path} cannot be read: {error.strerror or error}."
        raise ConfigurationError(message, "Check the path given with --config.") from error
    except UnicodeDecodeError as error:
        message = f"The configuration {path} is not UTF-8 text (byte {error.start})."
        raise ConfigurationError(message, "Save it as UTF-8.") from error


def parsed(text: str, path: Path, called: str = "The configuration") -> Configuration:
    """Return what the text of the file at `path` says; messages begin with what it is `called`, and the path.

    Raises:
        ConfigurationError: as `load` does.
    """
    file = f"{called} {path}"
    data = parse(text, file)
    if data.get("schema", 1) != 1:
        message = f"{file} has schema {data['schema']!r}; this azsconfig knows schema 1."
        raise ConfigurationError(message, "Update azsconfig or use another file.")
    check_table(data, Configuration, "its top", file)
    check_table(data.get("settings", {}), Settings, "settings", file)
    names: dict[str, str] = {}
    for name, cluster in _clusters(data, file).items():
        _check_cluster(name, cluster, file)
        if name.casefold() in names:
            message = f"{file} cannot be used: it has the clusters {names[name.casefold()]} and {name}."
            raise ConfigurationError(message, "Names are compared without case: rename one of them.")
        names[name.casefold()] = name
    configuration = msgspec.convert(data, Configuration)
    if configuration.default is not None:
        configuration.cluster(configuration.default, path)
    return configuration


def _clusters(data: Mapping[str, object], file: str) -> Mapping[str, object]:
    clusters = data.get("clusters", {})
    if not isinstance(clusters, dict):
        message = f"{file} cannot be used: clusters must be a table."
        raise ConfigurationError(
            message, "Write [clusters.NAME] on a line of its own, and the cluster's keys below it."
        )
    return cast("dict[str, object]", clusters)


def _check_cluster(name: str, table: object, file: str) -> None:
    """Refuse a cluster without nodes, with two nodes of one name, with two local nodes, or with what has no meaning."""
    where = f"clusters.{shown(name)}"
    if not 0 < len(name) <= NAME_LENGTH:
        message = f"{file} cannot be used: the name of a cluster must have 1 to {NAME_LENGTH} characters."
        raise ConfigurationError(message, "Rename that cluster.")
    checked = check_table(table, ClusterConfiguration, where, file)
    if "azure" in checked:
        check_table(checked["azure"], AzureConfiguration, f"{where}.azure", file)
    listed = checked["nodes"]
    remedy = f"Add a [[{where}.nodes]] table with a name."
    if not isinstance(listed, list):
        message = f"{file} cannot be used: {where}: nodes must be a list of tables."
        raise ConfigurationError(message, remedy)
    if not listed:
        message = f"{file} cannot be used: {where} has no nodes."
        raise ConfigurationError(message, remedy)
    nodes = [_node(node, number, where, file) for number, node in enumerate(cast("list[object]", listed), 1)]
    names = [node.name.casefold() for node in nodes]
    repeated = next((node for node in nodes if names.count(node.name.casefold()) > 1), None)
    if repeated is not None:
        message = f"{file} cannot be used: {where} names the node {repeated.name} twice."
        raise ConfigurationError(message, "Remove one of them.")
    if sum(is_local(node) for node in nodes) > 1:
        message = f"{file} cannot be used: {where} has more than one local node."
        raise ConfigurationError(message, "Only the machine azsconfig runs on is local.")


def _node(table: object, number: int, cluster: str, file: str) -> NodeConfiguration:
    """Return a node of a cluster; refuse what has no meaning in it."""
    called = f"node {_name_in(table) or number} of {cluster}"
    node = msgspec.convert(check_table(table, NodeConfiguration, called, file), NodeConfiguration)
    if "@" in (node.address or ""):
        # A password may stand before the @: the address is in no message.
        message = f"{file} cannot be used: the address of {called} holds an @."
        raise ConfigurationError(message, "Write host, host:port or a URL, and the user on a line of its own.")
    return node


def _name_in(table: object) -> str | None:
    name = cast("dict[str, object]", table).get("name") if isinstance(table, dict) else None
    return shown(name) if isinstance(name, str) else None


def is_local(node: NodeConfiguration) -> bool:
    """Return whether a node is reached through a program on this machine."""
    return node.local or bool(node.powershell)


def read_password(path: Path) -> str:
    """Return the password kept in `path`, without its line end.

    Raises:
        ConfigurationError: the file cannot be read, is empty, or others than its owner may read it.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The password file {path} cannot be read: {error}."
        raise ConfigurationError(message, "Check password_file in the configuration.") from error
    # Windows has no such bits: the folder's access list decides there.
    if mode & 0o077 and os.name != "nt":
        message = f"The password file {path} can be read by others."
        raise ConfigurationError(message, "Make it readable by its owner alone (chmod 600).")
    if not text:
        message = f"The password file {path} is empty."
        raise ConfigurationError(message, "Write the password into it.")
    return text
