"""The menu."""

from collections.abc import Mapping

from tui.operations.activity import Outcome
from tui.options import EXIT, option
from tui.pages.document import Choice, Document
from tui.pages.menu import menu_document, menu_help
from tui.pages.times import clock
from tui.views.action import Action, Back, Exit, Open
from tui.views.cluster_view import ClusterView
from tui.views.option_view import view_of
from tui.views.pick import Item, PickView

LEAVE = "Leave azsconfig"
STANDS_STILL = "Left now, what was begun on a node ends by itself, and nothing new starts."


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
        return self._exit() if choice.id == EXIT else Open(view_of(option(choice.id), self.desk))

    def _exit(self) -> Action:
        """Leave azsconfig; first say what stands still then, where azsconfig does it itself."""
        here = [run.picture() for run in self.desk.done_here]
        if not here:
            return Exit()
        resume = "".join(
            f" Anyone can go on with it: azsconfig runs resume {picture.run_id}, or 13 in the menu."
            for picture in here
            if picture.run_id
        )
        text = (
            f"azsconfig does this itself now: {'; '.join(picture.title for picture in here)}.",
            f"{STANDS_STILL}{resume}",
        )
        items = (Item("Stay", Back), Item("Leave azsconfig", Exit))
        return Open(PickView(self.desk, LEAVE, text, items))

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
