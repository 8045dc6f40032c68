"""Of a run over several nodes the run itself is told, not the step of it that happens to be the newest."""

from dataclasses import replace
from datetime import timedelta

from tests.made_up_runs import run_state
from tests.scenario_facts import NOW, scenario_snapshot
from tui.operations.running import ClusterRuns, FoundRun
from tui.pages.notice import run_words
from tui.pages.runs import last_run_words
from tui.runs.run_state import RunPhase, RunState

BEGUN = NOW - timedelta(hours=1)
ROLLING = replace(
    run_state(over=False),
    id="20261101T120000Z-install-updates-00000000",
    kind="install-updates",
    title="Install on all nodes",
    operation="install-updates",
    coordinated=True,
    started=BEGUN,
)
STEP = replace(
    run_state(over=False),
    id="20261101T120500Z-drain-node-00000000",
    kind="drain-node",
    title="Drain HCI-N2",
    operation="install-updates",
    started=BEGUN + timedelta(minutes=5),
)


def over(state: RunState, minutes: int) -> RunState:
    return replace(state, phase=RunPhase.ENDED, alive=False, ended=BEGUN + timedelta(minutes=minutes))


def runs(*states: RunState) -> ClusterRuns:
    return ClusterRuns(tuple(FoundRun("HCI-N2", state) for state in states), read=4)


def banner(*states: RunState) -> str:
    return run_words(replace(scenario_snapshot(), runs=runs(*states)))


def test_while_it_goes_on_it_alone_is_told() -> None:
    assert banner(STEP, ROLLING) == "RUN GOING ON: Install on all nodes (13)"
    assert last_run_words(runs(STEP, ROLLING), NOW) == "going on: Install on all nodes"


def test_where_nobody_coordinates_it_the_step_that_goes_on_is_told() -> None:
    assert banner(STEP, replace(ROLLING, alive=False)) == "RUN GOING ON: Drain HCI-N2 (13)"


def test_once_it_is_over_its_own_end_is_told() -> None:
    assert last_run_words(runs(over(STEP, 7), over(ROLLING, 20)), NOW).startswith("Install-updates")


def test_what_somebody_started_afterwards_or_for_something_else_is_no_step_of_it() -> None:
    later = replace(STEP, started=BEGUN + timedelta(minutes=30))
    other = replace(STEP, operation="restart-node")
    for state in (later, other):
        assert banner(state, over(ROLLING, 20)) == "RUN GOING ON: Drain HCI-N2 (13)"
    assert runs(other, ROLLING).whole == runs(other, ROLLING).runs
