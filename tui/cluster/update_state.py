"""What a node tells of its updates besides what is offered: history, the restart it waits for, how it gets them."""

from dataclasses import dataclass, field
from datetime import datetime

from tui.cluster.open_enum import OpenEnum
from tui.cluster.update_results import OperationResult, hresult_number
from tui.cluster.update_settings import UpdateSettings


class UpdateOperation(OpenEnum):
    """`Operation` of an entry of the history."""

    INSTALLATION = "Installation"
    UNINSTALLATION = "Uninstallation"


class RestartReason(OpenEnum):
    """Where Windows keeps that it wants a restart; the Windows Update Agent itself does not tell a network logon."""

    SERVICING = "ComponentBasedServicing"
    """Updates of Windows are installed up to the restart."""
    WINDOWS_UPDATE = "WindowsUpdate"
    """Windows Update asks for it."""
    FILE_RENAME = "PendingFileRename"
    """Files wait to be replaced; installers of any kind leave this behind."""
    COMPUTER_RENAME = "ComputerRename"
    """The node has been given another name."""


@dataclass(frozen=True, slots=True)
class RestartState:
    """Whether a node waits for a restart."""

    pending: bool
    """Whether updates want one: what is said of files alone does not count."""
    reasons: tuple[RestartReason, ...] = ()
    """Every place that says so."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One installation that happened on the node, or was tried."""

    title: str
    """Title of the update."""
    date: datetime | None = None
    """When, UTC."""
    operation: UpdateOperation | None = None
    """Installed or taken away."""
    result_code: OperationResult | None = None
    """How it ended."""
    h_result: str | None = field(default=None, metadata={"name": "HResult"})
    """Its code, `0x80240017`; `0x00000000` for success."""
    id: str | None = None
    """`UpdateID`."""

    @property
    def failed(self) -> bool:
        """Whether it did not do what it should."""
        if self.result_code in {OperationResult.FAILED, OperationResult.ABORTED}:
            return True
        return self.result_code == OperationResult.SUCCEEDED_WITH_ERRORS and hresult_number(self.h_result) not in {
            None,
            0,
        }


@dataclass(frozen=True, slots=True)
class UpdateState:
    """How one node stands with its updates."""

    restart: RestartState
    """The restart it waits for."""
    settings: UpdateSettings
    """How it gets its updates."""
    history: tuple[HistoryEntry, ...] = ()
    """What happened last, newest first."""
    history_count: int | None = None
    """How many entries there are in all."""

    @property
    def last_error(self) -> HistoryEntry | None:
        """The newest entry that failed, as long as the same update has not been installed since."""
        mended: set[str] = set()
        for entry in self.history:
            key = entry.id or entry.title
            if entry.failed and key not in mended:
                return entry
            if entry.result_code == OperationResult.SUCCEEDED:
                mended.add(key)
        return None
