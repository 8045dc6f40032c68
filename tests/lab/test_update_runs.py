"""Installing updates on simulated nodes: what a run says and what is true afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import PASSWORD, USER, RunsLab
from tui.cluster.decode import decode
from tui.cluster.installation import Installation
from tui.cluster.update_results import OperationResult
from tui.cluster.update_state import UpdateState
from tui.lab.azure.cluster_documents import machine_document
from tui.lab.updates.arrange import STORE_DAMAGED
from tui.lab.updates.offers import DOTNET_KB, FEATURE_BUILD, FEATURE_KB, PREVIEW_KB, ROLLUP_KB

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs("updates")


def wanted(lab: RunsLab, *chosen: str, node: str = "HCI-N1") -> list[dict[str, Any]]:
    """Return the chosen updates as a plan names them; all that are offered without a choice."""
    found = lab.call("search-updates", {}, node)["Updates"]
    return [
        {name: update[name] for name in ("Id", "Revision", "Title")}
        for update in found
        if not chosen or (update["KBs"] or ["agent"])[0] in chosen
    ]


def install(lab: RunsLab, *chosen: str, node: str = "HCI-N1") -> Installation:
    state = lab.job("install-updates", node, Updates=wanted(lab, *chosen, node=node))
    assert state["Reason"] == "completed"
    return decode(Installation, state["Result"])


def offered(lab: RunsLab, node: str = "HCI-N1") -> list[str]:
    found = lab.call("search-updates", {}, node)["Updates"]
    return [(update["KBs"] or ["agent"])[0] for update in found if not update["RestartPending"]]


def update_state(lab: RunsLab, node: str = "HCI-N1") -> UpdateState:
    return decode(UpdateState, lab.call("get-update-state", {}, node))


def test_what_was_installed_is_gone_from_the_search_and_in_the_history(lab: RunsLab) -> None:
    told = install(lab, DOTNET_KB)
    assert (told.installed, told.failed, told.restart_needed) == (1, 0, False)
    assert [(update.kbs, update.phase, update.result_code) for update in told.updates] == [
        ((DOTNET_KB,), "install", OperationResult.SUCCEEDED)
    ]
    assert offered(lab) == [ROLLUP_KB, "agent", PREVIEW_KB]
    assert update_state(lab).history[0].title == told.updates[0].title


def test_an_update_of_windows_waits_for_a_restart_and_is_finished_by_it(lab: RunsLab) -> None:
    revision = lab.fact("get-system")["Revision"]
    assert install(lab, ROLLUP_KB).restart_needed
    assert update_state(lab).restart.pending
    (pending,) = [update for update in lab.call("search-updates")["Updates"] if update["RestartPending"]]
    assert pending["KBs"] == [ROLLUP_KB]
    assert lab.fact("get-system")["Revision"] == revision
    lab.cluster.stop("HCI-N1")
    lab.cluster.start("HCI-N1")
    assert not update_state(lab).restart.pending
    assert ROLLUP_KB not in str(lab.call("search-updates"))
    assert lab.fact("get-system")["Revision"] > revision


def test_an_optional_update_that_waits_for_a_restart_is_not_found(lab: RunsLab) -> None:
    install(lab, PREVIEW_KB)
    assert PREVIEW_KB not in str(lab.call("search-updates"))
    assert update_state(lab).restart.pending


def test_a_feature_update_brings_the_next_release_with_the_restart(lab: RunsLab) -> None:
    install(lab, FEATURE_KB, node="HCI-N3")
    lab.cluster.stop("HCI-N3")
    lab.cluster.start("HCI-N3")
    system = lab.fact("get-system", "HCI-N3")
    assert (system["Build"], system["DisplayVersion"]) == (FEATURE_BUILD, "23H2")
    # The functional level stays that of the oldest node.
    assert lab.fact("get-cluster", "HCI-N3")["FunctionalLevel"] == lab.fact("get-cluster")["FunctionalLevel"]


def test_the_agent_is_updated_without_a_restart_on_the_node_and_in_azure(lab: RunsLab) -> None:
    before = lab.fact("get-connected-machine-agent")["Version"]
    assert not install(lab, "agent").restart_needed
    after = lab.fact("get-connected-machine-agent")["Version"]
    assert after != before
    machine = machine_document(lab.cluster, "subscription", lab.cluster.azure.machines["hci-n1"])
    assert machine["properties"]["agentVersion"] == after
    assert "agent" not in offered(lab)


def test_steps_and_progress_are_those_of_the_job(lab: RunsLab) -> None:
    run = lab.start_job("install-updates", Updates=wanted(lab, ROLLUP_KB, DOTNET_KB))
    events = lab.events(run["Id"])
    steps = [(event["step"], event["status"]) for event in events if event["type"] == "step"]
    assert steps == [(step, status) for step in ("search", "download", "install") for status in ("started", "done")]
    progress = [event for event in events if event["type"] == "progress"]
    bars = [(event["activity"], event["status"][:7], event["percent"]) for event in progress]
    month = f"{lab.clock.now():%Y-%m}"
    assert bars == [
        (activity, status, percent)
        for activity in ("Downloading updates", "Installing updates")
        for status, percent in ((month, 0), (month, 50), ("", 100))
    ]
    assert [event["text"] for event in events if event.get("status") == "done"] == [
        "2 of 2 are offered",
        "2 of 2",
        "2 of 2",
    ]


def test_updates_are_installed_in_the_order_of_the_agent(lab: RunsLab) -> None:
    backwards = list(reversed(wanted(lab)))
    told = decode(Installation, lab.job("install-updates", Updates=backwards)["Result"])
    assert [update.id for update in told.updates] == [update["Id"] for update in reversed(backwards)]


def test_an_update_that_fails_keeps_no_other_from_being_installed(runs_labs: Callable[..., RunsLab]) -> None:
    lab = runs_labs("updates-failing")
    run = lab.start_job("install-updates", "HCI-N2", Updates=wanted(lab, node="HCI-N2"))
    events = lab.events(run["Id"], "HCI-N2")
    told = decode(Installation, lab.follow(run["Id"], "HCI-N2")[0]["Result"])
    assert (told.installed, told.failed) == (3, 1)
    (failure,) = told.failures
    assert (failure.kbs, failure.h_result, failure.phase) == ((ROLLUP_KB,), STORE_DAMAGED, "install")
    (failed,) = [event for event in events if event.get("status") == "failed"]
    assert failed["step"] == "install"
    assert failed["text"].startswith("1 of 4 failed: ")
    assert failed["text"].endswith(f"({STORE_DAMAGED})")
    assert ROLLUP_KB in offered(lab, "HCI-N2")
    last_error = update_state(lab, "HCI-N2").last_error
    assert last_error is not None
    assert last_error.h_result == STORE_DAMAGED
    assert install(lab, ROLLUP_KB, node="HCI-N1").failed == 0


@pytest.mark.parametrize(("fault", "phase"), [("download-fails", "download"), ("update-fails", "install")])
def test_an_update_fails_where_and_how_a_fault_says(lab: RunsLab, fault: str, phase: str) -> None:
    lab.faults["HCI-N1"][fault] = {DOTNET_KB: "0x80070643"}
    told = install(lab, ROLLUP_KB, DOTNET_KB)
    assert [(update.phase, update.h_result) for update in told.failures] == [(phase, "0x80070643")]
    assert told.installed == 1
    lab.faults["HCI-N1"].clear()
    assert install(lab, DOTNET_KB).failed == 0


def test_the_next_update_fails_once(lab: RunsLab) -> None:
    lab.cluster.node("HCI-N1").updates.next_failure = "0x80070643"
    assert [update.failed for update in install(lab, ROLLUP_KB, DOTNET_KB).updates] == [True, False]
    assert install(lab, ROLLUP_KB).failed == 0


@pytest.mark.parametrize("fault", ["download-fails", "update-fails"])
def test_a_code_that_stops_all_keeps_the_rest_from_being_begun(lab: RunsLab, fault: str) -> None:
    lab.faults["HCI-N1"][fault] = {ROLLUP_KB: "0x80240016"}
    run = lab.start_job("install-updates", Updates=wanted(lab, ROLLUP_KB, DOTNET_KB))
    told = decode(Installation, lab.follow(run["Id"])[0]["Result"])
    assert [str(update.result_code) for update in told.updates] == ["Failed", "NotStarted"]
    assert (told.installed, told.failed) == (0, 1)
    skipped = [event["step"] for event in lab.events(run["Id"]) if event.get("status") == "skipped"]
    assert skipped == (["install"] if fault == "download-fails" else [])


def test_what_is_not_offered_any_more_is_no_failure(lab: RunsLab) -> None:
    chosen = wanted(lab, ROLLUP_KB, DOTNET_KB)
    lab.job("install-updates", Updates=chosen)
    run = lab.start_job("install-updates", Updates=chosen)
    told = decode(Installation, lab.follow(run["Id"])[0]["Result"])
    assert [(str(update.result_code), update.failed, update.restart_needed) for update in told.updates] == [
        ("NotOffered", False, True),
        ("NotOffered", False, False),
    ]
    assert told.restart_needed
    skipped = [event["step"] for event in lab.events(run["Id"]) if event.get("status") == "skipped"]
    assert skipped == ["download", "install"]


def test_another_revision_is_taken_with_a_warning(lab: RunsLab) -> None:
    (one,) = wanted(lab, DOTNET_KB)
    run = lab.start_job("install-updates", Updates=[{**one, "Revision": 100}])
    warnings = [event["text"] for event in lab.events(run["Id"]) if event["type"] == "warning"]
    assert warnings == [f"{one['Title']}: revision 100 is not offered; revision 200 is taken."]
    assert lab.follow(run["Id"])[0]["Result"]["Installed"] == 1


def test_a_search_that_fails_ends_the_run(lab: RunsLab) -> None:
    chosen = wanted(lab)
    lab.faults["HCI-N1"]["search-fails"] = "0x80072EE2"
    run = lab.start_job("install-updates", Updates=chosen)
    state = lab.follow(run["Id"])[0]
    assert (state["Reason"], state["Exit"], state["Result"]) == ("failed", 1, None)
    (error,) = [event for event in lab.events(run["Id"]) if event["type"] == "error"]
    assert error["text"] == "The search for updates failed with 0x80072EE2."


def test_without_an_update_there_is_nothing_to_install(lab: RunsLab) -> None:
    assert lab.job("install-updates")["Reason"] == "refused"
    assert lab.job("install-updates", Updates=[])["Reason"] == "refused"


def test_whoever_is_not_system_is_denied_to_download_and_install(lab: RunsLab) -> None:
    updates = {"Updates": wanted(lab, DOTNET_KB)}
    state = lab.run("install-updates", updates, secrets={}, RunAsUser=USER, RunAsPassword=PASSWORD)
    (update,) = state["Result"]["Updates"]
    assert (update["ResultCode"], update["HResult"], update["Phase"]) == ("Failed", "0x80070005", "download")
    assert DOTNET_KB in offered(lab)


def test_a_runner_that_dies_leaves_what_it_had_installed(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["runner-dies-at"] = f"install-{DOTNET_KB}"
    state = lab.job("install-updates", Updates=wanted(lab, ROLLUP_KB, DOTNET_KB))
    assert (state["Phase"], state["Alive"]) == ("running", False)
    assert DOTNET_KB in offered(lab)
    assert update_state(lab).restart.pending


def test_an_installation_can_be_held_and_watched(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["hold-at"] = f"install-{ROLLUP_KB}"
    run = lab.start_job("install-updates", Updates=wanted(lab, ROLLUP_KB))
    wait_until(lambda: lab.runs["HCI-N1"].state(run["Id"])["Step"] == "Installing updates")
    assert lab.call("search-updates")["Updates"][0]["Downloaded"]
    lab.faults["HCI-N1"].clear()
    assert lab.follow(run["Id"])[0]["Reason"] == "completed"
