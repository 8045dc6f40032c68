"""The activity log: what was noted is there in the next session, whatever happened to its file."""

import json
import threading
from pathlib import Path

import pytest

from tui.operations.activity import LARGEST_BYTES, ActivityLog, Outcome, matching


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "activity.jsonl"


def test_what_one_session_noted_the_next_one_shows_newest_first(file: Path) -> None:
    first = ActivityLog(file, user="ann")
    first.note("Opened HCI-CL01.", cluster="HCI-CL01", banner="LAB healthy")
    first.note("No answer.", Outcome.FAILED, node="HCI-N2", remedy="Look at it.")
    newest, oldest = ActivityLog(file).entries()
    assert (newest.what, newest.outcome, newest.node, newest.remedy) == (
        "No answer.",
        Outcome.FAILED,
        "HCI-N2",
        "Look at it.",
    )
    assert (oldest.what, oldest.banner, oldest.user) == ("Opened HCI-CL01.", "LAB healthy", "ann")


def test_an_entry_of_this_session_is_shown_once(file: Path) -> None:
    log = ActivityLog(file)
    log.note("Read.")
    assert [entry.what for entry in log.entries()] == ["Read."]


def test_the_file_is_its_owner_s_alone(file: Path) -> None:
    ActivityLog(file).note("Read.")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '"text"',
        "{}",
        '{"at":"no time","what":"x","outcome":"done"}',
        '{"at":"2026-01-01T00:00:00","what":"x","outcome":"odd"}',
        '{"at":1,"what":"x","outcome":"done"}',
        "\x00\x00",
    ],
)
def test_a_line_that_was_cut_or_is_no_entry_costs_no_other(file: Path, line: str) -> None:
    log = ActivityLog(file)
    log.note("Before.")
    with file.open("a", encoding="utf-8") as end:
        end.write(line + "\n")
    log.note("After.")
    assert [entry.what for entry in ActivityLog(file).entries()] == ["After.", "Before."]


def test_a_file_that_cannot_be_written_is_said_and_the_entries_stay(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    log = ActivityLog(tmp_path / "state" / "activity.jsonl")
    log.note("Read.")
    assert "cannot be written" in log.trouble
    assert [entry.what for entry in log.entries()] == ["Read."]


def test_a_file_that_has_grown_large_is_set_aside_and_still_shown(file: Path) -> None:
    log = ActivityLog(file)
    log.note("The first.")
    with file.open("a", encoding="utf-8") as end:
        end.write(json.dumps({"filler": "x" * LARGEST_BYTES}) + "\n")
    log.note("The second.")
    assert file.stat().st_size < LARGEST_BYTES
    assert [entry.what for entry in ActivityLog(file).entries()] == ["The second.", "The first."]


def test_entries_of_many_threads_and_two_logs_do_not_mix(file: Path) -> None:
    logs = [ActivityLog(file), ActivityLog(file)]

    def work(log: ActivityLog, number: int) -> None:
        for turn in range(50):
            log.note(f"{number} {turn}")

    threads = [threading.Thread(target=work, args=(log, number)) for number, log in enumerate(logs * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry.what for entry in ActivityLog(file).entries()} == {f"{n} {i}" for n in range(4) for i in range(50)}


def test_a_filter_finds_all_of_its_words_in_any_order_and_case(file: Path) -> None:
    log = ActivityLog(file)
    log.note("Read 4 of 4 nodes.", cluster="HCI-CL01")
    log.note("No answer on port 5985.", Outcome.FAILED, cluster="HCI-CL01", node="HCI-N2")
    assert [entry.node for entry in matching(log.entries(), "failed n2")] == ["HCI-N2"]
    assert len(matching(log.entries(), "")) == 2
    assert matching(log.entries(), "n2 n3") == ()
