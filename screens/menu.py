"""The menu."""

from collections.abc import Mapping

from tui.operations.activity import Outcome
from tui.options import EXIT, option
from tui.pages.document import Choice, Document
from tui.pages.menu import menu_document, menu_help
from tui.pages.times import clock
from tui.views.action import Action, Exit, Open
from tui.views.cluster_view import ClusterView
from tui.views.option_view import view_of


class MenuView(ClusterView):
    """All options, with the current value beside each."""

    FILE = "menu"
    COMMANDS_OF = "menu"

    def document(self, columns: int) -> Document:
        """Return the menu as far as values are known."""
        reader = self.desk.reader
        return menu_document(reader.snapshot(), reader.now(), columns, self._own_values())

    def help(self, columns: int) -> Document:
        """Return what the menu's keys do and what each option is for."""
        return menu_help(columns)

    def choose(self, choice: Choice) -> Action:
        """Open the option."""
        return Exit() if choice.id == EXIT else Open(view_of(option(choice.id), self.desk))

    def _own_values(self) -> Mapping[str, str]:
        """Return the values that are no facts of the cluster, by option."""
        return {"runs": self._runs_value(), "settings": self.desk.preferences.in_short()}

    def _runs_value(self) -> str:
        """Return the run that goes on, or how the last one ended, or else what azsconfig did last."""
        runs = self.desk.reader.snapshot().runs
        if runs is not None and runs.runs:
            from tui.pages.runs import last_run_words

            words = last_run_words(runs, self.desk.reader.now())
            if words:
                return words
        last = self.desk.activity.last()
        if last is None:
            return ""
        return f"{clock(last.at)} {'FAILED: ' if last.outcome is Outcome.FAILED else ''}{last.what}"
