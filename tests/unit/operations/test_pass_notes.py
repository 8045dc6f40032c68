"""What the activity log keeps of reading Azure."""

from dataclasses import replace
from datetime import UTC, datetime

from tui.cluster.azure_resources import AzureProblem, AzureProblemKind, AzureView, Found
from tui.cluster.facts import Reading
from tui.operations.activity import ActivityLog, Outcome
from tui.operations.pass_notes import note_azure

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
READ = AzureView(
    "AzureCloud",
    "admin@contoso.test",
    None,
    Reading(Found(None), NOW),
    Reading(Found(None), NOW),
    Reading((), NOW),
)
REFUSED = AzureProblem(AzureProblemKind.FORBIDDEN, "No permission.", "Have a role assigned.")


def noted(view: AzureView) -> list[tuple[str, Outcome, str]]:
    log = ActivityLog()
    note_azure(log, view, "HCI-CL01", None)
    return [(entry.what, entry.outcome, entry.remedy) for entry in log.entries()]


def test_who_read_azure_is_noted() -> None:
    assert noted(READ) == [("Read Azure (AzureCloud) as admin@contoso.test", Outcome.DONE, "")]


def test_what_failed_is_noted_once_for_each_reason() -> None:
    failed = replace(READ, cluster=REFUSED, arc_setting=REFUSED, machines=REFUSED)
    assert noted(failed) == [("Azure: No permission.", Outcome.FAILED, "Have a role assigned.")]


def test_what_nobody_asked_for_is_not_noted() -> None:
    not_read = AzureProblem(AzureProblemKind.NOT_READ, "Nothing to look for.", "")
    assert noted(replace(READ, cluster=not_read, arc_setting=not_read, machines=not_read)) == []
