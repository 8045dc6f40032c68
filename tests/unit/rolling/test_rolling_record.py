"""A rolling update as it is written down: what is read back is what was meant."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tui.cluster.rolling_journal import Entry, Mark, Step
from tui.cluster.rolling_plan import RollingPlan
from tui.runs.event import EventKind, StepStatus, event_from_line, event_object
from tui.runs.rolling_record import entries_of, entry_events, entry_words, plan_from, plan_parameters

NOW = datetime(2026, 5, 20, 12, 0, 0, 123456, tzinfo=UTC)
ENTRIES = (
    Entry(Mark.STARTED, NOW, "HCI-N1", Step.CHECK),
    Entry(Mark.STARTED, NOW, "HCI-N1", Step.DRAIN, "20260520T120000Z-drain-node-0a1b2c3d"),
    Entry(Mark.DONE, NOW, "HCI-N1", Step.DRAIN, "20260520T120000Z-drain-node-0a1b2c3d"),
    Entry(Mark.FAILED, NOW, "HCI-N1", Step.INSTALL, "r", text="0x80240017", remedy="Mend it.", restart_needed=False),
    Entry(Mark.DONE, NOW, "HCI-N1", Step.INSTALL, "r", restart_needed=True),
    Entry(Mark.STARTED, NOW, "HCI-N1", Step.RESTART, "r", boot_time=NOW - timedelta(days=3)),
    Entry(Mark.STARTED, NOW, "HCI-N1", Step.WAIT_FOR_NODE, text="it does not answer", unread=True),
    Entry(Mark.DOUBT, NOW, "HCI-N1", text="HCI-N2 is Down", remedy="Start it."),
    Entry(Mark.STOPPED, NOW, "HCI-N1", text="HCI-N2 is Down", remedy="Start it."),
    Entry(Mark.CONTINUED, NOW, text="continued by somebody"),
    Entry(Mark.NODE_DONE, NOW, "HCI-N1"),
    Entry(Mark.FINISHED, NOW),
)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.mark}-{entry.step}")
def test_an_entry_is_read_back_as_it_was(entry: Entry) -> None:
    lines = [json.dumps(event_object(event)) for event in entry_events(entry)]
    assert entries_of(event_from_line(line, "HCI-N4") for line in lines) == (entry,)


def test_a_node_is_a_step_that_begins_with_its_check_and_ends_when_it_is_done_or_the_update_stops() -> None:
    told = [event for entry in ENTRIES for event in entry_events(entry) if event.kind == EventKind.STEP]
    assert [(event.step, event.status) for event in told] == [
        ("HCI-N1", StepStatus.STARTED),
        ("HCI-N1", StepStatus.FAILED),
        ("HCI-N1", StepStatus.DONE),
    ]


def test_every_entry_says_something_and_names_its_node_unless_its_step_of_the_plan_does() -> None:
    for entry in ENTRIES:
        words = entry_words(entry)
        steps = [event for event in entry_events(entry) if event.kind == EventKind.STEP]
        assert words.endswith(".") or steps, words
        if words and entry.node and entry.mark is not Mark.STOPPED:
            assert entry.node in words


def test_what_is_no_entry_is_said_to_be_none() -> None:
    line = '{"time": "2026-05-20T12:00:00Z", "type": "entry", "mark": "melted", "node": "HCI-N1"}'
    with pytest.raises(ValueError, match="melted"):
        entries_of([event_from_line(line, "HCI-N1")])


@pytest.mark.parametrize(
    "plan",
    [
        RollingPlan(("HCI-N1", "HCI-N2"), "agent"),
        RollingPlan(("HCI-N1",), "KB5030216", clustered=False, drain=False),
        RollingPlan(("HCI-N2", "HCI-N1"), restart=True, reason="May updates", own="HCI-N1"),
    ],
)
def test_a_plan_is_read_back_as_it_was(plan: RollingPlan) -> None:
    assert plan_from(json.loads(json.dumps(plan_parameters(plan)))) == plan


@pytest.mark.parametrize("told", [{}, {"Nodes": ["HCI-N1"]}, {"Nodes": [], "Selection": "all"}])
def test_a_run_without_a_plan_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="which nodes"):
        plan_from(told)
