"""One request on its way, and all requests of a channel by where they are."""

import contextlib
import logging
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, InvalidStateError
from enum import Enum, auto

from tui.nodes.clock import Appointment
from tui.nodes.errors import Cancelled, NodeError, ScriptError
from tui.nodes.plain_text import JSON
from tui.nodes.records import End, ErrorRecord, Message, Out, Progress, Record, UnknownRecord
from tui.nodes.reply import Reply, Sink
from tui.nodes.script import Script

log = logging.getLogger("azsconfig.nodes")

MAX_STRAY_LINES = 100
MAX_WRITES = 3
"""How often a request is written: again only while the node is known not to have read it, or ignores what it has."""
STOPPED = "PipelineStopped"


class Stage(Enum):
    """Where a request is."""

    QUEUED = auto()
    """Here; the node has not seen it."""
    WRITING = auto()
    """Being written; the node may have seen it."""
    WRITTEN = auto()
    """Taken by the node's side; its end is awaited."""
    OVER = auto()
    """Ended, or nobody waits for its end any more."""


class Request:
    """A script to run once, what came of it so far, and who waits for it."""

    def __init__(self, request_id: str, node: str, script: Script, content: bytes, sink: Sink | None) -> None:
        self.id = request_id
        """Unique id; the agent ignores one it has seen."""
        self.script = script
        """What runs."""
        self.content = content
        """The request as a line for the agent; may hold a secret."""
        self.future: Future[Reply] = Future()
        """Who waits."""
        self.future.set_running_or_notify_cancel()
        self.stage = Stage.QUEUED
        """Where it is."""
        self.writes = 0
        """How often it was written."""
        self.answered = False
        """Whether a record of it came."""
        self.stopping: NodeError | None = None
        """What it ends with when it stops because it was told to."""
        self.deadline: Appointment | None = None
        """When it times out."""
        self.grace: Appointment | None = None
        """When it is given up although it was told to stop."""
        self._node = node
        self._sink = sink
        self._outs: list[JSON] = []
        self._warnings: list[str] = []
        self._errors: list[ErrorRecord] = []
        self._stray: list[str] = []

    def take(self, record: Record) -> None:
        """Keep a record and show it to the sink."""
        self.answered = True
        content = record.content
        match content:
            case Out(data):
                self._outs.append(data)
            case Message("warning", message):
                self._warnings.append(message)
            case ErrorRecord():
                self._errors.append(content)
            case _:
                pass
        if self._sink is not None and isinstance(content, Out | Message | ErrorRecord | Progress | UnknownRecord):
            try:
                self._sink(content)
            except Exception:  # the channel must survive who listens
                log.exception("%s: a sink failed", self._node)

    def take_stray(self, lines: Iterable[str]) -> None:
        """Keep text that came while it ran."""
        self._stray += lines
        del self._stray[:-MAX_STRAY_LINES]

    def outcome(self, end: End) -> Reply | NodeError:
        """Return what it came to, by its last record."""
        if end.ok:
            return Reply(
                node=self._node,
                outs=tuple(self._outs),
                warnings=tuple(self._warnings),
                errors=tuple(self._errors),
                seconds=end.seconds,
                stray=tuple(self._stray),
            )
        last = self._errors[-1] if self._errors else ErrorRecord("NotSpecified", "", "", "The script failed.")
        if last.fqid == STOPPED:
            stopped = f"{self.script.name} was stopped."
            return self.stopping or Cancelled(self._node, stopped, may_have_run=True)
        return ScriptError(
            self._node,
            f"{self.script.name}: {last.message}",
            category=last.category,
            fqid=last.fqid,
            position=last.position,
        )

    def settle(self, outcome: Reply | NodeError) -> None:
        """Tell who waits, once; callbacks of the future run here, so no lock may be held."""
        if self.deadline is not None:
            self.deadline.cancel()
        if self.stage is Stage.OVER and self.grace is not None:
            self.grace.cancel()
        # An answer may come in the instant of its deadline: whoever is second finds it settled.
        with contextlib.suppress(InvalidStateError):
            if isinstance(outcome, Reply):
                self.future.set_result(outcome)
            else:
                self.future.set_exception(outcome)


class Requests:
    """All requests of one channel. Whoever uses it holds the channel's lock."""

    def __init__(self) -> None:
        self._queue: deque[Request] = deque()
        self._sent: dict[str, Request] = {}

    @property
    def any_queued(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._queue)

    @property
    def any_sent(self) -> bool:
        """Whether the node has, or may have, something whose end is awaited."""
        return bool(self._sent)

    @property
    def any_written(self) -> bool:
        """Whether there is an answer to read."""
        return any(request.stage is Stage.WRITTEN for request in self._sent.values())

    def add(self, request: Request) -> None:
        """Queue a new request."""
        self._queue.append(request)

    def sent(self, request_id: str | None) -> Request | None:
        """Return the request with that id, when the node has it."""
        return self._sent.get(request_id) if request_id is not None else None

    def all_sent(self) -> list[Request]:
        """Return everything whose end is awaited."""
        return list(self._sent.values())

    def take_batch(self) -> list[Request]:
        """Take everything queued, to be written now."""
        batch = list(self._queue)
        self._queue.clear()
        for request in batch:
            request.stage = Stage.WRITING
            request.writes += 1
            self._sent[request.id] = request
        return batch

    def written(self, batch: Iterable[Request]) -> None:
        """Say that a batch was written."""
        for request in batch:
            if request.stage is Stage.WRITING:
                request.stage = Stage.WRITTEN

    def not_written(self, batch: Iterable[Request]) -> list[Request]:
        """Say that the node has seen nothing of a batch: it is queued again. Returns what was written too often."""
        hopeless: list[Request] = []
        for request in reversed(list(batch)):
            if request.stage is Stage.OVER:
                continue
            del self._sent[request.id]
            if request.writes >= MAX_WRITES:
                request.stage = Stage.OVER
                hopeless.append(request)
            else:
                request.stage = Stage.QUEUED
                self._queue.appendleft(request)
        return hopeless

    def unanswered(self) -> list[Request]:
        """Return what was written and may have been garbled on its way, to be written again."""
        again = [
            request
            for request in self._sent.values()
            if request.stage is Stage.WRITTEN and not request.answered and request.writes < MAX_WRITES
        ]
        for request in again:
            request.writes += 1
        return again

    def remove(self, request: Request) -> None:
        """Await its end no longer."""
        request.stage = Stage.OVER
        self._sent.pop(request.id, None)
        if request in self._queue:
            self._queue.remove(request)

    def remove_queued(self) -> list[Request]:
        """Take everything that was never written."""
        return self._remove_all(list(self._queue))

    def remove_sent(self) -> list[Request]:
        """Take everything the node has or may have."""
        return self._remove_all(list(self._sent.values()))

    def _remove_all(self, requests: list[Request]) -> list[Request]:
        for request in requests:
            self.remove(request)
        return requests
