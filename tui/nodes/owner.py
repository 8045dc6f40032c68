"""Owns one node's PowerShell: opens it, writes to it, reads from it, gives it up.

Two threads a node, both started by the first request: one opens, reads and decides; one writes, so that a new request
or a cancellation does not wait for an answer that is being waited for. They meet in `state` and hold it only briefly.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from tui.nodes.carrier import Carrier, Delivery, Gone
from tui.nodes.clock import Clock
from tui.nodes.command_line import agent_line
from tui.nodes.errors import Cancelled, ConstrainedLanguage, Lost, NodeError, PowerShellNotStarted
from tui.nodes.line import Line
from tui.nodes.records import End, ErrorRecord, Ready, Record
from tui.nodes.reply import Reply
from tui.nodes.request import Request, Requests

log = logging.getLogger("azsconfig.nodes")

OPEN_SECONDS = 90.0
"""How long PowerShell may take until it says it is ready."""
DISPOSE_SECONDS = 10.0
"""How long the end of one that was given up may take, in the background."""
WRITER_SECONDS = 15.0
"""How long a write into a PowerShell that has gone may take to notice."""
FULL_LANGUAGE = "FullLanguage"
AGENTS_OWN = "Azsconfig"
"""What the ids of the agent's own errors begin with."""
BAD_REQUEST = "AzsconfigBadRequest"


