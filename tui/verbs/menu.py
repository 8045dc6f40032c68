"""`azsconfig` without a command: the menu."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.configuration_error import ConfigurationError, NoClusterNamed
from tui.exit_codes import ExitCode
from tui.operations.activity import ActivityLog
from tui.operations.preferences import Given, Preferences
from tui.operations.reader import ClusterReader
from tui.pages.document import Document
from tui.places import activity_file, config_file, log_file
from tui.verbs.this_user import this_user
from tui.views.desk import Desk, Places

if TYPE_CHECKING:
    from tui.session import Session
    from tui.targets import Chosen

NO_TERMINAL = "The menu needs a terminal, and standard input or output is none."
NO_TERMINAL_REMEDY = "Use azsconfig --plain, or the commands: azsconfig status, azsconfig --help."
WIDEST = 100
"""Most columns that line mode uses: longer lines are hard to follow by ear and eye."""


class Simulation(Protocol):
    """A simulated cluster that can be started."""

    def config(self) -> Path:
        """Start it and return the configuration that reaches it."""
        ...

    def __exit__(self, *_: object) -> None:
        """End it."""
        ...


def show_menu(options: argparse.Namespace, simulation: Simulation | None) -> int:
    """Show the menu until it is left; a simulation is started in the background while the menu already stands.

    Raises:
        ConfigurationError: there is no terminal, or no cluster is meant.
    """
    plain = getattr(options, "plain", False) or os.environ.get("TERM") == "dumb"
    if not plain and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(NO_TERMINAL, NO_TERMINAL_REMEDY)
    desk = _desk(options, simulation)
    try:
        return _lines(desk) if plain else _screens(desk)
    finally:
        desk.reader.close()
        if simulation is not None:
            simulation.__exit__()


def _desk(options: argparse.Namespace, simulation: Simulation | None) -> Desk:
    """Return what the views work with; nothing is opened yet."""
    named = getattr(options, "config", None)
    given = Given(
        theme=getattr(options, "theme", None),
        ascii=getattr(options, "ascii", False),
        read_only=getattr(options, "read_only", False),
    )
    preferences = Preferences(Path(named) if named else config_file(), given)
    activity = ActivityLog(activity_file(), user=this_user())
    reader = ClusterReader(_opener(options, simulation), activity)
    reader.set_read_only(read_only=preferences.read_only)

    def open_cluster(chosen: "Chosen") -> None:
        from tui.verbs.opening import open_session

        reader.switch(lambda: open_session(options, chosen))

    places = Places(log_file=log_file(), saved=Path.home())
    return Desk(reader, activity, preferences, places=places, picture=_picture, open_cluster=open_cluster)


def _picture(document: Document, columns: int) -> str:
    """Return a document as SVG; what draws it is loaded now."""
    from tui.widgets.picture import svg

    return svg(document, columns)


def _lines(desk: Desk) -> int:
    from tui.line_mode import LineMode

    columns = min(shutil.get_terminal_size().columns, WIDEST)
    LineMode(desk, sys.stdin, sys.stdout, columns).run()
    return ExitCode.DONE


def _screens(desk: Desk) -> int:
    from tui.app import AzsconfigApp

    app = AzsconfigApp(desk)
    app.run(mouse=False)
    return app.return_code or ExitCode.DONE


def _opener(options: argparse.Namespace, simulation: Simulation | None) -> "Callable[[], Session]":
    """Return what opens the session on the reader's thread.

    A password is asked for here, before the menu takes the terminal; a simulation needs none and starts later.
    """
    chosen = None
    if simulation is None:
        from tui.verbs.opening import choose_cluster

        try:
            chosen = choose_cluster(options)
        except NoClusterNamed:
            # Whoever sits there can add a connection in the settings; the menu says so.
            if not sys.stdin.isatty():
                raise

    def opened() -> "Session":
        # Loaded on the reader's thread: it takes longer than to draw the menu.
        from tui.verbs.opening import choose_cluster, open_session

        return open_session(options, chosen or choose_cluster(options, simulation.config() if simulation else None))

    return opened
