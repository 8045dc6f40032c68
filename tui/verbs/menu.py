"""`azsconfig` without a command: the menu."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.configuration_error import ConfigurationError
from tui.exit_codes import ExitCode
from tui.operations.reader import ClusterReader

if TYPE_CHECKING:
    from tui.session import Session

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
    reader = ClusterReader(_opener(options, simulation))
    try:
        if plain:
            from tui.line_mode import LineMode

            columns = min(shutil.get_terminal_size().columns, WIDEST)
            LineMode(reader, sys.stdin, sys.stdout, columns).run()
        else:
            from tui.app import AzsconfigApp

            app = AzsconfigApp(reader)
            app.run()
            if app.return_code:
                return app.return_code
    finally:
        reader.close()
        if simulation is not None:
            simulation.__exit__()
    return ExitCode.DONE


def _opener(options: argparse.Namespace, simulation: Simulation | None) -> "Callable[[], Session]":
    """Return what opens the session on the reader's thread.

    A password is asked for here, before the menu takes the terminal; a simulation needs none and starts later.
    """
    chosen = None
    if simulation is None:
        from tui.verbs.opening import choose_cluster

        chosen = choose_cluster(options)

    def opened() -> "Session":
        # Loaded on the reader's thread: it takes longer than to draw the menu.
        from tui.verbs.opening import choose_cluster, open_session

        return open_session(options, chosen or choose_cluster(options, simulation.config() if simulation else None))

    return opened
