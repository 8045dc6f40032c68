"""Every view of the menu, found by walking: each by the answers that lead there, the same in both front ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from screens.menu import MenuView
from tui.options import EXIT
from tui.pages import connections
from tui.pages.document import Choice
from tui.views.action import Action, Ask, Open, Question
from tui.views.common_keys import press
from tui.views.desk import Desk
from tui.views.pick import PickView
from tui.views.view import View

DEEPEST = 4
COLUMNS = 100
ACTS = frozenset(
    {connections.OPEN, connections.TRY, connections.DEFAULT, connections.NO_DEFAULT, connections.SAVE, EXIT}
)
"""Choices that do something instead of showing something: other tests have them."""
MOST_ROWS = 12
"""Lists that are longer are entered at their first and last row alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """One view or question, and how to get there from the menu."""

    answers: tuple[str, ...]
    """Numbers and letters, as they are typed in line mode."""
    shown: View | Question
    """What stands there."""


def places(desk: Desk) -> Iterator[Place]:
    """Yield every place that can be reached, the menu first."""
    yield from _from(Place((), MenuView(desk)))


def _from(place: Place) -> Iterator[Place]:
    yield place
    view = place.shown
    if isinstance(view, Question) or len(place.answers) >= DEEPEST:
        return
    for answer, action in (*_chosen(view), *_pressed(view)):
        if isinstance(action, Open):
            yield from _from(Place((*place.answers, answer), action.view))
        elif isinstance(action, Ask):
            yield Place((*place.answers, answer), action.question)


def _pressed(view: View) -> Iterator[tuple[str, Action | None]]:
    """Yield what the view's letters lead to; all but `r`."""
    for letter in view.LETTERS:
        if letter.key != "r":
            yield letter.key, press(view, letter.key, COLUMNS)


def _chosen(view: View) -> Iterator[tuple[str, Action]]:
    """Yield what choosing its rows leads to."""
    if isinstance(view, PickView):
        return
    usable = [one for one in view.document(COLUMNS).choices if one.refusal is None and one.id not in ACTS]
    chosen: list[Choice] = usable if len(usable) <= MOST_ROWS else [usable[0], usable[-1]]
    for choice in chosen:
        yield str(choice.number), view.choose(choice)
