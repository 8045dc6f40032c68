"""Runs of Cluster-Aware Updating in the lab: they go on in the cluster, whoever asked for them."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tui.cluster.cluster_aware_updating import CauNodeStatus
from tui.cluster.cluster_health import DrainStatus
from tui.lab.failover.cluster import ClusterCommandError
from tui.lab.failover.cluster_aware import CauNodeRun, CauRunState
from tui.lab.runs.world import RunWorld
from tui.lab.updates.install import UpdateAgent
from tui.lab.updates.offers import Offer
from tui.lab.updates.search import UpdateFaultError, search

_GLANCE_SECONDS = 0.005


class CauRefusedError(Exception):
    """`Invoke-CauRun` does not begin; the message says why."""


class _StoppedError(Exception):
    """The lab ends."""


@dataclass(frozen=True, slots=True)
class CauOptions:
    """What `Invoke-CauRun` is called with."""

    max_failed: int | None = None
    """So many nodes may fail before the run stops; a third of them when nobody says."""
    all_online: bool = False
    """Whether it refuses to begin while a node is away."""
    recommended: bool = False
    """Whether recommended updates are installed beside important ones."""


class CauCoordinator:
    """Carries out one run at a time, in a thread of its own. Safe to use from any thread."""

    def __init__(self, world: RunWorld) -> None:
        """Become the one of a world."""
        self._world = world
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        world.cau = self

    def begin(self, orchestrator: str, options: CauOptions) -> CauRunState:
        """Begin a run that a node coordinates, which is its own turn last; raises `CauRefusedError`."""
        cluster = self._world.cluster
        with cluster.locked():
            if cluster.cau.going_on:
                raise CauRefusedError(f"An Updating Run is already in progress on cluster {cluster.name}.")
            away = [name for name in cluster.names if not cluster.failover.answers(name)]
            if options.all_online and away:
                raise CauRefusedError(f"Not all nodes of the cluster are online: {', '.join(away)}.")
            order = sorted(cluster.names, key=lambda name: name == orchestrator)
            run = cluster.cau.begin(cluster.clock.now(), orchestrator, [name for name in order if name not in away])
        self._thread = threading.Thread(
            target=self._main, args=(run, options), name="cluster-aware updating", daemon=True
        )
        self._thread.start()
        return run

    def stop(self) -> None:
        """End what goes on, and return when it has."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _main(self, run: CauRunState, options: CauOptions) -> None:
        most = len(run.nodes) // 3 if options.max_failed is None else options.max_failed
        failed = 0
        try:
            for node in run.nodes:
                self._node(run, node, options)
                failed += node.status == CauNodeStatus.FAILED
                if failed > most:
                    break
        except _StoppedError:
            return
        with self._world.cluster.locked():
            run.status = "Failed" if failed else "Succeeded"

    def _node(self, run: CauRunState, node: CauNodeRun, options: CauOptions) -> None:
        """Update one node; it is resumed whatever happened."""
        agent = UpdateAgent(self._world, node.node, self._spend)
        try:
            chosen = self._scan(node, options)
            if chosen:
                self._install(run, node, agent, chosen)
        except (UpdateFaultError, ClusterCommandError):
            node.failed += 1
            self._give_back(node)
        self._to(node, CauNodeStatus.FAILED if node.failed else CauNodeStatus.SUCCEEDED)

    def _scan(self, node: CauNodeRun, options: CauOptions) -> Sequence[Offer]:
        self._to(node, CauNodeStatus.SCANNING)
        found = search(self._world, node.node, optional=options.recommended).offers
        staged = self._world.cluster.node(node.node).updates.staged
        return [offer for offer in found if not offer.feature and offer.id not in staged]

    def _install(self, run: CauRunState, node: CauNodeRun, agent: UpdateAgent, chosen: Sequence[Offer]) -> None:
        failover, name = self._world.cluster.failover, node.node
        self._to(node, CauNodeStatus.DOWNLOADING)
        there = [offer for offer in chosen if agent.download(offer).succeeded]
        self._to(node, CauNodeStatus.SUSPENDING)
        failover.suspend(name)
        while failover.drain_status(name) == DrainStatus.IN_PROGRESS:
            self._glance()
        if failover.drain_status(name) == DrainStatus.FAILED:
            raise ClusterCommandError(f"The drain of {name} failed.")
        self._to(node, CauNodeStatus.INSTALLING)
        told = [agent.install(offer) for offer in there]
        node.succeeded = sum(one.succeeded for one in told)
        node.failed = len(chosen) - node.succeeded
        if any(one.restart_needed for one in told):
            self._restart(run, node)
        self._give_back(node)

    def _restart(self, run: CauRunState, node: CauNodeRun) -> None:
        self._to(node, CauNodeStatus.RESTARTING)
        power, failover = self._world.power[node.node], self._world.cluster.failover
        if run.orchestrator == node.node:
            run.orchestrator = next((name for name in self._world.cluster.names if name != node.node), node.node)
        power.restart_soon(lambda: True, finishes_updates=True)
        while power.scheduled or not failover.answers(node.node):
            self._glance()

    def _give_back(self, node: CauNodeRun) -> None:
        """Resume a node and wait until the storage has what it missed."""
        failover = self._world.cluster.failover
        self._to(node, CauNodeStatus.RESUMING)
        failover.resume(node.node)
        while self._storage_works():
            self._glance()

    def _storage_works(self) -> bool:
        cluster = self._world.cluster
        with cluster.locked():
            cluster.failover.settle()
            return bool(cluster.failover.storage.jobs())

    def _to(self, node: CauNodeRun, status: CauNodeStatus) -> None:
        with self._world.cluster.locked():
            node.status = status
        if not node.over:
            self._spend("cau", 2)

    def _spend(self, _name: str, stages: int) -> None:
        for _ in range(stages):
            self._world.pace.wait(self._over)
            self._check()

    def _glance(self) -> None:
        self._spend("cau", 1)
        time.sleep(_GLANCE_SECONDS)

    def _check(self) -> None:
        if self._over.is_set():
            raise _StoppedError
