"""The shells of one node: who owns them, what runs in them, when they are closed for idleness."""

import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tui.lab.winrm import wsman_faults
from tui.lab.winrm.accounts import Account
from tui.lab.winrm.command import CommandOutput, RunningCommand
from tui.lab.winrm.envelope import new_id
from tui.lab.winrm.program import ProgramFactory, ProgramNotFoundError, ProgramStart
from tui.lab.winrm.quotas import Quotas

_KILL_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ShellSettings:
    """What a Create message asked for."""

    idle_timeout_seconds: float
    """After this long without any message the shell and all in it are ended."""
    name: str | None = None
    """A name the client gave the shell."""
    working_directory: str | None = None
    """Where commands start."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables added to every command's environment."""
    input_streams: str = "stdin"
    """Names of the input streams, blank-separated."""
    output_streams: str = "stdout stderr"
    """Names of the output streams, blank-separated."""
    codepage: int = 437
    """WINRS_CODEPAGE: what the console writes in."""


class Shell:
    """A shell belongs to a user, not to a connection: it outlives both."""

    def __init__(self, owner: Account, client_ip: str, settings: ShellSettings) -> None:
        self.id = new_id()
        self.owner = owner
        self.client_ip = client_ip
        self.settings = settings
        self._lock = threading.Lock()
        self._commands: dict[str, RunningCommand] = {}
        self._created = self._last_activity = time.monotonic()
        self._operations = 0
        self._closed = False

    @property
    def age_seconds(self) -> float:
        """How long the shell exists."""
        return time.monotonic() - self._created

    @property
    def inactive_seconds(self) -> float:
        """How long since the last message; 0 while one is being worked on."""
        with self._lock:
            return 0.0 if self._operations else time.monotonic() - self._last_activity

    @property
    def busy(self) -> bool:
        """Whether a message is being worked on, such as a Receive that waits."""
        with self._lock:
            return self._operations > 0

    @contextmanager
    def operation(self) -> Generator[None]:
        """Keep the shell from counting as idle inside the block."""
        with self._lock:
            self._operations += 1
        try:
            yield
        finally:
            with self._lock:
                self._operations -= 1
                self._last_activity = time.monotonic()

    def start(self, factory: ProgramFactory, start: ProgramStart, max_processes: int) -> RunningCommand:
        """Start a command; raises `WsmanFaultError` for a full shell and for a program that does not exist."""
        with self._lock:
            running = sum(not command.output.ended for command in self._commands.values())
            if running >= max_processes:
                raise wsman_faults.too_many_processes()
            if self._closed:
                raise wsman_faults.operation_aborted()
            output = CommandOutput()
            try:
                program = factory(start, output)
            except ProgramNotFoundError as error:
                raise wsman_faults.file_not_found() from error
            command = RunningCommand(new_id(), output, program)
            self._commands[command.id] = command
            return command

    def command(self, command_id: str) -> RunningCommand:
        """Return a command by its id; raises `WsmanFaultError`."""
        with self._lock:
            command = self._commands.get(command_id.upper())
        if command is None:
            raise wsman_faults.unknown_command()
        return command

    def find_command(self, command_id: str) -> RunningCommand | None:
        """Return a command or None: signals to commands that are gone are no error."""
        with self._lock:
            return self._commands.get(command_id.upper())

    def forget(self, command: RunningCommand) -> None:
        """Drop a command whose end was delivered."""
        with self._lock:
            self._commands.pop(command.id, None)

    def close(self) -> None:
        """End every command and wait a little for each to be gone."""
        with self._lock:
            self._closed = True
            commands = list(self._commands.values())
            self._commands.clear()
        for command in commands:
            command.abort()
        for command in commands:
            command.output.wait_until_ended(_KILL_PATIENCE_SECONDS)


class ShellTable:
    """All shells of one node, with a thread that ends idle ones."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._changed = threading.Condition()
        self._shells: dict[str, Shell] = {}
        self._reaper: threading.Thread | None = None
        self._stopping = False

    def __len__(self) -> int:
        """Return how many shells are open."""
        with self._changed:
            return len(self._shells)

    def all(self) -> list[Shell]:
        """Return the open shells."""
        with self._changed:
            return list(self._shells.values())

    def start(self) -> None:
        """Start watching for idle shells."""
        self._stopping = False
        self._reaper = threading.Thread(target=self._reap, name="winrm-idle-shells", daemon=True)
        self._reaper.start()

    def stop(self) -> None:
        """Close all shells and stop watching."""
        with self._changed:
            self._stopping = True
            shells = list(self._shells.values())
            self._shells.clear()
            self._changed.notify_all()
        for shell in shells:
            shell.close()
        if self._reaper:
            self._reaper.join()
            self._reaper = None

    def create(self, owner: Account, client_ip: str, settings: ShellSettings) -> Shell:
        """Open a shell; raises `WsmanFaultError` when its owner has too many."""
        limit = self._quotas.max_shells_per_user
        with self._changed:
            if self._stopping:
                raise wsman_faults.operation_aborted()
            if sum(shell.owner == owner for shell in self._shells.values()) >= limit:
                raise wsman_faults.too_many_shells(limit)
            shell = Shell(owner, client_ip, settings)
            self._shells[shell.id] = shell
            self._changed.notify_all()
            return shell

    def get(self, shell_id: str, user: Account) -> Shell:
        """Return a user's shell; raises `WsmanFaultError` for none and for someone else's."""
        with self._changed:
            shell = self._shells.get(shell_id.upper())
        if shell is None:
            raise wsman_faults.unknown_shell(shell_id)
        if shell.owner != user:
            raise wsman_faults.access_denied()
        return shell

    def delete(self, shell: Shell) -> None:
        """Close a shell and everything in it."""
        with self._changed:
            self._shells.pop(shell.id, None)
        shell.close()

    def _reap(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                left = [shell.settings.idle_timeout_seconds - shell.inactive_seconds for shell in self._shells.values()]
                if not left or min(left) > 0:
                    self._changed.wait(min(left, default=None))
                    continue
                idle = [
                    shell
                    for shell in self._shells.values()
                    if shell.inactive_seconds >= shell.settings.idle_timeout_seconds
                ]
            for shell in idle:
                self.delete(shell)
