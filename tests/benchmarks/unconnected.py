"""The menu with nothing connected, as the budgets have it: what it would open never answers."""

import threading
from typing import Any

from tests.scenario_facts import desk_of
from tui.app import AzsconfigApp
from tui.operations.reader import ClusterReader


def show() -> None:
    """Show the menu before anything is read, until it is left."""
    AzsconfigApp(desk_of(ClusterReader(_never))).run(mouse=False)


def _never() -> Any:
    threading.Event().wait()
