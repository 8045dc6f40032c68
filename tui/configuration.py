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
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from tui.configuration_error import ConfigurationError

FILE_NAME = "config.toml"

THEMES = ("dark", "light", "contrast", "monochrome")
"""Themes that can be chosen."""
TRANSPORTS = ("negotiate", "kerberos", "ntlm", "credssp", "certificate", "basic")
"""Ways to authenticate, as `tui.nodes.connection.TransportKind` spells them; nothing of that is loaded for them."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class NodeConfiguration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one node is reached; what is absent comes from its cluster."""

    name: Name
    """Node name."""
    address: str | None = None
    """Host, host:port or URL of its WinRM listener; by default its name."""
    local: bool = False
    """Whether it is the machine azsconfig runs on, reached through this machine's own PowerShell."""
    powershell: tuple[str, ...] = ()
    """A program and its first arguments that stand in for this machine's PowerShell; the node is then local."""
    user: str | None = None
    """User name, `DOMAIN\\name` or `name@domain`."""
    transport: str | None = None
    """How to authenticate: `negotiate`, `kerberos`, `ntlm`, `credssp`, `certificate` or `basic`."""
    ca_file: str | None = None
    """PEM file of the authorities that its TLS certificate is checked with; by default the system's."""
    pin_sha256: str | None = None
    """SHA-256 of the one certificate that is accepted, in hexadecimal."""
    certificate_file: str | None = None
    """PEM file of the client certificate, for the transport `certificate`."""
    key_file: str | None = None
    """PEM file of that certificate's private key."""
    password_file: str | None = None
    """File that holds the password; its owner alone may read it."""


class ClusterConfiguration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One saved cluster."""

    nodes: tuple[NodeConfiguration, ...]
    """Its nodes, in the order they are shown."""
    banner: str | None = None
    """What the menu's last row but one always shows while this cluster is open."""
    user: str | None = None
    """User name for all nodes that give none."""
    transport: str | None = None
    """Transport for all nodes that give none; by default that of the settings."""
    ca_file: str | None = None
    """Authorities for all nodes that give none."""
    password_file: str | None = None
    """Password file for all nodes that give none."""
    allow_ntlm: bool = True
    """Whether `negotiate` may fall back to NTLM."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How azsconfig looks and behaves, whichever cluster is open."""

    theme: str | None = None
    """Colours, one of `THEMES`; by default what suits the terminal."""
    ascii: bool | None = None
    """Whether borders are drawn with ASCII alone; by default what the terminal can do."""
    read_only: bool = False
    """Whether nothing that changes anything is offered."""
    transport: str = "negotiate"
    """Transport for nodes and clusters that give none, one of `TRANSPORTS`."""


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    schema: int = 1
    """Version of the file's layout."""
    default: str | None = None
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


def default_path() -> Path:
    """Return where the configuration is when no file is named."""
    return platformdirs.user_config_path("azsconfig", appauthor=False) / FILE_NAME


def load(path: Path) -> Configuration:
    """Read the configuration at `path`.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or holds a key or value that has no meaning; the
            message names the file, the place and what was wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = f"The configuration {path} cannot be read: {error.strerror or error}."
        raise ConfigurationError(message, "Check the path given with --config.") from error
    except UnicodeDecodeError as error:
        message = f"The configuration {path} is not UTF-8 text (byte {error.start})."
        raise ConfigurationError(message, "Save it as UTF-8.") from error
    try:
        configuration = msgspec.convert(tomllib.loads(text), Configuration)
    except tomllib.TOMLDecodeError as error:
        message = f"The configuration {path} is no valid TOML: {error}."
        raise ConfigurationError(message, "Correct that line.") from error
    except msgspec.ValidationError as error:
        message = f"The configuration {path} cannot be used: {error}."
        raise ConfigurationError(message, "Correct that entry; `$` stands for the file.") from error
    _check(configuration, path)
    return configuration


def _check(configuration: Configuration, path: Path) -> None:
    """Refuse what the types alone do not."""
    if configuration.schema != 1:
        message = f"The configuration {path} has schema {configuration.schema}; this azsconfig knows schema 1."
        raise ConfigurationError(message, "Update azsconfig or use another file.")
    if configuration.default is not None:
        configuration.cluster(configuration.default, path)
    for name, cluster in configuration.clusters.items():
        _check_cluster(name, cluster, path)


def _check_cluster(name: str, cluster: ClusterConfiguration, path: Path) -> None:
    """Refuse a cluster without nodes, with two nodes of one name, or with two local nodes."""
    where = f"The cluster {name} in {path}"
    names = [node.name.casefold() for node in cluster.nodes]
    if not names:
        message = f"{where} has no nodes."
        raise ConfigurationError(message, f"Add a [[clusters.{name}.nodes]] table with a name.")
    repeated = next((node for node in names if names.count(node) > 1), None)
    if repeated is not None:
        message = f"{where} names the node {repeated} twice."
        raise ConfigurationError(message, "Remove one of them.")
    if sum(is_local(node) for node in cluster.nodes) > 1:
        message = f"{where} has more than one local node."
        raise ConfigurationError(message, "Only the machine azsconfig runs on is local.")


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
