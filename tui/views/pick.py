"""A view to pick one of a few things."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.sections import paragraphs
from tui.views.action import Action, Again
from tui.views.view import HELP, SAVE, View

if TYPE_CHECKING:
    from tui.views.desk import Desk


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to pick."""

    words: str
    """What it is."""
    pick: Callable[[], Action]
    """What picking it leads to."""


class PickView(View):
    """One of a few things is picked by its number; the first one stands under the cursor."""

    LETTERS = (HELP, SAVE)

    def __init__(self, desk: "Desk", title: str, text: Sequence[str], items: Sequence[Item]) -> None:
        """Ask with `text`, one paragraph an entry, for one of `items`."""
        super().__init__(desk)
        self._title = title
        self._text = tuple(text)
        self._items = tuple(items)

    def document(self, columns: int) -> Document:
        """Return the text and the things to pick."""
        rows = [
            Line((Span(f" {number:2}) {item.words}"),), Choice(number, str(number)))
            for number, item in enumerate(self._items, 1)
        ]
        return Document(self._title, (*paragraphs(self._text, columns), *rows), f"Number, {BACK} goes back:")

    def help(self, columns: int) -> Document:
        """Return how one is picked."""
        text = "Type a number and press Enter, or move with the arrow keys and press Enter. Esc goes back."
        lines = (*paragraphs((*self._text, text), columns), BLANK, line_of(" Nothing is changed before.", Role.QUIET))
        return Document(f"Help: {self._title}", lines)

    def data(self) -> Mapping[str, Any]:
        """Return the text and the things to pick."""
        return {"title": self._title, "text": list(self._text), "items": [item.words for item in self._items]}

    def choose(self, choice: Choice) -> Action:
        """Return what picking leads to."""
        return self._items[choice.number - 1].pick()

    def read(self) -> Action:
        """Stay: there is nothing to read."""
        return Again()
