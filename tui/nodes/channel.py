"""The channel to one node: one long-lived PowerShell, many requests.

Two threads a node, both started by the first request: one opens, reads and decides; one writes, so that a new request
or a cancellation does not wait for an answer that is being waited for. They meet in `_state` and hold it only briefly.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from uuid import uuid4

from tui.nodes.carrier import Carrier, Delivery, Gone
from tui.nodes.command_line import agent_line
from tui.nodes.connection import LocalPowerShell, Target
from tui.nodes.errors import Cancelled, ConstrainedLanguage, Lost, NodeError, PowerShellNotStarted, TimedOut
from tui.nodes.line import Line, encode
from tui.nodes.process_wide import SHARED, ProcessWide
from tui.nodes.records import End, ErrorRecord, Ready, Record
from tui.nodes.reply import PendingReply, Reply, Sink
from tui.nodes.request import Request, Requests, Stage
from tui.nodes.script import Script

log = logging.getLogger("azsconfig.nodes")

DEFAULT_DEADLINE = timedelta(seconds=60)
STOP_GRACE_SECONDS = 2.0
"""How long a script may take to stop when it is told to, before its PowerShell is ended."""
OPEN_SECONDS = 90.0
"""How long PowerShell may take until it says it is ready."""
DISPOSE_SECONDS = 10.0
FULL_LANGUAGE = "FullLanguage"
AGENTS_OWN = "Azsconfig"
BAD_REQUEST = "AzsconfigBadRequest"


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
        self._shared = shared
        self._carriers = carriers
        self._stop_grace = stop_grace.total_seconds()
        self._state = threading.Condition()
        self._requests = Requests()
        self._urgent: list[bytes] = []
        self._line: Line | None = None
        self._threads: list[threading.Thread] = []
        self._disposals: list[threading.Thread] = []
        self._closed = False
        self._ready: Ready | None = None
        self._authentication: str | None = None

    @property
    def node(self) -> str:
        """Name of the node."""
        return self.target.node

    @property
    def ready(self) -> Ready | None:
        """What answers at the other end, as soon as it has answered once."""
        return self._ready

    @property
    def authentication(self) -> str | None:
        """How the node knows us: `kerberos`, `ntlm` (shown where Kerberos was wanted), `basic`...; `None` for local."""
        return self._authentication

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
        with self._state:
            if self._closed:
                message = f"the channel to {self.node} is closed"
                raise RuntimeError(message)
            self._requests.add(request)
            request.deadline = self._shared.clock.after(
                deadline.total_seconds(), partial(self._time_out, request, deadline)
            )
            self._start_threads()
            self._state.notify_all()
        return PendingReply(request_id, self.node, request.future, partial(self._cancel, request))

    def close(self, within: timedelta = timedelta(seconds=5)) -> bool:
        """End everything: outstanding requests with Cancelled, PowerShell and shell on the node, our threads.

        Returns within about the given time also when the node is dead; False when something could not be confirmed
        gone by then (the node removes its shell after the idle timeout). Never raises; may be called twice.
        """
        until = time.monotonic() + within.total_seconds()
        with self._state:
            self._closed = True
            queued, sent = self._requests.remove_queued(), self._requests.remove_sent()
            line, self._line = self._line, None
            threads = [*self._threads, *self._disposals]
            self._state.notify_all()
        if line is not None and line.watch is not None:
            line.watch.cancel()
        closed = Cancelled(self.node, "The channel was closed.")
        self._settle(queued, closed)
        self._settle(sent, closed, may_have_run=True)
        gone = line is None or self._close(line.carrier, max(0.5, within.total_seconds() * 0.8))
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))
        return gone and not any(thread.is_alive() for thread in threads)

    # ---- threads -----------------------------------------------------------------------------------------------------

    def _start_threads(self) -> None:
        if not self._threads:
            for name, loop in (("receive", self._receive), ("send", self._send)):
                thread = threading.Thread(target=loop, name=f"azsconfig {self.node} {name}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _receive(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._closed or self._must_open or self._must_read)
                if self._closed:
                    return
                line = self._line
            try:
                if line is None:
                    self._open()
                else:
                    self._read(line)
            except Exception as error:  # every request of this node needs this thread
                log.exception("%s: reading failed", self.node)
                self._fail(line or self._line, error)

    def _send(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._closed or self._must_write)
                if self._closed:
                    return
                line = self._line
                assert line is not None  # noqa: S101 - _must_write says so
                batch = [] if line.hanging else self._requests.take_batch()
                urgent, self._urgent = self._urgent, []
            try:
                self._write(line, batch, urgent)
            except Exception as error:  # every request of this node needs this thread
                log.exception("%s: writing failed", self.node)
                self._fail(line, error)

    @property
    def _must_open(self) -> bool:
        return self._line is None and self._requests.any_queued

    @property
    def _must_read(self) -> bool:
        return self._line is not None and (self._line.ready is None or self._requests.any_written)

    @property
    def _must_write(self) -> bool:
        line = self._line
        if line is None or line.ready is None:
            return False
        return bool(self._urgent) or (self._requests.any_queued and not line.hanging)

    # ---- opening and reading -----------------------------------------------------------------------------------------

    def _open(self) -> None:
        with self._state:
            if self._closed:
                return
            line = self._line = Line(self.node, self._carriers(self.target, self._shared))
            self._urgent.clear()
        silence = PowerShellNotStarted(self.node, f"PowerShell did not answer within {OPEN_SECONDS:g} s.")
        line.watch = self._shared.clock.after(OPEN_SECONDS, partial(self._end_silent, line, silence))
        try:
            line.carrier.open(agent_line())
            self._authentication = line.carrier.authentication
        except Gone:
            self._drop(line, PowerShellNotStarted(self.node, "PowerShell was gone before it was ready."))
        except NodeError as error:
            self._drop(line, error)

    def _end_silent(self, line: Line, error: NodeError) -> None:
        if line.ready is None:
            self._drop(line, error)

    def _read(self, line: Line) -> None:
        try:
            delivery = line.carrier.read()
            records, strays = line.take(delivery)
            question = line.question()
            for record in records:
                self._dispatch(line, record)
            if strays:
                with self._state:
                    requests = self._requests.all_sent()
                for request in requests:
                    request.take_stray(strays)
            if question is not None and not delivery.ended:
                line.carrier.write(question)
        except Gone:
            self._drop(line, Lost(self.node, "PowerShell on the node is gone.", may_have_run=True))
        except NodeError as error:
            self._drop(line, error)
        else:
            if delivery.ended:
                self._drop(line, self._ended(line, delivery))

    def _ended(self, line: Line, delivery: Delivery) -> NodeError:
        code = "" if delivery.exit_code is None else f" (exit code {delivery.exit_code})"
        said = f": {line.stderr[:500]}" if line.stderr else "."
        if line.ready is None:
            return PowerShellNotStarted(self.node, f"PowerShell ended before it was ready{code}{said}")
        return Lost(self.node, f"PowerShell on the node ended{code}{said}", may_have_run=True)

    def _dispatch(self, line: Line, record: Record) -> None:
        content = record.content
        with self._state:
            request = self._requests.sent(record.id) if self._line is line else None
        if isinstance(content, Ready):
            self._is_ready(line, content)
        elif request is not None and isinstance(content, End):
            with self._state:
                self._requests.remove(request)
                self._state.notify_all()
            request.settle(request.outcome(content))
            self._drop_if_useless(line)
        elif request is not None and not request.future.done():
            request.take(record)
        elif isinstance(content, End) and record.id in line.hanging:
            with self._state:
                line.hanging.discard(record.id)
                self._state.notify_all()
        elif isinstance(content, ErrorRecord) and content.fqid.startswith(AGENTS_OWN):
            self._complaint(record.id, content)

    def _is_ready(self, line: Line, ready: Ready) -> None:
        if line.watch is not None:
            line.watch.cancel()
        self._ready = ready
        log.info("%s: PowerShell %s %s as process %s", self.node, ready.version, ready.language, ready.pid)
        if ready.language != FULL_LANGUAGE:
            message = f"PowerShell on the node runs in {ready.language or 'an unknown language mode'}."
            self._drop(line, ConstrainedLanguage(self.node, message), unsent=True)
        with self._state:
            self._state.notify_all()

    def _complaint(self, request_id: str | None, error: ErrorRecord) -> None:
        """Handle an error of the agent itself: a line that it could not read may have been a request of ours."""
        log.warning("%s: the agent says %s (%s)", self.node, error.message, error.fqid)
        if error.fqid == BAD_REQUEST and request_id is None:
            with self._state:
                self._urgent += [request.content for request in self._requests.unanswered()]
                self._state.notify_all()

    # ---- writing -----------------------------------------------------------------------------------------------------

    def _write(self, line: Line, batch: list[Request], urgent: list[bytes]) -> None:
        lines = [*urgent, line.definitions(request.script for request in batch)]
        lines += [request.content for request in batch]
        try:
            line.carrier.write(b"".join(lines))
        except Gone:
            lost = Lost(self.node, "PowerShell on the node is gone.")
            with self._state:
                hopeless = self._requests.not_written(batch)
            self._drop(line, lost)
            self._settle(hopeless, lost)
        except NodeError as error:
            self._drop(line, error)
        else:
            with self._state:
                self._requests.written(batch)
                self._state.notify_all()

    # ---- stopping ----------------------------------------------------------------------------------------------------

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
        with self._state:
            if request.stage is Stage.OVER or (request.stopping is not None and not isinstance(error, TimedOut)):
                return False
            queued = request.stage is Stage.QUEUED
            line = self._line
            if queued or line is None:
                self._requests.remove(request)
            else:
                first, request.stopping = request.stopping is None, error.again(may_have_run=True)
                if first:
                    self._urgent.append(encode({"id": f"c{uuid4().hex}", "op": "cancel", "target": request.id}))
                    request.grace = self._shared.clock.after(self._stop_grace, partial(self._give_up, line, request))
            self._state.notify_all()
        if queued:
            request.settle(error)
        return not queued

    def _give_up(self, line: Line, request: Request) -> None:
        """Wait no longer for a request that does not stop: its PowerShell is ended when nothing else needs it."""
        with self._state:
            if request.stage is Stage.OVER or self._line is not line:
                return
            self._requests.remove(request)
            line.hanging.add(request.id)
            self._state.notify_all()
        log.warning("%s: %s does not stop", self.node, request.script.name)
        request.settle(request.stopping or Cancelled(self.node, "The request does not stop.", may_have_run=True))
        self._drop_if_useless(line)

    # ---- ending ------------------------------------------------------------------------------------------------------

    def _drop_if_useless(self, line: Line) -> None:
        with self._state:
            useless = bool(line.hanging) and not self._requests.any_sent
        if useless:
            self._drop(line, Lost(self.node, "PowerShell on the node hangs and was ended."))

    def _fail(self, line: Line | None, error: Exception) -> None:
        if line is not None:
            self._drop(line, Lost(self.node, f"azsconfig failed: {error}", remedy="Report this with the log."))

    def _drop(self, line: Line, error: NodeError, *, unsent: bool = False) -> None:
        """Give a line up. What was sent on it fails; what was not, too, when the line never became usable."""
        with self._state:
            if self._line is not line:
                return
            self._line = None
            self._urgent.clear()
            usable = line.ready is not None and not unsent
            queued = [] if usable else self._requests.remove_queued()
            sent = self._requests.remove_sent()
            disposal = threading.Thread(
                target=self._close, args=(line.carrier, DISPOSE_SECONDS), name=f"azsconfig {self.node} end", daemon=True
            )
            self._disposals = [thread for thread in self._disposals if thread.is_alive()]
            self._disposals.append(disposal)
            disposal.start()
            self._state.notify_all()
        if line.watch is not None:
            line.watch.cancel()
        if queued or sent:
            log.warning("%s: %s", self.node, error.message)
        self._settle(queued, error)
        self._settle(sent, error, may_have_run=True)

    def _close(self, carrier: Carrier, seconds: float) -> bool:
        try:
            return carrier.close(seconds)
        except Exception:  # ending must go on
            log.exception("%s: closing failed", self.node)
            return False

    def _settle(self, requests: list[Request], error: NodeError, *, may_have_run: bool = False) -> None:
        for request in requests:
            outcome: Reply | NodeError = request.stopping or error.again(may_have_run=may_have_run)
            request.settle(outcome)
