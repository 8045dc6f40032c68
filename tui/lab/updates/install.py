"""Downloading and installing one update on a simulated node, as its Windows Update Agent does."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.cluster.update_results import OperationResult
from tui.lab.cluster_state import AGENT_SERVICES
from tui.lab.failover.record import Happening
from tui.lab.runs.world import RunWorld
from tui.lab.updates.offers import Offer
from tui.lab.updates.search import ACCESS_DENIED, UpdateFaultError, code_for, connection_fault
from tui.lab.updates.service import SUCCESS

_AGENT_RESTART_STAGES = 3.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the agent says of one update."""

    result: OperationResult = OperationResult.SUCCEEDED
    """How it ended."""
    code: str = SUCCESS
    """Its code."""
    restart_needed: bool = False
    """Whether it wants a restart."""

    @property
    def succeeded(self) -> bool:
        """Whether what was wanted is there."""
        return self.result == OperationResult.SUCCEEDED


@dataclass(frozen=True, slots=True)
class UpdateAgent:
    """The Windows Update Agent of a node, as one caller meets it."""

    world: RunWorld
    """Everything around it."""
    node: str
    """Name of the node."""
    spend: Callable[[str, int], None]
    """Spends so many stages of a name, such as `download-KB5099010`; may raise what ends the caller."""
    allowed: bool = True
    """Whether it lets the caller download and install."""

    def download(self, offer: Offer) -> Told:
        """Download an update unless it is there; raises `UpdateFaultError` where it does not even begin."""
        self._demand_allowed()
        service = self.world.cluster.node(self.node).updates
        if offer.id in service.downloaded:
            return Told()
        self.spend(f"download-{offer.key}", offer.stages[0])
        code = connection_fault(self.world, self.node) or self._fault("download-fails", offer)
        if code:
            return self._failed(offer, code)
        with self.world.cluster.locked():
            service.downloaded.add(offer.id)
        return Told()

    def install(self, offer: Offer) -> Told:
        """Install an update that was downloaded; raises `UpdateFaultError` where it does not even begin."""
        self._demand_allowed()
        cluster = self.world.cluster
        service = cluster.node(self.node).updates
        self.spend(f"install-{offer.key}", offer.stages[1])
        code = service.take_next_failure() or self._fault("update-fails", offer) or service.failing.get(offer.key)
        if code:
            return self._failed(offer, code)
        with cluster.locked():
            service.record(offer, cluster.clock.now(), OperationResult.SUCCEEDED)
            service.installed(offer)
            if offer.agent_version is not None:
                replace_agent(self.world, self.node, offer.agent_version)
            cluster.failover.note(Happening.INSTALLED, self.node)
        return Told(restart_needed=offer.needs_restart)

    def _demand_allowed(self) -> None:
        if not self.allowed:
            raise UpdateFaultError(ACCESS_DENIED)

    def _fault(self, name: str, offer: Offer) -> str | None:
        return code_for(self.world.faults(self.node), name, offer)

    def _failed(self, offer: Offer, code: str) -> Told:
        cluster = self.world.cluster
        with cluster.locked():
            cluster.node(self.node).updates.record(offer, cluster.clock.now(), OperationResult.FAILED, code)
        return Told(OperationResult.FAILED, code)


def replace_agent(world: RunWorld, name: str, version: str) -> None:
    """Put a version of the connected machine agent in the place of the one on a node; its services start anew."""
    cluster = world.cluster
    with cluster.locked():
        node = cluster.node(name)
        if node.agent is None:
            return
        node.agent.version = version
        node.agent_at = cluster.pace.passed() + _AGENT_RESTART_STAGES
        cluster.start_services(node, AGENT_SERVICES)
