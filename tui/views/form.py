"""A view with numbered values to fill in; a subclass says which, and what they are for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tui.pages.document import Choice, Document
from tui.pages.form import GO, form_document, form_help
from tui.secret import Secret
from tui.views.action import Action, Ask, Back, Open, Question, Tell
from tui.views.offered_pick import OfferedPickView, Offers
from tui.views.pick import Item, PickView
from tui.views.view import View

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk

GIVEN = "given, not shown"


def as_typed(text: str) -> str:
    """Return what was typed without surrounding blanks."""
    return text.strip()


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a form."""

    id: str
    """Name of the input."""
    name: str
    """What it is called."""
    text: tuple[str, ...]
    """What it means, a paragraph each."""
    unset: str = "-"
    """What stands there while nothing is given."""
    parse: Callable[[str], Any] = as_typed
    """Turns what is typed into the input; raises ValueError saying what is wrong."""
    words: Callable[[Any], str] = str
    """Turns the input into what is typed for it."""
    choices: tuple[tuple[str, Any], ...] = ()
    """Words and values to pick from, instead of typing; `None` is no value."""
    offers: "Offers | None" = None
    """Reads words and values to pick from; typing stays possible."""
    needed: bool = False
    """Whether nothing can be done without it."""

    def shown(self, value: Any) -> str:
        """Return a value as it stands in the form."""
        if value is None:
            return self.unset
        picked = next((words for words, one in self.choices if one == value), None)
        return GIVEN if isinstance(value, Secret) else picked or self.words(value)


class FormView(View):
    """Values, each to be changed by its number; what was given stays while azsconfig runs, but for secrets."""

    TITLE: ClassVar[str]
    """Words of the top row."""
    GO: ClassVar[str] = "Look at what would be done"
    """Words of the last row."""

    def __init__(self, desk: "Desk") -> None:
        """Show the values that were given last."""
        super().__init__(desk)
        self.values: dict[str, Any] = dict(desk.remembered.get(self.FILE, {}))
        """What is given, by the name of the input."""

    def fields(self) -> Sequence[Field]:
        """Return the values there are."""
        raise NotImplementedError

    def heading(self) -> Sequence[str]:
        """Return what stands above them."""
        return ()

    def refusal(self) -> str:
        """Return why it cannot go on yet; empty when it can."""
        missing = [field.name for field in self.fields() if field.needed and field.id not in self.values]
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing" if missing else ""

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Return what is done with the values."""
        raise NotImplementedError

    def document(self, columns: int) -> Document:
        """Return the values."""
        rows = [(field.id, field.name, field.shown(self.values.get(field.id))) for field in self.fields()]
        return form_document(self.TITLE, rows, columns, heading=self.heading(), go=self.GO, refusal=self.refusal())

    def help(self, columns: int) -> Document:
        """Return what the values mean."""
        text = [f"{field.name}: {' '.join(field.text)}" for field in self.fields()]
        return form_help(self.TITLE, [*self.heading(), *text], columns)

    def data(self) -> Mapping[str, Any]:
        """Return what is given; no secret."""
        shown = {
            field.id: field.shown(value) for field in self.fields() if (value := self.values.get(field.id)) is not None
        }
        return {"form": self.TITLE, "values": shown}

    def commands(self) -> "Sequence[Command]":
        """Return how to see what it starts from; the PowerShell of the change itself stands with its plan."""
        from tui.pages.commands import commands_for

        return commands_for("status", self.desk.reader.snapshot())

    def choose(self, choice: Choice) -> Action:
        """Ask for another value, or go on."""
        if choice.id == GO:
            self.desk.remembered[self.FILE] = {
                name: value for name, value in self.values.items() if not isinstance(value, Secret)
            }
            return self.go(dict(self.values))
        field = next(field for field in self.fields() if field.id == choice.id)
        title = f"{self.TITLE}: {field.name}"
        if field.choices:
            items = [Item(words, lambda value=value: self._keep(field, value)) for words, value in field.choices]
            return Open(PickView(self.desk, title, field.text, items))
        if field.offers is not None:
            question = self._question(field, title, views=2)
            return Open(OfferedPickView(self.desk, question, field.offers, lambda value: self._keep(field, value)))
        return Ask(self._question(field, title, views=1))

    def _question(self, field: Field, title: str, *, views: int) -> Question:
        value = self.values.get(field.id)
        secret = isinstance(value, Secret) or field.parse is Secret

        def answer(typed: str) -> Action:
            text = typed if secret else typed.strip()
            if not text:
                return self._keep(field, None, views)
            try:
                return self._keep(field, field.parse(text), views)
            except ValueError as error:
                return Tell(str(error))

        shown = "" if secret or value is None else field.words(value)
        return Question(
            title, field.text, field.name, answer, value=shown, secret=secret, optional=not field.needed and not secret
        )

    def _keep(self, field: Field, value: Any, views: int = 1) -> Action:
        if value is None:
            self.values.pop(field.id, None)
        else:
            self.values[field.id] = value
        return Back(views)
