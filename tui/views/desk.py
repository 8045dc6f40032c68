"""What the views work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tui.operations.activity import ActivityLog
from tui.operations.appearance import Appearance, appearance
from tui.operations.code_board import CodeBoard
from tui.operations.reader import ClusterReader
from tui.pages.document import Document

if TYPE_CHECKING:
    from tui.operations.followed_runs import FollowedRun, FollowedRuns
    from tui.operations.operation import Operation
    from tui.operations.preferences import Preferences
    from tui.targets import Chosen


class Picture(Protocol):
    """Draws a document as SVG."""

    def __call__(self, document: Document, columns: int) -> str:
        """Return the picture of the whole document, `columns` cells wide."""
        ...


@dataclass(frozen=True, slots=True)
class Places:
    """Where azsconfig keeps its files."""

    log_file: Path | None = None
    """Log for support; `None` where it could not be written."""
    saved: Path = Path()
    """Folder that `s` proposes."""


class Desk:
    """Everything a view may use; one for a menu, made by whoever starts it."""

    def __init__(
        self,
        reader: ClusterReader,
        activity: ActivityLog,
        preferences: "Preferences",
        *,
        places: Places,
        picture: Picture,
        open_cluster: "Callable[[Chosen], None]",
        terminal: Appearance | None = None,
        patience: timedelta = timedelta(seconds=60),
        codes: CodeBoard | None = None,
        make_operation: "Callable[[str], Operation] | None" = None,
    ) -> None:
        """Hand views what they work with."""
        self.reader = reader
        """The cluster that is open."""
        self.activity = activity
        """What azsconfig did and read."""
        self.preferences = preferences
        """Settings and saved connections."""
        self.places = places
        """Where files are."""
        self.picture = picture
        """Draws SVG."""
        self.open_cluster = open_cluster
        """Leaves the cluster that is open for another; returns at once."""
        self.terminal = terminal or Appearance()
        """What suits the terminal where nothing was chosen."""
        self.patience = patience
        """How long an answer of a node may take."""
        self.codes = codes or CodeBoard()
        """Where a code to sign in to Azure stands while somebody waits for it."""
        self.remembered: dict[str, Mapping[str, Any]] = {}
        """What forms were filled in with, by form; no secret is among it."""
        self.operation: Callable[[str], Operation] = make_operation or _operation
        """Makes the operation of an option."""
        self._runs: FollowedRuns | None = None
        self._looked_for: set[str | None] = set()
        self.codes.changed = self.tell
        self._listeners: list[Callable[[], None]] = []

    @property
    def runs(self) -> "FollowedRuns":
        """The runs that are followed."""
        if self._runs is None:
            # Loaded for the first run: the menu stands sooner without it.
            from tui.operations.followed_runs import FollowedRuns

            self._runs = FollowedRuns(self.activity, changed=self._run_changed, read_again=self.reader.read_again)
        return self._runs

    @property
    def done_here(self) -> "tuple[FollowedRun, ...]":
        """The runs going on that azsconfig does itself: without it nothing new of them starts."""
        runs = self._runs.going_on if self._runs is not None else ()
        return tuple(run for run in runs if not run.picture().detached)

    def leave_runs(self, seconds: float = 0.0) -> None:
        """Leave every run that is followed; `FollowedRuns.leave`."""
        if self._runs is not None:
            self._runs.leave(seconds)

    def _run_changed(self) -> None:
        """Tell everyone, and look for runs where one has just started."""
        known = self.reader.snapshot().runs
        listed = {found.state.id for found in known.runs} if known is not None else set[str | None]()
        ids = {run.picture().run_id for run in self.runs.going_on} - {None}
        if not ids <= listed | self._looked_for:
            self._looked_for |= ids
            self.reader.look_at_runs()
        self.tell()

    @property
    def appearance(self) -> Appearance:
        """How everything is written now."""
        return appearance(self.preferences, self.terminal)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever a view may say something else; on any thread."""
        self._listeners.append(listener)
        self.reader.subscribe(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)
        self.reader.unsubscribe(listener)

    def tell(self) -> None:
        """Say that a view may say something else; from any thread."""
        for listener in tuple(self._listeners):
            listener()


def _operation(operation_id: str) -> "Operation":
    """Return an operation; what it needs is loaded now."""
    from tui.operations.operation import operation

    return operation(operation_id)