class Owner:
    """One node's PowerShell, the requests for it, and the two threads that bring them together."""

    def __init__(self, node: str, new_carrier: Callable[[], Carrier], clock: Clock) -> None:
        self.node = node
        """Name of the node."""
        self.state = threading.Condition()
        """Held by whoever looks at or changes what follows; notified after every change."""
        self.requests = Requests()
        """All requests that have not ended."""
        self.urgent: list[bytes] = []
        """Lines for the agent that are no requests to run something."""
        self.line: Line | None = None
        """The opened PowerShell, or the one that is being opened."""
        self.closed = False
        """Whether nothing is taken any more."""
        self.ready: Ready | None = None
        """What answered last."""
        self.authentication: str | None = None
        """How the node knows us."""
        self._new_carrier = new_carrier
        self._clock = clock
        self._writing = False
        self._threads: list[threading.Thread] = []
        self._disposals: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads, once; the caller holds the state."""
        if not self._threads:
            for name, loop in (("receive", self._receive), ("send", self._send)):
                thread = threading.Thread(target=loop, name=f"azsconfig {self.node} {name}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def close(self, within: float) -> bool:
        """End PowerShell and the threads within about that many seconds; returns whether nothing is left."""
        until = time.monotonic() + within
        with self.state:
            self.closed = True
            queued, sent = self.requests.remove_queued(), self.requests.remove_sent()
            line, self.line = self.line, None
            threads = [*self._threads, *self._disposals]
            self.state.notify_all()
        if line is not None and line.watch is not None:
            line.watch.cancel()
        closed = Cancelled(self.node, "The channel was closed.")
        _settle(queued, closed)
        _settle(sent, closed, may_have_run=True)
        gone = line is None or self._close(line.carrier, max(0.5, within * 0.8))
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))
        return gone and not any(thread.is_alive() for thread in threads)

    def _receive(self) -> None:
        while True:
            with self.state:
                self.state.wait_for(lambda: self.closed or self._must_open or self._must_read)
                if self.closed:
                    return
                line = self.line
            try:
                if line is None:
                    self._open()
                else:
                    self._read(line)
            except Exception as error:  # every request of this node needs this thread
                log.exception("%s: reading failed", self.node)
                self._fail(line or self.line, error)

    def _send(self) -> None:
        while True:
            with self.state:
                self.state.wait_for(lambda: self.closed or self._must_write)
                if self.closed:
                    return
                line = self.line
                assert line is not None  # noqa: S101 - _must_write says so
                batch = [] if line.hanging else self.requests.take_batch()
                urgent, self.urgent = self.urgent, []
                self._writing = True
                self.state.notify_all()
            try:
                self._write(line, batch, urgent)
            except Exception as error:  # every request of this node needs this thread
                log.exception("%s: writing failed", self.node)
                self._fail(line, error)
            with self.state:
                self._writing = False
                self.state.notify_all()

    @property
    def _must_open(self) -> bool:
        return self.line is None and self.requests.any_queued

    @property
    def _must_read(self) -> bool:
        # Also while it is still being written to: a pipe that is full of answers takes no more questions.
        return self.line is not None and (self.line.ready is None or self._writing or self.requests.any_written)

    @property
    def _must_write(self) -> bool:
        line = self.line
        if line is None or line.ready is None or line.ready.language != FULL_LANGUAGE:
            return False
        return bool(self.urgent) or (self.requests.any_queued and not line.hanging)

    def _open(self) -> None:
        with self.state:
            if self.closed:
                return
            line = self.line = Line(self.node, self._new_carrier())
            self.urgent.clear()
        silence = PowerShellNotStarted(self.node, f"PowerShell did not answer within {OPEN_SECONDS:g} s.")
        line.watch = self._clock.after(OPEN_SECONDS, partial(self._end_silent, line, silence))
        try:
            line.carrier.open(agent_line())
            self.authentication = line.carrier.authentication
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
                with self.state:
                    requests = self.requests.all_sent()
                for request in requests:
                    request.take_stray(strays)
            if question is not None and not delivery.ended:
                self._ask(line, question)
        except Gone:
            self._let_writing_end(line)
            self._drop(line, Lost(self.node, "PowerShell on the node is gone.", may_have_run=True))
        except NodeError as error:
            self._drop(line, error)
        else:
            if delivery.ended:
                self._let_writing_end(line)
                self._drop(line, self._ended(line, delivery))

    def _ask(self, line: Line, question: bytes) -> None:
        """Ask for lost records; whoever reads must not wait for a write that waits for being read."""
        if line.ready is None:
            # Nothing else is written before it is ready.
            line.carrier.write(question)
            return
        with self.state:
            if self.line is line:
                self.urgent.append(question)
                self.state.notify_all()

    def _let_writing_end(self, line: Line) -> None:
        """Give the writer, who meets the same end, the time to say that a request never left."""
        with self.state:
            self.state.wait_for(lambda: self.closed or self.line is not line or not self._writing, WRITER_SECONDS)

    def _ended(self, line: Line, delivery: Delivery) -> NodeError:
        code = "" if delivery.exit_code is None else f" (exit code {delivery.exit_code})"
        said = f": {line.stderr[:500]}" if line.stderr else "."
        if line.ready is None:
            return PowerShellNotStarted(self.node, f"PowerShell ended before it was ready{code}{said}")
        return Lost(self.node, f"PowerShell on the node ended{code}{said}", may_have_run=True)

    def _dispatch(self, line: Line, record: Record) -> None:
        content = record.content
        with self.state:
            request = self.requests.sent(record.id) if self.line is line else None
        if isinstance(content, Ready):
            self._take_ready(line, content)
        elif request is not None and isinstance(content, End):
            with self.state:
                self.requests.remove(request)
                self.state.notify_all()
            request.settle(request.outcome(content))
            self.drop_if_useless(line)
        elif request is not None and not request.future.done():
            request.take(record)
        elif isinstance(content, End) and record.id in line.hanging:
            with self.state:
                line.hanging.discard(record.id)
                self.state.notify_all()
        elif isinstance(content, ErrorRecord) and content.fqid.startswith(AGENTS_OWN):
            self._complaint(record.id, content)

    def _take_ready(self, line: Line, ready: Ready) -> None:
        if line.watch is not None:
            line.watch.cancel()
        self.ready = ready
        log.info("%s: PowerShell %s %s as process %s", self.node, ready.version, ready.language, ready.pid)
        if ready.language != FULL_LANGUAGE:
            message = f"PowerShell on the node runs in {ready.language or 'an unknown language mode'}."
            self._drop(line, ConstrainedLanguage(self.node, message), unsent=True)
        with self.state:
            self.state.notify_all()

    def _complaint(self, request_id: str | None, error: ErrorRecord) -> None:
        """Handle an error of the agent itself: a line that it could not read may have been a request of ours."""
        log.warning("%s: the agent says %s (%s)", self.node, error.message, error.fqid)
        if error.fqid == BAD_REQUEST and request_id is None:
            with self.state:
                self.urgent += [request.content for request in self.requests.unanswered()]
                self.state.notify_all()

    def _write(self, line: Line, batch: list[Request], urgent: list[bytes]) -> None:
        lines = [*urgent, line.definitions(request.script for request in batch)]
        lines += [request.content for request in batch]
        try:
            line.carrier.write(b"".join(lines))
        except Gone:
            lost = Lost(self.node, "PowerShell on the node is gone.")
            with self.state:
                hopeless = self.requests.not_written(batch)
            self._drop(line, lost)
            _settle(hopeless, lost)
        except NodeError as error:
            self._drop(line, error)
        else:
            with self.state:
                self.requests.written(batch)
                self.state.notify_all()

    def drop_if_useless(self, line: Line) -> None:
        """Give a line up when something hangs in it and nothing else needs it."""
        with self.state:
            useless = bool(line.hanging) and not self.requests.any_sent
        if useless:
            self._drop(line, Lost(self.node, "PowerShell on the node hangs and was ended."))

    def _fail(self, line: Line | None, error: Exception) -> None:
        if line is not None:
            self._drop(line, Lost(self.node, f"azsconfig failed: {error}", remedy="Report this with the log."))

    def _drop(self, line: Line, error: NodeError, *, unsent: bool = False) -> None:
        """Give a line up. What was sent on it fails; what was not, too, when the line never became usable."""
        with self.state:
            if self.line is not line:
                return
            self.line = None
            self.urgent.clear()
            usable = line.ready is not None and not unsent
            queued = [] if usable else self.requests.remove_queued()
            sent = self.requests.remove_sent()
            disposal = threading.Thread(
                target=self._close, args=(line.carrier, DISPOSE_SECONDS), name=f"azsconfig {self.node} end", daemon=True
            )
            self._disposals = [thread for thread in self._disposals if thread.is_alive()]
            self._disposals.append(disposal)
            disposal.start()
            self.state.notify_all()
        if line.watch is not None:
            line.watch.cancel()
        if queued or sent:
            log.warning("%s: %s", self.node, error.message)
        _settle(queued, error)
        _settle(sent, error, may_have_run=True)

    def _close(self, carrier: Carrier, seconds: float) -> bool:
        try:
            return carrier.close(seconds)
        except Exception:  # ending must go on
            log.exception("%s: closing failed", self.node)
            return False


def _settle(requests: list[Request], error: NodeError, *, may_have_run: bool = False) -> None:
    for request in requests:
        outcome: Reply | NodeError = request.stopping or error.again(may_have_run=may_have_run)
        request.settle(outcome)
