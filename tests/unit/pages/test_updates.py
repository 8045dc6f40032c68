"""The updates of a cluster in words: for the menu, as text, as data."""

from dataclasses import replace

import pytest

from tests.update_facts import AGENT, FAILED, NOT_READ, NOW, OPTED_IN, ROLLUP, UNREACHABLE, cluster, node, search, state
from tui.cluster.cluster_aware_updating import CauRole
from tui.cluster.cluster_health import ClusterHealth, HealthNode
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.facts import Reading
from tui.cluster.membership import NodeState
from tui.cluster.update_results import OperationResult
from tui.cluster.update_settings import UpdateSettings
from tui.cluster.updates import RestartBehavior
from tui.pages.columns import width
from tui.pages.update_words import restart_words, size_words, summary
from tui.pages.updates import updates_text
from tui.pages.updates_object import updates_object

FOUR = tuple(node(number, search(ROLLUP, AGENT)) for number in range(1, 5))
STAGED = replace(ROLLUP, restart_pending=True)


def text(found: ClusterUpdates, columns: int = 80) -> str:
    return updates_text(found, columns)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (cluster(*FOUR), "2 available, 1 of them the Arc agent"),
        (cluster(node(1, search(AGENT))), "1 available, the Arc agent"),
        (cluster(node(1, search(ROLLUP))), "1 available"),
        (cluster(node(1, search())), "none available"),
        (cluster(*FOUR[:3], node(4, UNREACHABLE)), "2 available, 1 of them the Arc agent, 1 node not searched"),
        (cluster(node(1, search(STAGED), state(pending=True))), "none available, 1 node waits for a restart"),
        (cluster(node(1, UNREACHABLE, UNREACHABLE), node(2, UNREACHABLE, UNREACHABLE)), "2 nodes not searched"),
        (cluster(node(1, NOT_READ)), ""),
    ],
)
def test_a_search_in_the_words_of_the_menu(found: ClusterUpdates, words: str) -> None:
    assert summary(found) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(None, "-"), (0, "below 1 MB"), (386_547_712, "369 MB"), (4_724_464_640, "4.4 GB"), (1_073_741_824, "1.0 GB")],
)
def test_sizes_are_those_windows_shows(size: int | None, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("behavior", "words"),
    [
        (RestartBehavior.NEVER, "no"),
        (RestartBehavior.ALWAYS, "yes"),
        (RestartBehavior.MAYBE, "maybe"),
        (RestartBehavior("Whatever"), "maybe"),
        (None, "maybe"),
    ],
)
def test_an_update_that_does_not_say_may_restart(behavior: RestartBehavior | None, words: str) -> None:
    assert restart_words(replace(ROLLUP, restart_behavior=behavior)) == words


def test_each_update_has_its_row_with_all_that_somebody_chooses_by() -> None:
    lines = text(cluster(*FOUR)).splitlines()
    at = lines.index("   KB5099010  369 MB   Critical  maybe   no         all 4 nodes")
    assert lines[at - 2].startswith(" 2026-05 Cumulative Update for Azure Stack HCI")
    assert "   Arc agent  65 MB    -         no      no         all 4 nodes" in lines


def test_the_nodes_of_an_update_are_never_cut() -> None:
    odd = [node(number, search(ROLLUP) if number % 2 else search()) for number in range(1, 17)]
    told = text(cluster(*odd))
    assert all(f"HCI-N{number}," in told or f"HCI-N{number}\n" in told for number in range(1, 17, 2))


@pytest.mark.parametrize("columns", [40, 59, 60, 80, 132])
def test_every_line_fits(columns: int) -> None:
    found = cluster(
        *FOUR[:2],
        node(3, search(STAGED), state(FAILED, pending=True)),
        node(4, UNREACHABLE, UNREACHABLE),
        node(5, NOT_READ),
        node(6, search(result_code=OperationResult.SUCCEEDED_WITH_ERRORS, warnings=("Something is missing.",))),
    )
    assert max(width(line) for line in text(found, columns).splitlines()) <= columns


def test_nodes_say_where_their_updates_come_from_and_what_they_wait_for() -> None:
    wsus = UpdateSettings(microsoft_update=True, wsus_server="http://wsus.contoso.test:8530", service_start="Manual")
    closed = UpdateSettings(microsoft_update=False, service_start="Manual")
    told = text(
        cluster(
            node(1, search()),
            node(2, search(), state(settings=wsus)),
            node(3, search(), state(pending=True, settings=closed)),
        )
    )
    assert "HCI-N1 Microsoft Update yes       no       none" in told
    assert "HCI-N2 WSUS             yes       no       none" in told
    assert "HCI-N3 Windows Update   no        pending  none" in told
    assert "WSUS server of HCI-N2: http://wsus.contoso.test:8530." in told
    assert "HCI-N3: not opted in to Microsoft Update" in told
    assert "HCI-N3: a restart is pending." in told


