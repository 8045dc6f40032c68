"""Order of versions, and windows that run out."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_strategies import patient
from tui.cluster import policy_clocks
from tui.cluster.agent_releases import release_of, support_end
from tui.cluster.agent_version import parse_version
from tui.cluster.durations import age_text, duration_text, rough_age_text
from tui.cluster.policy_clocks import PolicyClock

_NUMBERS = st.integers(min_value=0, max_value=9999)
_VERSIONS = st.lists(_NUMBERS, min_size=2, max_size=4).map(lambda parts: ".".join(map(str, parts))) | st.text(
    max_size=12
)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_START = datetime(2026, 1, 1, tzinfo=UTC)


def test_versions_are_ordered_by_number_and_not_by_text():
    texts = ["garbage", "1.9.5.1", "1.40.02664.1629", "1.40.2665.0", "1.61.03319.2737", "2.0"]
    for mixed in permutations(texts, len(texts)):
        assert [version.text for version in sorted(map(parse_version, mixed))] == texts


def test_missing_parts_of_a_version_count_as_zero():
    assert parse_version("1.40") == parse_version("1.40.0.0")
    assert hash(parse_version("1.40")) == hash(parse_version("1.40.0.0"))


@pytest.mark.parametrize(
    "text", ["", "1", "1.", "1.2.3.4.5", "one.two", "1.2-preview", "\u0661.\u0662", "1." + "9" * 5000]
)
def test_what_is_no_version_stays_as_it_came_and_sorts_below(text: str):
    version = parse_version(text)
    assert (version.known, str(version)) == (False, text)
    assert version < parse_version("0.0")


@patient
@given(_VERSIONS, _VERSIONS, _VERSIONS)
def test_the_order_of_versions_is_total_and_transitive(one: str, two: str, three: str):
    a, b, c = sorted(map(parse_version, (one, two, three)))
    assert a <= b <= c
    assert a <= c
    assert (a < b) + (a == b) + (a > b) == 1
    assert (a == b) == (not a < b and not b < a)


@pytest.mark.parametrize(
    ("version", "month", "inferred"),
    [
        ("1.57.03197.2531", date(2025, 10, 1), False),
        ("1.67.1.1", date(2026, 8, 1), False),
        ("1.61.03319.2737", date(2026, 2, 1), True),
        ("1.40.02664.1629", date(2024, 5, 1), True),
        ("0.4.19338.004", date(2021, 1, 1), True),
    ],
)
def test_the_month_of_a_release(version: str, month: date, inferred: bool):
    release = release_of(version)
    assert release is not None
    assert (release.month, release.inferred) == (month, inferred)


@pytest.mark.parametrize("version", ["1.68.0.0", "2.0.0.0", "garbage", "", None])
def test_a_release_nobody_has_told_of_is_not_guessed(version: str | None):
    assert release_of(version) is None
    assert policy_clocks.agent_supported_until(version, _START) is None


@patient
@given(_NUMBERS, _NUMBERS)
def test_a_newer_release_is_never_out_of_support_before_an_older_one(one: int, two: int):
    older, newer = (support_end(f"1.{minor}.0.0") for minor in sorted((one, two)))
    assert older is None or newer is None or older.after <= newer.after


def test_support_lasts_to_the_end_of_the_month_one_year_later():
    for version, end in (
        ("1.57.0.0", datetime(2026, 11, 1, tzinfo=UTC)),
        ("1.59.0.0", datetime(2027, 1, 1, tzinfo=UTC)),
    ):
        clock = policy_clocks.agent_supported_until(version, end - timedelta(seconds=1))
        assert clock is not None
        assert (clock.deadline, clock.passed) == (end, False)
        later = policy_clocks.agent_supported_until(version, end)
        assert later is not None
        assert later.passed


@pytest.mark.parametrize(
    ("window", "length", "inferred"),
    [
        (policy_clocks.register_by, timedelta(days=30), False),
        (policy_clocks.sync_by, timedelta(days=30), False),
        (policy_clocks.connected_until, timedelta(days=1), False),
        (policy_clocks.portal_disconnected_at, timedelta(hours=8), True),
        (policy_clocks.agent_identity_expires, timedelta(days=90), True),
        (policy_clocks.agent_identity_may_expire, timedelta(days=45), True),
        (policy_clocks.user_certificate_by, -timedelta(days=60), False),
    ],
)
def test_windows_have_microsofts_lengths(window: "policy_clocks.Window", length: timedelta, inferred: bool):
    clock = window(_START, _START)
    assert clock is not None
    assert (clock.deadline - _START, clock.left, clock.inferred) == (length, length, inferred)
    assert window(None, _START) is None


def test_the_next_sync_is_the_one_the_node_says():
    said = policy_clocks.next_automatic_sync(_START + timedelta(hours=3), _START, _START)
    assert said is not None
    assert (said.left, said.inferred) == (timedelta(hours=3), False)


def test_the_next_sync_is_estimated_where_the_node_does_not_say():
    estimated = policy_clocks.next_automatic_sync(None, _START, _START)
    assert estimated is not None
    assert (estimated.left, estimated.inferred) == (timedelta(hours=12), True)
    assert policy_clocks.next_automatic_sync(None, None, _START) is None


@patient
@given(_TIMES, _TIMES, st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9999)))
def test_windows_only_ever_run_out(start: datetime, now: datetime, wait: timedelta):
    before, after = policy_clocks.sync_by(start, now), policy_clocks.sync_by(start, now + wait)
    assert before is not None
    assert after is not None
    assert after.left == before.left - wait
    assert after.days <= before.days
    assert after.passed or not before.passed
    assert before.deadline == after.deadline


def test_a_window_has_run_out_when_nothing_is_left():
    assert PolicyClock("x", _START, timedelta()).passed
    assert not PolicyClock("x", _START, timedelta(microseconds=1)).passed


def test_a_start_beyond_the_calendar_gives_no_window():
    assert policy_clocks.sync_by(datetime.max.replace(tzinfo=UTC), _START) is None


@pytest.mark.parametrize(
    ("left", "text", "days"),
    [
        (timedelta(days=12, hours=4, minutes=59), "12 days 4 hours", 12),
        (timedelta(days=1, hours=1), "1 day 1 hour", 1),
        (timedelta(days=2, minutes=50), "2 days", 2),
        (timedelta(hours=4, minutes=10), "4 hours 10 minutes", 0),
        (timedelta(minutes=25, seconds=59), "25 minutes", 0),
        (timedelta(seconds=59), "less than a minute", 0),
        (timedelta(), "passed just now", 0),
        (-timedelta(days=3, hours=2), "passed 3 days 2 hours ago", 0),
    ],
)
def test_time_left_is_told_in_days_and_hours(left: timedelta, text: str, days: int):
    clock = PolicyClock("x", _START, left)
    assert (clock.text, clock.days) == (text, days)


def test_ages_are_told_exactly_or_roughly():
    assert age_text(timedelta(minutes=25)) == "25 minutes ago"
    assert age_text(-timedelta(hours=5)) == "just now"
    assert rough_age_text(timedelta(minutes=59)) == "within the last hour"
    assert rough_age_text(timedelta(hours=1, minutes=59)) == "1 hour ago"
    assert rough_age_text(timedelta(days=5, hours=23)) == "5 days ago"


@patient
@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=99999)))
def test_a_duration_never_promises_more_than_there_is(length: timedelta):
    units = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    words = duration_text(length).split()
    told = sum((int(n) * units[unit.rstrip("s")] for n, unit in zip(words[::2], words[1::2], strict=True)), timedelta())
    assert told <= length < told + (timedelta(hours=1) if length >= timedelta(days=1) else timedelta(minutes=1))
