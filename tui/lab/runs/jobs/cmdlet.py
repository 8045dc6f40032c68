"""One call of a cmdlet of Az.StackHCI: its progress bars, its log file, its events, its errors, its list at the end."""

from dataclasses import dataclass, field
from typing import Any

from tui.lab.clock import iso
from tui.lab.node_state import version_numbers
from tui.lab.runs.runner import JobRun

_LEAST = {"Az.Accounts": "2.11.2", "Az.Resources": "6.2.0"}
"""Oldest versions that Az.StackHCI 2.x works with."""
LOG_FOLDER = r"C:\ProgramData\AzureStackHCI\Registration"
"""Where the cmdlets log when nobody says (Az.StackHCI since 2.2.0)."""


class CmdletFailedError(Exception):
    """A cmdlet gives up: the words that go to the host, and the code of its event."""

    def __init__(self, message: str, code: int | None = None, *, listed: bool = True) -> None:
        """Give up with words; `listed` says whether its list is still written, as it is not after an exception."""
        super().__init__(message)
        self.code = code
        self.listed = listed


@dataclass(slots=True)
class Cmdlet:
    """What a running cmdlet leaves behind."""

    run: JobRun
    """The run it is called in."""
    name: str
    """Its name, for example `Register-AzStackHCI`."""
    version: str
    """Version of the module Az.StackHCI that it is of."""
    activity: str
    """Activity of its main bar."""
    log_prefix: str
    """How the name of its log file begins."""
    log_folder: str = LOG_FOLDER
    """Where that file is."""
    properties: dict[str, str] = field(default_factory=dict[str, str])
    """Its list, in the order it was written in."""
    host_errors: list[str] = field(default_factory=list[str])
    """What it wrote to the host as errors."""
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What it wrote to the Application log, source `HCI Registration`."""
    log_file: str = ""
    """Path of its log file."""
    _log: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def begin(self) -> None:
        """Open the log file: it is named after the minute, so two calls in one minute share it."""
        self.log_file = f"{self.log_folder}\\{self.log_prefix}_{self._now()[:16].translate(_STAMP)}.log"
        self.log("INFO", f"{self.name} begins")

    def bar(self, percent: int, status: str, stage: str) -> None:
        """Move the main bar, and spend the time of a stage."""
        self.run.progress(1, self.activity, status, percent)
        self.log("INFO", status)
        self.run.stage(stage)

    def inner_bar(self, activity: str, percent: int, status: str, stage: str) -> None:
        """Move a bar inside the main one, and spend the time of a stage."""
        self.run.progress(2, activity, status, percent, parent=1)
        self.log("INFO", status)
        self.run.stage(stage)

    def event(self, code: int, message: str) -> None:
        """Write to the Application log."""
        self.events.append({"Id": code, "Time": self._now(), "Message": message})

    def log(self, level: str, message: str) -> None:
        """Write an entry to the log file: its level and the message."""
        self._log.append((level, message))

    def host_error(self, message: str) -> None:
        """Write an error to the host: no error stream and no exit code tells of it."""
        self.host_errors.append(message)
        self.log("ERROR", message)
        self.run.error(message)

    def warn(self, message: str) -> None:
        """Write a warning."""
        self.log("WARN", message)
        self.run.warning(message)

    def failed(self, error: CmdletFailedError, exception_code: int) -> str | None:
        """Do what the cmdlet's outer `catch` does: tell the host, the logs and, where it still can, its list.

        Nothing is thrown. Returns what it claims then, `None` for nothing.
        """
        message = str(error)
        self.host_error(message)
        if error.code is not None:
            self.event(error.code, message)
        if not error.listed:
            words = f"Exception occurred in {self.name} : {message}"
            self.event(exception_code, words)
            self.log("FATAL", words)
            return None
        # Modules of 1.x print how they mean to find the result instead of what they find.
        literal = version_numbers(self.version) < (2, 0, 0)
        self.properties |= {"Result": "[OperationStatus]::Failed" if literal else "Failed", "Details": message}
        self.write_list()
        self.properties["Result"] = "Failed"
        return "Failed"

    def check_modules(self) -> None:
        """Fail where Az.Accounts or Az.Resources is missing, or too old for a module of 2.x."""
        node = self.run.world.cluster.node(self.run.node)
        lacking: list[str] = []
        for name, least in _LEAST.items():
            have = next(iter(node.module_versions(name)), None)
            old = have is not None and version_numbers(have) < version_numbers(least)
            if have is None or (old and version_numbers(self.version) >= (2, 0, 0)):
                lacking.append(f"{name} {least}")
        if lacking:
            raise CmdletFailedError(
                f"Can't find PowerShell module(s): {', '.join(lacking)}. Install them and try again.", listed=False
            )

    def write_list(self) -> None:
        """Write its properties as `Format-List` does for a console that is wide enough for every value."""
        width = max(len(name) for name in self.properties)
        lines = [f"{name:<{width}} : {value}" for name, value in self.properties.items()]
        self.run.output("\n".join(lines), "host")

    def log_errors(self) -> list[str]:
        """Return the last entries of the log file that are errors, each in one line."""
        return [" ".join(message.split()) for level, message in self._log if level in {"ERROR", "FATAL"}][-20:]

    def _now(self) -> str:
        cluster = self.run.world.cluster
        return iso(cluster.clock.shown(cluster.clock.now()) + cluster.node(self.run.node).skew)


_STAMP = str.maketrans({"-": None, ":": None, "T": "-"})
