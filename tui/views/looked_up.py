"""A view of something that is only read when somebody asks for it, because that takes a while."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tui.pages.columns import wrap
from tui.pages.document import BLANK, LEAVE, Document, Line, Role, line_of
from tui.pages.sections import paragraphs
from tui.views.action import Action, Again
from tui.views.background import Background
from tui.views.offered_pick import NO_CLUSTER
from tui.views.view import COMMANDS, HELP, READ, SAVE, View

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command
    from tui.session import Session
    from tui.views.desk import Desk

T = TypeVar("T")


class LookedUpView(View, Generic[T]):
    """What was found, once it was; `r` looks again."""

    LETTERS = (HELP, COMMANDS, SAVE, READ)
    COMMANDS_OF: ClassVar[str]
    """Page whose PowerShell it is; `tui.pages.commands.commands_for`."""

    def __init__(self, desk: "Desk", title: str, doing: str, work: "Callable[[Session], T]") -> None:
        """Do `work` from now on; it blocks meanwhile, and `doing` says what it does."""
        super().__init__(desk)
        self._title = title
        self._doing = doing
        self._work = work
        self._reading = self._begun()

    def lines(self, found: T, columns: int) -> Sequence[Line]:
        """Return what was found."""
        raise NotImplementedError

    def prompt(self, found: T) -> str:
        """Return what can be typed once it was found."""
        del found
        return LEAVE

    def found_data(self, found: T) -> Mapping[str, Any]:
        """Return what was found as plain data."""
        raise NotImplementedError

    def meaning(self) -> str:
        """Return what it means, for the help."""
        raise NotImplementedError

    @property
    def found(self) -> T | None:
        """What was found; `None` before, and where nothing could be."""
        return self._reading.result if self._reading is not None else None

    def document(self, columns: int) -> Document:
        """Return what was found, or why nothing was."""
        found = self.found
        if found is not None:
            return Document(self._title, tuple(self.lines(found, columns)), self.prompt(found))
        failure = NO_CLUSTER if self._reading is None else self._reading.failure
        if failure is None:
            return Document(self._title, paragraphs((f"{self._doing}.",), columns), LEAVE)
        lines = [line_of(f" {line}", Role.BAD) for line in wrap(failure[0], columns - 2)]
        lines += (line_of(f" {line}") for line in wrap(failure[1], columns - 2) if line)
        return Document(self._title, (*lines, BLANK), LEAVE)

    def help(self, columns: int) -> Document:
        """Return what it means."""
        again = "It is read when this screen is opened; r reads it again. Nothing is changed."
        return Document(f"Help: {self._title}", paragraphs((self.meaning(), again), columns))

    def commands(self) -> "Sequence[Command]":
        """Return the PowerShell that finds the same."""
        from tui.pages.commands import commands_for

        return commands_for(self.COMMANDS_OF, self.desk.reader.snapshot())

    def data(self) -> Mapping[str, Any]:
        """Return what was found."""
        found = self.found
        return {"title": self._title} if found is None else self.found_data(found)

    def busy(self) -> str:
        """Return that it is being read."""
        if self._reading is None or self._reading.done:
            return ""
        return self._doing[0].lower() + self._doing[1:]

    def read(self) -> Action:
        """Read it again."""
        if self._reading is None or self._reading.done:
            self._reading = self._begun()
        return Again()

    def _begun(self) -> "Background[T] | None":
        session = self.desk.reader.session()
        if session is None:
            return None
        reading = Background(self.desk, lambda: self._work(session))
        reading.start()
        return reading
