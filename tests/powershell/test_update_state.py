"""get-update-state and enable-microsoft-update: how a node gets its updates, and what it waits for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.powershell.update_cases import UpdateNode
from tui.cluster.decode import decode
from tui.cluster.update_results import OperationResult
from tui.cluster.update_settings import AutomaticUpdates, UpdateSettings
from tui.cluster.update_state import HistoryEntry, RestartReason, UpdateOperation, UpdateState

WINDOWS = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion"
POLICY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
CONTROL = r"HKLM:\SYSTEM\CurrentControlSet\Control"
LOCAL = rf"{WINDOWS}\WindowsUpdate\Auto Update"
MICROSOFT_UPDATE = "7971f918-a847-4430-9279-4a52d1efe18d"
SERVICES = {"wuauserv": {"start": "Manual"}}
ENTRY: dict[str, Any] = {
    "title": "2026-04 Cumulative Update (KB5036909)",
    "operation": 1,
    "code": 2,
    "hresult": "0x00000000",
    "date": "2026-04-15T03:10:00",
    "id": "5a1b2c3d-0000-4000-8000-000000000009",
}


def state(node: UpdateNode, **scenario: Any) -> UpdateState:
    run = node.ask("get-update-state", {"windows_services": SERVICES, **scenario})
    assert not run.warnings
    return decode(UpdateState, run.one)


def settings(node: UpdateNode, registry: dict[str, Any] | None = None, **scenario: Any) -> UpdateSettings:
    return state(node, registry=registry or {}, **scenario).settings


def test_a_node_that_nobody_configured(update_node: UpdateNode) -> None:
    told = state(update_node)
    assert told == UpdateState(
        restart=told.restart,
        settings=UpdateSettings(microsoft_update=False, service_start="Manual"),
        history=(),
        history_count=0,
    )
    assert (told.restart.pending, told.restart.reasons) == (False, ())


@pytest.mark.parametrize(
    ("registry", "pending", "reason"),
    [
        ({rf"{WINDOWS}\Component Based Servicing\RebootPending": {}}, True, RestartReason.SERVICING),
        ({rf"{LOCAL}\RebootRequired": {}}, True, RestartReason.WINDOWS_UPDATE),
        (
            {rf"{CONTROL}\Session Manager": {"PendingFileRenameOperations": ["", r"\??\C:\a.dll"]}},
            False,
            RestartReason.FILE_RENAME,
        ),
        (
            {
                rf"{CONTROL}\ComputerName\ActiveComputerName": {"ComputerName": "HCI-N1"},
                rf"{CONTROL}\ComputerName\ComputerName": {"ComputerName": "HCI-N7"},
            },
            False,
            RestartReason.COMPUTER_RENAME,
        ),
    ],
)
def test_each_place_that_wants_a_restart_is_told(
    update_node: UpdateNode, registry: dict[str, Any], pending: bool, reason: RestartReason
) -> None:
    restart = state(update_node, registry=registry).restart
    assert (restart.pending, restart.reasons) == (pending, (reason,))


def test_what_waits_for_nothing_wants_no_restart(update_node: UpdateNode) -> None:
    registry = {
        rf"{CONTROL}\Session Manager": {"PendingFileRenameOperations": [""]},
        rf"{CONTROL}\ComputerName\ActiveComputerName": {"ComputerName": "HCI-N1"},
        rf"{CONTROL}\ComputerName\ComputerName": {"ComputerName": "hci-n1"},
    }
    assert state(update_node, registry=registry).restart.reasons == ()


@pytest.mark.parametrize(
    ("option", "word"),
    [
        (1, AutomaticUpdates.DISABLED),
        (2, AutomaticUpdates.NOTIFY),
        (3, AutomaticUpdates.DOWNLOAD_ONLY),
        (4, AutomaticUpdates.AUTOMATIC),
        (5, AutomaticUpdates.CHOSEN_LOCALLY),
        (7, AutomaticUpdates.DOWNLOAD_ONLY),
        (9, AutomaticUpdates("9")),
    ],
)
def test_what_the_node_does_by_itself_is_told_by_name(
    update_node: UpdateNode, option: int, word: AutomaticUpdates
) -> None:
    local = settings(update_node, {LOCAL: {"AUOptions": option}})
    assert (local.automatic_updates, local.by_policy) == (word, False)
    policy = settings(update_node, {rf"{POLICY}\AU": {"AUOptions": option}, LOCAL: {"AUOptions": 1}})
    assert (policy.automatic_updates, policy.by_policy) == (word, True)


def test_the_agent_is_asked_where_the_registry_says_nothing(update_node: UpdateNode) -> None:
    told = settings(update_node, notification_level=3)
    assert (told.automatic_updates, told.by_policy) == (AutomaticUpdates.DOWNLOAD_ONLY, False)


def test_a_policy_of_no_automatic_updates_is_told(update_node: UpdateNode) -> None:
    told = settings(update_node, {rf"{POLICY}\AU": {"NoAutoUpdate": 1, "AUOptions": 4}})
    assert (told.automatic_updates, told.by_policy) == (AutomaticUpdates.DISABLED, True)


@pytest.mark.parametrize("used", [1, 0])
def test_a_wsus_server_counts_only_where_it_is_used(update_node: UpdateNode, used: int) -> None:
    server = "http://wsus.contoso.test:8530"
    told = settings(
        update_node,
        {
            POLICY: {"WUServer": server, "DoNotConnectToWindowsUpdateInternetLocations": 1},
            rf"{POLICY}\AU": {"UseWUServer": used},
        },
    )
    assert told.wsus_server == (server if used else None)
    assert told.internet_blocked


@pytest.mark.parametrize(
    ("services", "opted_in"),
    [
        ([{"id": "9482f4b4-e343-43b6-b170-9a65bc822c77", "registered": True}], False),
        ([{"id": MICROSOFT_UPDATE.upper(), "registered": True}], True),
        ([{"id": MICROSOFT_UPDATE, "registered": False}], False),
    ],
)
def test_an_opt_in_is_one_that_is_asked(update_node: UpdateNode, services: list[Any], opted_in: bool) -> None:
    assert settings(update_node, update_services=services).microsoft_update is opted_in


def test_a_service_that_is_disabled_is_told(update_node: UpdateNode) -> None:
    assert settings(update_node, windows_services={"wuauserv": {"start": "Disabled"}}).disabled


def test_history_is_told_newest_first_with_codes(update_node: UpdateNode) -> None:
    failed = {**ENTRY, "code": 4, "hresult": "0x80073712", "date": "2026-04-15T02:00:00"}
    removed = {**ENTRY, "operation": 2, "code": 9, "date": "2026-03-01T00:00:00"}
    told = state(update_node, history=[ENTRY, failed, removed])
    assert told.history[0] == HistoryEntry(
        title=ENTRY["title"],
        date=datetime(2026, 4, 15, 3, 10, tzinfo=UTC),
        operation=UpdateOperation.INSTALLATION,
        result_code=OperationResult.SUCCEEDED,
        h_result="0x00000000",
        id=ENTRY["id"],
    )
    assert (told.history[1].result_code, told.history[1].h_result) == (OperationResult.FAILED, "0x80073712")
    assert (told.history[2].operation, told.history[2].result_code) == (
        UpdateOperation.UNINSTALLATION,
        OperationResult("9"),
    )
    assert told.history_count == 3


def test_a_long_history_is_cut_and_counted(update_node: UpdateNode) -> None:
    empty = {**ENTRY, "title": None}
    told = state(update_node, history=[empty, *[{**ENTRY, "title": f"Update {number}"} for number in range(30)]])
    assert [entry.title for entry in told.history] == [f"Update {number}" for number in range(19)]
    assert told.history_count == 31


def test_what_cannot_be_read_is_missing_and_warned_of(update_node: UpdateNode) -> None:
    run = update_node.ask("get-update-state", {"agent": {"throws": "0x80070422"}, "registry": {POLICY: "No access"}})
    told = decode(UpdateState, run.one)
    assert told.settings.microsoft_update is None
    assert told.settings.service_start is None
    assert told.history_count is None
    assert len([warning for warning in run.warnings if "0x80070422" in warning]) == 2
    assert any(warning.startswith("wuauserv:") for warning in run.warnings)
    assert any("No access" in warning for warning in run.warnings)


def test_opting_in_tells_what_was_and_is(update_node: UpdateNode) -> None:
    assert update_node.ask("enable-microsoft-update").one == {"Before": False, "After": True}
    assert update_node.called("AddService2") == [
        {"Command": "AddService2", "Id": MICROSOFT_UPDATE, "Flags": 7, "Cab": ""}
    ]


def test_a_node_that_is_opted_in_stays_as_it_is(update_node: UpdateNode) -> None:
    scenario = {"update_services": [{"id": MICROSOFT_UPDATE, "registered": True}]}
    assert update_node.ask("enable-microsoft-update", scenario).one == {"Before": True, "After": True}
    assert not update_node.called("AddService2")


def test_an_opt_in_may_take_effect_later(update_node: UpdateNode) -> None:
    scenario = {"opt_in": {"pending": True}}
    assert update_node.ask("enable-microsoft-update", scenario).one == {"Before": False, "After": False}


@pytest.mark.parametrize(
    ("scenario", "code", "category"),
    [
        ({"logon": "network"}, "0x80070005", "PermissionDenied"),
        ({"opt_in": {"throws": "0x8024402C"}}, "0x8024402C", "InvalidResult"),
        ({"no_agent": True}, "0x80040154", "InvalidResult"),
    ],
)
def test_an_opt_in_that_fails_is_an_error_with_its_code(
    update_node: UpdateNode, scenario: dict[str, Any], code: str, category: str
) -> None:
    run = update_node.ask("enable-microsoft-update", scenario)
    assert run.out == []
    (failure,) = run.errors
    assert (failure.fqid, failure.category) == ("OptInFailed", category)
    assert failure.message.startswith(f"Opting in to Microsoft Update failed with {code}")


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ({}, "Opted in"),
        ({"update_services": [{"id": MICROSOFT_UPDATE, "registered": True}]}, "It was opted in"),
        ({"opt_in": {"pending": True}}, "Not opted in yet"),
    ],
)
def test_the_job_does_the_same(update_node: UpdateNode, scenario: dict[str, Any], text: str) -> None:
    run = update_node.job("job-enable-microsoft-update", scenario)
    assert run.stop is None
    assert set(run.result) == {"Before", "After"}
    assert run.text("opt-in", "done") == text


def test_the_job_fails_with_the_code(update_node: UpdateNode) -> None:
    run = update_node.job("job-enable-microsoft-update", {"opt_in": {"throws": "0x80240025"}})
    assert (run.stop, run.steps) == ("failed", ["opt-in started", "opt-in failed"])
    assert run.message == "Opting in to Microsoft Update failed with 0x80240025."
