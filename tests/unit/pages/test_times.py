"""Times in words."""

from datetime import UTC, datetime, timedelta

from tui.pages.times import before, stamp

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def test_the_past_is_before_and_the_future_is_in() -> None:
    assert before(NOW - timedelta(minutes=25), NOW) == "25 minutes before"
    assert before(NOW + timedelta(hours=3), NOW) == "in 3 hours"


def test_no_time_is_a_dash() -> None:
    assert stamp(None) == "-"


def test_a_time_beyond_the_local_calendar_is_shown_as_it_is() -> None:
    assert stamp(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)).startswith(("9999-12-31", "10000"))
