"""From what was observed to how azsconfig shows itself. Pure: no input or output."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.console.evidence import LINUX_DEVICE, SERIAL_DEVICE, Evidence, WindowsEvidence
from tui.console.terminal import FrontEnd, Terminal, TerminalKind
from tui.console.windows_api import INVALID_PARAMETER, UTF_8

ASSUMED = (80, 24)
"""Size that is assumed where none is told, or one in which nothing can be read."""
SMALLEST = (20, 8)
REMOTING_PROGRAM = "wsmprovhost.exe"
SERIAL_PROGRAM = "sacsess.exe"
SSH_PROGRAMS = frozenset({"sshd.exe", "sshd-session.exe"})
FAMILIES = frozenset(
    {"xterm", "screen", "tmux", "linux", "vt100", "vt102", "vt220", "rxvt", "putty", "alacritty", "foot"}
)
"""Terminals that move a cursor, by the first part of their name."""
LINES_ONLY = {
    TerminalKind.DUMB: "It moves no cursor, so the menu is shown as lines.",
    TerminalKind.SERIAL: "A serial line is slow and loses keys, so the menu is shown as lines.",
    TerminalKind.LEGACY_CONSOLE: (
        "The legacy console understands no escape sequences, so the menu is shown as lines. "
        "It is turned off in the console's properties: Use legacy console."
    ),
    TerminalKind.NO_TERMINAL: "Input or output is a file or a pipe, so the menu is shown as lines.",
}
UTF_8_NAMES = frozenset({"utf-8", "utf8", "utf_8", "cp65001", "utf-8-sig"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    plain: bool = False
    """Whether lines are asked for."""
    theme: str | None = None
    """Theme that is asked for."""


def judge(evidence: Evidence, wishes: Wishes, addressable: Callable[[str], bool | None]) -> Terminal:
    """Return what the terminal is and how the menu is shown on it.

    `addressable` says whether the cursor can be moved on a terminal of that name, `None` where nobody knows.
    """
    kind, why = _kind(evidence, addressable)
    reasons = [why]
    front_end = _front_end(kind, wishes, reasons)
    colour = _colour(evidence, kind, reasons)
    ascii_only = _ascii(evidence, kind, reasons)
    columns, rows = _size(evidence, reasons)
    return Terminal(kind, front_end, colour, ascii_only, columns, rows, tuple(reasons))


def _kind(evidence: Evidence, addressable: Callable[[str], bool | None]) -> tuple[TerminalKind, str]:
    if evidence.windows is not None:
        return _windows_kind(evidence, evidence.windows)
    if not (evidence.stdin.terminal and evidence.stdout.terminal):
        missing = "Standard output" if evidence.stdin.terminal else "Standard input"
        return TerminalKind.NO_TERMINAL, f"{missing} is no terminal."
    return _posix_kind(evidence, addressable)


def _posix_kind(evidence: Evidence, addressable: Callable[[str], bool | None]) -> tuple[TerminalKind, str]:
    name = evidence.environment.get("TERM", "")
    family = name.partition("-")[0]
    if SERIAL_DEVICE.fullmatch(evidence.device):
        return TerminalKind.SERIAL, f"{evidence.device} is a serial line."
    if family in {"", "dumb", "unknown"}:
        return TerminalKind.DUMB, f"TERM is {name or 'not set'}."
    # Descriptions of well-known terminals need not be looked up; a machine may also lack them.
    if family not in FAMILIES and addressable(name) is False:
        return TerminalKind.DUMB, f"The terminal description of TERM={name} has no way to move the cursor."
    return _screen_kind(evidence, name, family)


def _screen_kind(evidence: Evidence, name: str, family: str) -> tuple[TerminalKind, str]:
    """Return which of those it is that move a cursor."""
    if evidence.has("TMUX"):
        return TerminalKind.TMUX, "TMUX is set."
    if evidence.has("STY"):
        return TerminalKind.SCREEN, "STY is set: this is screen."
    if LINUX_DEVICE.fullmatch(evidence.device) or family == "linux":
        return TerminalKind.LINUX_CONSOLE, f"The device is {evidence.device or 'not known'}, TERM is {name}."
    return TerminalKind.XTERM, f"TERM is {name}."


def _windows_kind(evidence: Evidence, windows: WindowsEvidence) -> tuple[TerminalKind, str]:
    parents = set(windows.parents)
    if REMOTING_PROGRAM in parents:
        return TerminalKind.REMOTING, f"It was started by {REMOTING_PROGRAM}: a PowerShell remote session."
    if SERIAL_PROGRAM in parents:
        return TerminalKind.SERIAL, f"It was started by {SERIAL_PROGRAM}: the serial console (EMS/SAC)."
    if windows.input_mode is None or windows.output_mode is None:
        missing = "Standard input" if windows.input_mode is None else "Standard output"
        return TerminalKind.NO_TERMINAL, f"{missing} is no console."
    return _console_kind(evidence, windows, over_ssh=bool(parents & SSH_PROGRAMS))


def _console_kind(evidence: Evidence, windows: WindowsEvidence, *, over_ssh: bool) -> tuple[TerminalKind, str]:
    """Return which console of Windows it is."""
    if windows.escapes_refused:
        legacy = windows.escapes_refused == INVALID_PARAMETER
        known = "as the legacy console does" if legacy else "for a reason of its own"
        why = f"The console refuses escape sequences (error {windows.escapes_refused}), {known}."
        return TerminalKind.LEGACY_CONSOLE, why
    if over_ssh or evidence.has("SSH_CONNECTION") or evidence.has("SSH_CLIENT"):
        return TerminalKind.OPENSSH, "It was started over SSH."
    if evidence.has("WT_SESSION"):
        return TerminalKind.WINDOWS_TERMINAL, "WT_SESSION is set."
    return TerminalKind.WINDOWS_CONSOLE, "It is a Windows console that understands escape sequences."


def _front_end(kind: TerminalKind, wishes: Wishes, reasons: list[str]) -> FrontEnd:
    if kind is TerminalKind.REMOTING:
        reasons.append("A PowerShell remote session has no input, so there is no menu there; the commands work.")
        return FrontEnd.NONE
    if wishes.plain:
        reasons.append("Lines were asked for with --plain.")
        return FrontEnd.LINES
    if kind in LINES_ONLY:
        reasons.append(LINES_ONLY[kind])
        return FrontEnd.LINES
    reasons.append("It moves a cursor, so the menu is shown as screens.")
    return FrontEnd.SCREENS


def _colour(evidence: Evidence, kind: TerminalKind, reasons: list[str]) -> bool:
    if evidence.has("NO_COLOR"):
        reasons.append("NO_COLOR is set, so no colours are written.")
        return False
    if kind in LINES_ONLY or kind is TerminalKind.REMOTING:
        return False
    if evidence.environment.get("TERM", "").startswith(("vt1", "vt2", "vt3", "vt5")):
        reasons.append("A terminal of this name has no colours.")
        return False
    reasons.append("Colours are the terminal's own sixteen.")
    return True


def _ascii(evidence: Evidence, kind: TerminalKind, reasons: list[str]) -> bool:
    if kind is TerminalKind.SERIAL:
        reasons.append("What stands at the other end of a serial line is not known, so only ASCII is written.")
        return True
    encoding = evidence.stdout.encoding
    code_pages = evidence.windows.code_pages if evidence.windows else None
    if kind is TerminalKind.LEGACY_CONSOLE and code_pages is not None and code_pages[1] != UTF_8:
        reasons.append(f"The console writes code page {code_pages[1]}, so only ASCII is written.")
        return True
    if encoding not in UTF_8_NAMES:
        reasons.append(f"The output is {encoding}, which cannot carry every name, so only ASCII is written.")
        return True
    return False


def _size(evidence: Evidence, reasons: list[str]) -> tuple[int, int]:
    columns, rows = evidence.size
    if columns < 1 or rows < 1:
        reasons.append(f"No size is told, so {ASSUMED[0]} columns and {ASSUMED[1]} rows are assumed.")
        return ASSUMED
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        reasons.append(f"The window has {columns} columns and {rows} rows: make it larger, 80x24 is what fits.")
    return columns, rows
