"""A connection that is being tried: every node is asked for its name, nothing is changed."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui.operations.activity import Outcome
from tui.operations.connection_trial import ConnectionTrial
from tui.pages import connections as page
from tui.pages.document import Choice, Document
from tui.targets import Chosen
from tui.views.action import Action, Again, Back
from tui.views.view import HELP, READ, SAVE, View

if TYPE_CHECKING:
    from tui.views.desk import Desk

SAVE_IT, SAVE_ANYWAY, LEAVE_IT = "save", "save-anyway", "leave"


class TrialView(View):
    """What each node answered; and, for a connection that is not saved yet, whether to save it."""

    LETTERS = (HELP, SAVE, READ)
    FILE = "connection-trial"

    def __init__(self, desk: "Desk", chosen: Chosen, save: Callable[[], Action] | None = None) -> None:
        """Try `chosen` from now on; `save` keeps it, where there is something to keep."""
        super().__init__(desk)
        self._chosen = chosen
        self._save = save
        self._noted = False
        self._test = self._prepared()
        self._test.start()

    def document(self, columns: int) -> Document:
        """Return what every node answered so far."""
        return page.trial_document(self._chosen.name or "", self._test.results(), self._rows(), columns)

    def help(self, columns: int) -> Document:
        """Return what a trial does and does not."""
        return page.connection_help(columns)

    def data(self) -> Mapping[str, Any]:
        """Return what every node answered."""
        return {
            "connection": self._chosen.name,
            "nodes": [
                {
                    "node": result.node,
                    "state": result.state,
                    "computer_name": result.computer_name,
                    "release": result.release,
                    "authentication": result.authentication,
                    "error": {"message": result.problem.message, "remedy": result.problem.remedy}
                    if result.problem
                    else None,
                }
                for result in self._test.results()
            ],
        }

    def busy(self) -> str:
        """Return that nodes are being tried."""
        return "" if self._test.done else "trying the nodes"

    def leave(self) -> None:
        """End the trial; no shell stays behind."""
        self._test.cancel()

    def read(self) -> Action:
        """Try again, once the trial that goes on has ended."""
        if self._test.done:
            self._test.cancel()
            self._noted = False
            self._test = self._prepared()
            self._test.start()
        return Again()

    def choose(self, choice: Choice) -> Action:
        """Save the connection, or go back to it."""
        return Back() if choice.id == LEAVE_IT or self._save is None else self._save()

    def _prepared(self) -> ConnectionTrial:
        # Started by the caller once it is in its place: the first result may come before a call here returns.
        return ConnectionTrial(self._chosen, self.desk.patience, self._changed)

    def _changed(self) -> None:
        """Note the result once, and say that there is more to show; on the trial's thread."""
        if self._test.done and not self._noted:
            self._noted = True
            failed = self._failed()
            answered = f"{len(self._chosen.targets) - failed} of {len(self._chosen.targets)} nodes answered"
            what = f"Tried the connection {self._chosen.name}: {answered}."
            self.desk.activity.note(what, Outcome.FAILED if failed else Outcome.DONE)
        self.desk.tell()

    def _failed(self) -> int:
        return sum(result.state != "ok" for result in self._test.results())

    def _rows(self) -> list[tuple[str, str, str]]:
        """Return what can be done once the trial has ended."""
        if not self._test.done or self._save is None:
            return []
        if not self._failed():
            return [(SAVE_IT, "Save it", "every node answered"), (LEAVE_IT, "Change it", "")]
        return [(LEAVE_IT, "Change it", "not every node answered"), (SAVE_ANYWAY, "Save it as it is", "")]
