"""Which cluster is meant, and how its nodes are reached: from the command line, the configuration, or this machine."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs

from tui.azure.target import AzureTarget
from tui.azure_choice import azure_target
from tui.configuration.error import ConfigurationError, NoClusterNamed
from tui.configuration.model import (
    ClusterConfiguration,
    Configuration,
    NodeConfiguration,
    Settings,
    is_local,
    load,
    read_password,
)
from tui.nodes.connection import NEEDS_PASSWORD, Connection, LocalPowerShell, Target, TransportKind, endpoint_url
from tui.nodes.errors import Configuration as BadConnection
from tui.nodes.own_node import is_cluster_node, own_name
from tui.places import config_file
from tui.secret import Secret

AskPassword = Callable[[str], str | None]
"""Asks for the password of a user without echo; `None` where nobody can be asked."""

BY_CODE = "device"
"""A code that a person enters in any browser: what is left to those who said nothing and sit at a terminal."""
NO_NODE = "This machine is no node of an Azure Stack HCI cluster, so there is nothing to show yet."
NO_NODE_REMEDY = (
    "Run azsconfig on a node, name nodes to reach from here (azsconfig --node HCI-N1,HCI-N2 --user 'HCI\\name'), open "
    "a saved connection (--cluster NAME; 14) Settings in the menu adds one), or look around on a simulated cluster "
    "(azsconfig --lab)."
)
CA_REMEDY = "Name a PEM file (-----BEGIN CERTIFICATE-----); on Windows, certutil -encode turns a .cer file into one."


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says about the cluster that is meant; `None` where it says nothing."""

    config: Path | None = None
    """Configuration file; by default the user's own."""
    cluster: str | None = None
    """Name of a saved connection."""
    nodes: tuple[str, ...] = ()
    """Nodes to reach: names of saved nodes, hosts, host:port or URLs."""
    user: str | None = None
    """User on the nodes."""
    transport: str | None = None
    """How to authenticate."""
    ca_file: str | None = None
    """Authorities for TLS."""
    password: Secret | None = None
    """Password that came with the command."""
    auth: str | None = None
    """How to sign in to Azure."""
    tenant: str | None = None
    """Tenant to sign in to."""
    azure_secret: Secret | None = None
    """Secret, certificate's password or access token for Azure that came with the command."""
    cloud: str | None = None
    """Azure's cloud."""
    password_for_run: bool = False
    """Whether a password without a user is none for the nodes, but for the user that a run is there."""
    auth_unsaid: str | None = None
    """How to sign in to Azure where neither the command line nor the configuration says it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cluster that is meant."""

    name: str | None
    """Name of the saved connection; `None` where only nodes are known."""
    targets: tuple[Target, ...]
    """Its nodes, in the order they are shown."""
    discover: bool
    """Whether the first node is asked for its peers: on a node of the cluster."""
    peers: Connection | None = None
    """How peers that are discovered are reached, all but name and address."""
    banner: str | None = None
    """What must not be overlooked while it is open."""
    azure: AzureTarget | None = None
    """Its Azure and who signs in to it; `None` where nobody is to."""


def choose(wish: Wish, ask_password: AskPassword) -> Chosen:
    """Return the cluster that is meant.

    Raises:
        ConfigurationError: nothing is meant, or what is meant does not fit together; nothing has been sent anywhere.
    """
    saved, source = _configuration(wish)
    name = wish.cluster or saved.default or (next(iter(saved.clusters)) if len(saved.clusters) == 1 else None)
    unsaved = ClusterConfiguration(nodes=(), transport=saved.settings.transport)
    means = _Means(wish, ask_password)
    if wish.nodes:
        cluster = _cluster(saved, name, source) if name else None
        return _named(wish, cluster, unsaved, means)
    if name is not None and (wish.cluster or wish.config or not is_cluster_node()):
        return _saved(name, _cluster(saved, name, source), wish, means)
    if not (is_cluster_node() or _has_own_powershell()):
        raise NoClusterNamed(NO_NODE, NO_NODE_REMEDY)
    template = _target(NodeConfiguration(name="peers"), unsaved, wish, means)
    peers = template if isinstance(template, Connection) else None
    azure = _azure(wish, None)
    return Chosen(None, (LocalPowerShell(own_name()),), discover=True, peers=peers, azure=azure)


