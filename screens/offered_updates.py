"""What every node is offered, as a search found it, and which of that to install."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.cluster.cluster_updates import ClusterUpdates
from tui.operations.read_updates import UpdatesReading
from tui.pages.document import BACK, BLANK, LEAVE, Choice, Line, Role, Span
from tui.pages.updates import choosable, summary_lines, updates_lines
from tui.pages.updates_object import updates_object
from tui.views.action import Action, Again, Open
from tui.views.looked_up import LookedUpView
from tui.views.view import COMMANDS, HELP, READ, SAVE, Letter, View

if TYPE_CHECKING:
    from tui.session import Session
    from tui.views.desk import Desk

MEANING = (
    "Everything that a search on each node found, and how each node gets its updates. A number chooses an update or "
    "leaves it out again, a chooses all quality updates, n none; the last number goes on to install what is chosen. "
    "A feature update is only chosen by its number: it moves a node to another release."
)
ALL, NONE = Letter("a", "all"), Letter("n", "none")
INSTALL = "install"
INSTALL_WORDS = "Install what is chosen"
NOTHING_CHOSEN = "Nothing is chosen yet: type the number of an update, or a for all."


class OfferedUpdatesView(LookedUpView[ClusterUpdates]):
    """What every node is offered; each update can be chosen by its number."""

    FILE = "offered-updates"
    COMMANDS_OF = "updates"
    LETTERS = (ALL, NONE, HELP, COMMANDS, SAVE, READ)

    def __init__(self, desk: "Desk", install: Callable[[str], View]) -> None:
        """Search from now on; `install` returns what is shown for a choice in the words of `--select`."""
        self._chosen: frozenset[str] = frozenset()
        self._install = install
        super().__init__(desk, "Updates", "Searching on every node, which may take some minutes", self._search)

    def lines(self, found: ClusterUpdates, columns: int) -> Sequence[Line]:
        """Return the updates, the nodes, and where to go on."""
        lines = [*summary_lines(found, columns), *updates_lines(found, columns, self._chosen)]
        offered = choosable(found)
        if not offered:
            return lines
        number = len(offered) + 1
        chosen = Choice(number, INSTALL, None if self._chosen else NOTHING_CHOSEN)
        count = f": {len(self._chosen)} of {len(offered)}" if self._chosen else ""
        row = Line((Span(f" {number:2}) {INSTALL_WORDS}{count}", Role.PLAIN if self._chosen else Role.QUIET),), chosen)
        return [*lines, BLANK, row]

    def prompt(self, found: ClusterUpdates) -> str:
        """Return what can be typed."""
        return f"Number, {BACK} goes back:" if choosable(found) else LEAVE

    def found_data(self, found: ClusterUpdates) -> Mapping[str, Any]:
        """Return them as plain data."""
        snapshot = self.desk.reader.snapshot()
        return updates_object(found, name=snapshot.name, banner=snapshot.banner)

    def meaning(self) -> str:
        """Return what it means."""
        return MEANING

    def choose(self, choice: Choice) -> Action:
        """Choose an update or leave it out again, or go on with those that are chosen."""
        if choice.id == INSTALL:
            return Open(self._install(" ".join(self._in_order())))
        self._chosen ^= {choice.id}
        return Again()

    def press(self, key: str) -> Action:
        """Choose all quality updates, or none."""
        found = self.found
        if found is not None:
            quality = (one.update.id for one in choosable(found) if not one.update.feature)
            self._chosen = frozenset(quality) if key == ALL.key else frozenset()
        return Again()

    def read(self) -> Action:
        """Search again; what was chosen may not be offered any more."""
        self._chosen = frozenset()
        return super().read()

    def _in_order(self) -> list[str]:
        """Return what is chosen by the names that `--select` takes: an article where no other update has it too."""
        offered = choosable(self.found) if self.found is not None else ()
        articles = Counter(article for one in offered for article in one.update.kbs)
        return [
            next((article for article in one.update.kbs if articles[article] == 1), one.update.id)
            for one in offered
            if one.update.id in self._chosen
        ]

    def _search(self, session: "Session") -> ClusterUpdates:
        found = UpdatesReading(session).run()
        self.desk.reader.keep_updates(session, found)
        return found
