import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib import durations
from helpdesk.lib.durations import Level

# A Tuesday.
NOW = datetime(2026, 11, 3, 13, 20, tzinfo=UTC)
M, H, D = 60, 3600, 86_400
UNITS = {"min": M, "h": H, "day": D, "days": D}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "under a minute"),
        (59, "under a minute"),
        (60, "1 min"),
        (119, "1 min"),
        (H - 1, "59 min"),
        (H, "1 h"),
        (H + 59, "1 h"),
        (H + 5 * M, "1 h 05"),
        (2 * H + 10 * M, "2 h 10"),
        (D - 1, "23 h 59"),
        (D, "1 day"),
        (D + H, "1 day 1 h"),
        (2 * D, "2 days"),
        (3 * D + 4 * H + 59 * M, "3 days 4 h"),
        (400 * D, "400 days"),
    ],
)
def test_short_at_the_edges_of_its_units(seconds, text):
    assert durations.short(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (89, "1 min"),
        (90, "2 min"),
        (H - 29, "1 h"),
        (24 * M + 12.5, "24 min"),
        (2 * H + 10 * M, "2 h 10"),
        (D - 29, "1 day"),
        (3 * D + 4 * H, "3 days 4 h"),
    ],
)
def test_span_at_the_edges_of_its_units(seconds, text):
    assert durations.span(seconds) == text


def read(text):
    """The oracle: the number of seconds that a reader would understand."""
    text = re.sub(r"h (\d+)", r"h \1 min", text)
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+) (\w+)", text))


@given(st.integers(M, 4000 * D))
def test_short_never_promises_more_than_there_is(seconds):
    understood = read(durations.short(seconds))

    assert 0 <= seconds - understood < (M if seconds < D else H)


@given(st.integers(M, D - 31))
def test_span_is_right_to_half_a_minute(seconds):
    assert abs(read(durations.span(seconds)) - seconds) <= M / 2


@pytest.mark.parametrize("words", [durations.short, durations.span])
def test_a_negative_length_is_refused(words):
    with pytest.raises(ValueError, match="no length"):
        words(-1)


@pytest.mark.parametrize(
    ("ahead", "text", "level"),
    [
        (timedelta(minutes=-18, seconds=-40), "18 min over", "late"),
        (timedelta(seconds=-1), "under a minute over", "late"),
        (timedelta(microseconds=-1), "under a minute over", "late"),
        (timedelta(days=-3, hours=-4), "3 days 4 h over", "late"),
        (timedelta(0), "under a minute", "soon"),
        (timedelta(minutes=12), "12 min", "soon"),
        (timedelta(hours=1, seconds=-1), "59 min", "soon"),
        (timedelta(hours=1), "1 h", "plain"),
        (timedelta(hours=3, minutes=5), "3 h 05", "plain"),
        (timedelta(days=1, seconds=-1), "23 h 59", "plain"),
        (timedelta(days=1), "Wed 14:20", "plain"),
        (timedelta(days=5, hours=9), "Sun 23:20", "plain"),
        (timedelta(days=6), "9 Nov 14:20", "plain"),
        (timedelta(days=90), "1 Feb 2027", "plain"),
    ],
)
def test_left(ahead, text, level):
    answer = durations.left(NOW + ahead, NOW, "Europe/Oslo")

    assert (answer.text, answer.level) == (text, level)


@given(st.timedeltas(timedelta(days=-40), timedelta(days=400)))
def test_level_follows_from_the_time_alone(ahead):
    level = durations.left(NOW + ahead, NOW, "UTC").level

    assert (level is Level.LATE) == (ahead < timedelta(0))
    assert (level is Level.PLAIN) == (ahead >= timedelta(hours=1))


def test_weekdays_are_in_the_readers_language():
    with translation.override("de"):
        assert durations.left(NOW + timedelta(days=1), NOW, "Europe/Oslo").text == "Mi 14:20"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(1800, "30 min"), (5400, "1 h 30"), (86_400, "24 h"), (144_000, "40 h")]
)
def test_a_promise_is_told_in_hours_however_many(seconds, expected):
    assert durations.promised(seconds) == expected
