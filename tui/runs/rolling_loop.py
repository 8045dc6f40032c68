"""Carries a rolling update on from wherever its journal stands until it is done or has to stop.

Decisions are `tui.cluster.rolling`'s; what this does is the order: look, decide, write down, act. An entry is on the
disk before anything is done, so whoever goes on after a coordinator that died finds every run that may have begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from tui.cluster.rolling import next_action, node_in_turn
from tui.cluster.rolling_journal import Entry, Mark, Step
from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.rolling_progress import NodeProgress
from tui.cluster.rolling_view import RollingAction, RollingView


@dataclass(frozen=True, slots=True)
class StepEnd:
    """How a step on a node ended."""

    succeeded: bool
    """Whether it did what it should."""
    text: str = ""
    """What came of it, or why it failed, in words."""
    remedy: str = ""
    """What to do about a failure."""
    restart_needed: bool | None = None
    """Of an installation: whether the node has to restart; also of one that failed in part."""


class Hands(Protocol):
    """What a rolling update does to the world."""

    def look(self, progress: NodeProgress | None) -> RollingView:
        """Return what is true now; `progress` is of the node whose turn it is, `None` when all are done.

        `progress.open_run` names the run to look for, and the chosen updates are searched while only its check is
        begun. What cannot be read is left out, never an exception.
        """
        ...

    def write(self, entry: Entry) -> None:
        """Put an entry at the end of the journal; returns once it is on the disk."""
        ...

    def new_run(self, step: Step) -> str:
        """Return an id for a run that carries a step out."""
        ...

    def carry_out(self, action: RollingAction, run: str) -> StepEnd | None:
        """Start the action's step as the detached run of that id, or follow the one there is, to its end.

        Returns `None` when nobody knows how it ended: the node no longer answers. A step that could not even be started
        has failed.
        """
        ...

    def pause(self) -> None:
        """Wait a moment before the next look; ends early when the coordinator is to leave."""
        ...

    def leaving(self) -> bool:
        """Return whether the coordinator is to leave everything as it is, for somebody to go on later."""
        ...

    def now(self) -> datetime:
        """Return the time by the coordinator's clock, UTC."""
        ...


def run_rolling(plan: RollingPlan, journal: Sequence[Entry], hands: Hands) -> RollingAction | None:
    """Carry a rolling update on; returns the last action, which stops it or says it is done, `None` when told to leave.

    An update that stands still stays so: write `continued` to the journal first.
    """
    entries = list(journal)

    def write(entry: Entry) -> None:
        hands.write(entry)
        entries.append(entry)

    while not hands.leaving():
        view = hands.look(node_in_turn(plan, entries))
        action = next_action(plan, entries, view)
        run = action.run
        if action.writes is not None:
            entry = action.writes
            if action.step is not None and entry.run is None:
                run = hands.new_run(action.step)
                entry = replace(entry, run=run)
            write(entry)
        if action.over:
            return action
        if action.step is not None and run is not None:
            end = hands.carry_out(action, run)
            if end is not None:
                write(_ended(action, run, end, hands.now()))
        elif action.pause:
            hands.pause()
    return None


def _ended(action: RollingAction, run: str, end: StepEnd, now: datetime) -> Entry:
    return Entry(
        Mark.DONE if end.succeeded else Mark.FAILED,
        now,
        action.node,
        action.step,
        run,
        text=end.text,
        remedy=end.remedy,
        restart_needed=end.restart_needed,
    )
