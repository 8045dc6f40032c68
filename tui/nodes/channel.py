"""The channel to one node: one long-lived PowerShell, many requests."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from uuid import uuid4

from tui.nodes.carrier import Carrier
from tui.nodes.connection import LocalPowerShell, Target
from tui.nodes.errors import Cancelled, NodeError, TimedOut
from tui.nodes.line import Line, encode
from tui.nodes.owner import Owner
from tui.nodes.process_wide import SHARED, ProcessWide
from tui.nodes.records import Ready
from tui.nodes.reply import PendingReply, Sink
from tui.nodes.request import Request, Stage
from tui.nodes.script import Script

log = logging.getLogger("azsconfig.nodes")

DEFAULT_DEADLINE = timedelta(seconds=60)
STOP_GRACE_SECONDS = 2.0
"""How long a script may take to stop when it is told to, before its PowerShell is ended."""


def carrier_for(target: Target, shared: ProcessWide) -> Carrier:
    """Return the carrier to a target; the libraries it needs are imported here, not when azsconfig starts."""
    if isinstance(target, LocalPowerShell):
        from tui.nodes.local import LocalCarrier

        return LocalCarrier(target)
    from tui.nodes.winrm import WinRMCarrier

    return WinRMCarrier(target, shared.handshakes)


class NodeChannel:
    """Runs scripts on one node; opened by the first request, never blocks who submits, safe for any thread.

    A script is sent once and then called by name. Up to four requests run side by side on the node, others wait
    there. What the node sends is lost or doubled never, or the request ends with a `NodeError` that says whether it
    may have run. A PowerShell that went away while nothing was outstanding is started anew without a word.
    """

    def __init__(
        self,
        target: Target,
        *,
        shared: ProcessWide = SHARED,
        carriers: Callable[[Target, ProcessWide], Carrier] = carrier_for,
        stop_grace: timedelta = timedelta(seconds=STOP_GRACE_SECONDS),
    ) -> None:
        self.target = target
        """Where it goes."""
        self._clock = shared.clock
        self._stop_grace = stop_grace.total_seconds()
        self._owner = Owner(target.node, lambda: carriers(target, shared), shared.clock)

    @property
    def node(self) -> str:
        """Name of the node."""
        return self.target.node

    @property
    def ready(self) -> Ready | None:
        """What answers at the other end, as soon as it has answered once."""
        return self._owner.ready

    @property
    def authentication(self) -> str | None:
        """How the node knows us: `kerberos`, `ntlm` (shown where Kerberos was wanted), `basic`...; `None` for local."""
        return self._owner.authentication

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
        request_id = f"r{uuid4().hex}"
        given = dict(parameters or {})
        content = encode(
            {"id": request_id, "op": "run", "name": script.name, "parameters": given, "exclusive": exclusive}
        )
        request = Request(request_id, self.node, script, content, sink)
        owner = self._owner
        with owner.state:
            if owner.closed:
                message = f"the channel to {self.node} is closed"
                raise RuntimeError(message)
            owner.requests.add(request)
            request.deadline = self._clock.after(deadline.total_seconds(), partial(self._time_out, request, deadline))
            owner.start()
            owner.state.notify_all()
        return PendingReply(request_id, self.node, request.future, partial(self._cancel, request))

    def close(self, within: timedelta = timedelta(seconds=5)) -> bool:
        """End everything: outstanding requests with Cancelled, PowerShell and shell on the node, our threads.

        Returns within about the given time also when the node is dead; False when something could not be confirmed
        gone by then (the node removes its shell after the idle timeout). Never raises; may be called twice.
        """
        return self._owner.close(within.total_seconds())

    def _time_out(self, request: Request, deadline: timedelta) -> None:
        message = f"{request.script.name} had no answer within {deadline.total_seconds():g} s."
        error = TimedOut(self.node, message)
        if self._stop(request, error) and not request.future.done():
            # The caller waits no longer; the request is still followed until it has stopped.
            request.settle(error.again(may_have_run=request.stage is not Stage.QUEUED))

    def _cancel(self, request: Request) -> None:
        self._stop(request, Cancelled(self.node, f"{request.script.name} was cancelled."))

    def _stop(self, request: Request, error: NodeError) -> bool:
        """Take a request out of the queue, or tell the node to stop it. Returns whether its end is still awaited."""
        owner = self._owner
        with owner.state:
            if request.stage is Stage.OVER or (request.stopping is not None and not isinstance(error, TimedOut)):
                return False
            queued = request.stage is Stage.QUEUED
            line = owner.line
            if queued or line is None:
                owner.requests.remove(request)
            else:
                first, request.stopping = request.stopping is None, error.again(may_have_run=True)
                if first:
                    owner.urgent.append(encode({"id": f"c{uuid4().hex}", "op": "cancel", "target": request.id}))
                    request.grace = self._clock.after(self._stop_grace, partial(self._give_up, line, request))
            owner.state.notify_all()
        if queued:
            request.settle(error)
        return not queued

    def _give_up(self, line: Line, request: Request) -> None:
        """Wait no longer for a request that does not stop: its PowerShell is ended when nothing else needs it."""
        owner = self._owner
        with owner.state:
            if request.stage is Stage.OVER or owner.line is not line:
                return
            owner.requests.remove(request)
            line.hanging.add(request.id)
            owner.state.notify_all()
        log.warning("%s: %s does not stop", self.node, request.script.name)
        request.settle(request.stopping or Cancelled(self.node, "The request does not stop.", may_have_run=True))
        owner.drop_if_useless(line)
