"""A cluster in simulated minutes, with faults, and an administrator who mends it: what rolling updates are tried on.

It keeps the truth, whatever a coordinator believes, and checks the promises of a rolling update at every moment: nobody
asks it for them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from tui.cluster.cluster_health import (
    ClusterHealth,
    DiskHealth,
    HealthNode,
    JobState,
    PhysicalDisk,
    Quorum,
    StorageJob,
    VirtualDisk,
)
from tui.cluster.membership import NodeState
from tui.cluster.rolling_journal import Entry, Mark, Step
from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.rolling_view import RunSight

START = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class SimRun:
    """One detached run on a node."""

    id: str
    step: Step
    node: str
    ends: int
    succeeds: bool = True
    over: bool = False
    restart_needed: bool | None = None


@dataclass
class SimNode:
    """One node, as it really is."""

    name: str
    state: NodeState = NodeState.UP
    boots: int = 0
    updates: int = 3
    pending: bool = False
    services_from: int = 0
    down_at: int | None = None
    back_at: int | None = None
    faults: set[str] = field(default_factory=set[str])

    @property
    def up(self) -> bool:
        return self.state in {NodeState.UP, NodeState.PAUSED}

    @property
    def boot_time(self) -> datetime:
        return START - timedelta(days=20) + timedelta(days=1) * self.boots


class World:
    """The cluster and everything that happens to it."""

    def __init__(self, plan: RollingPlan, random: Random, *, faults: float = 0.25, troubles: float = 0.0) -> None:
        self.plan = plan
        self.random = random
        self.minute = 0
        self.nodes = {name: SimNode(name) for name in plan.nodes}
        self.journal: list[Entry] = []
        self.runs: dict[str, SimRun] = {}
        self.jobs: list[int | None] = []
        self.sick_disk = False
        self.blind_until = 0
        self.out_by_us: set[str] = set()
        self.most_out = 0
        self.started: list[tuple[Step, str]] = []
        self.troubles = troubles
        for node in self.nodes.values():
            node.faults = {name for name in FAULTS if random.random() < faults}

    @property
    def now(self) -> datetime:
        return START + MINUTE * self.minute

    # What can be seen.

    def health(self) -> ClusterHealth | None:
        if self.minute < self.blind_until or not any(node.up for node in self.nodes.values()):
            return None
        if not self.plan.clustered:
            return ClusterHealth(clustered=False)
        away = any(node.state != NodeState.UP for node in self.nodes.values())
        disk = DiskHealth.UNHEALTHY if self.sick_disk else DiskHealth.WARNING if away else DiskHealth.HEALTHY
        jobs = [StorageJob("Repair", JobState.RUNNING, 40) for _ in self.jobs]
        if away:
            jobs.append(StorageJob("Repair", JobState.SUSPENDED))
        resting = (PhysicalDisk("CS-2400 0042", DiskHealth.WARNING, ("In Maintenance Mode",)),)
        return ClusterHealth(
            clustered=True,
            nodes=tuple(HealthNode(node.name, node.state) for node in self.nodes.values()),
            virtual_disks=(VirtualDisk("Volume01", disk, () if disk == DiskHealth.HEALTHY else ("Degraded",)),),
            physical_disks=resting if away else (),
            storage_jobs=tuple(jobs),
            quorum=Quorum("File Share Witness", "Online", 1, dynamic=True),
        )

    def sight(self, run: str | None, node: str) -> RunSight:
        if not self.nodes[node].up:
            return RunSight.UNKNOWN
        known = self.runs.get(run or "")
        if known is None:
            return RunSight.ABSENT
        if not known.over:
            return RunSight.GOING_ON
        return RunSight.SUCCEEDED if known.succeeds else RunSight.FAILED

    # What happens.

    def pass_minutes(self, count: int) -> None:
        for _ in range(count):
            self.minute += 1
            for run in [run for run in self.runs.values() if not run.over and run.ends <= self.minute]:
                self._end(run)
            for node in self.nodes.values():
                self._restart(node)
            self.jobs = [ends for ends in self.jobs if ends is None or ends > self.minute]
            if self.random.random() < self.troubles:
                self.random.choice(TROUBLES)(self)
            self.check()

    def start(self, run_id: str, step: Step, node: str) -> SimRun:
        """Start a run, or return the one of that id."""
        known = self.runs.get(run_id)
        if known is not None:
            assert (known.step, known.node) == (step, node)
            return known
        self._may_start(run_id, step, node)
        run = SimRun(run_id, step, node, self.minute + self.random.randint(1, 25))
        run.succeeds = not self._fails(step, self.nodes[node])
        self.runs[run_id] = run
        self.started.append((step, node))
        if step is Step.DRAIN:
            self.out_by_us.add(node)
            self.nodes[node].state = NodeState.PAUSED
        self.check()
        return run

    def _may_start(self, run_id: str, step: Step, node: str) -> None:
        """Check every promise about the beginning of a step, against the truth."""
        written = [entry for entry in self.journal if entry.run == run_id and entry.mark is Mark.STARTED]
        assert written, "a run was started that the journal does not know"
        since = _since(self.journal, Mark.CONTINUED)
        assert not any(entry.mark is Mark.STOPPED for entry in since), "something began after the update had stopped"
        doubted = any(
            entry.mark is Mark.DOUBT or (entry.mark is Mark.FAILED and entry.step is not Step.RESUME) for entry in since
        )
        assert not (doubted and step is not Step.RESUME), f"{step} began after doubt"
        others = [other for other in self.nodes.values() if other.name != node]
        if step in {Step.DRAIN, Step.RESTART}:
            out = [other.name for other in others if other.state != NodeState.UP]
            assert not out, f"{step} of {node} while {out} is out"
            assert not self.sick_disk or not self.plan.clustered, f"{step} of {node} with an unhealthy disk"
        if step is Step.DRAIN:
            assert not self.jobs, f"{node} is drained while a storage job runs"
        if step is Step.RESTART and len(self.nodes) > 1 and self.plan.clustered:
            assert self.nodes[node].state == NodeState.PAUSED, f"{node} restarts without having been drained"
        if step is Step.RESTART:
            assert self.plan.restart, "nobody allowed a restart"
        if self.plan.own == node:
            done = {entry.node for entry in self.journal if entry.mark is Mark.NODE_DONE}
            assert done >= {other.name for other in others}, "the coordinator's own node is the last"

    def _fails(self, step: Step, node: SimNode) -> bool:
        fault = {Step.DRAIN: "drain-refuses", Step.INSTALL: "install-fails", Step.RESTART: "restart-refused"}
        if step is Step.RESUME:
            return "resume-fails" in node.faults
        return fault[step] in node.faults

    def _end(self, run: SimRun) -> None:
        node = self.nodes[run.node]
        run.over = True
        if not node.up:
            run.succeeds = False
            return
        if run.step is Step.DRAIN and not run.succeeds and "half-drained" not in node.faults:
            node.state = NodeState.UP
        if run.step is Step.INSTALL:
            node.pending = node.pending or node.updates > 0
            node.updates = 0 if run.succeeds else node.updates
            run.restart_needed = node.pending
        if run.step is Step.RESTART and run.succeeds:
            node.down_at = self.minute + 1
        if run.step is Step.RESUME and run.succeeds and node.up:
            node.state = NodeState.UP
            self.out_by_us.discard(node.name)
            self.jobs.append(None if "job-stuck" in node.faults else self.minute + self.random.randint(5, 200))

    def _restart(self, node: SimNode) -> None:
        if node.down_at is not None and node.down_at <= self.minute:
            node.down_at, node.state = None, NodeState.DOWN
            node.back_at = None if "stays-away" in node.faults else self.minute + self.random.randint(3, 60)
        elif node.back_at is not None and node.back_at <= self.minute:
            self.come_back(node)

    def come_back(self, node: SimNode) -> None:
        node.back_at = None
        node.boots += 1
        node.pending = False
        node.services_from = self.minute + (30 if "services-late" in node.faults else 2)
        node.state = NodeState.PAUSED if node.name in self.out_by_us else NodeState.UP

    def mend(self) -> None:
        """Be the administrator who is told why it stopped: put everything in order that is broken."""
        for node in self.nodes.values():
            node.faults.clear()
            if node.state == NodeState.DOWN and node.back_at is None:
                self.come_back(node)
            if node.state == NodeState.PAUSED and node.name not in self.out_by_us:
                node.state = NodeState.UP
        self.jobs.clear()
        self.sick_disk = False
        self.troubles = 0.0

    def lost(self, name: str) -> bool:
        """Whether a node is down and does not come back by itself."""
        node = self.nodes[name]
        return node.state == NodeState.DOWN and node.back_at is None

    def check(self) -> None:
        self.most_out = max(self.most_out, len(self.out_by_us))
        assert len(self.out_by_us) <= 1, f"two nodes are out at once: {self.out_by_us}"


def _since(journal: list[Entry], mark: Mark) -> list[Entry]:
    last = max((index for index, entry in enumerate(journal) if entry.mark is mark), default=-1)
    return journal[last + 1 :]


def _crash(world: World) -> None:
    node = world.random.choice(list(world.nodes.values()))
    if node.up and node.down_at is None:
        node.state = NodeState.DOWN
        node.back_at = None if world.random.random() < 0.3 else world.minute + world.random.randint(2, 120)


def _sicken(world: World) -> None:
    world.sick_disk = True


def _start_job(world: World) -> None:
    world.jobs.append(world.minute + world.random.randint(5, 90))


def _blind(world: World) -> None:
    world.blind_until = world.minute + world.random.randint(1, 30)


TROUBLES: tuple[Callable[[World], None], ...] = (_crash, _sicken, _start_job, _blind)
FAULTS = (
    "drain-refuses",
    "half-drained",
    "install-fails",
    "restart-refused",
    "stays-away",
    "services-late",
    "resume-fails",
    "job-stuck",
)
"""What can be wrong with a node until somebody mends it."""
