"""One simulated node: what it is, and what it would say of itself at a given moment.

Moments are kept; statuses are worked out of them. So a status changes by itself when time passes, as on a real node.
The windows are Microsoft's (MicrosoftDocs, manage-cluster-registration and azcmagent; `tui.cluster` judges by the same
documents, written down there independently).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui.cluster.arc import AgentStatus
from tui.cluster.events import EventLevel
from tui.cluster.firmware import VbsStatus
from tui.cluster.registration import ConnectionStatus, RegistrationStatus
from tui.lab.updates.service import UpdateService

GRACE = timedelta(days=30)
"""Time to register after installation, and time a registered cluster may stay offline."""
SYNC_INTERVAL = timedelta(hours=12)
"""How often a node syncs by itself."""
CONNECTED_WINDOW = timedelta(days=1)
"""A node counts as connected when it synced within this."""
HEARTBEAT_INTERVAL = timedelta(minutes=5)
"""How often the connected machine agent reports."""
HEARTBEAT_WINDOW = timedelta(minutes=15)
"""Without a heartbeat for this long the agent is disconnected."""
AGENT_IDENTITY_LIFETIME = timedelta(days=90)
"""Without contact for this long the agent's identity has expired."""

_AGENT_TAIL = "03319.2737"
OLD_AGENT = "1.40.02664.1629"
"""A version that has left support."""


def version_numbers(text: str) -> tuple[int, ...]:
    """Return a version as numbers that compare."""
    return tuple(int(part) for part in text.split("."))


def current_agent(now: datetime) -> str:
    """Return the version that nodes which keep up have: 1.61, or what came out nine months before if that is newer.

    One minor version a month, 1.57 in October 2025 (MicrosoftDocs, agent release notes); versions are supported for a
    year, so a fixed version would make a healthy lab unhealthy one day.
    """
    return f"1.{max(61, _newest_minor(now) - 9)}.{_AGENT_TAIL}"


def newest_agent(now: datetime) -> str:
    """Return the version that came out last."""
    return f"1.{max(67, _newest_minor(now))}.{_AGENT_TAIL}"


def _newest_minor(now: datetime) -> int:
    return 57 + (now.year - 2025) * 12 + now.month - 10


@dataclass(frozen=True, slots=True)
class AzureRegistration:
    """What a node remembers of its registration."""

    registered_at: datetime
    """When, in lab time."""
    resource_name: str
    """Name of the cluster in Azure."""
    subscription_id: str
    """Its subscription."""
    resource_group: str
    """Its resource group."""
    tenant_id: str
    """Its tenant."""
    region: str
    """Its region, for example `eastus`."""

    @property
    def resource_id(self) -> str:
        """Resource id as nodes spell it: with a capital `S` in front."""
        return (
            f"/Subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.AzureStackHCI/clusters/{self.resource_name}"
        )


@dataclass(frozen=True, slots=True)
class ArcHome:
    """Where an Arc machine's resource is."""

    subscription_id: str
    """Its subscription."""
    resource_group: str
    """Its resource group."""
    tenant_id: str
    """Its tenant."""
    region: str
    """Its region, for example `eastus`."""

    def is_at(self, subscription_id: str, resource_group: str) -> bool:
        """Whether it is in that group of that subscription, compared without case."""
        here = (self.subscription_id.lower(), self.resource_group.lower())
        return here == (subscription_id.lower(), resource_group.lower())


