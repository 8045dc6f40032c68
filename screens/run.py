"""A run while it goes on, and how it ended."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.pages.commands import run_commands
from tui.pages.document import Document
from tui.pages.narrator import Narrator
from tui.pages.run_object import picture_object
from tui.pages.run_text import run_document, run_help
from tui.runs.outcome import OutcomeKind
from tui.views.action import Action, Again, Ask, Back, Question
from tui.views.view import Letter, View

if TYPE_CHECKING:
    from tui.operations.followed_runs import FollowedRun
    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk

FILTER = Letter("f", "filter")
FILTER_TEXT = (
    "Only lines of output that hold all of these words are shown. Capital letters do not matter. An empty answer shows "
    "all lines again."
)
GOES_ON = "It goes on. 13 shows it again."
NOT_FOLLOWED = frozenset({OutcomeKind.RUNNING, OutcomeKind.UNREACHABLE})


class RunView(View):
    """Steps, the cmdlet's own progress, output, and the outcome."""

    LETTERS = (*View.LETTERS, FILTER)
    FILE = "run"

    def __init__(
        self,
        desk: "Desk",
        run: "FollowedRun",
        *,
        views: int = 1,
        again: "Callable[[], FollowedRun | None] | None" = None,
    ) -> None:
        """Show `run`; going back leaves `views` views, and `again` follows it anew."""
        super().__init__(desk)
        self._run = run
        self._views = views
        self._again = again
        self._words = ""
        self._told = 0
        self._narrator = Narrator()

    def document(self, columns: int) -> Document:
        """Return how the run stands."""
        return run_document(self._run.picture(), self._words, self.desk.reader.now(), columns)

    def help(self, columns: int) -> Document:
        """Return what a run is, and how to leave it."""
        return run_help(columns)

    def commands(self) -> "Sequence[Command]":
        """Return how to read its journal on its node."""
        picture = self._run.picture()
        if picture.run_id is None:
            return ()
        return run_commands(self.desk.reader.snapshot(), picture.node, picture.run_id)

    def data(self) -> Mapping[str, Any]:
        """Return steps, lines and outcome."""
        return picture_object(self._run.picture())

    def busy(self) -> str:
        """Return that it is followed."""
        return "" if self._run.over else "following the run"

    def news(self) -> Sequence[str]:
        """Return what has happened since this was asked last."""
        self._told, events = self._run.since(self._told)
        return [line for event in events for line in self._narrator.lines(event)]

    def way_out(self) -> str:
        """Return that leaving stops nothing."""
        return GOES_ON

    def press(self, key: str) -> Action:
        """Ask for the filter's words."""
        if key != FILTER.key:
            return Again()
        return Ask(Question("Filter", (FILTER_TEXT,), "Words", self._filter, value=self._words, optional=True))

    def read(self) -> Action:
        """Follow it again where it could not be followed to its end."""
        outcome = self._run.picture().outcome
        if self._again is not None and outcome is not None and outcome.kind in NOT_FOLLOWED:
            self._run = self._again() or self._run
            self._told, self._narrator = 0, Narrator()
        return Again()

    def back(self) -> Back:
        """Leave the plan that started it as well: it is past."""
        return Back(self._views, "" if self._run.over else GOES_ON)

    def _filter(self, answer: str) -> Action:
        self._words = " ".join(answer.split())
        return Back()
