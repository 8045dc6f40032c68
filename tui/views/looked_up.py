"""A view of something that is only read when somebody asks for it, because that takes a while."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tui.pages.columns import wrap
from tui.pages.document import BLANK, LEAVE, Document, Line, Role, line_of
from tui.pages.sections import paragraphs
from tui.views.action import Action, Again
from tui.views.background import Background
from tui.views.offered_pick import NO_CLUSTER
from tui.views.view import HELP, READ, SAVE, View

if TYPE_CHECKING:
    from tui.session import Session
    from tui.views.desk import Desk

T = TypeVar("T")


class LookedUpView(View, Generic[T]):
    """What was found, once it was; `r` looks again."""

    LETTERS = (HELP, SAVE, READ)

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

    def found_data(self, found: T) -> Mapping[str, Any]:
        """Return what was found as plain data."""
        raise NotImplementedError

    def meaning(self) -> str:
        """Return what it means, for the help."""
        raise NotImplementedError

    def document(self, columns: int) -> Document:
        """Return what was found, or why nothing was."""
        found = self._reading.result if self._reading is not None else None
        if found is not None:
            return Document(self._title, tuple(self.lines(found, columns)), LEAVE)
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

    def data(self) -> Mapping[str, Any]:
        """Return what was found."""
        found = self._reading.result if self._reading is not None else None
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
