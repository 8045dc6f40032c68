"""Option 6: what the nodes are offered, and everything that keeps them current."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.node_fields import NODES_TEXT, REASON_TEXT, nodes_field
from screens.plan import PlanView
from screens.registration_fields import YES_OR_NO, run_fields
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.restart_rules import reason_problem
from tui.cluster.update_selection import parse_selection
from tui.operations.read_updates import UpdatesReading
from tui.pages.document import Line
from tui.pages.updates import summary_lines, updates_lines
from tui.pages.updates_object import updates_object
from tui.views.action import Action, Open
from tui.views.form import Field, FormView
from tui.views.looked_up import LookedUpView
from tui.views.pick import Item, PickView

if TYPE_CHECKING:
    from tui.session import Session
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
SINGLE_TEXT = ("Single updates, by article number such as KB5030216 or by id, with blanks between. It goes before.",)
ROLLING_TEXT = (
    (
        "Whether nodes are taken one at a time: drained, updated, restarted where that is wanted, resumed, and the "
        "next one only when the storage is whole again. Otherwise all are updated at once, as they are."
    ),
)
RESTART_TEXT = ("Whether a node that needs it is restarted, one at a time. That takes a reason.",)
OFFERED = "Everything that a search on each node found, and how each node gets its updates."


class UpdatesView(PickView):
    """What there is to do."""

    FILE = "updates"

    def __init__(self, desk: "Desk") -> None:
        """Offer it."""
        items = (
            Item("Show what every node is offered", lambda: Open(OfferedView(desk))),
            Item("Install updates", lambda: Open(InstallView(desk))),
            Item("Restart nodes", lambda: Open(RestartView(desk))),
            Item("Opt in to Microsoft Update, which brings the Arc agent", lambda: Open(OptInView(desk))),
            Item("Let Cluster-Aware Updating update the cluster", lambda: Open(CauView(desk))),
        )
        super().__init__(desk, TITLE, TEXT, items)


class OfferedView(LookedUpView[ClusterUpdates]):
    """What every node is offered."""

    FILE = "offered-updates"

    def __init__(self, desk: "Desk") -> None:
        """Search from now on."""
        super().__init__(desk, "Updates", "Searching on every node, which may take some minutes", _search)

    def lines(self, found: ClusterUpdates, columns: int) -> Sequence[Line]:
        """Return the updates and the nodes."""
        return (*summary_lines(found, columns), *updates_lines(found, columns))

    def found_data(self, found: ClusterUpdates) -> Mapping[str, Any]:
        """Return them as plain data."""
        snapshot = self.desk.reader.snapshot()
        return updates_object(found, name=snapshot.name, banner=snapshot.banner)

    def meaning(self) -> str:
        """Return what it means."""
        return OFFERED


class InstallView(FormView):
    """Which updates, where, and how."""

    TITLE = TITLE
    FILE = "install-updates"

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return (
            Field("select", "Updates", SELECT_TEXT, SELECTIONS[0][0], choices=SELECTIONS),
            Field("single", "Single ones", SINGLE_TEXT, "-", _single),
            nodes_field(self.desk, NODES_TEXT),
            Field("rolling", "One at a time", ROLLING_TEXT, "no", choices=YES_OR_NO),
            Field("restart", "Restart", RESTART_TEXT, "no", choices=YES_OR_NO),
            Field("reason", "Reason", REASON_TEXT, "-", _reason),
        )

    def refusal(self) -> str:
        """Return what is missing."""
        return "a restart needs a reason" if "restart" in self.values and "reason" not in self.values else ""

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        given = {name: value for name, value in inputs.items() if name != "single"}
        if "single" in inputs:
            given["select"] = inputs["single"]
        return Open(PlanView(self.desk, "updates", given, views=3))


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


def _search(session: "Session") -> ClusterUpdates:
    return UpdatesReading(session).run()


def _single(text: str) -> str:
    """Return the updates that are named; raises ValueError for what names none."""
    return parse_selection([text]).text


def _reason(text: str) -> str:
    """Return a reason for a restart; raises ValueError saying what is wrong with it."""
    problem = reason_problem(text)
    if problem is not None:
        raise ValueError(problem)
    return text
