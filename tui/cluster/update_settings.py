"""How a node gets its updates: from whom, by itself or not, and who in the cluster coordinates them."""

from dataclasses import dataclass, field

from tui.cluster.open_enum import OpenEnum

MICROSOFT_UPDATE = "7971f918-a847-4430-9279-4a52d1efe18d"
"""Service id of Microsoft Update, which brings what is not Windows: the connected machine agent among it."""
AGENT_PRODUCT = "Azure Connected Machine Agent"
"""Product to choose on a WSUS server for the agent, with the classifications Critical Updates and Updates."""


class AutomaticUpdates(OpenEnum):
    """What the node does by itself: `AUOptions`, and `NoAutoUpdate` as `Disabled`. SConfig's option 5 sets it."""

    DISABLED = "Disabled"
    """Nothing: SConfig's `Manual`."""
    NOTIFY = "NotifyBeforeDownload"
    DOWNLOAD_ONLY = "DownloadOnly"
    """SConfig's default."""
    AUTOMATIC = "Automatic"
    """Installs, daily at 03:00 unless another time is set, and may restart the node by itself."""
    CHOSEN_LOCALLY = "ChosenLocally"


class UpdateSource(OpenEnum):
    """Who a node asks."""

    WINDOWS_UPDATE = "Windows Update"
    MICROSOFT_UPDATE = "Microsoft Update"
    WSUS = "WSUS"


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """How one node gets its updates."""

    microsoft_update: bool | None = None
    """Whether it is opted in to Microsoft Update; `None` where that could not be read."""
    wsus_server: str | None = field(default=None, metadata={"name": "WsusServer"})
    """Address of its WSUS server, where policy names one and tells to use it."""
    internet_blocked: bool = False
    """Whether policy keeps it from asking Microsoft (`DoNotConnectToWindowsUpdateInternetLocations`)."""
    automatic_updates: AutomaticUpdates | None = None
    """What it does by itself."""
    by_policy: bool = False
    """Whether that is policy, so that it cannot be changed on the node."""
    service_start: str | None = None
    """Start type of `wuauserv`, as it came; `Disabled` stops every update."""

    @property
    def source(self) -> UpdateSource:
        """Who it asks; WSUS goes before an opt-in, as in Windows."""
        if self.wsus_server:
            return UpdateSource.WSUS
        return UpdateSource.MICROSOFT_UPDATE if self.microsoft_update else UpdateSource.WINDOWS_UPDATE

    @property
    def can_opt_in(self) -> bool:
        """Whether opting in to Microsoft Update would help: not with WSUS, and not where Microsoft is not asked."""
        return self.microsoft_update is False and self.wsus_server is None and not self.internet_blocked

    @property
    def disabled(self) -> bool:
        """Whether its update service may not start at all."""
        return (self.service_start or "").casefold() == "disabled"


def agent_hint(settings: UpdateSettings) -> str | None:
    """Return why a node may never be offered the agent, and what changes that; `None` where nothing is in its way."""
    if settings.disabled:
        return "Its service wuauserv is disabled: Set-Service wuauserv -StartupType Manual."
    if settings.wsus_server:
        return (
            f"Its updates come from {settings.wsus_server}: choose the product {AGENT_PRODUCT} there, with the "
            "classifications Critical Updates and Updates, and approve the update."
        )
    if settings.internet_blocked:
        return "Policy keeps it from asking Microsoft: give the agent's MSI file to 7) Upgrade Arc agent."
    if settings.can_opt_in:
        return "The agent comes by Microsoft Update, and it is not opted in: azsconfig can opt it in."
    return None
