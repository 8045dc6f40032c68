"""The menu with nothing connected, as the budgets have it: what it would open never answers.

Imports what `azsconfig` imports for its menu, and nothing else: what is loaded here is measured.
"""

import threading
from pathlib import Path
from typing import Any

from tui.app import AzsconfigApp
from tui.operations.activity import ActivityLog
from tui.operations.preferences import Preferences
from tui.operations.reader import ClusterReader
from tui.pages.document import Document
from tui.views.desk import Desk, Places


def show() -> None:
    """Show the menu before anything is read, until it is left."""
    nowhere = Path("/nonexistent")
    desk = Desk(
        ClusterReader(_never),
        ActivityLog(),
        Preferences(nowhere / "config.toml"),
        places=Places(saved=nowhere),
        picture=_no_picture,
        open_cluster=lambda _chosen: None,
    )
    AzsconfigApp(desk).run(mouse=False)


def _never() -> Any:
    threading.Event().wait()


def _no_picture(document: Document, columns: int) -> str:
    del document, columns
    return ""
