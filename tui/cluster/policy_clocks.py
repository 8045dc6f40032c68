"""The windows Microsoft's policies give a cluster, as deadlines.

Sources: MicrosoftDocs, azure-stack-docs, manage-cluster-registration (30 days to cluster and to register, 30 days
offline, Connected within a day, a sync every 12 hours) and troubleshoot-hci-registration (8 hours to Disconnected in
the portal); Az.StackHCI (60 days of a user's certificate); MicrosoftDocs, azure-management-docs, Azure Arc servers
(identity of the connected machine agent, its support, its heartbeat).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from tui.cluster.agent_releases import support_end
from tui.cluster.durations import duration_text

REGISTRATION_WINDOW = timedelta(days=30)
"""Time to put a fresh installation in a cluster and to register it; then it is OutOfPolicy."""
OFFLINE_WINDOW = timedelta(days=30)
"""Time a registered cluster may go without a sync; then no new virtual machines, those there run on."""
CONNECTED_WINDOW = timedelta(days=1)
"""ConnectionStatus is Connected while the last sync is not older."""
SYNC_INTERVAL = timedelta(hours=12)
"""How often a node syncs by itself."""
PORTAL_WINDOW = timedelta(hours=8)
"""The portal calls a cluster Disconnected after so long out of the connected state."""
USER_CERTIFICATE_MARGIN = timedelta(days=60)
"""A user's own certificate must be valid for so long when it is used to register."""
AGENT_IDENTITY = timedelta(days=90)
"""How long the certificate of the agent's identity is valid."""
AGENT_RENEWAL = timedelta(days=45)
"""The agent renews it when so much or less of it is left."""
HEARTBEAT_WINDOW = timedelta(minutes=30)
"""The portal calls an agent Disconnected 15 to 30 minutes after its last heartbeat; heartbeats come every 5 minutes."""


@dataclass(frozen=True, slots=True)
class PolicyClock:
    """One window that runs out."""

    id: str
    """Stable id, for example `offline`."""
    deadline: datetime
    """When it runs out, UTC."""
    left: timedelta
    """Time left; zero or negative when it has run out."""
    inferred: bool = False
    """Whether the deadline was worked out by us and not said by the node or by Microsoft."""

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.left <= timedelta()

    @property
    def days(self) -> int:
        """Whole days left; 0 when it has run out."""
        return max(self.left, timedelta()).days

    @property
    def text(self) -> str:
        """Time left in words, `12 days 4 hours`; how long ago it ran out, `passed 3 days ago`, when it has."""
        if not self.passed:
            return duration_text(self.left)
        return "passed just now" if self.left > -timedelta(minutes=1) else f"passed {duration_text(self.left)} ago"


Window: TypeAlias = Callable[[datetime | None, datetime], PolicyClock | None]
"""A window by its start and the time of asking; `None` without a start."""


def register_by(install_date: datetime | None, now: datetime) -> PolicyClock | None:
    """Return the window to cluster and to register, from the installation of the operating system."""
    return _clock("register", install_date, REGISTRATION_WINDOW, now)


def sync_by(last_connected: datetime | None, now: datetime) -> PolicyClock | None:
    """Return the window a registered node may stay offline, from `LastConnected`."""
    return _clock("offline", last_connected, OFFLINE_WINDOW, now)


def connected_until(last_connected: datetime | None, now: datetime) -> PolicyClock | None:
    """Return until when the last sync counts as Connected."""
    return _clock("connected", last_connected, CONNECTED_WINDOW, now)


def portal_disconnected_at(last_connected: datetime | None, now: datetime) -> PolicyClock | None:
    """Return when the portal may call the cluster Disconnected; syncs are rarer than that, so it is a hint."""
    return _clock("portal", last_connected, PORTAL_WINDOW, now, inferred=True)


def next_automatic_sync(
    next_sync: datetime | None, last_connected: datetime | None, now: datetime
) -> PolicyClock | None:
    """Return the next automatic sync: `NextSync`, else 12 hours after the last one, which is inferred."""
    if next_sync is not None:
        return _clock("sync", next_sync, timedelta(), now)
    return _clock("sync", last_connected, SYNC_INTERVAL, now, inferred=True)


def user_certificate_by(not_after: datetime | None, now: datetime) -> PolicyClock | None:
    """Return until when a user's certificate can still be used to register, from the end of its validity."""
    return _clock("user-certificate", not_after, -USER_CERTIFICATE_MARGIN, now)


def agent_identity_expires(last_heartbeat: datetime | None, now: datetime) -> PolicyClock | None:
    """Return when the identity of an agent without contact has expired for certain, from its last heartbeat.

    The day of the certificate itself is not told: 90 days after the last contact is the latest it can be.
    """
    return _clock("agent-identity", last_heartbeat, AGENT_IDENTITY, now, inferred=True)


def agent_identity_may_expire(last_heartbeat: datetime | None, now: datetime) -> PolicyClock | None:
    """Return from when the identity of an agent without contact may have expired.

    An agent in contact renews at 45 days left, so 45 days after the last contact is the earliest.
    """
    return _clock("agent-identity-earliest", last_heartbeat, AGENT_RENEWAL, now, inferred=True)


def agent_supported_until(version: str | None, now: datetime) -> PolicyClock | None:
    """Return until when Microsoft supports a version of the agent: one year; `None` where its release is not known."""
    end = support_end(version)
    if end is None:
        return None
    return PolicyClock("agent-support", end.after, end.after - now, end.inferred)


def _clock(
    clock_id: str, start: datetime | None, window: timedelta, now: datetime, *, inferred: bool = False
) -> PolicyClock | None:
    """Return the clock of a window; `None` without a start or beyond the calendar."""
    if start is None:
        return None
    try:
        deadline = start + window
        return PolicyClock(clock_id, deadline, deadline - now, inferred)
    except OverflowError:
        return None
