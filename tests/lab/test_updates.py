"""What simulated nodes are offered and tell of their updates, as the scripts of real ones do."""

from collections.abc import Callable

import pytest

from tests.lab.runs_lab import RunsLab
from tui.cluster.decode import decode
from tui.cluster.update_results import OperationResult
from tui.cluster.update_settings import AutomaticUpdates, UpdateSettings, UpdateSource
from tui.cluster.update_state import HistoryEntry, RestartState, UpdateState
from tui.cluster.updates import UpdateSearch
from tui.cluster.wire import wire_layout
from tui.lab.names import SCENARIO_NAMES
from tui.lab.simulated_scripts import ScriptStopped
from tui.lab.updates.arrange import STORE_DAMAGED, WSUS_SERVER
from tui.lab.updates.documents import LONGEST_HISTORY
from tui.lab.updates.offers import DOTNET_KB, FEATURE_KB, PREVIEW_KB, ROLLUP_KB

pytestmark = pytest.mark.usefixtures("no_threads_left")


def search(lab: RunsLab, node: str = "HCI-N1", **parameters: object) -> UpdateSearch:
    return decode(UpdateSearch, lab.call("search-updates", parameters, node))


def state(lab: RunsLab, node: str = "HCI-N1") -> UpdateState:
    return decode(UpdateState, lab.call("get-update-state", {}, node))


def keys(found: UpdateSearch) -> list[str]:
    return [update.kbs[0] if update.kbs else "agent" for update in found.updates]


def spelled(cls: type) -> list[str]:
    """Return the names a script gives an object, in the order of the product's type."""
    return [name for _, name, _ in wire_layout(cls)]


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs("updates")


def test_every_node_is_offered_updates_of_all_kinds_and_one_the_next_release(lab: RunsLab) -> None:
    every = [ROLLUP_KB, DOTNET_KB, "agent", PREVIEW_KB]
    assert [keys(search(lab, name)) for name in lab.cluster.names] == [every, every, [*every, FEATURE_KB], every]


def test_each_update_says_what_it_is(lab: RunsLab) -> None:
    found = search(lab, "HCI-N3")
    assert found.complete
    rollup, dotnet, agent, preview, feature = found.updates
    assert all(update.size_bytes and update.size_bytes > 10**7 for update in found.updates)
    assert [update.severity and str(update.severity) for update in (rollup, dotnet, agent)] == [
        "Critical",
        "Important",
        None,
    ]
    assert [update.recommended for update in found.updates] == [True, True, True, False, False]
    assert (agent.arc_agent, agent.may_restart, agent.kbs) == (True, False, ())
    assert [update.feature for update in (preview, feature)] == [False, True]
    assert len({update.id for update in found.updates}) == 5


def test_an_update_is_the_same_on_every_node(lab: RunsLab) -> None:
    assert search(lab, "HCI-N1").updates == search(lab, "HCI-N4").updates


def test_optional_updates_are_found_only_when_asked_for(lab: RunsLab) -> None:
    assert PREVIEW_KB not in keys(search(lab, IncludeOptional=False))
    assert PREVIEW_KB in keys(search(lab, IncludeOptional=True))


def test_answers_have_every_property_in_the_order_of_the_scripts(lab: RunsLab) -> None:
    found = lab.call("search-updates")
    assert list(found) == spelled(UpdateSearch)
    assert list(found["Updates"][0]) == spelled(type(search(lab).updates[0]))
    told = lab.call("get-update-state")
    assert list(told) == spelled(UpdateState)
    assert list(told["Restart"]) == spelled(RestartState)
    assert list(told["Settings"]) == spelled(UpdateSettings)
    assert list(told["History"][0]) == spelled(HistoryEntry)


