"""What the views work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.operations.activity import ActivityLog
from tui.operations.appearance import Appearance, appearance
from tui.operations.reader import ClusterReader
from tui.pages.document import Document

if TYPE_CHECKING:
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
        self._listeners: list[Callable[[], None]] = []

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
