"""A view to pick one of the things that Azure offers; they are read first."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tui.pages.columns import wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.sections import paragraphs
from tui.pages.sign_in import code_lines, code_words
from tui.views.action import Action, Again, Ask, Question
from tui.views.background import Background
from tui.views.view import HELP, READ, SAVE, View

if TYPE_CHECKING:
    from tui.session import Session
    from tui.views.desk import Desk

Offered: TypeAlias = Sequence[tuple[str, str]]
"""What there is to pick: words and value."""
Offers: TypeAlias = "Callable[[Session], Offered]"
"""Reads it; blocks meanwhile."""
TYPE = "type"
NO_CLUSTER = ("No cluster is open.", "Go back; r in the menu opens it again.")


class OfferedPickView(View):
    """What is offered, as it is read; the first row is to type something else."""

    LETTERS = (HELP, SAVE, READ)
    FILE = "choice"

    def __init__(
        self,
        desk: "Desk",
        question: Question,
        offers: Offers,
        keep: Callable[[str], Action],
    ) -> None:
        """Read `offers` from now on; `keep` takes what is picked, `question` asks for what is not offered."""
        super().__init__(desk)
        self._title = question.title
        self._text = question.text
        self._offers = offers
        self._keep = keep
        self._question = question
        self._reading: Background[Offered] | None = self._begun()

    def document(self, columns: int) -> Document:
        """Return what is offered, or what keeps it from being read."""
        lines = list(paragraphs(self._text, columns))
        rows = [("Type it", TYPE), *self._offered]
        numbered = [
            Line((Span(f" {number:2}) {words}"),), Choice(number, value))
            for number, (words, value) in enumerate(rows, 1)
        ]
        body = [*lines, *code_lines(self._code, columns), *numbered]
        if self._failure is not None:
            message, remedy = self._failure
            body += [BLANK, *(line_of(f" {line}", Role.BAD) for line in wrap(message, columns - 2))]
            body += (line_of(f" {line}") for line in wrap(remedy, columns - 2) if line)
        return Document(self._title, tuple(body), f"Number, {BACK} goes back:")

    def help(self, columns: int) -> Document:
        """Return how one is picked."""
        text = "Type a number and press Enter. What is offered is read from Azure now; r reads it again."
        return Document(f"Help: {self._title}", paragraphs((*self._text, text), columns))

    def data(self) -> Mapping[str, Any]:
        """Return what is offered."""
        return {"title": self._title, "offered": [{"name": words, "value": value} for words, value in self._offered]}

    def busy(self) -> str:
        """Return that Azure is being read."""
        if self._reading is None or self._reading.done:
            return ""
        return code_words(self._code) or "reading what Azure offers"

    def choose(self, choice: Choice) -> Action:
        """Take it."""
        return Ask(self._question) if choice.id == TYPE else self._keep(choice.id)

    def leave(self) -> None:
        """Give up a sign-in that still waits for somebody to enter its code."""
        if self._reading is not None and not self._reading.done:
            give_up_sign_in(self.desk)

    def read(self) -> Action:
        """Read it again."""
        if self._reading is None or self._reading.done:
            self._reading = self._begun()
        return Again()

    def _begun(self) -> "Background[Offered] | None":
        session = self.desk.reader.session()
        if session is None:
            return None
        reading = Background(self.desk, lambda: self._offers(session))
        reading.start()
        return reading

    @property
    def _offered(self) -> Offered:
        return (self._reading.result or ()) if self._reading is not None else ()

    @property
    def _failure(self) -> tuple[str, str] | None:
        return NO_CLUSTER if self._reading is None else self._reading.failure

    @property
    def _code(self) -> Any:
        return self.desk.codes.current if self._reading is not None and not self._reading.done else None


def give_up_sign_in(desk: "Desk") -> None:
    """End a sign-in whose code nobody has entered yet; the next one has a new code."""
    session = desk.reader.session()
    if desk.codes.current is not None and session is not None and session.azure is not None:
        session.azure.cancel_sign_in()
        desk.codes.clear()
