"""The updates a node is offered, as its Windows Update Agent tells them."""

from dataclasses import dataclass, field
from datetime import datetime

from tui.cluster.open_enum import OpenEnum
from tui.cluster.update_results import OperationResult


class Severity(OpenEnum):
    """`MsrcSeverity`; most updates have none."""

    CRITICAL = "Critical"
    IMPORTANT = "Important"
    MODERATE = "Moderate"
    LOW = "Low"


class RestartBehavior(OpenEnum):
    """`InstallationBehavior.RebootBehavior`: what an update says before it is installed."""

    NEVER = "NeverReboots"
    ALWAYS = "AlwaysRequiresReboot"
    MAYBE = "CanRequestReboot"


@dataclass(frozen=True, slots=True)
class AvailableUpdate:
    """One update that a node is offered and has not finished installing."""

    id: str
    """`UpdateID`: the same on every node that is offered it."""
    revision: int
    """`RevisionNumber`; the same update in a later revision is another one to install."""
    title: str
    """Title, in the node's language."""
    kbs: tuple[str, ...] = field(default=(), metadata={"name": "KBs"})
    """Numbers of its articles, each with `KB` in front; the Arc agent may have none."""
    size_bytes: int | None = None
    """Most that it downloads; `None` where it does not say."""
    severity: Severity | None = None
    """How grave what it closes is; `None` where it closes nothing."""
    categories: tuple[str, ...] = ()
    """Names of its categories: products and classifications."""
    restart_behavior: RestartBehavior | None = None
    """Whether it restarts the node."""
    downloaded: bool = False
    """Whether its files are on the node."""
    feature: bool = False
    """Whether it moves the node to another release (category Upgrades)."""
    recommended: bool = False
    """Whether Windows Update would choose it by itself; previews and other optional ones are not."""
    arc_agent: bool = False
    """Whether it is the connected machine agent."""
    restart_pending: bool = False
    """Whether it is installed and only waits for a restart."""

    @property
    def may_restart(self) -> bool:
        """Whether a restart has to be expected: only an update that says it never restarts is taken at its word."""
        return self.restart_behavior != RestartBehavior.NEVER


@dataclass(frozen=True, slots=True)
class UpdateSearch:
    """What one search on a node found."""

    searched_at: datetime
    """When it ended, by the node's clock, UTC."""
    result_code: OperationResult
    """How the search itself ended; `SucceededWithErrors` may have missed some."""
    updates: tuple[AvailableUpdate, ...] = ()
    """What is offered, in the order of the agent."""
    warnings: tuple[str, ...] = ()
    """What the search warned of, as it came."""

    @property
    def complete(self) -> bool:
        """Whether nothing can have been missed."""
        return self.result_code == OperationResult.SUCCEEDED
