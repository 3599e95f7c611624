import timeit
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.lib import business_time as bt
from helpdesk.lib.business_time import NeverOpen, WeekCalendar

ZONES = (
    "UTC Europe/Oslo Europe/London Europe/Dublin Europe/Lisbon Europe/Athens Europe/Moscow "
    "Europe/Istanbul Atlantic/Azores Atlantic/Reykjavik Africa/Cairo Africa/Casablanca "
    "Africa/Lagos Africa/Johannesburg Asia/Beirut Asia/Gaza Asia/Jerusalem Asia/Tehran "
    "Asia/Dubai Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Shanghai Asia/Tokyo "
    "Australia/Adelaide Australia/Eucla Australia/Lord_Howe Australia/Sydney Pacific/Auckland "
    "Pacific/Chatham Pacific/Apia Pacific/Kiritimati Pacific/Honolulu America/Anchorage "
    "America/New_York America/Chicago America/Havana America/Sao_Paulo America/Santiago "
    "America/St_Johns America/Nuuk America/Asuncion"
).split()
# Days on which clocks change somewhere among them, and the day that Apia left out.
CHANGES = (
    "2026-03-29 2026-10-25 2026-03-08 2026-11-01 2026-04-05 2026-10-04 2026-09-27 2026-04-24 "
    "2026-10-29 2026-04-04 2026-09-05 2026-02-15 2026-03-22 2018-11-04 2018-02-18 2011-12-30 "
    "2026-12-31 2028-02-29"
).split()
OFFICE = ((540, 1020),)
OFFICE_WEEK = (OFFICE,) * 5 + ((), ())


@st.composite
def days(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 2880), max_size=6, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((a, b) for a, b in pairs if a < 1440 and b - a <= 1440)


@st.composite
def situations(draw):
    """A calendar around a change of clocks, and the first day of ten to look at."""
    change = date.fromisoformat(draw(st.sampled_from(CHANGES)))
    near = st.integers(-4, 4).map(lambda n: change + timedelta(days=n))
    cal = WeekCalendar(
        zone=draw(st.sampled_from(ZONES)),
        week=draw(st.tuples(*[days()] * 7) | st.just(OFFICE_WEEK)),
        holidays=draw(st.frozensets(near, max_size=3)),
        extra=draw(st.dictionaries(near, days(), max_size=3)),
    )
    begin = datetime.combine(change, datetime.min.time(), UTC) - timedelta(days=5)
    return cal, begin


def open_at(cal, moment):
    """The oracle: look at the clock on the wall there."""
    wall = moment.astimezone(ZoneInfo(cal.zone))
    minute, today = wall.hour * 60 + wall.minute, wall.date()
    for day, ahead in ((today, 0), (today - timedelta(days=1), 1440)):
        hours = cal.week[day.weekday()]
        if day in cal.extra:
            hours = cal.extra[day]
        elif day in cal.holidays:
            hours = ()
        if any(start <= minute + ahead < end for start, end in hours):
            return True
    return False


def bitmap(cal, begin, count=10 * 1440):
    return [open_at(cal, begin + timedelta(minutes=n)) for n in range(count)]


def counted(bits, first, last):
    """Open seconds between two offsets in seconds, minute by minute."""
    return sum(max(0, min(last, n * 60 + 60) - max(first, n * 60)) for n, is_open in enumerate(bits) if is_open)


seconds_in_window = st.integers(0, 10 * 86_400 - 1)


