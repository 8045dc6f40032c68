"""Option 6: what the nodes are offered, and everything that keeps them current."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.node_fields import NODES_TEXT, REASON_TEXT, nodes_field
from screens.offered_updates import OfferedUpdatesView
from screens.plan import PlanView
from screens.registration_fields import YES_OR_NO, run_fields
from tui.cluster.restart_rules import reason_problem
from tui.cluster.update_selection import parse_selection
from tui.pages.commands import commands_for
from tui.views.action import Action, Open
from tui.views.form import Field, FormView
from tui.views.pick import Item, PickView
from tui.views.view import COMMANDS, HELP, SAVE

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk

TITLE = "Install updates"
TEXT = ("Nothing is installed and nothing restarts before its plan was shown and confirmed.",)
SELECT_TEXT = (
    (
        "Which updates: all quality updates, those that Windows Update would choose by itself, only the next release, "
        "only the Arc agent, or single ones by article number or id."
    ),
)
SELECTIONS = (
    ("all quality updates", None),
    ("recommended quality updates", "recommended"),
    ("feature updates", "feature"),
    ("only the Arc agent", "agent"),
)
SINGLE_TEXT = ("Single updates, by article number such as KB5030216 or by id, with blanks between, instead of a kind.",)
ROLLING_TEXT = (
    (
        "Whether nodes are taken one at a time: drained, updated, restarted where that is wanted, resumed, and the "
        "next one only when the storage is whole again. Otherwise all are updated at once, as they are."
    ),
)
RESTART_TEXT = ("Whether a node that needs it is restarted, one at a time. That takes a reason.",)


class UpdatesView(PickView):
    """What there is to do."""

    FILE = "updates"
    LETTERS = (HELP, COMMANDS, SAVE)

    def __init__(self, desk: "Desk") -> None:
        """Offer it."""

        def chosen(single: str) -> InstallView:
            return InstallView(desk, single, views=4)

        items = (
            Item("Show what every node is offered, and choose", lambda: Open(OfferedUpdatesView(desk, chosen))),
            Item("Install updates by kind", lambda: Open(InstallView(desk))),
            Item("Restart nodes", lambda: Open(RestartView(desk))),
            Item("Opt in to Microsoft Update, which brings the Arc agent", lambda: Open(OptInView(desk))),
            Item("Let Cluster-Aware Updating update the cluster", lambda: Open(CauView(desk))),
        )
        super().__init__(desk, TITLE, TEXT, items)

    def commands(self) -> "Sequence[Command]":
        """Return the PowerShell that shows what is offered."""
        return commands_for("updates", self.desk.reader.snapshot())


class InstallView(FormView):
    """Which updates, where, and how."""

    TITLE = TITLE
    FILE = "install-updates"

    def __init__(self, desk: "Desk", single: str = "", *, views: int = 3) -> None:
        """Take over the single updates that were chosen before; `views` is how far below the menu a plan stands."""
        super().__init__(desk)
        self._views = views
        self.values.pop("single", None)
        if single:
            self.values["single"] = single
            self.values.pop("select", None)

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        unset = "those below" if "single" in self.values else SELECTIONS[0][0]
        return (
            Field("select", "Updates", SELECT_TEXT, unset, choices=SELECTIONS),
            Field("single", "Single ones", SINGLE_TEXT, "-", _single),
            nodes_field(self.desk, NODES_TEXT),
            Field("rolling", "One at a time", ROLLING_TEXT, "no", choices=YES_OR_NO),
            Field("restart", "Restart", RESTART_TEXT, "no", choices=YES_OR_NO),
            Field("reason", "Reason", REASON_TEXT, "-", _reason),
        )

    def refusal(self) -> str:
        """Return what is missing."""
        if {"select", "single"} <= self.values.keys():
            return "choose a kind of updates, or single ones"
        return "a restart needs a reason" if "restart" in self.values and "reason" not in self.values else ""

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        given = {name: value for name, value in inputs.items() if name != "single"}
        if "single" in inputs:
            given["select"] = inputs["single"]
        return Open(PlanView(self.desk, "updates", given, views=self._views))


class RestartView(FormView):
    """Which nodes, and why."""

    TITLE = "Restart nodes"
    FILE = "restart-nodes"

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return (
            nodes_field(self.desk, NODES_TEXT, needed=True),
            Field("reason", "Reason", REASON_TEXT, "-", _reason, needed=True),
        )

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "restart", inputs, views=3, title=self.TITLE))


class OptInView(FormView):
    """Which nodes."""

    TITLE = "Opt in to Microsoft Update"
    FILE = "opt-in"

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return (nodes_field(self.desk, NODES_TEXT),)

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "opt-in", inputs, views=3, title=self.TITLE))


class CauView(FormView):
    """Where its run is started."""

    TITLE = "Cluster-Aware Updating"
    FILE = "cau"

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return run_fields(self.desk)

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "cau", inputs, views=3, title=self.TITLE))


def _single(text: str) -> str:
    """Return the updates that are named; raises ValueError for what names none."""
    return parse_selection([text]).text


def _reason(text: str) -> str:
    """Return a reason for a restart; raises ValueError saying what is wrong with it."""
    problem = reason_problem(text)
    if problem is not None:
        raise ValueError(problem)
    return text
