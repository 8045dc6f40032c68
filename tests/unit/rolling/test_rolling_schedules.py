"""Rolling updates in a simulated cluster, with faults at every step and a coordinator that may die at any moment.

The promises are checked by the simulated cluster itself, at every moment and at the beginning of every step.
"""

from random import Random

import pytest

from tests.unit.rolling.rolling_hands import Killed, SimHands
from tests.unit.rolling.rolling_world import World
from tui.cluster.rolling_journal import Mark, continued, restarts_owed
from tui.cluster.rolling_plan import RollingPlan, rolling_order
from tui.cluster.rolling_view import Do, RollingAction
from tui.runs.rolling_loop import run_rolling

_SIZES = (1, 4, 16)
_LIVES = 400


def a_plan(nodes: int, *, restart: bool = True, own: str | None = None, clustered: bool = True) -> RollingPlan:
    names = rolling_order([f"HCI-N{number}" for number in range(1, nodes + 1)], own)
    return RollingPlan(names, clustered=clustered, restart=restart, reason="monthly updates", own=own)


def a_life(world: World, random: Random, deaths: float, life: int) -> RollingAction | None:
    """Let one coordinator live; returns what it ended with, `None` when it was killed."""
    try:
        return run_rolling(world.plan, world.journal, SimHands(world, random, deaths=deaths, life=life))
    except Killed:
        return None


def live_on(world: World, random: Random, *, deaths: float = 0.0) -> tuple[int, int]:
    """Let one coordinator follow the other until the update is done; returns how often it stopped and how often died.

    Whoever finds it stopped mends what is broken first.
    """
    stops = 0
    for life in range(_LIVES):
        end = a_life(world, random, deaths, life)
        if end is None:
            # Somebody has to notice; the nodes go on meanwhile.
            world.pass_minutes(random.randint(1, 60))
            if world.plan.own is not None and world.lost(world.plan.own):
                world.mend()
        elif end.do is Do.DONE:
            return stops, life - stops
        else:
            assert end.text
            assert end.remedy
            standing = list(world.started)
            world.pass_minutes(random.randint(1, 60))
            again = a_life(world, random, 0.0, life)
            assert again is None or again.do is Do.STOP
            assert world.started == standing, "something began although the update stands still"
            world.mend()
            world.journal.append(continued(world.now, "HCI\\Administrator"))
            stops += 1
    pytest.fail(f"not done after {_LIVES} coordinators: {world.journal[-3:]}")


def check_done(world: World) -> None:
    owed = restarts_owed(world.journal)
    for node in world.nodes.values():
        assert node.updates == 0
        assert world.plan.restart is False or (not node.pending and node.name not in owed), node
    assert not world.out_by_us
    assert {entry.node for entry in world.journal if entry.mark is Mark.NODE_DONE} == set(world.nodes)


@pytest.mark.parametrize("batch", range(10))
def test_a_rolling_update_keeps_its_promises_whatever_happens(batch: int) -> None:
    for seed in range(batch * 20, batch * 20 + 20):
        random = Random(seed)  # noqa: S311 - it is to be repeatable, not secret
        size = _SIZES[seed % 3]
        own = f"HCI-N{random.randint(1, size)}" if random.random() < 0.5 else None
        plan = a_plan(size, restart=random.random() < 0.8, own=own, clustered=size > 1 or random.random() < 0.5)
        world = World(plan, random, faults=random.choice((0.0, 0.1, 0.4)), troubles=random.choice((0.0, 0.002)))
        live_on(world, random, deaths=random.choice((0.0, 0.005, 0.05)))
        check_done(world)
