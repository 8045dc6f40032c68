"""Exit codes of every command, frozen: scripts and monitoring depend on them."""

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    """Done, or already so."""
    FAILED = 1
    """The operation failed."""
    USAGE = 2
    """Wrong usage or configuration."""
    UNREACHABLE = 3
    """Nothing could be read: cluster or Azure unreachable, or refused us."""
    PARTLY = 4
    """Some nodes or resources could not be read or did not succeed."""
    DECLINED = 5
    """Declined, cancelled, or refused by a blocker."""
    ATTENTION = 6
    """Done, but something needs attention."""
    RUNNING = 7
    """Started and still running."""
    INTERRUPTED = 130
    """Interrupted from the keyboard."""


PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.USAGE,
    ExitCode.UNREACHABLE,
    ExitCode.FAILED,
    ExitCode.DECLINED,
    ExitCode.PARTLY,
    ExitCode.RUNNING,
    ExitCode.ATTENTION,
    ExitCode.DONE,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that wins where several hold; `DONE` for none."""
    held = set(codes)
    return next((code for code in PRECEDENCE if code in held), ExitCode.DONE)
