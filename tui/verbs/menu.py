"""`azsconfig` without a command: the menu."""

import argparse
import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.configuration.error import ConfigurationError, NoClusterNamed
from tui.console.session_end import SessionEnd
from tui.console.terminal import FrontEnd, Terminal
from tui.exit_codes import ExitCode
from tui.operations.activity import ActivityLog
from tui.operations.code_board import CodeBoard
from tui.operations.preferences import Given, Preferences
from tui.operations.reader import ClusterReader
from tui.pages.document import Document
from tui.places import activity_file, config_file, log_file
from tui.verbs.this_terminal import cared_for, look_around, suits, windows_console
from tui.verbs.this_user import this_user
from tui.views.desk import Desk, Places

if TYPE_CHECKING:
    from tui.session import Session
    from tui.targets import Chosen

NO_INPUT = "A PowerShell remote session has no input, so there is no menu here."
NO_INPUT_REMEDY = "Use the commands (azsconfig status, azsconfig --help), or connect to the node by SSH."
CLOSE_SECONDS = 10.0
LEAVE_SECONDS = 3.0
"""So long nodes may take to be told that a run stands still; one that is not told believes it for a minute."""
DEFAULT_TIMEOUT_SECONDS = 60.0
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
    console = windows_console()
    evidence, terminal = look_around(options, console)
    if terminal.front_end is FrontEnd.NONE:
        raise ConfigurationError(NO_INPUT, NO_INPUT_REMEDY)
    desk = _desk(options, simulation, terminal)

    close = _Closing(desk, simulation)
    try:
        with cared_for(console, close):
            if terminal.front_end is FrontEnd.LINES:
                return _lines(desk, terminal, close)
            return _screens(desk, close, stderr_is_terminal=evidence.stderr.terminal)
    finally:
        close()


class _Closing:
    """Leaves the nodes and ends the simulation, once; whoever asks a second time waits until that is done."""

    def __init__(self, desk: Desk, simulation: Simulation | None) -> None:
        self._desk = desk
        self._simulation = simulation
        self._lock = threading.Lock()
        self._done = False

    def __call__(self) -> None:
        with self._lock:
            if not self._done:
                self._done = True
                self._desk.leave_runs(LEAVE_SECONDS)
                self._desk.reader.close(CLOSE_SECONDS)
                if self._simulation is not None:
                    self._simulation.__exit__()


def _desk(options: argparse.Namespace, simulation: Simulation | None, terminal: Terminal) -> Desk:
    """Return what the views work with; nothing is opened yet."""
    named = getattr(options, "config", None)
    given = Given(
        theme=getattr(options, "theme", None),
        ascii=getattr(options, "ascii", False),
        read_only=getattr(options, "read_only", False),
    )
    preferences = Preferences(Path(named) if named else config_file(), given)
    activity = ActivityLog(activity_file(), user=this_user())
    codes = CodeBoard()
    reader = ClusterReader(_opener(options, simulation, codes), activity)
    reader.set_read_only(read_only=preferences.read_only)

    def open_cluster(chosen: "Chosen") -> None:
        from tui.verbs.opening import open_session

        desk.leave_runs()
        reader.switch(lambda: open_session(options, chosen, show_code=codes.show))

    places = Places(log_file=log_file(), saved=Path.home())
    desk = Desk(
        reader,
        activity,
        preferences,
        places=places,
        picture=_picture,
        open_cluster=open_cluster,
        terminal=suits(terminal),
        patience=timedelta(seconds=getattr(options, "timeout", DEFAULT_TIMEOUT_SECONDS)),
        codes=codes,
    )
    return desk


def _picture(document: Document, columns: int) -> str:
    """Return a document as SVG; what draws it is loaded now."""
    from tui.widgets.picture import svg

    return svg(document, columns)


def _lines(desk: Desk, terminal: Terminal, close: Callable[[], None]) -> int:
    from tui.line_mode import LineMode

    columns = min(terminal.columns, WIDEST)
    read_secret = _read_secret if sys.stdin.isatty() else None
    with SessionEnd(sys.exit, close):
        LineMode(desk, sys.stdin, sys.stdout, columns, read_secret=read_secret).run()
    return ExitCode.DONE


def _read_secret(prompt: str) -> str:
    import getpass

    return getpass.getpass(prompt, stream=sys.stdout)


def _screens(desk: Desk, close: Callable[[], None], *, stderr_is_terminal: bool) -> int:
    if desk.preferences.theme is not None:
        # A theme that was chosen counts more than the environment; Textual would take its colours away.
        os.environ.pop("NO_COLOR", None)
    if not stderr_is_terminal:
        # Textual draws on standard error, which somebody has sent elsewhere: azsconfig 2>errors.txt
        sys.__stderr__ = sys.__stdout__  # pyright: ignore[reportAttributeAccessIssue]
    from tui.app import AzsconfigApp

    app = AzsconfigApp(desk)
    # Nothing needs a mouse; without it, text can be selected and copied as everywhere in this terminal.
    with SessionEnd(app.end, close):
        app.run(mouse=False)
    return app.return_code or ExitCode.DONE


def _opener(options: argparse.Namespace, simulation: Simulation | None, codes: CodeBoard) -> "Callable[[], Session]":
    """Return what opens the session on the reader's thread.

    A password is asked for here, before the menu takes the terminal; a simulation needs none and starts later.
    """
    chosen = None
    if simulation is None:
        from tui.targets import BY_CODE
        from tui.verbs.opening import choose_cluster

        try:
            chosen = choose_cluster(options, auth_unsaid=BY_CODE)
        except NoClusterNamed:
            # Whoever sits there can add a connection in the settings; the menu says so.
            if not sys.stdin.isatty():
                raise

    def opened() -> "Session":
        # Loaded on the reader's thread: it takes longer than to draw the menu.
        from tui.targets import BY_CODE
        from tui.verbs.opening import choose_cluster, open_session

        config = simulation.config() if simulation else None
        cluster = chosen or choose_cluster(options, config, auth_unsaid=BY_CODE)
        return open_session(options, cluster, show_code=codes.show)

    return opened
