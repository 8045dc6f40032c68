"""The menu, as data: every option once, for the menu, line mode, the commands and their help.

Numbers are fixed for ever and never reused; 6 and 15 mean what they mean in SConfig.
"""

from dataclasses import dataclass
from enum import StrEnum


class Risk(StrEnum):
    """What choosing an option can do to the cluster."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of the menu."""

    number: int
    """Number typed to choose it."""
    id: str
    """Stable name, for commands, settings and logs."""
    title: str
    """Words in the menu."""
    summary: str
    """One sentence on what it does."""
    risk: Risk
    """What it can do to the cluster."""
    screen: str | None = None
    """Dotted name of its view, imported when it is opened; none while this version has no such screen."""
    verb: str | None = None
    """Command of the same meaning, where this version has one."""
    group: int = 0
    """Options of one group stand together, with an empty row between groups."""

    @property
    def built(self) -> bool:
        """Whether this version of azsconfig can do it."""
        return self.screen is not None


EXIT = "exit"

OPTIONS: tuple[Option, ...] = (
    Option(
        1,
        "status",
        "Registration status",
        "Shows how each node and the cluster stand with Azure.",
        Risk.READS,
        screen="screens.registration_status.RegistrationStatusView",
        verb="status",
    ),
    Option(
        2,
        "arc",
        "Arc-enabled servers",
        "Shows each node's connected machine agent, its services and extensions.",
        Risk.READS,
        screen="screens.arc_servers.ArcServersView",
        verb="status",
    ),
    Option(
        3,
        "register",
        "Register with Azure",
        "Registers the cluster with Azure.",
        Risk.CHANGES,
        screen="screens.register.RegisterView",
        verb="register",
    ),
    Option(
        4,
        "repair",
        "Repair registration",
        "Renews the registration's certificates and identity.",
        Risk.CHANGES,
        screen="screens.repair.RepairView",
        verb="repair",
    ),
    Option(
        5,
        "enable-arc",
        "Enable Azure Arc integration",
        "Arc-enables every node of the cluster.",
        Risk.CHANGES,
        screen="screens.enable_arc.EnableArcView",
        verb="enable-arc",
    ),
    Option(
        6,
        "updates",
        "Install updates",
        "Searches for updates and installs them; restarts nodes.",
        Risk.CHANGES,
        screen="screens.updates.UpdatesView",
        verb="updates",
        group=1,
    ),
    Option(
        7,
        "agent",
        "Upgrade Arc agent",
        "Upgrades the connected machine agent on the nodes.",
        Risk.CHANGES,
        screen="screens.agent.AgentView",
        verb="agent",
        group=1,
    ),
    Option(
        8,
        "sync",
        "Sync with Azure",
        "Starts a sync of the cluster with Azure now.",
        Risk.CHANGES,
        screen="screens.sync.SyncView",
        verb="sync",
        group=1,
    ),
    Option(
        9,
        "unregister",
        "Unregister from Azure",
        "Removes the registration.",
        Risk.DESTROYS,
        screen="screens.unregister.UnregisterView",
        verb="unregister",
        group=2,
    ),
    Option(10, "cleanup", "Clean up leftover resources", "Removes what is left in Azure.", Risk.DESTROYS, group=2),
    Option(11, "access", "Azure access", "Signs in and checks permissions in Azure.", Risk.CHANGES, group=2),
    Option(12, "troubleshoot", "Troubleshoot", "Explains what is wrong and what mends it.", Risk.READS, group=2),
    Option(
        13,
        "runs",
        "Runs and activity log",
        "Shows work that goes on on nodes, and what azsconfig did and read.",
        Risk.READS,
        screen="screens.runs.RunsView",
        verb="runs",
        group=3,
    ),
    Option(
        14,
        "settings",
        "Settings",
        "Saved connections and how azsconfig looks.",
        Risk.READS,
        screen="screens.settings.SettingsView",
        group=3,
    ),
    Option(15, EXIT, "Exit to command line", "Leaves azsconfig.", Risk.READS, screen=EXIT, group=3),
)


def option(option_id: str) -> Option:
    """Return the option with this stable name.

    Raises:
        KeyError: there is none.
    """
    for candidate in OPTIONS:
        if candidate.id == option_id:
            return candidate
    raise KeyError(option_id)


def numbered(number: int) -> Option | None:
    """Return the option with this number, or `None`."""
    return next((candidate for candidate in OPTIONS if candidate.number == number), None)
