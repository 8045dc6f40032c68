"""`azsconfig` without a command: the menu."""

import argparse
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from tui.configuration import ConfigurationError
from tui.exit_codes import ExitCode
from tui.operations.reader import ClusterReader
from tui.session import Session
from tui.verbs.opening import open_session, wish_of

NO_TERMINAL = "The menu needs a terminal, and standard input or output is none."
NO_TERMINAL_REMEDY = "Use the commands instead: azsconfig status, or azsconfig --help."


class Simulation(Protocol):
    """A simulated cluster that has been started."""

    @property
    def config(self) -> Path:
        """Configuration that reaches it."""
        ...


def show_menu(options: argparse.Namespace, lab: AbstractContextManager[Simulation] | None) -> ExitCode:
    """Show the menu until it is left; `lab` is started in the background while the menu already stands.

    Raises:
        ConfigurationError: there is no terminal, or no cluster is meant.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(NO_TERMINAL, NO_TERMINAL_REMEDY)
    # Asked for before the menu takes the terminal: a password may be wanted.
    session = None if lab else open_session(options, wish_of(options))

    def opened() -> Session:
        if session is not None:
            return session
        assert lab is not None
        return open_session(options, wish_of(options, lab.__enter__().config))

    reader = ClusterReader(opened)
    try:
        from tui.app import AzsconfigApp

        AzsconfigApp(reader).run()
    finally:
        reader.close()
        if lab:
            lab.__exit__(None, None, None)
    return ExitCode.DONE
