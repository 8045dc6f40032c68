"""One management session: a cluster, the channels to its nodes, and what may be done in it."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from tui.azure.access import AzureAccess, ShowCode
from tui.cluster.decode import DecodeError, decode
from tui.cluster.membership import Membership, in_natural_order
from tui.nodes.channel import NodeChannel
from tui.nodes.connection import LocalPowerShell, Target
from tui.nodes.errors import Cancelled, NodeError
from tui.nodes.own_node import OwnNode, read_own_node
from tui.nodes.reply import PendingReply, Reply
from tui.nodes.script import load
from tui.targets import Chosen, peer

CLOSE_WITHIN = timedelta(seconds=8)


class Session:
    """The open cluster.

    Channels are opened when first used and closed together. Every method may be called from any thread.
    """

    def __init__(
        self, chosen: Chosen, *, deadline: timedelta, read_only: bool = False, show_code: ShowCode | None = None
    ) -> None:
        """Open nothing yet; every request to a node has `deadline` to answer.

        `show_code` gets what a person has to enter elsewhere to sign in to Azure.
        """
        self.name = chosen.name
        """Name of the saved connection; `None` where only nodes are known."""
        self.banner = chosen.banner
        """What must not be overlooked while it is open."""
        self.read_only = read_only
        """Whether nothing that changes anything is offered."""
        self.azure = AzureAccess(chosen.azure, show_code) if chosen.azure is not None else None
        """The cluster's Azure; `None` where nobody is to sign in."""
        self._targets = list(chosen.targets)
        self._discover = chosen.discover
        self._peers = chosen.peers
        self._deadline = deadline
        self._channels: dict[str, NodeChannel] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def targets(self) -> tuple[Target, ...]:
        """The nodes of this session, in the order they are shown."""
        with self._lock:
            return tuple(self._targets)

    def is_local(self, node: str) -> bool:
        """Return whether azsconfig runs on this node."""
        return any(target.node == node and isinstance(target, LocalPowerShell) for target in self.targets)

    def authentication(self) -> dict[str, str]:
        """Return how each node that answered over WinRM knows us: `kerberos`, `ntlm`, `basic`..., by target name."""
        with self._lock:
            channels = dict(self._channels)
        return {node: known for node, channel in channels.items() if (known := channel.authentication) is not None}

    def read_own_node(self) -> OwnNode | None:
        """Return what this machine tells without PowerShell, where it is a node of the cluster itself; else `None`."""
        runs_here = any(isinstance(target, LocalPowerShell) and target.program is None for target in self.targets)
        return read_own_node() if runs_here else None

    def submit(
        self,
        node: str,
        script: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        exclusive: bool = False,
        deadline: timedelta | None = None,
    ) -> PendingReply:
        """Start a script on a node and return at once; what fails, fails the reply with a `NodeError`.

        It has the session's deadline to answer, or a longer one that is given.
        """
        channel = self._channel(node)
        if channel is None:
            return _closed(node)
        try:
            return channel.submit(
                load(script), parameters, exclusive=exclusive, deadline=max(deadline or self._deadline, self._deadline)
            )
        except RuntimeError:
            # Closed by another thread meanwhile.
            return _closed(node)

    def discover_peers(self) -> None:
        """On a node of the cluster, learn the peers' names from the cluster service; otherwise do nothing.

        What cannot be learned leaves the session as it is: the node's own facts then say why.
        """
        if not self._discover:
            return
        own = self.targets[0].node
        try:
            answers = self.submit(own, "get-cluster").result().outs
            membership = decode(Membership, answers[0]) if answers else Membership(clustered=False)
        except (NodeError, DecodeError):
            return
        known = {target.node.casefold() for target in self.targets}
        peers = [
            peer(self._peers, node.name, membership.dns_suffix)
            for node in sorted(membership.nodes, key=lambda node: in_natural_order(node.name))
            if node.name.casefold() not in known
        ]
        with self._lock:
            self._targets.extend(peers)
            # A cluster service that does not run just now is asked again in the next pass.
            self._discover = not membership.clustered

    def close(self) -> None:
        """Close all channels side by side, so that no shell stays behind; takes at most `CLOSE_WITHIN`."""
        with self._lock:
            self._closed = True
            channels = list(self._channels.values())
            self._channels.clear()
        if self.azure is not None:
            self.azure.close()
        if channels:
            with ThreadPoolExecutor(len(channels), thread_name_prefix="azsconfig-close") as pool:
                for channel in channels:
                    pool.submit(channel.close, CLOSE_WITHIN)

    def _channel(self, node: str) -> NodeChannel | None:
        """Return the channel to a node, `None` once the session is closed."""
        with self._lock:
            if self._closed:
                return None
            channel = self._channels.get(node)
            if channel is None:
                target = next(target for target in self._targets if target.node == node)
                channel = self._channels[node] = NodeChannel(target)
            return channel


def _closed(node: str) -> PendingReply:
    """Return a request that ended before it began."""
    future: Future[Reply] = Future()
    future.set_exception(Cancelled(node, "azsconfig is closing."))
    return PendingReply("", node, future, lambda: None)