def test_a_failed_installation_has_its_code_explained() -> None:
    told = " ".join(text(cluster(node(1, search(), state(FAILED)))).split())
    assert "A Cumulative Update: 0x80073712 ERROR_SXS_COMPONENT_STORE_CORRUPT" in told
    assert "DISM /Online /Cleanup-Image /RestoreHealth" in told


def test_a_failure_without_a_code_has_the_words_of_its_result() -> None:
    aborted = replace(FAILED, result_code=OperationResult.ABORTED, h_result="0x00000000")
    assert "A Cumulative Update: it was cancelled" in " ".join(text(cluster(node(1, search(), state(aborted)))).split())


def test_a_failure_that_was_mended_is_not_told() -> None:
    mended = replace(FAILED, result_code=OperationResult.SUCCEEDED, h_result="0x00000000")
    assert "0x80073712" not in text(cluster(node(1, search(), state(mended, FAILED))))


def test_a_disabled_service_is_told_with_what_enables_it() -> None:
    told = text(cluster(node(1, search(), state(settings=replace(OPTED_IN, service_start="Disabled")))))
    assert "its service wuauserv is disabled" in told
    assert "Set-Service wuauserv -StartupType Manual" in told


def test_what_a_node_did_not_tell_stands_in_its_row_with_the_remedy() -> None:
    told = text(cluster(*FOUR[:3], node(4, UNREACHABLE, UNREACHABLE)))
    assert "HCI-N4 could not be read" in told
    assert "HCI-N4 does not answer on port 5985." in told
    assert "Check it." in told


def test_what_keeps_a_node_in_its_cluster_is_told_once() -> None:
    down = HealthNode("HCI-N2", NodeState.DOWN)
    health = ClusterHealth(
        clustered=True,
        nodes=(HealthNode("HCI-N1", NodeState.UP), down),
        virtual_disks=(),
        physical_disks=(),
        storage_jobs=(),
        cau_role=CauRole(installed=True, status="Online"),
    )
    told = text(cluster(*FOUR[:2], health=Reading(health, NOW)))
    assert told.count("HCI-N2 is Down.") == 1
    assert "Cluster-Aware Updating (Online)" in told


def test_as_data_an_update_stands_once_and_names_its_nodes() -> None:
    found = cluster(node(1, search(ROLLUP, AGENT)), node(2, search(replace(ROLLUP, downloaded=True))))
    told = updates_object(found, banner="LAB updates")
    assert (told["banner"], told["cluster"], told["available"]) == ("LAB updates", {"name": "HCI-CL01"}, 2)
    rollup, agent = told["updates"]
    assert (rollup["KBs"], rollup["nodes"], rollup["downloaded"]) == (["KB5099010"], ["HCI-N1", "HCI-N2"], ["HCI-N2"])
    assert {"Downloaded", "RestartPending"}.isdisjoint(rollup)
    assert agent["ArcAgent"] is True
    assert [one["offered"] for one in told["nodes"]] == [[ROLLUP.id, AGENT.id], [ROLLUP.id]]


def test_as_data_a_node_has_its_error_or_its_state() -> None:
    told = updates_object(
        cluster(node(1, search(), state(FAILED, pending=True)), node(4, UNREACHABLE, UNREACHABLE), node(5, NOT_READ))
    )
    first, dead, searching = told["nodes"]
    assert dead == {
        "name": "HCI-N4",
        "error": {"kind": "unreachable", "message": UNREACHABLE.message, "remedy": UNREACHABLE.remedy},
    }
    assert (first["source"], first["restart_pending"]) == ("Microsoft Update", True)
    assert first["last_error"]["code"] == "0x80073712 ERROR_SXS_COMPONENT_STORE_CORRUPT"
    assert first["last_error"]["remedy"].startswith("Mend the component store")
    assert searching["search"]["error"]["kind"] == "not-read"
    assert told["restart_pending"] == ["HCI-N1"]


def test_as_data_one_node_alone_has_only_its_own_updates() -> None:
    found = cluster(node(1, search(ROLLUP)), node(2, search(AGENT)))
    told = updates_object(found, only="HCI-N2")
    assert [one["Id"] for one in told["updates"]] == [AGENT.id]
    assert [one["name"] for one in told["nodes"]] == ["HCI-N2"]