def choose_draft(name: str, cluster: ClusterConfiguration, settings: Settings, ask_password: AskPassword) -> Chosen:
    """Return a cluster by a connection that is perhaps not saved yet.

    Raises:
        ConfigurationError: what it says does not fit together; nothing has been sent anywhere.
    """
    complete = structs.replace(cluster, transport=cluster.transport or settings.transport)
    wish = Wish(auth_unsaid=BY_CODE)
    return _saved(name, complete, wish, _Means(wish, ask_password))


def users_to_ask(cluster: ClusterConfiguration, settings: Settings) -> tuple[str, ...]:
    """Return the users whose passwords are needed to open a connection and stand in no file.

    Raises:
        ConfigurationError: what the connection says does not fit together.
    """
    users: list[str] = []

    def note(user: str) -> str:
        users.append(user)
        # Only whether one is needed counts here: nothing is opened with it.
        return "needed"

    choose_draft("", cluster, settings, note)
    return tuple(users)


def _saved(name: str, cluster: ClusterConfiguration, wish: Wish, means: "_Means") -> Chosen:
    """Return the nodes of a connection."""
    targets = tuple(_target(node, cluster, wish, means) for node in cluster.nodes)
    return Chosen(name, targets, discover=False, banner=cluster.banner, azure=_azure(wish, cluster))


def _azure(wish: Wish, cluster: ClusterConfiguration | None) -> AzureTarget | None:
    """Return the Azure of a cluster and who signs in to it."""
    saved = cluster.azure if cluster is not None else None
    return azure_target(
        saved,
        auth=wish.auth,
        tenant=wish.tenant,
        secret=wish.azure_secret,
        cloud=wish.cloud,
        unsaid=wish.auth_unsaid,
    )


def peer(template: Connection | None, name: str, dns_suffix: str | None) -> Connection:
    """Return how a peer of the own node is reached: by its full DNS name, as the command line says."""
    return replace(template or Connection(name), node=name, address=f"{name}.{dns_suffix}" if dns_suffix else name)


def _configuration(wish: Wish) -> tuple[Configuration, Path]:
    """Return the configuration and where it came from; without any, an empty one."""
    if wish.config is not None:
        return load(wish.config), wish.config
    path = config_file()
    return (load(path) if path.exists() else Configuration()), path


def _cluster(saved: Configuration, name: str, source: Path) -> ClusterConfiguration:
    """Return a saved cluster with what the settings say where it says nothing."""
    cluster = saved.cluster(name, source)
    return structs.replace(cluster, transport=cluster.transport or saved.settings.transport)


def _has_own_powershell() -> bool:
    """Return whether a PowerShell was named on purpose on a machine without Windows."""
    named = os.environ.get("AZSCONFIG_POWERSHELL")
    return os.name != "nt" and bool(named) and shutil.which(named or "") is not None


class _Means:
    """Finds what a connection needs beside its configuration, each thing once: passwords and authorities."""

    def __init__(self, wish: Wish, ask: AskPassword) -> None:
        self._given = wish.password
        self._for_run = wish.password_for_run
        self._ask = ask
        self._asked: dict[str, Secret] = {}
        self._checked: set[str] = set()

    def authorities(self, file: str, node: str) -> Path:
        """Return a CA file, checked before anything is sent."""
        path = Path(file)
        if file not in self._checked:
            _check_authorities(path, node)
            self._checked.add(file)
        return path

    def password(self, user: str | None, transport: TransportKind, file: str | None, node: str) -> Secret | None:
        """Return the password for `user`; `None` for single sign-on."""
        if self._given is not None and not (user is None and self._for_run):
            if user is None:
                message = f"A password was given for {node}, and no user."
                raise ConfigurationError(message, "Name the user with --user.")
            return self._given
        if file is not None:
            return Secret(read_password(Path(file)))
        if user is None:
            if transport in NEEDS_PASSWORD:
                message = f"The transport {transport} to {node} needs a user and a password."
                raise ConfigurationError(message, "Name the user with --user.")
            return None
        if transport is TransportKind.CERTIFICATE:
            return None
        if user not in self._asked:
            answer = self._ask(user)
            if answer is None:
                message = f"There is no password for {user}, and nobody to ask."
                raise ConfigurationError(
                    message, 'Run it on a terminal, or give {"password": "..."} on standard input with --secrets-stdin.'
                )
            self._asked[user] = Secret(answer)
        return self._asked[user]


