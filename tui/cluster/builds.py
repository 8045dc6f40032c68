"""Which build a node runs decides what azsconfig offers there.

Build numbers: the Az.StackHCI module's constants (20349 is the last build before 23H2) and the comments of
`Get-AzureStackHCI`'s documentation. 22H2's end of support is the date in the module's own prompt (Az.StackHCI 2.6.0).
No date is given for 20H2 and 21H2: they are older than 22H2, so they are out of support since then at the latest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tui.cluster.registration import Registration
from tui.cluster.system import System

BUILD_20H2 = 17784
BUILD_21H2 = 20348
BUILD_22H2 = 20349
FIRST_BUILD_OF_23H2 = 20350
"""Everything from here on is 23H2 or later; 23H2 itself is 25398."""
MINIMUM_REVISION_OF_20H2 = 1374
"""Register-AzStackHCI refuses an older 17784 (event 9111)."""
END_OF_SUPPORT_22H2 = date(2025, 5, 31)

_LATER = "23H2 and later register when they are deployed"
_LATER_INSTEAD = "Use the Azure Local deployment and update of the Azure portal, or the portal's page of this cluster."
_SERVER = "Windows Server is not registered as Azure Stack HCI"
_SERVER_INSTEAD = "Connect Windows Server to Azure Arc: Windows Admin Center, or azcmagent connect on the server."
_NO_HCI = "no Get-AzureStackHCI: this is no Azure Stack HCI node"
_NO_HCI_INSTEAD = "Name a node of an Azure Stack HCI 20H2, 21H2 or 22H2 cluster with --node."


class Support(StrEnum):
    """How far azsconfig goes on a build. Ordered from most to least."""

    FULL = "full"
    """Everything is offered: 21H2 and 22H2."""
    NO_ARC = "no-arc"
    """Everything but Azure Arc integration: 20H2 has none."""
    CAUTIOUS = "cautious"
    """Unknown build: everything that exists there is offered, and says so."""
    REFUSED = "refused"
    """Only shown; nothing is changed there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a build allows, and why not more."""

    support: Support
    """How far azsconfig goes."""
    build: int | None = None
    """Build number as read; `None` when it was not read."""
    release: str | None = None
    """Name of the release, for example `22H2`; `None` when it is not known."""
    reason: str | None = None
    """Why less than everything is offered."""
    instead: str | None = None
    """What to use instead of what is not offered."""
    end_of_support: date | None = None
    """Last day of Microsoft's support; for 20H2 and 21H2 the latest day it can have been."""

    @property
    def changes(self) -> bool:
        """Whether options that change something are offered at all."""
        return self.support is not Support.REFUSED

    @property
    def arc(self) -> bool:
        """Whether Azure Arc integration is offered."""
        return self.support in {Support.FULL, Support.CAUTIOUS}

    def supported_on(self, day: date) -> bool | None:
        """Return whether Microsoft still supports the build on a day; `None` when its end is not known."""
        return None if self.end_of_support is None else day <= self.end_of_support


UNREAD = Offer(Support.CAUTIOUS, reason="the build could not be read")
"""What is offered while nobody knows the build."""


def offer(system: System | None, registration: Registration | None) -> Offer:
    """Return what a node's build allows; pass `None` for what could not be read.

    Windows Server 2022 has 21H2's build number, so the product name and the presence of `Get-AzureStackHCI` are asked
    before the number.
    """
    build = system.build if system else None
    product = (system.product_name or "").casefold() if system else ""
    has_cmdlet = registration.available if registration else None
    if "windows server" in product:
        return Offer(Support.REFUSED, build, _name(system), _SERVER, _SERVER_INSTEAD)
    if build is not None and build >= FIRST_BUILD_OF_23H2 and has_cmdlet is not False:
        return Offer(Support.REFUSED, build, _name(system), _LATER, _LATER_INSTEAD)
    if has_cmdlet is False:
        return Offer(Support.REFUSED, build, _name(system), _NO_HCI, _NO_HCI_INSTEAD)
    if build is None:
        return UNREAD
    if not product and has_cmdlet is None:
        return Offer(Support.CAUTIOUS, build, _name(system), "could not be read whether this is Azure Stack HCI")
    return _known(build) or Offer(
        Support.CAUTIOUS, build, _name(system), f"build {build} is not known to azsconfig: look twice before a change"
    )


def cluster_offer(offers: Iterable[Offer]) -> Offer:
    """Return what a whole cluster allows: what its least capable node does; `UNREAD` without nodes.

    A node whose build was not read does not count while others were: a dead node takes nothing away.
    """
    order = list(Support)
    known = [item for item in offers if item != UNREAD]
    return max(known, key=lambda item: order.index(item.support), default=UNREAD)


def _known(build: int) -> Offer | None:
    """Return the offer of a release we know by its number."""
    if build == BUILD_20H2:
        reason = "20H2 has no Azure Arc integration"
        instead = "Update the cluster to 22H2 for Azure Arc."
        return Offer(Support.NO_ARC, build, "20H2", reason, instead, END_OF_SUPPORT_22H2)
    if build == BUILD_21H2:
        return Offer(Support.FULL, build, "21H2", end_of_support=END_OF_SUPPORT_22H2)
    if build == BUILD_22H2:
        return Offer(Support.FULL, build, "22H2", end_of_support=END_OF_SUPPORT_22H2)
    return None


def _name(system: System | None) -> str | None:
    """Return the release as the node names it."""
    return system.display_version if system else None
