"""job-install-updates: one update after the other, each with what it came to, and no more than the agent allows."""

from typing import Any

import pytest

from tests.powershell.job_engine import JobRun
from tests.powershell.update_cases import AGENT, PREVIEW, ROLLUP, UpdateNode
from tui.cluster.decode import decode
from tui.cluster.installation import NOT_OFFERED, Installation, InstalledUpdate
from tui.cluster.update_results import OperationResult

STEPS = ["search started", "search done", "download started", "download done", "install started"]


def wanted(*updates: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Id": update["id"], "Revision": 200, "Title": update["title"]} for update in updates]


def install(node: UpdateNode, *updates: dict[str, Any], **scenario: Any) -> JobRun:
    """Install everything that the node is offered."""
    return node.job("job-install-updates", {"updates": list(updates), **scenario}, Updates=wanted(*updates))


def told(run: JobRun) -> Installation:
    assert run.stop is None
    return decode(Installation, run.result)


def results(run: JobRun) -> list[tuple[str, str, str]]:
    """Return phase, result and code of each update."""
    return [(str(one.phase), str(one.result_code), str(one.h_result)) for one in told(run).updates]


def did(run: JobRun) -> list[str]:
    """Return what was asked of the agent, in order."""
    words = {"Download": "download", "Install": "install", "AcceptEula": "accept"}
    return [f"{words[call['Command']]} {call['Title']}" for call in run.calls if call["Command"] in words]


def test_updates_are_downloaded_and_then_installed_one_by_one(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP | {"install": {"restart": True}}, AGENT)
    assert run.steps == [*STEPS, "install done"]
    assert run.text("search", "done") == "2 of 2 are offered"
    assert did(run) == [
        f"download {ROLLUP['title']}",
        f"download {AGENT['title']}",
        f"install {ROLLUP['title']}",
        f"install {AGENT['title']}",
    ]
    assert {call["Count"] for call in (*run.called("Download"), *run.called("Install"))} == {1}
    assert all(call["Quiet"] for call in run.called("Install"))
    installation = told(run)
    assert (installation.installed, installation.failed, installation.restart_needed) == (2, 0, True)
    assert installation.updates[0] == InstalledUpdate(
        id=ROLLUP["id"],
        title=ROLLUP["title"],
        result_code=OperationResult.SUCCEEDED,
        kbs=("KB5036910",),
        h_result="0x00000000",
        restart_needed=True,
        phase="install",
    )
    assert not installation.updates[1].restart_needed


def test_progress_is_told_over_all_updates(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP, AGENT)
    bars = [(item["activity"], item["text"], item["percent"]) for item in run.told if "activity" in item]
    assert bars == [
        (activity, title, percent)
        for activity in ("Downloading updates", "Installing updates")
        for title, percent in ((ROLLUP["title"], 0), (AGENT["title"], 50), ("", -1))
    ]


def test_the_order_is_the_agents_and_only_what_is_wanted_is_installed(update_node: UpdateNode) -> None:
    scenario = {"updates": [PREVIEW, ROLLUP, AGENT]}
    run = update_node.job("job-install-updates", scenario, Updates=wanted(AGENT, PREVIEW))
    assert [update.title for update in told(run).updates] == [PREVIEW["title"], AGENT["title"]]
    assert not [action for action in did(run) if ROLLUP["title"] in action]


def test_an_update_named_twice_is_installed_once(update_node: UpdateNode) -> None:
    run = update_node.job("job-install-updates", {"updates": [ROLLUP]}, Updates=wanted(ROLLUP, ROLLUP))
    assert len(told(run).updates) == 1
    assert len(run.called("Install")) == 1


def test_a_single_update_is_a_list_too(update_node: UpdateNode) -> None:
    run = install(update_node, AGENT)
    assert [type(run.result["Updates"]), run.result["Updates"][0]["KBs"]] == [list, []]


def test_license_terms_are_accepted_before_the_download(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP | {"eula": False}, AGENT)
    assert did(run)[:2] == [f"accept {ROLLUP['title']}", f"download {ROLLUP['title']}"]
    assert len(run.called("AcceptEula")) == 1
    assert told(run).installed == 2


def test_what_is_downloaded_is_not_downloaded_again(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP | {"downloaded": True})
    assert did(run) == [f"install {ROLLUP['title']}"]


def test_another_revision_is_taken_with_a_warning(update_node: UpdateNode) -> None:
    scenario = {"updates": [ROLLUP | {"revision": 201}, ROLLUP | {"revision": 203}]}
    run = update_node.job("job-install-updates", scenario, Updates=wanted(ROLLUP))
    assert "revision 200 is not offered; revision 203 is taken" in run.output
    assert len(run.called("Install")) == 1


def test_the_wanted_revision_goes_before_a_newer_one(update_node: UpdateNode) -> None:
    newer = ROLLUP | {"revision": 201, "title": "newer"}
    run = update_node.job("job-install-updates", {"updates": [newer, ROLLUP]}, Updates=wanted(ROLLUP))
    assert did(run) == [f"download {ROLLUP['title']}", f"install {ROLLUP['title']}"]
    assert "revision" not in run.output


def test_what_is_not_offered_any_more_is_no_failure(update_node: UpdateNode) -> None:
    run = update_node.job("job-install-updates", {"updates": [AGENT]}, Updates=wanted(ROLLUP, AGENT))
    installation = told(run)
    assert [str(update.result_code) for update in installation.updates] == ["Succeeded", NOT_OFFERED]
    assert installation.updates[1].title == ROLLUP["title"]
    assert (installation.installed, installation.failed, installation.failures) == (1, 0, ())
    assert run.text("search", "done") == "1 of 2 are offered"


def test_nothing_is_done_where_nothing_is_offered(update_node: UpdateNode) -> None:
    run = update_node.job("job-install-updates", {}, Updates=wanted(ROLLUP))
    assert run.steps[2:] == ["download started", "download skipped", "install started", "install skipped"]
    assert told(run).installed == 0


@pytest.mark.parametrize("installed", [True, False])
def test_what_waits_for_a_restart_is_not_installed_again(update_node: UpdateNode, installed: bool) -> None:
    run = install(update_node, ROLLUP | {"installed": installed, "restart": True}, AGENT)
    (done, waits) = told(run).updates
    assert done.title == AGENT["title"]
    assert (str(waits.result_code), waits.h_result, waits.restart_needed) == (NOT_OFFERED, "0x00240005", True)
    assert told(run).restart_needed
    assert not waits.failed


def test_a_code_that_asks_for_a_restart_asks_for_one(update_node: UpdateNode) -> None:
    (update,) = told(install(update_node, ROLLUP | {"install": {"hresult": "0x00240005"}})).updates
    assert (update.result_code, update.restart_needed) == (OperationResult.SUCCEEDED, True)


@pytest.mark.parametrize("code", ["0x80240017", "0x80070643", "0x800F081F", "0x80240022"])
@pytest.mark.parametrize("phase", ["download", "install"])
def test_a_failing_update_does_not_stop_the_others(update_node: UpdateNode, phase: str, code: str) -> None:
    run = install(update_node, ROLLUP | {phase: {"code": 4, "hresult": code}}, AGENT)
    assert results(run) == [(phase, "Failed", code), ("install", "Succeeded", "0x00000000")]
    assert (told(run).installed, told(run).failed) == (1, 1)
    assert run.text(phase, "failed") == f"1 of 2 failed: {ROLLUP['title']} ({code})"
    assert [update.title for update in told(run).failures] == [ROLLUP["title"]]


@pytest.mark.parametrize("phase", ["download", "install"])
def test_a_call_that_throws_fails_its_update_alone(update_node: UpdateNode, phase: str) -> None:
    run = install(update_node, ROLLUP | {phase: {"throws": "0x80240024"}}, AGENT)
    assert results(run) == [(phase, "Failed", "0x80240024"), ("install", "Succeeded", "0x00000000")]
    assert f"{ROLLUP['title']}: the {phase} failed with 0x80240024." in run.output


@pytest.mark.parametrize("code", ["0x80240016", "0x8024001E"])
@pytest.mark.parametrize("how", ["throws", "hresult"])
def test_a_code_that_stops_all_keeps_the_rest_from_being_installed(
    update_node: UpdateNode, code: str, how: str
) -> None:
    run = install(update_node, ROLLUP | {"install": {"code": 4, how: code}}, AGENT, PREVIEW)
    assert results(run) == [
        ("install", "Failed", code),
        ("install", "NotStarted", "0x00000000"),
        ("install", "NotStarted", "0x00000000"),
    ]
    assert (told(run).installed, told(run).failed, len(told(run).failures)) == (0, 1, 3)
    assert len(run.called("Install")) == 1


def test_a_code_that_stops_all_while_downloading_installs_nothing(update_node: UpdateNode) -> None:
    run = install(update_node, AGENT, ROLLUP | {"download": {"throws": "0x8024001E"}}, PREVIEW)
    assert results(run) == [
        ("install", "NotStarted", "0x00000000"),
        ("download", "Failed", "0x8024001E"),
        ("download", "NotStarted", "0x00000000"),
    ]
    assert run.steps[3:] == ["download failed", "install skipped"]
    assert not run.called("Install")


def test_a_failure_without_a_code_of_its_own_has_that_of_the_whole(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP | {"install": {"code": 4, "whole": "0x80240022"}})
    assert results(run) == [("install", "Failed", "0x80240022")]


@pytest.mark.parametrize(
    ("code", "name", "failed"),
    [(3, "SucceededWithErrors", 0), (5, "Aborted", 1), (1, "InProgress", 1), (9, "9", 1)],
)
def test_every_result_has_its_name(update_node: UpdateNode, code: int, name: str, failed: int) -> None:
    run = install(update_node, ROLLUP | {"install": {"code": code, "hresult": "0x8024000B"}})
    assert results(run) == [("install", name, "0x8024000B")]
    assert (told(run).installed, told(run).failed) == (1 - failed, failed)


def test_a_network_logon_is_refused_every_update(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP, AGENT | {"eula": False}, logon="network")
    assert {result[2] for result in results(run)} == {"0x80070005"}
    assert told(run).failed == 2
    assert not did(run)


@pytest.mark.parametrize("code", ["0x80240438", "0x8024402C"])
def test_a_search_that_fails_fails_the_run_with_its_code(update_node: UpdateNode, code: str) -> None:
    run = install(update_node, ROLLUP, search={"throws": code})
    assert (run.stop, run.steps) == ("failed", ["search started", "search failed"])
    assert run.message == f"The search for updates failed with {code}."


def test_a_search_that_ends_as_failed_fails_the_run(update_node: UpdateNode) -> None:
    warnings = [{"hresult": "0x80244022", "message": "Service unavailable"}]
    run = install(update_node, ROLLUP, search={"code": 4, "warnings": warnings})
    assert run.stop == "failed"
    assert run.message == "The search for updates ended as Failed. 0x80244022 Service unavailable"


def test_a_search_that_missed_some_goes_on_with_a_warning(update_node: UpdateNode) -> None:
    run = install(update_node, ROLLUP, search={"code": 3, "warnings": [{"hresult": "0x8024402C", "message": "DNS"}]})
    assert "0x8024402C DNS" in run.output
    assert told(run).installed == 1


@pytest.mark.parametrize("updates", [[], None])
def test_a_run_without_updates_is_refused(update_node: UpdateNode, updates: list[Any] | None) -> None:
    run = update_node.job("job-install-updates", {}, Updates=updates)
    assert (run.stop, run.steps, run.message) == ("refused", [], "No update was named.")
