"""The hands of a coordinator in the simulated cluster; it may be killed wherever it touches the world."""

import itertools
from random import Random

from tests.unit.rolling.rolling_world import World
from tui.cluster.rolling_journal import Entry, Step
from tui.cluster.rolling_progress import NodeProgress
from tui.cluster.rolling_view import NodeSight, RollingAction, RollingView
from tui.runs.rolling_loop import StepEnd

_PATIENCE = 60 * 24 * 20


class Killed(Exception):  # noqa: N818 - it is what happens to it
    """The coordinator is gone, with everything it knew."""


class SimHands:
    """Acts on the simulated cluster; with `deaths` it dies there with that probability each time."""

    def __init__(self, world: World, random: Random, *, deaths: float = 0.0, life: int = 0) -> None:
        self._world = world
        self._random = random
        self._deaths = deaths
        self._ids = (f"run-{life}-{number}" for number in itertools.count())

    def look(self, progress: NodeProgress | None) -> RollingView:
        self._live()
        world = self._world
        if progress is None:
            return RollingView(world.now, world.health())
        node = world.nodes[progress.node]
        open_run = progress.open_run
        sight = NodeSight(
            reachable=node.up,
            boot_time=node.boot_time if node.up else None,
            services_running=world.minute >= node.services_from if node.up else None,
            restart_pending=node.pending if node.up else None,
            updates=node.updates if node.up else None,
            run=world.sight(open_run.run if open_run else None, node.name),
        )
        return RollingView(world.now, world.health(), {node.name: sight})

    def write(self, entry: Entry) -> None:
        self._live()
        self._world.journal.append(entry)
        self._live()

    def new_run(self, step: Step) -> str:
        return next(self._ids)

    def carry_out(self, action: RollingAction, run: str) -> StepEnd | None:
        self._live()
        world, node, step = self._world, action.node, action.step
        assert node is not None
        assert step is not None
        if not world.nodes[node].up:
            return None if run in world.runs else StepEnd(False, "it does not answer")
        known = world.start(run, step, node)
        while not known.over:
            self._live()
            world.pass_minutes(1)
            if not world.nodes[node].up:
                return None
        self._live()
        text = "" if known.succeeds else f"{step} did not work"
        return StepEnd(known.succeeds, text, restart_needed=known.restart_needed)

    def pause(self) -> None:
        self._live()
        self._world.pass_minutes(5)
        assert self._world.minute < _PATIENCE, "it goes on for ever"

    def leaving(self) -> bool:
        self._live()
        return False

    def now(self):
        return self._world.now

    def _live(self) -> None:
        own = self._world.plan.own
        if self._random.random() < self._deaths or (own is not None and not self._world.nodes[own].up):
            raise Killed
