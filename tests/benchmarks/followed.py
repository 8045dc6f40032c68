"""The menu with a run to follow that never stops talking: twenty lines a second, and the cmdlet's own progress."""

import itertools
import threading
from datetime import UTC, datetime
from typing import Any

from tests.made_up_runs import CMDLET, DONE, MadeUpOperation
from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tui.app import AzsconfigApp
from tui.runs.event import Event, EventKind, Sink
from tui.runs.outcome import Outcome
from tui.runs.plan import Plan

LINES_A_SECOND = 20


class _Session:
    azure = None
    banner = "LAB healthy"

    def discover_peers(self) -> None:
        """There are none."""


class _Talkative(MadeUpOperation):
    """A run that goes on until the program ends."""

    def apply(self, session: Any, plan: Plan, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        del session, plan
        over = stop or threading.Event()
        for number in itertools.count(1):
            now = datetime.now(UTC)
            text = f"line {number} of what a cmdlet has to say, as wide as the screen {number * 7919 % 100_003:>6}"
            sink(Event(EventKind.OUTPUT, now, text=text, stream="host"))
            sink(
                Event(EventKind.PROGRESS, now, activity=CMDLET, text=f"Step {number}", percent=number % 99, progress=1)
            )
            if over.wait(1 / LINES_A_SECOND):
                break
        return DONE


def show() -> None:
    """Show the menu; every option that changes something leads to the talkative run."""
    reader = StillReader(scenario_snapshot())
    reader.opened = _Session()
    AzsconfigApp(desk_of(reader, make_operation=lambda _id: _Talkative())).run(mouse=False)
