"""Follow a run from wherever it is to its end: every event once, whatever happens to the connection."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from tui.nodes.errors import Cancelled, NodeError
from tui.runs.asking import Ask
from tui.runs.errors import RunUnreadable
from tui.runs.event import Sink, note
from tui.runs.node_runs import RunPage, read_run
from tui.runs.run_state import RunState

QUICKEST_SECONDS = 0.3
SLOWEST_SECONDS = 2.0
SLOWER = 1.4
"""How much longer each look in vain lets the next one wait."""
PATIENCE = timedelta(minutes=30)
"""How long a node may be away, a restart included, before following it is given up; its run may go on."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Where following ended."""

    state: RunState | None
    """The run as it was read last; `None` when it was never read."""
    offset: int
    """Where its journal goes on, in bytes."""
    lost: NodeError | None = None
    """Why it could not be followed to its end, where its node stayed away."""

    @property
    def over(self) -> bool:
        """Whether the run was followed to its end."""
        return self.state is not None and self.state.over and self.lost is None


class _Interval:
    """How long to wait before the next look: little while much happens."""

    def __init__(self) -> None:
        self._seconds = QUICKEST_SECONDS

    def after(self, *, something: bool) -> float:
        self._seconds = QUICKEST_SECONDS if something else min(self._seconds * SLOWER, SLOWEST_SECONDS)
        return self._seconds


def follow(
    ask: Ask,
    node: str,
    run_id: str,
    sink: Sink,
    *,
    offset: int = 0,
    stop: threading.Event | None = None,
    patience: timedelta = PATIENCE,
) -> Followed:
    """Give every event of a run after `offset` to `sink`, until the run is over, `stop` is set or patience ends.

    Blocks meanwhile. A connection that is lost and comes back is told as a note. The run itself never notices.

    Raises RunError where the node has no such run, or says what cannot be read.
    """
    stop = stop or threading.Event()
    interval, state = _Interval(), None
    lost: NodeError | None = None
    lost_at = 0.0
    number = 0
    while not stop.is_set():
        try:
            page = read_run(ask, node, run_id, offset)
        except Cancelled as error:
            # The session was closed: it never answers again.
            return Followed(state, offset, error)
        except NodeError as error:
            if lost is None:
                lost, lost_at = error, time.monotonic()
                sink(note(f"{node} does not answer: {error.message} The run does not depend on it.", node=node))
            elif time.monotonic() - lost_at > patience.total_seconds():
                return Followed(state, offset, error)
            stop.wait(interval.after(something=False))
            continue
        if lost is not None:
            lost = None
            sink(note(f"{node} answers again.", node=node))
        state = page.state
        number = _tell(page, number, sink, node)
        progress = page.offset > offset
        offset = page.offset
        if state.over and not progress:
            return Followed(state, offset)
        if not state.over:
            stop.wait(interval.after(something=progress))
    return Followed(state, offset)


def _tell(page: RunPage, number: int, sink: Sink, node: str) -> int:
    """Give a page's events to `sink` and return the number of the last; raises RunUnreadable for a gap."""
    for event in page.events:
        if event.number is not None:
            if event.number <= number:
                continue
            if number and event.number != number + 1:
                message = f"The journal of the run on {node} lacks what came before entry {event.number}."
                raise RunUnreadable(message, "Look into the run's folder on the node.", node=node)
            number = event.number
        sink(event)
    return number
