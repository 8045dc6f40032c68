"""Option 13: the runs of the cluster, and what azsconfig itself did and read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from screens.activity_log import ActivityLogView
from screens.run import RunView
from tui.operations.running import ClusterRuns, FoundRun
from tui.pages.activity import activity
from tui.pages.document import Choice, Document
from tui.pages.run_object import run_object
from tui.pages.runs import RUN, matching_runs
from tui.views.action import Action, Again, Open, Tell
from tui.views.offered_pick import NO_CLUSTER
from tui.views.pick import Item, PickView

if TYPE_CHECKING:
    from tui.operations.followed_runs import FollowedRun


STILL = (
    (
        "Nobody coordinates this run any more. What was going on on a node has ended by itself, or ends soon; nothing "
        "new starts before somebody goes on with it."
    ),
)


class RunsView(ActivityLogView):
    """Runs first, then the entries; a filter holds for both."""

    def document(self, columns: int) -> Document:
        """Return runs and entries."""
        runs = self.desk.reader.snapshot().runs
        return activity(
            self.shown(), self.words, self.desk.activity.trouble, columns, runs=runs, found=self._found(runs)
        )

    def data(self) -> Mapping[str, Any]:
        """Return the runs and entries that are shown."""
        found = self._found(self.desk.reader.snapshot().runs)
        return {**super().data(), "runs": [run_object(run) for run in found]}

    def choose(self, choice: Choice) -> Action:
        """Show a run, or an entry in full."""
        if not choice.id.startswith(RUN):
            return super().choose(choice)
        run_id = choice.id.removeprefix(RUN)
        runs = self.desk.reader.snapshot().runs
        found = runs.find(run_id) if runs is not None else None
        if found is None or not found.state.stands_still or self.desk.reader.snapshot().read_only:
            return self._show(run_id)
        items = (
            Item("Look at it", lambda: self._show(run_id, views=2)),
            Item("Go on with it", lambda: self._show(run_id, views=2, go_on=True)),
        )
        return Open(PickView(self.desk, found.state.title, STILL, items))

    def _show(self, run_id: str, *, views: int = 1, go_on: bool = False) -> Action:
        followed = self._follow(run_id, go_on=go_on)
        if followed is None:
            return Tell(f"{NO_CLUSTER[0]} {NO_CLUSTER[1]}")
        return Open(RunView(self.desk, followed, views=views, again=lambda: self._follow(run_id)))

    def read(self) -> Action:
        """Read the entries again, and ask the nodes for their runs."""
        self.desk.reader.look_at_runs()
        super().read()
        return Again()

    def _found(self, runs: ClusterRuns | None) -> tuple[FoundRun, ...]:
        return matching_runs(runs.runs, self.words) if runs is not None else ()

    def _follow(self, run_id: str, *, go_on: bool = False) -> "FollowedRun | None":
        session, runs = self.desk.reader.session(), self.desk.reader.snapshot().runs
        if session is None or runs is None:
            return None
        return self.desk.runs.attach(session, runs.find(run_id), go_on=go_on)