def test_a_healthy_node_is_offered_nothing_and_has_a_history(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("healthy")
    assert search(lab).updates == ()
    told = state(lab)
    assert not told.restart.pending
    assert [entry.result_code for entry in told.history] == [OperationResult.SUCCEEDED] * 2
    times = [entry.date for entry in told.history if entry.date is not None]
    assert times == sorted(times, reverse=True)
    assert (told.settings.source, told.settings.automatic_updates) == (
        UpdateSource.WINDOWS_UPDATE,
        AutomaticUpdates.DOWNLOAD_ONLY,
    )


def test_a_new_node_has_no_history(runs_labs: Callable[..., RunsLab]) -> None:
    told = state(runs_labs("fresh"))
    assert (told.history, told.history_count) == ((), 0)


def test_only_the_newest_of_a_long_history_is_told(lab: RunsLab) -> None:
    node = lab.cluster.node("HCI-N1")
    offer = node.updates.offers[0]
    for _ in range(LONGEST_HISTORY):
        node.updates.record(offer, lab.clock.now(), OperationResult.FAILED, STORE_DAMAGED)
    told = state(lab)
    assert (len(told.history), told.history_count) == (LONGEST_HISTORY, LONGEST_HISTORY + 2)
    assert told.last_error is not None
    assert told.last_error.h_result == STORE_DAMAGED


def test_with_wsus_the_agent_is_not_offered_although_the_nodes_are_opted_in(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("wsus")
    assert keys(search(lab)) == [ROLLUP_KB, DOTNET_KB, PREVIEW_KB]
    settings = state(lab).settings
    assert (settings.wsus_server, settings.source, settings.can_opt_in) == (WSUS_SERVER, UpdateSource.WSUS, False)


def test_an_old_agent_is_offered_the_newest_once_its_node_is_opted_in(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("agent-old")
    assert search(lab, "HCI-N3").updates == ()
    assert state(lab, "HCI-N3").settings.can_opt_in
    done = lab.job("enable-microsoft-update", "HCI-N3")
    assert (done["Reason"], done["Result"]) == ("completed", {"Before": False, "After": True})
    assert keys(search(lab, "HCI-N3")) == ["agent"]
    assert lab.job("enable-microsoft-update", "HCI-N3")["Result"] == {"Before": True, "After": True}


def test_a_network_logon_may_search_but_not_opt_in(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("agent-old")
    with pytest.raises(ScriptStopped) as stopped:
        lab.call("enable-microsoft-update")
    assert (stopped.value.fqid, stopped.value.category) == ("OptInFailed", "PermissionDenied")
    assert stopped.value.message.startswith("Opting in to Microsoft Update failed with 0x80070005: Access is denied.")
    assert not state(lab).settings.microsoft_update
    lab.cluster.node("HCI-N1").updates.microsoft_update = True
    assert lab.call("enable-microsoft-update") == {"Before": True, "After": True}


def _refused(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["search-fails"] = "0x80240438"


def _blocked(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["endpoints-blocked"] = ["*.update.microsoft.com"]


def _offline(lab: RunsLab) -> None:
    lab.cluster.cut_off("HCI-N1")


def _disabled(lab: RunsLab) -> None:
    lab.cluster.node("HCI-N1").updates.service_start = "Disabled"


@pytest.mark.parametrize(
    ("arrange", "code"),
    [(_refused, "0x80240438"), (_blocked, "0x8024402C"), (_offline, "0x8024402C"), (_disabled, "0x80070422")],
)
def test_a_search_that_fails_is_an_error_with_its_code(
    lab: RunsLab, arrange: Callable[[RunsLab], None], code: str
) -> None:
    arrange(lab)
    with pytest.raises(ScriptStopped) as stopped:
        search(lab)
    assert (stopped.value.fqid, stopped.value.category) == ("UpdateSearchFailed", "InvalidResult")
    assert stopped.value.message == f"The search for updates failed with {code}."
    assert keys(search(lab, "HCI-N2"))


def test_a_node_with_wsus_needs_no_way_to_microsoft(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("wsus")
    lab.cluster.cut_off("HCI-N1")
    assert search(lab).updates


def test_a_search_that_missed_some_says_so(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["search-misses"] = "0x80244010 The server was asked too often."
    found = search(lab)
    assert not found.complete
    assert found.warnings == ("0x80244010 The server was asked too often.",)


def test_what_a_script_does_not_have_is_refused(lab: RunsLab) -> None:
    for script in ("search-updates", "get-update-state", "get-cluster-health", "enable-microsoft-update"):
        with pytest.raises(ScriptStopped) as stopped:
            lab.call(script, {"Everything": True})
        assert stopped.value.fqid == "NamedParameterNotFound"
    with pytest.raises(ScriptStopped):
        search(lab, IncludeOptional="perhaps")


@pytest.mark.parametrize("scenario", SCENARIO_NAMES)
def test_updates_of_every_scenario_can_be_read(runs_labs: Callable[..., RunsLab], scenario: str) -> None:
    lab = runs_labs(scenario, 2)
    assert state(lab).settings.service_start == "Manual"
