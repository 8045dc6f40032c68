"""What azsconfig runs in, and what `--diagnose-terminal` prints of it."""

import argparse
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui.console.evidence import Evidence, gather
from tui.console.judge import Wishes, judge
from tui.console.terminal import FrontEnd, Terminal
from tui.console.terminfo import cursor_addressable
from tui.exit_codes import ExitCode
from tui.operations.appearance import Appearance, appearance

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.console.windows_api import WindowsConsole


def windows_console() -> "WindowsConsole | None":
    """Return the Windows console, on Windows."""
    if os.name != "nt":
        return None
    from tui.console.kernel32 import Kernel32Console

    return Kernel32Console()


def look_around(options: argparse.Namespace, console: "WindowsConsole | None") -> tuple[Evidence, Terminal]:
    """Return what was observed of the terminal, and what was decided."""
    evidence = gather(console)
    wishes = Wishes(plain=getattr(options, "plain", False))
    return evidence, judge(evidence, wishes, cursor_addressable)


def suits(terminal: Terminal) -> Appearance:
    """Return what suits a terminal where nothing was chosen."""
    return Appearance("dark" if terminal.colour else "monochrome", terminal.ascii)


@contextmanager
def cared_for(console: "WindowsConsole | None", on_end: "Callable[[], None]") -> Generator[None]:
    """Set the Windows console up while the menu stands, and put it back; elsewhere there is nothing to do."""
    if console is None:
        yield
        return
    from tui.console.windows_care import WindowsCare

    with WindowsCare(console, on_end):
        yield


def diagnose_terminal(options: argparse.Namespace) -> ExitCode:
    """Print what was found of the terminal, what was decided, and why.

    Raises:
        ConfigurationError: the configuration cannot be used.
    """
    from tui.console.ask_terminal import ask_terminal
    from tui.console.diagnose import diagnosis
    from tui.operations.preferences import Given, Preferences
    from tui.places import config_file, log_file

    named = getattr(options, "config", None)
    evidence, terminal = look_around(options, windows_console())
    given = Given(theme=getattr(options, "theme", None), ascii=getattr(options, "ascii", False))
    shown = appearance(Preferences(Path(named) if named else config_file(), given), suits(terminal))
    # What moves no cursor would show the question instead of answering it.
    answers = ask_terminal() if terminal.front_end is FrontEnd.SCREENS else []
    sys.stdout.write(
        diagnosis(evidence, terminal, shown=(shown.theme, shown.ascii), log_file=log_file(), answers=answers)
    )
    return ExitCode.DONE
