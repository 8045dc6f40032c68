"""What the commands that change something write, for people or as JSON.

Standard output is data only: the plan of a dry run or of a refusal, and the outcome; as JSON every event. What goes
on meanwhile is told people on standard error.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from tui.pages.columns import printable
from tui.pages.narrator import Narrator
from tui.pages.outcome_text import outcome_text
from tui.pages.plan_object import plan_object
from tui.pages.plan_text import plan_text
from tui.runs.event import Event, EventKind, event_object
from tui.runs.outcome import Outcome, outcome_object
from tui.runs.plan import Plan

SCHEMA = 1
WIDTH_OF_A_FILE = 100
"""Columns of the text where it goes to no terminal."""


class Telling(Protocol):
    """Writes what a change comes to."""

    banner: str | None
    """What must not be overlooked: a simulated cluster. Known once the cluster is open."""

    def looking(self, event: Event) -> None:
        """Tell what is being looked at before there is a plan."""
        ...

    def plan(self, plan: Plan, *, only: bool) -> None:
        """Tell the plan; `only` where it is all there will be."""
        ...

    def event(self, event: Event) -> None:
        """Tell what happened; on any thread, one at a time."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """Tell how it ended."""
        ...


class TextTelling:
    """For people."""

    def __init__(self, *, output: bool = False) -> None:
        """Tell lines of output too where `output` is true."""
        self.banner: str | None = None
        self._narrator = Narrator(output=output)

    def looking(self, event: Event) -> None:
        """Write a note on standard error."""
        _err(f"{printable(event.text)}\n")

    def plan(self, plan: Plan, *, only: bool) -> None:
        """Write the plan: it is data where it is all there is."""
        if only:
            _out(notice(self.banner) + plan_text(plan, columns(sys.stdout.isatty())))
        else:
            _err(notice(self.banner) + plan_text(plan, columns(sys.stderr.isatty())) + "\n")

    def event(self, event: Event) -> None:
        """Write what is worth a line on standard error."""
        for line in self._narrator.lines(event):
            _err(f"{line}\n")

    def outcome(self, outcome: Outcome) -> None:
        """Write the outcome on standard output."""
        _out(notice(self.banner) + outcome_text(outcome, columns(sys.stdout.isatty())))


class JsonTelling:
    """For programs: one object a line, the last one the outcome; a plan alone is one object in several lines."""

    def __init__(self) -> None:
        """Tell of a cluster that is not known yet."""
        self.banner: str | None = None

    def looking(self, event: Event) -> None:
        """Write a note on standard error: there is no run yet."""
        _err(f"{printable(event.text)}\n")

    def plan(self, plan: Plan, *, only: bool) -> None:
        """Write the plan as the whole answer, or as the first line of it."""
        if only:
            print_object({"banner": self.banner, **plan_object(plan)})
        else:
            _line({"type": "plan", "banner": self.banner, **plan_object(plan)})

    def event(self, event: Event) -> None:
        """Write the event."""
        _line(event_object(event))

    def outcome(self, outcome: Outcome) -> None:
        """Write the outcome as the last event."""
        told = event_object(Event(EventKind.OUTCOME, datetime.now(UTC), data=outcome_object(outcome)))
        _line({**told, "banner": self.banner})


def notice(banner: str | None) -> str:
    """Return what must not be overlooked as the text above everything else; empty where there is nothing."""
    return f" {printable(banner)}\n\n" if banner else ""


def print_object(told: Mapping[str, Any]) -> None:
    """Write one object that is the whole answer."""
    _out(json.dumps({"schema": SCHEMA, **told}, indent=2) + "\n")


def columns(terminal: bool) -> int:
    """Return how wide text is laid out."""
    return shutil.get_terminal_size().columns if terminal else WIDTH_OF_A_FILE


def _line(told: Mapping[str, Any]) -> None:
    _out(json.dumps({"schema": SCHEMA, **told}) + "\n")


def _out(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _err(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
