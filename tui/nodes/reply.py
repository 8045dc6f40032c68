"""What a request to a node gives back."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeAlias

from tui.nodes.plain_text import JSON
from tui.nodes.records import ErrorRecord, LiveRecord

Sink: TypeAlias = Callable[[LiveRecord], None]
"""Sees records while the script runs, in order, on a thread of the channel: it must be quick and never wait."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A script that ran to its end."""

    node: str
    """Where it ran."""
    outs: tuple[JSON, ...]
    """Its output, object by object."""
    warnings: tuple[str, ...]
    """What it said with `Write-Warning`."""
    errors: tuple[ErrorRecord, ...]
    """Errors that did not end it."""
    seconds: float
    """How long it ran on the node."""
    stray: tuple[str, ...] = ()
    """Text that came while it ran and belongs to no record: shown in the log, never an answer."""


class PendingReply:
    """A request on its way. Any thread may wait for it or cancel it."""

    def __init__(self, request_id: str, node: str, future: "Future[Reply]", cancel: Callable[[], None]) -> None:
        self.id = request_id
        """Unique id of the request."""
        self.node = node
        """Node it was submitted to."""
        self.future = future
        """The result as a `concurrent.futures.Future`: for `as_completed`, `asyncio.wrap_future` or callbacks."""
        self._cancel = cancel

    def result(self, timeout: float | None = None) -> Reply:
        """Wait for the reply.

        Raises the NodeError the request ended with, or TimeoutError when `timeout` seconds of waiting pass first (the
        request then goes on until its own deadline).
        """
        return self.future.result(timeout)

    def done(self) -> bool:
        """Whether `result` would return at once."""
        return self.future.done()

    def cancel(self) -> None:
        """Stop the request; never blocks. `result` raises Cancelled within about two seconds, or has the answer."""
        self._cancel()
