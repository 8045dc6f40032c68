"""What azsconfig itself did and read."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.operations.activity import Entry, encoded, matching
from tui.pages.activity import activity, activity_entry, activity_help
from tui.pages.document import Choice, Document
from tui.views.action import Action, Again, Ask, Back, Open, Question
from tui.views.view import Letter, View

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk

FILTER = Letter("f", "filter")
FILTER_TEXT = (
    "Only entries that hold all of these words are shown: a node's name, FAILED, a user, a part of a message. Capital "
    "letters do not matter. An empty answer shows all entries again."
)


class ActivityLogView(View):
    """All entries, newest first, or those that a filter leaves."""

    LETTERS = (*View.LETTERS, FILTER)
    FILE = "activity"

    def __init__(self, desk: "Desk") -> None:
        """Show the entries there are now."""
        super().__init__(desk)
        self.words = ""
        """Words that the filter looks for."""
        self._entries = desk.activity.entries()

    def document(self, columns: int) -> Document:
        """Return the entries."""
        return activity(self.shown(), self.words, self.desk.activity.trouble, columns)

    def help(self, columns: int) -> Document:
        """Return what is in the log, and where it is."""
        return activity_help(self.desk.places.log_file, self.desk.activity.path, columns)

    def commands(self) -> "Sequence[Command]":
        """Return how to read the files and the nodes' own events."""
        from tui.pages.commands import commands_for, log_commands

        snapshot = self.desk.reader.snapshot()
        files = log_commands(self.desk.places.log_file, self.desk.activity.path)
        return (*files, *commands_for("runs", snapshot))

    def data(self) -> Mapping[str, Any]:
        """Return the entries that are shown."""
        return {"filter": self.words, "entries": [encoded(entry) for entry in self.shown()]}

    def choose(self, choice: Choice) -> Action:
        """Show an entry in full."""
        return Open(ActivityEntryView(self.desk, self.shown()[int(choice.id) - 1]))

    def press(self, key: str) -> Action:
        """Ask for the filter's words."""
        if key != FILTER.key:
            return Again()
        return Ask(Question("Filter", (FILTER_TEXT,), "Words", self._filter, value=self.words, optional=True))

    def read(self) -> Action:
        """Read the entries again: another azsconfig may have written some."""
        self._entries = self.desk.activity.entries()
        self.desk.tell()
        return Again()

    def _filter(self, answer: str) -> Action:
        self.words = " ".join(answer.split())
        return Back()

    def shown(self) -> tuple[Entry, ...]:
        """Return the entries that the filter leaves."""
        return matching(self._entries, self.words)


class ActivityEntryView(View):
    """One entry in full."""

    FILE = "activity-entry"

    def __init__(self, desk: "Desk", entry: Entry) -> None:
        """Show `entry`."""
        super().__init__(desk)
        self._entry = entry

    def document(self, columns: int) -> Document:
        """Return the entry."""
        return activity_entry(self._entry, columns)

    def help(self, columns: int) -> Document:
        """Return what is in the log, and where it is."""
        return activity_help(self.desk.places.log_file, self.desk.activity.path, columns)

    def commands(self) -> "Sequence[Command]":
        """Return how to read the files."""
        from tui.pages.commands import log_commands

        return log_commands(self.desk.places.log_file, self.desk.activity.path)

    def data(self) -> Mapping[str, Any]:
        """Return the entry."""
        return {"entry": encoded(self._entry)}

    def read(self) -> Action:
        """Stay: an entry does not change."""
        return Again()
