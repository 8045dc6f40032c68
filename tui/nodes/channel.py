"""The channel to one node: one long-lived PowerShell, many requests."""

from collections.abc import Mapping
from datetime import timedelta

from tui.nodes.connection import Target
from tui.nodes.records import Ready
from tui.nodes.reply import PendingReply, Sink
from tui.nodes.script import Script

DEFAULT_DEADLINE = timedelta(seconds=60)


class NodeChannel:
    """Runs scripts on one node; opened by the first request, never blocks who submits, safe for any thread.

    A script is sent once and then called by name. Up to four requests run side by side on the node, others wait
    there. What the node sends is lost or doubled never, or the request ends with a `NodeError` that says whether it
    may have run. A PowerShell that went away while nothing was outstanding is started anew without a word.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        """Where it goes."""

    @property
    def node(self) -> str:
        """Name of the node."""
        return self.target.node

    @property
    def ready(self) -> Ready | None:
        """What answers at the other end, as soon as it has answered once."""
        raise NotImplementedError

    @property
    def authentication(self) -> str | None:
        """How the node knows us: `kerberos`, `ntlm` (shown where Kerberos was wanted), `basic`...; `None` for local."""
        raise NotImplementedError

    def submit(
        self,
        script: Script,
        parameters: Mapping[str, object] | None = None,
        *,
        exclusive: bool = False,
        deadline: timedelta = DEFAULT_DEADLINE,
        sink: Sink | None = None,
    ) -> PendingReply:
        """Ask the node to run a script; returns at once.

        Parameters reach the script as data (JSON); a `Secret` among them is sent and shown nowhere. `exclusive` runs
        alone on the node: for what changes it. The request ends with TimedOut when `deadline` has passed, opening
        the channel included. Raises TypeError for parameters that are no data, RuntimeError on a closed channel.
        """
        raise NotImplementedError

    def close(self, within: timedelta = timedelta(seconds=5)) -> bool:
        """End everything: outstanding requests with Cancelled, PowerShell and shell on the node, our threads.

        Returns within about the given time also when the node is dead; False when something could not be confirmed
        gone by then (the node removes its shell after the idle timeout). Never raises; may be called twice.
        """
        raise NotImplementedError
