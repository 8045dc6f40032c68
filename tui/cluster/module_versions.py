"""Which versions of the PowerShell modules a registration needs.

Sources: Az.StackHCI's change log and its own check of what it stands on (Az.Accounts 2.11.2 and Az.Resources 6.2.0 from
version 2.0.0 on); MicrosoftDocs, manage-cluster-registration (a service principal for Arc without the right to assign
roles: 1.4.1 or earlier, with Az.Resources 5.6.0 and Az.Accounts 2.7.6); azure-powershell issue 21647 (6.6.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.cluster.agent_version import AgentVersion, parse_version

STACK_HCI = "Az.StackHCI"
ACCOUNTS = "Az.Accounts"
RESOURCES = "Az.Resources"
WITHOUT_ROLE_ASSIGNMENTS = "1.4.1"
"""Last version that takes a service principal for Arc from somebody who may not assign roles."""
OLDEST = "1.2.0"
"""Older ones want the module AzureAD and a sign-in of its own to it."""
_SECOND_GENERATION = "2.0.0"
_ACCOUNTS_OF_SECOND = "2.11.2"
_RESOURCES_OF_SECOND = "6.2.0"
_ACCOUNTS_OF_FIRST = "2.7.6"
_RESOURCES_OF_FIRST = "5.6.0"
_BAD_RESOURCES = "6.6.1"
"""Keeps Az.StackHCI 1.4.3 and older from being loaded."""

Installed = Mapping[str, Sequence[str]]
"""Versions by name of the module; none for one that is not installed."""


@dataclass(frozen=True, slots=True)
class ModuleNeed:
    """A module that has to be installed before."""

    name: str
    """Its name."""
    version: str | None
    """The one version that will do; `None` for the newest."""
    reason: str
    """Why what is there will not do, as the end of a sentence that begins with the name."""

    @property
    def text(self) -> str:
        """What to install, in words."""
        return f"{self.name} {self.version}" if self.version else f"the newest {self.name}"


@dataclass(frozen=True, slots=True)
class ModuleChoice:
    """What a registration is done with on one node."""

    version: str | None
    """Version of Az.StackHCI that is used; `None` when the newest is installed first."""
    pinned: bool
    """Whether it has to be named when it is loaded: a newer one that will not do is there as well."""
    needs: tuple[ModuleNeed, ...]
    """What has to be installed first."""


def choose_modules(installed: Installed, *, arc_secret: bool = False, may_assign_roles: bool = True) -> ModuleChoice:
    """Return which Az.StackHCI to use and what is missing for it.

    `arc_secret` says that a service principal for Arc is given; `may_assign_roles` whether whoever signs in may assign
    roles. PowerShell loads the newest version of a module unless one is named.
    """
    old = arc_secret and not may_assign_roles
    found = _sorted(installed, STACK_HCI)
    needs: list[ModuleNeed] = []
    version = found[-1].text if found else None
    pinned = False
    if old:
        fitting = [item for item in found if parse_version(OLDEST) <= item <= parse_version(WITHOUT_ROLE_ASSIGNMENTS)]
        version = fitting[-1].text if fitting else WITHOUT_ROLE_ASSIGNMENTS
        pinned = bool(found) and found[-1] > parse_version(WITHOUT_ROLE_ASSIGNMENTS)
        if not fitting:
            reason = f"{_has(found)}, and a service principal for Arc without the right to assign roles needs 1.4.1"
            needs.append(ModuleNeed(STACK_HCI, WITHOUT_ROLE_ASSIGNMENTS, reason))
    elif not found or found[-1] < parse_version(OLDEST):
        version = None
        reason = f"{_has(found)}, and {OLDEST} is the oldest that azsconfig can use" if found else "is not installed"
        needs.append(ModuleNeed(STACK_HCI, None, reason))
    second = version is None or parse_version(version) >= parse_version(_SECOND_GENERATION)
    needs += _companions(installed, second=second, arc_secret=arc_secret)
    return ModuleChoice(version, pinned, tuple(needs))


def _companions(installed: Installed, *, second: bool, arc_secret: bool) -> list[ModuleNeed]:
    """Return what is missing of the modules that Az.StackHCI loads."""
    minima = {ACCOUNTS: _ACCOUNTS_OF_SECOND, RESOURCES: _RESOURCES_OF_SECOND} if second else {}
    if not second and arc_secret:
        minima = {ACCOUNTS: _ACCOUNTS_OF_FIRST, RESOURCES: _RESOURCES_OF_FIRST}
    needs: list[ModuleNeed] = []
    for name in (ACCOUNTS, RESOURCES):
        found = _sorted(installed, name)
        minimum = minima.get(name)
        if not found:
            needs.append(ModuleNeed(name, None, "is not installed"))
        elif minimum and found[-1] < parse_version(minimum):
            needs.append(ModuleNeed(name, None, f"{_has(found)}, and {minimum} is needed"))
        elif not second and name == RESOURCES and found[-1] == parse_version(_BAD_RESOURCES):
            needs.append(ModuleNeed(name, None, f"{_has(found)}, with which Az.StackHCI 1.x cannot be loaded"))
    return needs


def _sorted(installed: Installed, name: str) -> list[AgentVersion]:
    """Return the versions of a module that are versions, lowest first."""
    texts = next((versions for key, versions in installed.items() if key.casefold() == name.casefold()), ())
    return sorted(version for text in texts if (version := parse_version(text)).known)


def _has(found: Sequence[AgentVersion]) -> str:
    return f"is {found[-1]}" if found else "is not installed"
