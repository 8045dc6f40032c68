"""What a simulated update service has to offer: each update with what installing it does."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tui.cluster.updates import RestartBehavior, Severity

ROLLUP_KB = "KB5099010"
"""The cumulative update of Windows; it needs a restart."""
DOTNET_KB = "KB5099011"
"""The cumulative update of .NET; it needs none."""
PREVIEW_KB = "KB5099012"
"""The optional preview of the next cumulative update."""
FEATURE_KB = "KB5099013"
"""The feature update to the next release."""
FEATURE_BUILD = 25398
"""Build of that release, 23H2."""
_PRODUCT = "Azure Stack HCI"
_SYSTEM = f"{_PRODUCT}, version 22H2 for x64-based Systems"


@dataclass(frozen=True, slots=True)
class Offer:
    """One update as the service offers it."""

    title: str
    """Its title; the id follows from it."""
    size: int
    """Most that it downloads, in bytes."""
    categories: tuple[str, ...]
    """Product and classification."""
    behavior: RestartBehavior
    """What it says of a restart before it is installed."""
    kbs: tuple[str, ...] = ()
    """Its articles."""
    severity: Severity | None = None
    """How grave what it closes is."""
    revision: int = 200
    """Its revision."""
    optional: bool = False
    """Whether it is a preview that nobody gets by itself."""
    feature: bool = False
    """Whether it moves the node to another release."""
    needs_restart: bool = False
    """Whether a restart finishes it."""
    only_microsoft_update: bool = False
    """Whether it comes by Microsoft Update alone."""
    agent_version: str | None = None
    """Version of the connected machine agent that it brings."""
    build: int | None = None
    """Build of Windows that it brings, after the restart."""
    ubr: int | None = None
    """Update build revision that it brings, after the restart."""
    stages: tuple[int, int] = (3, 5)
    """What downloading and installing it take, in stages of the lab's pace."""

    @property
    def id(self) -> str:
        """`UpdateID`: the same wherever it is offered."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, self.title))

    @property
    def key(self) -> str:
        """Short name for faults and for stages of runs: its article, or `agent`."""
        return self.kbs[0] if self.kbs else "agent"

    @property
    def recommended(self) -> bool:
        """Whether Windows Update would choose it by itself."""
        return not self.optional and not self.feature


def offers(now: datetime, agent_version: str) -> tuple[Offer, ...]:
    """Return what a node of 22H2 that is behind can be offered, in the order of the agent, but no feature update.

    `now` is the month it came out; `agent_version` the newest version of the connected machine agent.
    """
    month = f"{now:%Y-%m}"
    return (
        Offer(
            f"{month} Cumulative Update for {_SYSTEM} ({ROLLUP_KB})",
            386_547_712,
            (_PRODUCT, "Security Updates"),
            RestartBehavior.MAYBE,
            kbs=(ROLLUP_KB,),
            severity=Severity.CRITICAL,
            needs_restart=True,
            ubr=3092,
            stages=(6, 12),
        ),
        Offer(
            f"{month} Cumulative Update for .NET Framework 3.5, 4.8 and 4.8.1 for {_SYSTEM} ({DOTNET_KB})",
            73_400_320,
            (_PRODUCT, "Security Updates"),
            RestartBehavior.MAYBE,
            kbs=(DOTNET_KB,),
            severity=Severity.IMPORTANT,
        ),
        agent_offer(agent_version),
        Offer(
            f"{month} Cumulative Update Preview for {_SYSTEM} ({PREVIEW_KB})",
            391_118_848,
            (_PRODUCT, "Updates"),
            RestartBehavior.MAYBE,
            kbs=(PREVIEW_KB,),
            optional=True,
            needs_restart=True,
            ubr=3155,
            stages=(6, 12),
        ),
    )


def agent_offer(version: str) -> Offer:
    """Return the update that brings a version of the connected machine agent."""
    return Offer(
        f"Azure Connected Machine Agent {version}",
        68_157_440,
        ("Azure Connected Machine Agent", "Critical Updates"),
        RestartBehavior.NEVER,
        only_microsoft_update=True,
        agent_version=version,
        stages=(2, 4),
    )


def feature_offer() -> Offer:
    """Return the update to the next release."""
    return Offer(
        f"{_PRODUCT}, version 23H2 ({FEATURE_KB})",
        4_724_464_640,
        (_PRODUCT, "Upgrades"),
        RestartBehavior.ALWAYS,
        kbs=(FEATURE_KB,),
        feature=True,
        needs_restart=True,
        build=FEATURE_BUILD,
        ubr=1251,
        stages=(12, 20),
    )


def without_agent(found: Iterable[Offer]) -> tuple[Offer, ...]:
    """Return all but those that bring the agent, as a WSUS server has them that was never told of that product."""
    return tuple(offer for offer in found if offer.agent_version is None)
