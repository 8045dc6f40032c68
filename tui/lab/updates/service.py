"""The update service of one simulated node: its settings, what it is offered, what it has installed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tui.cluster.update_results import OperationResult
from tui.cluster.update_settings import AutomaticUpdates
from tui.cluster.update_state import RestartReason
from tui.lab.updates.offers import Offer

SUCCESS = "0x00000000"
"""The code of what succeeded."""


@dataclass(frozen=True, slots=True)
class Past:
    """One installation that happened, or was tried."""

    title: str
    """Title of the update."""
    time: datetime
    """When, in lab time."""
    result: OperationResult
    """How it ended."""
    code: str
    """Its code, `0x80073712`."""
    id: str
    """`UpdateID`."""


@dataclass(slots=True)
class UpdateService:
    """Everything a node knows of its updates. Moments are lab time."""

    offers: list[Offer] = field(default_factory=list[Offer])
    """What it could be offered and has not finished installing, in the order of the agent."""
    downloaded: set[str] = field(default_factory=set[str])
    """Ids of updates whose files are on the node."""
    staged: set[str] = field(default_factory=set[str])
    """Ids of updates that are installed and wait for a restart."""
    history: list[Past] = field(default_factory=list[Past])
    """What happened, oldest first."""
    failing: dict[str, str] = field(default_factory=dict[str, str])
    """Updates that cannot be installed on this node, by key, and the code it ends with."""
    next_failure: str | None = None
    """The code that the next installation ends with, whatever it installs."""
    microsoft_update: bool = False
    """Whether the node is opted in to Microsoft Update."""
    wsus_server: str | None = None
    """Its WSUS server, if policy names one."""
    internet_blocked: bool = False
    """Whether policy keeps it from asking Microsoft."""
    automatic: AutomaticUpdates = AutomaticUpdates.DOWNLOAD_ONLY
    """What it does by itself."""
    by_policy: bool = False
    """Whether that is policy."""
    service_start: str = "Manual"
    """Start type of `wuauserv`."""
    renamed_files: bool = False
    """Whether an installer left files that wait to be replaced."""

    def reasons(self) -> tuple[RestartReason, ...]:
        """Return every place that says that a restart is wanted, as the scripts list them."""
        updates = (RestartReason.SERVICING, RestartReason.WINDOWS_UPDATE) if self.staged else ()
        return (*updates, RestartReason.FILE_RENAME) if self.renamed_files else updates

    def record(self, offer: Offer, time: datetime, result: OperationResult, code: str = SUCCESS) -> None:
        """Write an installation into the history."""
        self.history.append(Past(offer.title, time, result, code, offer.id))

    def installed(self, offer: Offer) -> None:
        """Take an update as installed: it is gone from the offers, or waits for a restart."""
        if offer.needs_restart:
            self.staged.add(offer.id)
        else:
            self._forget(offer)

    def restarted(self) -> Iterator[Offer]:
        """Finish what waited for a restart; yields each of them."""
        for offer in [offer for offer in self.offers if offer.id in self.staged]:
            self._forget(offer)
            yield offer
        self.staged.clear()
        self.renamed_files = False

    def take_next_failure(self) -> str | None:
        """Return the code that the next installation shall end with, once."""
        code, self.next_failure = self.next_failure, None
        return code

    def _forget(self, offer: Offer) -> None:
        self.offers = [other for other in self.offers if other.id != offer.id]
        self.downloaded.discard(offer.id)
