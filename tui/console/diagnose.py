"""What `azsconfig --diagnose-terminal` prints for a support case: what was found, what was decided, and why."""

import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from tui import __version__
from tui.console.evidence import Evidence, StreamEvidence
from tui.console.terminal import Terminal

NAME_CELLS = 26
PACKAGES = ("textual", "rich", "pywinrm", "pyspnego")


def diagnosis(
    evidence: Evidence,
    terminal: Terminal,
    *,
    shown: tuple[str, bool],
    log_file: Path,
    answers: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the text.

    `shown` is the theme, and whether only ASCII is written, as settings and command line have it in the end; `answers`
    are what the terminal itself said when it was asked.
    """
    lines = [
        *_section("Versions", _versions()),
        *_section("Found", _found(evidence)),
        *_section("Asked the terminal", tuple(answers)),
        *_section(
            "Decided",
            (
                ("Kind", terminal.kind.value),
                ("Menu shown as", terminal.front_end.value),
                ("Theme", shown[0]),
                ("ASCII only", "yes" if shown[1] else "no"),
                ("Columns and rows", f"{terminal.columns} x {terminal.rows}"),
            ),
        ),
        "Because",
        *(f"  {reason}" for reason in terminal.reasons),
        "",
        f"Log file: {log_file}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _section(title: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    rows = [f"  {name:<{NAME_CELLS}} {text}".rstrip() for name, text in pairs]
    return [title, *rows, ""] if rows else []


def _versions() -> list[tuple[str, str]]:
    packages = [(name, _version_of(name)) for name in PACKAGES]
    python = f"{platform.python_version()} ({platform.architecture()[0]})"
    return [("azsconfig", __version__), ("Python", python), ("System", platform.platform()), *packages]


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _found(evidence: Evidence) -> list[tuple[str, str]]:
    pairs = [
        ("Standard input", _stream_words(evidence.stdin)),
        ("Standard output", _stream_words(evidence.stdout)),
        ("Standard error", _stream_words(evidence.stderr)),
        ("Size as told", f"{evidence.size[0]} x {evidence.size[1]}"),
        ("Device", evidence.device or "-"),
    ]
    pairs += [(name, text) for name, text in sorted(evidence.environment.items())]
    windows = evidence.windows
    if windows is not None:
        pairs += [
            ("Input mode", _mode_words(windows.input_mode)),
            ("Output mode", _mode_words(windows.output_mode)),
            ("Escape sequences", f"refused, error {windows.escapes_refused}" if windows.escapes_refused else "taken"),
            ("Code pages", " ".join(map(str, windows.code_pages)) if windows.code_pages else "not known"),
            ("Started by", " < ".join(windows.parents) or "not known"),
        ]
        pairs += [("Failed call", words) for words in windows.failed]
    return pairs


def _stream_words(stream: StreamEvidence) -> str:
    return f"{'terminal' if stream.terminal else 'no terminal'}, {stream.encoding}"


def _mode_words(mode: int | None) -> str:
    return "no console" if mode is None else f"0x{mode:04x}"
