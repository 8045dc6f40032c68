"""search-updates: what a node is offered, as its Windows Update Agent tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.powershell.update_cases import AGENT, PREVIEW, ROLLUP, UpdateNode
from tui.cluster.decode import decode
from tui.cluster.update_results import OperationResult
from tui.cluster.updates import AvailableUpdate, RestartBehavior, Severity, UpdateSearch

UPGRADES = {"id": "3689BDC8-B205-4AF4-8D4A-A63924C5E9D5", "name": "Aktualisierungen", "type": "UpdateClassification"}


def search(node: UpdateNode, *updates: dict[str, Any], optional: bool = True, **scenario: Any) -> UpdateSearch:
    run = node.ask("search-updates", {"updates": list(updates), **scenario}, IncludeOptional=optional)
    assert not run.warnings
    return decode(UpdateSearch, run.one)


def test_everything_about_an_update_is_told_by_name(update_node: UpdateNode) -> None:
    told = search(update_node, ROLLUP)
    assert told.complete
    assert told.updates == (
        AvailableUpdate(
            id=ROLLUP["id"],
            revision=200,
            title=ROLLUP["title"],
            kbs=("KB5036910",),
            size_bytes=912345678,
            severity=Severity.CRITICAL,
            categories=("Azure Stack HCI", "Security Updates"),
            restart_behavior=RestartBehavior.MAYBE,
            recommended=True,
        ),
    )
    assert abs(datetime.now(UTC) - told.searched_at) < timedelta(minutes=1)


def test_updates_keep_the_order_of_the_agent(update_node: UpdateNode) -> None:
    told = search(update_node, PREVIEW, ROLLUP, AGENT)
    assert [update.id for update in told.updates] == [PREVIEW["id"], ROLLUP["id"], AGENT["id"]]


def test_the_arc_agent_is_known_by_title_or_product_and_never_restarts(update_node: UpdateNode) -> None:
    product = {"id": "p", "name": "Azure Connected Machine Agent", "type": "Product"}
    told = search(update_node, AGENT, ROLLUP, AGENT | {"title": "1.61", "categories": [product]})
    assert [update.arc_agent for update in told.updates] == [True, False, True]
    assert told.updates[0].kbs == ()
    assert not told.updates[0].may_restart
    assert told.updates[0].size_bytes is None
    assert told.updates[0].severity is None


def test_optional_updates_are_found_and_not_recommended(update_node: UpdateNode) -> None:
    (told,) = search(update_node, PREVIEW).updates
    assert not told.recommended
    assert search(update_node, PREVIEW, optional=False).updates == ()


def test_what_is_not_chosen_by_itself_is_not_recommended(update_node: UpdateNode) -> None:
    assert [update.recommended for update in search(update_node, ROLLUP | {"auto": False}).updates] == [False]


def test_a_feature_update_is_known_in_every_language(update_node: UpdateNode) -> None:
    told = search(update_node, ROLLUP | {"categories": [UPGRADES]}, AGENT)
    assert [update.feature for update in told.updates] == [True, False]


def test_what_is_installed_or_hidden_is_not_offered(update_node: UpdateNode) -> None:
    assert search(update_node, ROLLUP | {"installed": True}, AGENT | {"hidden": True}).updates == ()


@pytest.mark.parametrize("installed", [True, False])
def test_what_waits_for_a_restart_says_so(update_node: UpdateNode, installed: bool) -> None:
    told = search(update_node, ROLLUP | {"restart": True, "installed": installed, "downloaded": True})
    assert [(update.restart_pending, update.downloaded) for update in told.updates] == [(True, True)]


def test_a_search_that_missed_some_says_so(update_node: UpdateNode) -> None:
    warning = {"hresult": "0x8024402C", "message": "Name not resolved"}
    told = search(update_node, search={"code": 3, "warnings": [warning, {"hresult": "0x80240438", "message": ""}]})
    assert told.result_code == OperationResult.SUCCEEDED_WITH_ERRORS
    assert told.warnings == ("0x8024402C Name not resolved", "0x80240438")
    assert told.updates == ()


def test_a_network_logon_may_search(update_node: UpdateNode) -> None:
    assert len(search(update_node, ROLLUP, logon="network").updates) == 1


@pytest.mark.parametrize(
    ("code", "category"),
    [("0x80240438", "InvalidResult"), ("0x80070005", "PermissionDenied"), ("0x80072EE2", "InvalidResult")],
)
def test_a_search_that_fails_is_an_error_with_its_code(update_node: UpdateNode, code: str, category: str) -> None:
    run = update_node.ask("search-updates", {"search": {"throws": code}})
    assert run.out == []
    (failure,) = run.errors
    assert (failure.fqid, failure.category, failure.terminating) == ("UpdateSearchFailed", category, True)
    assert failure.message.startswith(f"The search for updates failed with {code}")
