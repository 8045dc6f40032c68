"""All that a run has told so far, at once."""

from tui.runs.asking import Ask
from tui.runs.event import Event
from tui.runs.node_runs import read_run
from tui.runs.run_state import RunState


def read_journal(ask: Ask, node: str, run_id: str) -> tuple[RunState, tuple[Event, ...]]:
    """Return a run as it is now and every event of its journal. Raises NodeError, RunError."""
    events: list[Event] = []
    offset = 0
    while True:
        page = read_run(ask, node, run_id, offset)
        events += page.events
        if page.offset <= offset:
            return page.state, tuple(events)
        offset = page.offset