def _named(wish: Wish, cluster: ClusterConfiguration | None, unsaved: ClusterConfiguration, means: _Means) -> Chosen:
    """Return the nodes named on the command line; names of saved nodes bring their settings."""
    known = {node.name.casefold(): node for node in cluster.nodes} if cluster else {}
    others = cluster if cluster is not None and wish.cluster else unsaved
    targets: list[Target] = []
    for word in wish.nodes:
        saved = known.get(word.casefold())
        node = saved or NodeConfiguration(name=display_name(word), address=word)
        # A saved user and password are for the saved nodes, not for any host that is named.
        settings = cluster if saved is not None and cluster is not None else others
        if any(target.node.casefold() == node.name.casefold() for target in targets):
            message = f"The node {node.name} is named twice in --node."
            raise ConfigurationError(message, "Name each node once.")
        targets.append(_target(node, settings, wish, means))
    banner = cluster.banner if cluster else None
    # Likewise whoever signs in to Azure for a saved cluster.
    theirs = cluster if wish.cluster or all(word.casefold() in known for word in wish.nodes) else None
    return Chosen(None, tuple(targets), discover=False, banner=banner, azure=_azure(wish, theirs))


def display_name(word: str) -> str:
    """Return a short name for a host or URL; an endpoint on a special port keeps it, so that two stay apart."""
    shown = word.partition("://")[2].removesuffix("/").removesuffix("/wsman") or word
    # A user and password before the host are refused later; they must not stand in that message.
    return shown.rpartition("@")[2]


def _target(node: NodeConfiguration, cluster: ClusterConfiguration, wish: Wish, means: _Means) -> Target:
    """Return how one node is reached: command line before node before cluster."""
    if is_local(node):
        return LocalPowerShell(node.name, node.powershell or None)
    transport = _transport(wish.transport or node.transport or cluster.transport or TransportKind.NEGOTIATE)
    user = wish.user or node.user or cluster.user
    file = None if wish.user else node.password_file or cluster.password_file
    ca_file = wish.ca_file or node.ca_file or cluster.ca_file
    connection = Connection(
        node.name,
        node.address or node.name,
        transport,
        user=user,
        ca_file=means.authorities(ca_file, node.name) if ca_file else None,
        pin_sha256=node.pin_sha256,
        certificate_file=Path(node.certificate_file) if node.certificate_file else None,
        key_file=Path(node.key_file) if node.key_file else None,
        allow_ntlm_fallback=cluster.allow_ntlm,
    )
    try:
        endpoint_url(node.name, connection.address, transport)
        password = means.password(user, transport, file, node.name)
        complete = _with_password(connection, password)
        complete.check()
    except BadConnection as error:
        message = f"{node.name}: {error.message}"
        raise ConfigurationError(message, error.remedy) from error
    return complete


def _check_authorities(path: Path, node: str) -> None:
    """Refuse a CA file that cannot be read or holds no certificate."""
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        message = f"The CA file {path} for {node} holds no certificate that can be read."
        raise ConfigurationError(message, CA_REMEDY) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        message = f"The CA file {path} for {node} cannot be read: {reason}."
        raise ConfigurationError(message, "Check the path given with --ca or ca_file.") from error


def _with_password(connection: Connection, password: Secret | None) -> Connection:
    return replace(connection, password=password)


def _transport(name: str) -> TransportKind:
    try:
        return TransportKind(name)
    except ValueError as error:
        message = f"There is no transport {name!r}."
        raise ConfigurationError(message, f"Use one of: {', '.join(TransportKind)}.") from error
