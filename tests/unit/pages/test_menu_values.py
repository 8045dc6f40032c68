"""What stands beside the options that keep a cluster current."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.made_up_runs import run_state
from tests.scenario_facts import NOW, scenario_snapshot
from tests.update_facts import AGENT, ROLLUP, cluster, node, search
from tui.operations.running import ClusterRuns, FoundRun
from tui.operations.snapshot import Snapshot
from tui.options import option
from tui.pages.menu_values import value_of_option

OFFERED = cluster(node(1, search(ROLLUP, AGENT)))


def value(option_id: str, snapshot: Snapshot) -> str:
    return value_of_option(option(option_id), snapshot, NOW)


def test_nothing_stands_beside_updates_before_anybody_has_searched() -> None:
    assert value("updates", scenario_snapshot()) == ""


def test_what_was_found_stands_there_with_its_time_until_a_run_has_ended_since() -> None:
    found = replace(scenario_snapshot(), updates=OFFERED)
    assert value("updates", found) == "14:02 2 available, 1 of them the Arc agent"
    ended = run_state(over=True)
    before = replace(ended, ended=OFFERED.read_at - timedelta(minutes=1))
    assert value("updates", replace(found, runs=ClusterRuns((FoundRun("HCI-N1", before),), read=4))) != ""
    assert value("updates", replace(found, runs=ClusterRuns((FoundRun("HCI-N1", ended),), read=4))) == ""


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("healthy", "newest seen 1.61"),
        ("agent-old", "newest seen 1.61, 1 out of support"),
        ("fresh", ""),
    ],
)
def test_the_agent_is_told_by_its_newest_version_and_how_many_are_behind_or_too_old(scenario: str, words: str) -> None:
    assert value("agent", scenario_snapshot(scenario)) == words