@settings(max_examples=120, deadline=None)
@given(situations(), st.lists(seconds_in_window, min_size=2, max_size=12))
def test_every_answer_agrees_with_a_bitmap_of_minutes(situation, offsets):
    cal, begin = situation
    bits = bitmap(cal, begin)

    for first, last in pairwise(offsets):
        low, high = sorted((first, last))
        start, end = begin + timedelta(seconds=low), begin + timedelta(seconds=high)
        assert bt.is_open(cal, start) is bits[low // 60]
        assert bt.seconds_between(cal, start, end) == counted(bits, low, high)
        opens = next((n for n in range(low // 60, len(bits)) if bits[n]), None)
        if opens is not None:
            expected = begin + timedelta(seconds=max(low, opens * 60))
            assert bt.next_open(cal, start) == expected


@settings(max_examples=120, deadline=None)
@given(situations(), seconds_in_window, st.integers(1, 5 * 86_400))
def test_added_seconds_have_run_and_not_a_second_earlier(situation, offset, seconds):
    cal, begin = situation
    start = begin + timedelta(seconds=offset)
    try:
        end = bt.add_seconds(cal, start, seconds)
    except NeverOpen:
        assert not any(cal.week)
        return

    assert bt.seconds_between(cal, start, end) == seconds
    assert bt.seconds_between(cal, start, end - timedelta(microseconds=1)) == seconds - 1
    assert open_at(cal, end - timedelta(microseconds=1))


moments = st.datetimes(
    datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.sampled_from([UTC, ZoneInfo("Asia/Tokyo")])
)


@given(situations(), moments, st.integers(0, 400 * 86_400))
def test_round_trip_over_years_and_with_fractions(situation, start, seconds):
    cal, _ = situation
    if not any(cal.week):
        return

    end = bt.add_seconds(cal, start, seconds)

    assert bt.seconds_between(cal, start, end) == seconds
    assert bt.seconds_between(cal, end, start) == -seconds
    assert end.utcoffset() == timedelta(0)


@given(situations(), moments, moments, moments)
def test_parts_add_up(situation, a, b, c):
    cal, _ = situation
    a, b, c = sorted(moment.replace(microsecond=0) for moment in (a, b, c))

    whole = bt.seconds_between(cal, a, c)

    assert whole == bt.seconds_between(cal, a, b) + bt.seconds_between(cal, b, c)
    assert 0 <= whole <= (c - a).total_seconds()


@given(st.sampled_from(ZONES), moments, moments)
def test_always_open_counts_real_time(zone, a, b):
    start, end = sorted((a, b))

    assert bt.seconds_between(bt.always_open(zone), start, end) == (end - start) // timedelta(seconds=1)


def at(text, zone="Europe/Oslo"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


OSLO = WeekCalendar(zone="Europe/Oslo", week=OFFICE_WEEK)


def test_an_evening_question_is_due_the_next_morning():
    assert bt.add_seconds(OSLO, at("2026-11-06T16:30"), 3600) == at("2026-11-09T09:30")


def test_the_last_second_of_a_day_is_the_closing_time_and_not_the_next_morning():
    assert bt.add_seconds(OSLO, at("2026-11-06T16:00"), 3600) == at("2026-11-06T17:00")


def test_no_seconds_are_done_at_once_even_when_closed():
    assert bt.add_seconds(OSLO, at("2026-11-07T12:00"), 0) == at("2026-11-07T12:00")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_whole_day_has_the_hours_that_it_really_has(day, hours):
    cal = bt.always_open("Europe/Oslo")
    end = at(day) + timedelta(days=1)

    assert bt.seconds_between(cal, at(day), end) == hours * 3600


def test_a_night_shift_that_ends_in_the_skipped_hour_ends_when_it_is_skipped():
    cal = WeekCalendar(zone="Europe/Oslo", week=(((1320, 1440 + 150),),) * 7)

    assert bt.seconds_between(cal, at("2026-03-28T22:00"), at("2026-03-29T12:00")) == 4 * 3600


def test_a_holiday_takes_its_own_shift_away_and_leaves_the_one_from_the_eve():
    night = ((1320, 1440 + 360),)
    cal = WeekCalendar(zone="Europe/Oslo", week=(night,) * 7, holidays=frozenset({date(2026, 12, 25)}))

    assert bt.is_open(cal, at("2026-12-25T05:00"))
    assert not bt.is_open(cal, at("2026-12-25T23:00"))
    assert not bt.is_open(cal, at("2026-12-26T05:00"))


def test_an_exception_wins_over_a_holiday():
    eve = date(2026, 12, 24)
    cal = WeekCalendar(zone="Europe/Oslo", week=OFFICE_WEEK, holidays=frozenset({eve}), extra={eve: ((540, 720),)})

    assert bt.seconds_between(cal, at("2026-12-24T00:00"), at("2026-12-25T00:00")) == 3 * 3600


CLOSED = WeekCalendar(zone="UTC", week=((),) * 7)


def test_a_closed_calendar_never_opens():
    assert bt.next_open(CLOSED, at("2026-11-06T12:00")) is None
    assert bt.seconds_between(CLOSED, at("2026-01-01"), at("2036-01-01")) == 0
    with pytest.raises(NeverOpen, match="2026-11-06"):
        bt.add_seconds(CLOSED, at("2026-11-06T12:00"), 1)


@pytest.mark.parametrize(("gap", "opens"), [(731, True), (732, False)])
def test_two_years_of_waiting_are_enough(gap, opens):
    now = datetime(2026, 11, 6, tzinfo=UTC)
    day = now.date() + timedelta(days=gap)
    cal = WeekCalendar(zone="UTC", week=((),) * 7, extra={day: ((0, 60),)})

    assert (bt.next_open(cal, now) is not None) is opens
    if opens:
        assert bt.add_seconds(cal, now, 3600) == now + timedelta(days=gap, hours=1)
    with pytest.raises(NeverOpen):
        bt.add_seconds(cal, now, 3601 if opens else 1)


def test_hours_that_touch_or_run_into_the_next_day_count_once():
    cal = WeekCalendar(zone="UTC", week=(((0, 720), (720, 1440 + 600)),) * 7)
    now = datetime(2026, 11, 6, tzinfo=UTC)

    assert bt.seconds_between(cal, now, now + timedelta(days=30)) == 30 * 86_400


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"zone": "Mars/Base"}, "not a time zone"),
        ({"zone": "../etc/passwd"}, "not a time zone"),
        ({"week": (OFFICE,) * 6}, "7 days"),
        ({"week": (((540, 540),),) * 7}, "09:00 to 09:00"),
        ({"week": (((1020, 540),),) * 7}, "must end after its start"),
        ({"week": (((1, 1442),),) * 7}, "24 hours"),
        ({"week": (((1440, 1500),),) * 7}, "not a start"),
        ({"week": (((-1, 60),),) * 7}, "not a start"),
        ({"week": (((540.0, 600),),) * 7}, "not a start"),
        ({"week": (((540,),),) * 7}, "not a start"),
        ({"week": (((540, 720), (719, 800)),) * 7}, "overlap at 11:59"),
        ({"extra": {date(2026, 1, 1): ((0, 90), (60, 70))}}, "2026-01-01, two intervals overlap"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        WeekCalendar(**({"zone": "UTC", "week": OFFICE_WEEK} | change))


def test_calendars_of_equal_content_are_one():
    lists = WeekCalendar(zone="Europe/Oslo", week=[[[540, 1020]]] * 5 + [[], []], holidays=set())

    assert lists == OSLO
    assert hash(lists) == hash(OSLO)
    assert WeekCalendar(zone="Europe/Paris", week=OFFICE_WEEK) != OSLO
    assert OSLO != "Europe/Oslo"


def test_a_naive_moment_is_refused():
    with pytest.raises(TypeError):
        bt.is_open(OSLO, datetime(2026, 11, 6))


def test_ninety_days_cost_at_most_300_datetime_additions():
    start, step = at("2026-11-06T16:30"), timedelta(days=1)
    seconds = 64 * 8 * 3600

    def best(job, number):
        return min(timeit.repeat(job, number=number, repeat=7)) / number

    ours = best(lambda: bt.add_seconds(OSLO, start, seconds), 300)
    addition = best(lambda: start + step, 3000)

    assert ours < 300 * addition
