"""The base of all views."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tui.pages.document import Choice, Document
from tui.views.action import Action, Again, Back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter command."""

    key: str
    """The letter."""
    word: str
    """What it does, in one word or two."""


HELP = Letter("?", "help")
COMMANDS = Letter("c", "PowerShell")
SAVE = Letter("s", "save")
READ = Letter("r", "read")


class View:
    """One screen, whatever shows it: a subclass says what its document is and what its keys do.

    A view acts on no terminal and on no loop: every method returns at once. What takes longer runs on a thread of its
    own, which calls `Desk.tell` when there is more to show.
    """

    LETTERS: ClassVar[tuple[Letter, ...]] = (HELP, COMMANDS, SAVE, READ)
    """Letter commands, in the order they are named."""
    FILE: ClassVar[str] = "page"
    """Middle of the name of the file it is saved to."""

    def __init__(self, desk: "Desk") -> None:
        """Show what `desk` has."""
        self.desk = desk

    def document(self, columns: int) -> Document:
        """Return what this view says now, for a terminal of `columns` cells."""
        raise NotImplementedError

    def help(self, columns: int) -> Document:
        """Return the help written for this view."""
        raise NotImplementedError

    def commands(self) -> "Sequence[Command]":
        """Return the PowerShell an expert would type to see the same."""
        return ()

    def data(self) -> Mapping[str, Any]:
        """Return what the view says as plain data, for saving as JSON."""
        raise NotImplementedError

    def choose(self, choice: Choice) -> Action:
        """Return what choosing a line leads to."""
        del choice
        return Again()

    def press(self, key: str) -> Action:
        """Return what a letter of the view's own leads to; the letters of all views never come here."""
        del key
        return Again()

    def read(self) -> Action:
        """Read again what is shown."""
        self.desk.reader.read_again()
        return Again()

    def news(self) -> "Sequence[str]":
        """Return what has happened since this was asked last, a line each: for those who are shown no screen anew."""
        return ()

    def back(self) -> Back:
        """Return where going back from this view leads."""
        return Back()

    def way_out(self) -> str:
        """Return what to say to somebody who leaves while `busy`; empty where leaving ends what goes on."""
        return ""

    def busy(self) -> str:
        """Return what is going on for this view, in words; empty when it shows all there is."""
        return ""

    def leave(self) -> None:
        """End what goes on for this view alone; it was left."""
