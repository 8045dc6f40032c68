"""Everything that can be observed of the terminal before anything is written to it."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tui.console.windows_api import Handle, OutputMode, WindowsCallError, WindowsConsole

TOLD = (
    "TERM",
    "COLORTERM",
    "TERM_PROGRAM",
    "NO_COLOR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "ConEmuANSI",
)
"""Environment variables that say something about the terminal: their values are kept."""
NOTED = ("WT_SESSION", "TMUX", "STY", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
"""Those of which it only counts that they are set; their values hold addresses and are not kept."""


class Stream(Protocol):
    """A standard stream, as much of it as is asked."""

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        ...

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


@dataclass(frozen=True, slots=True)
class StreamEvidence:
    """One standard stream."""

    terminal: bool = False
    """Whether it is a terminal."""
    encoding: str = "utf-8"
    """Encoding that text is written or read in."""


@dataclass(frozen=True, slots=True)
class WindowsEvidence:
    """What Windows says of the console."""

    input_mode: int | None = None
    """Mode of standard input; `None` where it is no console."""
    output_mode: int | None = None
    """Mode of standard output; `None` where it is no console."""
    escapes_refused: int = 0
    """Error code of setting virtual terminal processing; 0 when the console takes it."""
    code_pages: tuple[int, int] | None = None
    """Code pages of input and output."""
    parents: tuple[str, ...] = ()
    """Programs above this one, the nearest first."""
    failed: tuple[str, ...] = ()
    """Calls that failed, in their words."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was observed."""

    windows: WindowsEvidence | None = None
    """On Windows, what it says of the console; `None` elsewhere."""
    stdin: StreamEvidence = StreamEvidence()
    """Standard input."""
    stdout: StreamEvidence = StreamEvidence()
    """Standard output."""
    stderr: StreamEvidence = StreamEvidence()
    """Standard error."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables of `TOLD` with their values, and of `NOTED` with `set`."""
    size: tuple[int, int] = (0, 0)
    """Columns and rows as the system tells them; 0 where it does not."""
    device: str = ""
    """Device of the terminal on POSIX, for example `/dev/ttyS0`."""

    def has(self, name: str) -> bool:
        """Return whether a variable is set and not empty."""
        return bool(self.environment.get(name))


def gather(console: WindowsConsole | None = None, environment: Mapping[str, str] | None = None) -> Evidence:
    """Return what can be observed here; `console` is the Windows console, on Windows. Changes nothing that stays."""
    variables = os.environ if environment is None else environment
    windows = _windows(console) if console else None
    return Evidence(
        windows=windows,
        stdin=_stream(sys.stdin),
        stdout=_stream(sys.stdout),
        stderr=_stream(sys.stderr),
        environment=kept(variables),
        size=_window_size(console) if console else _size(),
        device="" if console else _device(),
    )


def kept(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that say something about the terminal, without values that are nobody's business."""
    told = {name: variables[name] for name in TOLD if name in variables}
    return told | {name: "set" for name in NOTED if variables.get(name)}


def _stream(stream: object) -> StreamEvidence:
    try:
        terminal = bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError, OSError):
        # Closed by whoever started us.
        terminal = False
    return StreamEvidence(terminal, str(getattr(stream, "encoding", None) or "ascii").lower())


def _size() -> tuple[int, int]:
    for stream in (sys.__stdout__, sys.__stdin__, sys.__stderr__):
        try:
            size = os.get_terminal_size(stream.fileno())  # type: ignore[union-attr]
        except (AttributeError, ValueError, OSError):
            continue
        if size.columns and size.lines:
            return size.columns, size.lines
    return 0, 0


def _device() -> str:
    ttyname: Callable[[int], str] | None = getattr(os, "ttyname", None)
    try:
        return ttyname(sys.__stdout__.fileno()) if ttyname and sys.__stdout__ else ""
    except (OSError, ValueError):
        return ""


def _window_size(console: WindowsConsole) -> tuple[int, int]:
    try:
        return console.window_size()
    except WindowsCallError:
        return 0, 0


def _windows(console: WindowsConsole) -> WindowsEvidence:
    """Return what Windows says; each call that fails is itself evidence."""
    failed: list[str] = []

    def told(call: "Callable[[], int]") -> int | None:
        try:
            return call()
        except WindowsCallError as error:
            failed.append(str(error))
            return None

    input_mode = told(lambda: console.mode(Handle.INPUT))
    output_mode = told(lambda: console.mode(Handle.OUTPUT))
    pages = told(lambda: console.code_page(Handle.INPUT)), told(lambda: console.code_page(Handle.OUTPUT))
    try:
        parents = console.parents()
    except WindowsCallError as error:
        parents = ()
        failed.append(str(error))
    return WindowsEvidence(
        input_mode=input_mode,
        output_mode=output_mode,
        escapes_refused=_escapes_refused(console, output_mode),
        code_pages=None if pages[0] is None or pages[1] is None else (pages[0], pages[1]),
        parents=tuple(name.casefold() for name in parents),
        failed=tuple(failed),
    )


def _escapes_refused(console: WindowsConsole, output_mode: int | None) -> int:
    """Try whether the console takes escape sequences, and leave its mode as it was; returns the error code."""
    if output_mode is None:
        return 0
    try:
        console.set_mode(Handle.OUTPUT, output_mode | OutputMode.VIRTUAL_TERMINAL_PROCESSING)
    except WindowsCallError as error:
        return error.code
    try:
        console.set_mode(Handle.OUTPUT, output_mode)
    except WindowsCallError:
        return 0
    return 0


SERIAL_DEVICE = re.compile(r"/dev/(tty(S|AMA|USB|ACM|O|mxc|PS|sclp)\d*|hvc\d+|cu\..*)")
"""Devices of serial lines and of consoles that stand in for them."""
LINUX_DEVICE = re.compile(r"/dev/(tty\d+|console)")
"""Devices of the Linux console."""
