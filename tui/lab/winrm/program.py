"""What runs behind a WinRM command: the interface of a program and of the place its output goes.

The endpoint knows nothing about what it runs: every `Command` message calls its `ProgramFactory` once. A program may be
a real child process (`ProcessProgram`) or threads of this process (the simulated PowerShell); the endpoint cannot tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProgramStart:
    """All that a shell tells a program it starts."""

    command: str
    """The program's name or the whole command line, as the client sent it."""
    arguments: tuple[str, ...] = ()
    """The arguments as the client sent them, one each; clients differ in what they quote."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the client added to the environment; not the whole environment."""
    working_directory: str | None = None
    """Where the shell was opened, or None for the user's profile."""
    user: str = ""
    r"""Who asked, as `DOMAIN\user` or `user`."""
    skip_cmd_shell: bool = False
    """Whether the client asked to start it without `cmd.exe /c`."""
    codepage: int = 437
    """The console's code page that output is expected in; 65001 is UTF-8."""

    @property
    def command_line(self) -> str:
        """Command and arguments joined by spaces, as `cmd.exe /c` would see them."""
        return " ".join((self.command, *self.arguments))


class OutputSink(Protocol):
    """Where a running program's output goes. Every method may be called from any thread."""

    def stdout(self, data: bytes) -> None:
        """Deliver one write to standard output; clients see it as one stream element.

        Blocks like a full pipe while more than the sink's limit is unread; returns at once, discarding, after a kill.
        """
        ...

    def stderr(self, data: bytes) -> None:
        """Deliver one write to standard error; blocks as `stdout` does."""
        ...

    def exited(self, exit_code: int) -> None:
        """Say that the program has ended: once, last, also after `kill`. Later calls are ignored."""
        ...


class ShellProgram(Protocol):
    """A running program. The endpoint's threads call these; none may block for long or write to the sink itself."""

    def write(self, data: bytes) -> None:
        """Take bytes for standard input; ignored after the program ended."""
        ...

    def close_input(self) -> None:
        """Say that standard input has ended; may be called twice."""
        ...

    def interrupt(self) -> None:
        """Deliver Ctrl+C."""
        ...

    def kill(self) -> None:
        """End it and everything it started, now; `exited` follows. May be called twice and after it ended."""
        ...


class ProgramFactory(Protocol):
    """Starts programs."""

    def __call__(self, start: ProgramStart, sink: OutputSink, /) -> ShellProgram:
        """Start one and return it, running; output may reach `sink` before this returns.

        Raises `ProgramNotFoundError` when there is no such program.
        """
        ...


class ProgramNotFoundError(Exception):
    """There is no program of that name; the client gets the fault of a failed CreateProcess."""