@dataclass(slots=True)
class MachineAgent:
    """The connected machine agent of a node."""

    version: str
    """Installed version."""
    show_json_supported: bool = True
    """Whether `azcmagent show -j` exists in that version."""
    machine_id: str = ""
    """Id of the Arc machine (`VM ID`)."""
    cut_off: datetime | None = None
    """Since when this agent alone has had no contact with Azure, in lab time."""
    connected: bool = True
    """Whether it belongs to an Arc machine; a disconnect that is only local leaves that machine's resource."""
    home: ArcHome | None = None
    """Where its Arc machine is; None for the group that its node's registration names."""
    stuck_extension: str | None = None
    """Extension of its machine that does not let itself be removed."""

    def last_heartbeat(self, now: datetime, node_cut_off: datetime | None) -> datetime:
        """Last heartbeat: on the five minutes, until it or its whole node lost contact."""
        end = min([now, *(moment for moment in (node_cut_off, self.cut_off) if moment)])
        past = timedelta(
            minutes=end.minute % (HEARTBEAT_INTERVAL.seconds // 60), seconds=end.second, microseconds=end.microsecond
        )
        return end - past

    def status_at(self, now: datetime, node_cut_off: datetime | None) -> AgentStatus:
        """Status by the age of the last heartbeat."""
        silence = now - self.last_heartbeat(now, node_cut_off)
        if silence > AGENT_IDENTITY_LIFETIME:
            return AgentStatus.EXPIRED
        return AgentStatus.CONNECTED if silence <= HEARTBEAT_WINDOW else AgentStatus.DISCONNECTED


@dataclass(frozen=True, slots=True)
class NodeFirmware:
    """Firmware and platform security of a node."""

    manufacturer: str = "Contoso Systems"
    model: str = "CS-2400 HCI"
    bios_vendor: str = "Contoso Firmware"
    bios_version: str = "2.18.1"
    bios_date: str = "2024-03-11"
    secure_boot: bool = True
    tpm_present: bool = True
    tpm_ready: bool = True
    tpm_version: str = "2.0"
    vbs: VbsStatus = VbsStatus.RUNNING


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of the `Microsoft-AzureStack-HCI/Admin` channel."""

    record_id: int
    event_id: int
    level: EventLevel
    time: datetime
    message: str


@dataclass(slots=True)
class NodeState:
    """Everything that is true of one node. Moments are lab time."""

    name: str
    """NetBIOS name."""
    installed: datetime
    """When its operating system was installed."""
    booted: datetime
    """Its last start."""
    build: int = 20349
    """Build number of Windows."""
    revision: int = 2700
    """Update build revision."""
    down_since: datetime | None = None
    """Since when it does not run; None while it does."""
    skew: timedelta = timedelta()
    """How far its clock is ahead of true time."""
    registration: AzureRegistration | None = None
    """Its registration, if any."""
    synced: datetime | None = None
    """A sync that happened; further automatic ones follow from it."""
    cut_off: datetime | None = None
    """Since when it has had no connection to Azure; None while it has one."""
    repair_required: bool = False
    """Whether Azure no longer trusts its keys."""
    agent: MachineAgent | None = None
    """Its connected machine agent, if installed."""
    firmware: NodeFirmware = field(default_factory=NodeFirmware)
    """Its firmware."""
    modules: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """PowerShell modules and their highest versions; None where one is missing."""
    older_modules: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Lower versions of them that are there as well."""
    certificates: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Certificates of the computer by thumbprint, and until when each is good."""
    stopped_services: set[str] = field(default_factory=set[str])
    """Services that do not run although they should."""
    held_services: set[str] = field(default_factory=set[str])
    """Services that did not start for as long as a fault of the node names them."""
    services_at: float = 0.0
    """From which point of the lab's pace on its services run: a moment after its start."""
    agent_at: float = 0.0
    """From which point of the lab's pace on the services of its agent run: a moment after an upgrade."""
    updates: UpdateService = field(default_factory=UpdateService)
    """Its update service."""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Files that azsconfig copied to it, by their name in lower case."""
    events: list[LoggedEvent] = field(default_factory=list[LoggedEvent])
    """What it logged, oldest first."""

    @property
    def up(self) -> bool:
        """Whether it runs and answers."""
        return self.down_since is None

    def log(self, event_id: int, level: EventLevel, time: datetime, message: str) -> None:
        """Add an event to its Admin channel."""
        self.events.append(LoggedEvent(len(self.events) + 1, event_id, level, time, message))

    def install_module(self, name: str, version: str) -> None:
        """Install a version of a PowerShell module beside those that are there."""
        have = {version, *self.module_versions(name)}
        highest = max(have, key=version_numbers)
        self.modules[name] = highest
        self.older_modules[name] = have - {highest}

    def module_versions(self, name: str) -> tuple[str, ...]:
        """Return every version of a module that is installed, highest first."""
        highest = self.modules.get(name)
        older = sorted(self.older_modules.get(name, ()), key=version_numbers, reverse=True)
        return () if highest is None else (highest, *older)

    def arc_home(self) -> ArcHome | None:
        """Return where its Arc machine is; None where it is not Arc-enabled."""
        if self.agent is None or not self.agent.connected:
            return None
        if self.agent.home is not None or self.registration is None:
            return self.agent.home
        azure = self.registration
        return ArcHome(azure.subscription_id, azure.resource_group, azure.tenant_id, azure.region)

    def registration_status(self, now: datetime) -> RegistrationStatus:
        """`RegistrationStatus`: 30 days after installation an unregistered node is out of policy."""
        if self.registration is not None:
            return RegistrationStatus.REGISTERED
        return RegistrationStatus.OUT_OF_POLICY if now - self.installed > GRACE else RegistrationStatus.NOT_YET

    def last_connected(self, now: datetime) -> datetime | None:
        """Last sync: every 12 hours from the one that is known, as long as there was a connection Azure accepts."""
        if self.registration is None or self.synced is None or self.repair_required:
            return self.synced if self.registration is not None else None
        end = min([now, *(moment for moment in (self.cut_off, self.down_since) if moment)])
        return self.synced + max(0, (end - self.synced) // SYNC_INTERVAL) * SYNC_INTERVAL

    def next_sync(self, now: datetime) -> datetime | None:
        """Next attempt to sync, always ahead."""
        last = self.last_connected(now)
        return None if last is None else last + ((now - last) // SYNC_INTERVAL + 1) * SYNC_INTERVAL

    def connection_status(self, now: datetime, *, firmware_differs: bool) -> ConnectionStatus | None:
        """`ConnectionStatus`; None while not registered.

        A node whose firmware differs from the majority's is out of policy even when it has just synced.
        """
        last = self.last_connected(now)
        if last is None:
            return None
        if self.repair_required:
            return ConnectionStatus.REPAIR_REGISTRATION_REQUIRED
        if firmware_differs or now - last > GRACE:
            return ConnectionStatus.OUT_OF_POLICY
        return ConnectionStatus.CONNECTED if now - last <= CONNECTED_WINDOW else ConnectionStatus.DISCONNECTED
