"""One saved connection, opened from the settings."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from screens.connection_draft import DraftView
from screens.connection_trial import TrialView
from tui.configuration.edit import remove_cluster, set_default
from tui.configuration.error import ConfigurationError
from tui.configuration.model import ClusterConfiguration, Configuration
from tui.operations.activity import Outcome
from tui.operations.draft import Draft
from tui.pages import connections as page
from tui.pages.document import Choice, Document
from tui.targets import Chosen
from tui.views.action import Action, Back, Open, Tell
from tui.views.passwords import with_cluster
from tui.views.pick import Item, PickView
from tui.views.view import View

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk


class SavedConnectionView(View):
    """What is saved, and what can be done with it."""

    FILE = "connection"

    def __init__(self, desk: "Desk", name: str) -> None:
        """Show the connection saved as `name`."""
        super().__init__(desk)
        self._name = name

    @property
    def _cluster(self) -> ClusterConfiguration:
        empty = ClusterConfiguration(nodes=())
        return self.desk.preferences.configuration.clusters.get(self._name, empty)

    def document(self, columns: int) -> Document:
        """Return the connection."""
        default = self.desk.preferences.configuration.default == self._name
        return page.saved_connection(self._name, self._cluster, default=default, columns=columns)

    def help(self, columns: int) -> Document:
        """Return what the words mean."""
        return page.connection_help(columns)

    def commands(self) -> "Sequence[Command]":
        """Return how to read the file."""
        from tui.pages.commands import settings_commands

        return settings_commands(self.desk.preferences.path)

    def data(self) -> Mapping[str, Any]:
        """Return the connection as it is saved; it holds no secret."""
        return {"name": self._name, "connection": to_builtins(self._cluster)}

    def choose(self, choice: Choice) -> Action:
        """Do it, after a confirmation where something is lost by it."""
        path = self.desk.preferences.path
        draft = Draft(self._name, self._cluster, saved_as=self._name)
        match choice.id:
            case page.OPEN:
                return with_cluster(self._name, self._cluster, self.desk, self._open)
            case page.TRY:
                return with_cluster(self._name, self._cluster, self.desk, self._try)
            case page.CHANGE:
                return Open(DraftView(self.desk, draft))
            case page.REMOVE:
                items = [
                    Item("Keep it", Back),
                    Item("Remove it", lambda: self._edit(lambda: remove_cluster(path, self._name), "Removed", 2)),
                ]
                text = (f"The connection {self._name} is removed from {path}. The cluster itself is not touched.",)
                return Open(PickView(self.desk, f"Remove {self._name}?", text, items))
            case page.DEFAULT:
                return self._edit(lambda: set_default(path, self._name), "Made the default:", 0)
            case _:
                return self._edit(lambda: set_default(path, None), "No longer the default:", 0)

    def _try(self, chosen: Chosen) -> Action:
        return Open(TrialView(self.desk, chosen))

    def _open(self, chosen: Chosen) -> Action:
        self.desk.open_cluster(chosen)
        # Back to the menu, which shows what is read.
        return Back(views=3, words=f"Opening {self._name}.")

    def _edit(self, change: Callable[[], Configuration], what: str, views: int) -> Action:
        try:
            self.desk.preferences.keep(change())
        except ConfigurationError as error:
            self.desk.activity.note(error.message, Outcome.FAILED, remedy=error.remedy)
            return Tell(f"{error.message} {error.remedy}")
        self.desk.activity.note(f"{what} {self._name} in {self.desk.preferences.path}.")
        self.desk.tell()
        words = f"{what} {self._name}"
        return Back(views, words) if views else Tell(words)
