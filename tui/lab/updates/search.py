"""What a simulated node finds when it searches for updates, or why it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tui.cluster.update_results import OperationResult
from tui.lab.node_state import NodeState, version_numbers
from tui.lab.runs.network import WINDOWS_UPDATE, reaches
from tui.lab.runs.world import RunWorld
from tui.lab.updates.offers import Offer

ACCESS_DENIED = "0x80070005"
"""What the agent answers to whom it lets do nothing: a network logon that wants more than to search."""
NOT_REACHED = "0x8024402C"
"""The servers of Windows Update cannot be found."""
SERVICE_DISABLED = "0x80070422"
"""The service of the agent is disabled."""
_DENIED_WORDS = "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))"


class UpdateFaultError(Exception):
    """The Windows Update Agent refuses, with a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def words(self, what: str) -> str:
        """Return what failed with which code, as the scripts put it."""
        words = f": {_DENIED_WORDS}" if self.code == ACCESS_DENIED else "."
        return f"{what} failed with {self.code}{words}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    offers: tuple[Offer, ...]
    """What was found, in the order of the agent; what waits for a restart is among it."""
    result: OperationResult = OperationResult.SUCCEEDED
    """How the search itself ended."""
    warnings: tuple[str, ...] = ()
    """What it warned of."""


def search(world: RunWorld, name: str, *, optional: bool = True) -> Found:
    """Search on a node; raises `UpdateFaultError` where that fails."""
    faults = world.faults(name)
    code = faults.get("search-fails") or connection_fault(world, name)
    if code:
        raise UpdateFaultError(str(code))
    with world.cluster.locked():
        node = world.cluster.node(name)
        found = tuple(offer for offer in offered(node) if optional or not offer.optional)
    missed = faults.get("search-misses")
    if missed:
        return Found(found, OperationResult.SUCCEEDED_WITH_ERRORS, (str(missed),))
    return Found(found)


def offered(node: NodeState) -> tuple[Offer, ...]:
    """Return what a node is offered now: what its source has, and of the agent nothing that it has already."""
    service = node.updates
    return tuple(offer for offer in service.offers if _comes(node, offer) and not _hidden(node, offer))


def connection_fault(world: RunWorld, name: str) -> str | None:
    """Return the code of why a node gets nothing from where its updates come from; `None` when it does."""
    service = world.cluster.node(name).updates
    if service.service_start == "Disabled":
        return SERVICE_DISABLED
    return None if service.wsus_server or reaches(world, name, WINDOWS_UPDATE) else NOT_REACHED


def code_for(faults: Mapping[str, Any], fault: str, offer: Offer) -> str | None:
    """Return the code a fault has for an update: one for all, or a table by the update's key or id."""
    value = faults.get(fault)
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        value = table.get(offer.key) or table.get(offer.id)
    return str(value) if value else None


def _comes(node: NodeState, offer: Offer) -> bool:
    service = node.updates
    return service.microsoft_update or service.wsus_server is not None or not offer.only_microsoft_update


def _hidden(node: NodeState, offer: Offer) -> bool:
    """Whether an update does not apply; an optional one that is installed is only found again by what asks for it."""
    if offer.agent_version is not None:
        agent = node.agent
        return agent is None or version_numbers(agent.version) >= version_numbers(offer.agent_version)
    return offer.optional and offer.id in node.updates.staged
