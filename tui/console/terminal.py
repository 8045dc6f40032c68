"""What a terminal is and can do, as it was decided."""

from dataclasses import dataclass
from enum import StrEnum


class TerminalKind(StrEnum):
    """What azsconfig runs in."""

    WINDOWS_CONSOLE = "Windows console"
    LEGACY_CONSOLE = "legacy Windows console"
    WINDOWS_TERMINAL = "Windows Terminal"
    OPENSSH = "Win32-OpenSSH"
    REMOTING = "PowerShell remoting"
    SERIAL = "serial line"
    XTERM = "xterm or alike"
    TMUX = "tmux"
    SCREEN = "screen"
    LINUX_CONSOLE = "Linux console"
    DUMB = "dumb terminal"
    NO_TERMINAL = "file or pipe"


class FrontEnd(StrEnum):
    """How the menu is shown."""

    SCREENS = "screens"
    """Full screens with a cursor."""
    LINES = "lines"
    """Append-only lines and prompts."""
    NONE = "none"
    """Not at all: there is no input, only the commands work."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What was found, and what follows from it."""

    kind: TerminalKind
    """What it is."""
    front_end: FrontEnd
    """How the menu is shown on it."""
    colour: bool
    """Whether colours are written."""
    ascii: bool
    """Whether nothing but ASCII is written."""
    columns: int
    """Columns of the window; 80 where they are not known."""
    rows: int
    """Rows of the window; 24 where they are not known."""
    reasons: tuple[str, ...]
    """Why, one sentence for each decision, in the order in which they were made."""
