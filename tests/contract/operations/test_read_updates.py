"""Reading the updates of the lab's nodes, through the channels of a session."""

import time

from tests.contract.operations.opened import opened
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.facts import Problem, ProblemKind, value_of
from tui.cluster.update_settings import UpdateSource
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations.read_updates import UpdatesReading

PATIENCE_SECONDS = 30


def test_every_node_tells_what_it_is_offered_and_the_cluster_how_it_stands() -> None:
    with Lab("updates", 3) as lab, opened(lab, azure=False) as session:
        found = UpdatesReading(session).run()
        assert found.searched == ("HCI-N1", "HCI-N2", "HCI-N3")
        assert found.name == "HCI-CL01"
        feature = next(one for one in found.offered if one.update.feature)
        assert feature.nodes == ("HCI-N3",)
        (agent,) = [one for one in found.offered if one.update.arc_agent]
        assert agent.nodes == found.searched
        health = value_of(found.health)
        assert health is not None
        assert [node.name for node in health.nodes] == list(found.searched)
        states = [value_of(node.state) for node in found.nodes]
        assert {state.settings.source for state in states if state is not None} == {UpdateSource.MICROSOFT_UPDATE}


def test_a_node_that_is_down_and_one_whose_search_fails_hide_nothing_of_the_third() -> None:
    with Lab("updates", 3) as lab, opened(lab, azure=False) as session:
        control = LabControl.beside(lab.ready.config)
        control.stop("HCI-N3")
        control.fault("HCI-N2", "search-fails", "0x80244022")
        found = UpdatesReading(session).run()
        assert found.searched == ("HCI-N1",)
        failed = found.nodes[1].search
        assert isinstance(failed, Problem)
        assert "the server is overloaded (HTTP 503)" in failed.message
        assert failed.remedy.startswith("Wait a quarter of an hour")
        assert value_of(found.nodes[1].state) is not None
        dead = found.nodes[2].problem
        assert dead is not None
        assert dead.kind is ProblemKind.UNREACHABLE


def test_a_search_that_takes_long_is_given_up_when_it_is_cancelled() -> None:
    with Lab("updates", 1) as lab, opened(lab, azure=False) as session:
        LabControl.beside(lab.ready.config).delay(2 * PATIENCE_SECONDS, script="search-updates")
        reading = UpdatesReading(session)

        def cancel_once_the_rest_is_told(so_far: ClusterUpdates) -> None:
            if value_of(so_far.nodes[0].state) is not None and so_far.name is not None:
                reading.cancel()

        begun = time.monotonic()
        found = reading.run(cancel_once_the_rest_is_told)
        assert time.monotonic() - begun < PATIENCE_SECONDS
        problem = found.nodes[0].search
        assert isinstance(problem, Problem)
        assert problem.kind is ProblemKind.CANCELLED
        assert value_of(found.nodes[0].state) is not None
