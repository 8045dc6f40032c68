"""A connection while it is edited: nothing is saved, and what it cannot hold is refused at once."""

from dataclasses import dataclass, field, replace
from typing import Self

from msgspec import structs

from tui.configuration.model import ClusterConfiguration, Configuration, NodeConfiguration
from tui.nodes.connection import NEEDS_PASSWORD, TransportKind, endpoint_url
from tui.nodes.errors import Configuration as BadConnection
from tui.targets import display_name

LONGEST_NAME = 255


class DraftError(Exception):
    """What was typed cannot stand there; the message says why and in what form it can."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a connection so far."""

    name: str = ""
    """Name it is saved under."""
    cluster: ClusterConfiguration = field(default_factory=lambda: ClusterConfiguration(nodes=()))
    """Everything else, as it would be saved."""
    saved_as: str | None = None
    """Name it has in the file; `None` for a new one."""

    def named(self, text: str, saved: Configuration) -> Self:
        """Return the draft under another name; raises DraftError for one that is taken."""
        name = " ".join(text.split())
        others = {known.casefold() for known in saved.clusters if known != self.saved_as}
        if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
            message = f"A name has 1 to {LONGEST_NAME} characters that can be printed."
            raise DraftError(message)
        if name.casefold() in others:
            message = f"There is a connection named {name} already. Give another name, or change that one."
            raise DraftError(message)
        return replace(self, name=name)

    def with_nodes(self, text: str) -> Self:
        """Return the draft with other nodes, written as `NAME, NAME=ADDRESS, ADDRESS`; raises DraftError.

        A node that was there already keeps what else is saved of it, such as its pinned certificate.
        """
        known = {node.name.casefold(): node for node in self.cluster.nodes}
        words = (part.strip() for part in text.replace(";", ",").split(","))
        nodes = [_node(word, known) for word in words if word]
        if not nodes:
            message = "Name at least one node."
            raise DraftError(message)
        names = [node.name.casefold() for node in nodes]
        twice = next((node.name for node in nodes if names.count(node.name.casefold()) > 1), None)
        if twice is not None:
            message = f"The node {twice} is named twice. Name each node once."
            raise DraftError(message)
        return replace(self, cluster=structs.replace(self.cluster, nodes=tuple(nodes)))

    def with_user(self, text: str) -> Self:
        """Return the draft with another user; an empty one means who is logged on."""
        return replace(self, cluster=structs.replace(self.cluster, user=text.strip() or None))

    def with_transport(self, transport: str | None) -> Self:
        """Return the draft with another transport; `None` leaves it to the settings."""
        return replace(self, cluster=structs.replace(self.cluster, transport=transport))

    def with_ca_file(self, text: str) -> Self:
        """Return the draft with another file of authorities; an empty one means the system's."""
        return replace(self, cluster=structs.replace(self.cluster, ca_file=text.strip().strip('"') or None))

    def with_ntlm(self, *, allowed: bool) -> Self:
        """Return the draft with or without NTLM where Kerberos does not work."""
        return replace(self, cluster=structs.replace(self.cluster, allow_ntlm=allowed))

    @property
    def nodes_text(self) -> str:
        """The nodes in the form in which they are typed."""
        return ", ".join(
            node.name if node.address in {None, node.name} else f"{node.name}={node.address}"
            for node in self.cluster.nodes
        )

    def missing(self, default_transport: str) -> str:
        """Return what must be given before it can be tried, in words; empty when nothing is missing."""
        if not self.name:
            return "it has no name yet"
        if not self.cluster.nodes:
            return "it has no nodes yet"
        transport = TransportKind(self.cluster.transport or default_transport)
        if transport in NEEDS_PASSWORD and self.cluster.user is None:
            return f"the transport {transport} needs a user"
        return ""


def _node(word: str, known: dict[str, NodeConfiguration]) -> NodeConfiguration:
    """Return one node from `NAME`, `NAME=ADDRESS` or `ADDRESS`."""
    name, equals, address = (part.strip() for part in word.partition("="))
    if not equals:
        name, address = display_name(word), word if "://" in word else ""
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME or (equals and not address):
        message = f"{word!r} is no node. Write a name, NAME=ADDRESS, or an address."
        raise DraftError(message)
    try:
        endpoint_url(name, address or name, TransportKind.NEGOTIATE)
    except BadConnection as error:
        message = f"{error.message} {error.remedy}"
        raise DraftError(message) from error
    saved = known.get(name.casefold(), NodeConfiguration(name=name))
    # Without an address the one it was saved with stays.
    return structs.replace(saved, address=address or saved.address)
