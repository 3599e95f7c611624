"""Support hours as clients write them: what is read, what is refused, what is stored, what is in force when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Invalid, RightMissing
from escalation import actions, calendars, hours, hours_text, promises, public_holidays
from escalation.errors import HoursChanged
from escalation.hours import Hours
from escalation.models import Calendar, Metric
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar
from tests.cast import World

NAME = "Support hours"
OFFICE = ((480, 1020),)
WEEK = (OFFICE,) * 5 + ((), ())
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def wanted(**more: object) -> Hours:
    return Hours(**({"zone": "Europe/Stockholm", "week": WEEK} | more))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", ()),
        ("8-12", ((480, 720),)),
        ("13:30–17, 08.15-12", ((495, 720), (810, 1020))),
        ("22-06", ((1320, 1800),)),
        ("0-24", ((0, 1440),)),
        ("8 to 16", ((480, 960),)),
    ],
)
def test_a_day_is_read_as_people_write_it(text, day):
    assert hours_text.parse_day(text, "day_0") == day


@pytest.mark.parametrize("text", ["8", "8-8", "25-26", "8:70-9", "8-12-14", "24-6", "eight to nine", "8-12 13-14"])
def test_what_is_no_window_is_refused_with_its_field(text):
    with pytest.raises(Invalid) as refused:
        hours_text.parse_day(text, "day_3")

    assert refused.value.field == "day_3"


windows = st.lists(st.integers(0, 1440), max_size=8, unique=True).map(
    lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)


@given(windows)
def test_what_is_written_is_read_back(day):
    assert hours_text.parse_day(hours.day_text(day), "day_0") == day


def test_days_off_are_read_one_a_line_and_as_stretches():
    found = hours_text.parse_own("2026-12-24 Christmas Eve\n\n2027-07-12 to 2027-07-14 Works holiday\n2027-01-05")

    assert found[date(2026, 12, 24)] == "Christmas Eve"
    assert [day.day for day, text in found.items() if text == "Works holiday"] == [12, 13, 14]
    assert found[date(2027, 1, 5)] == ""


@pytest.mark.parametrize("text", ["24 Dec", "2026-02-30 x", "2027-07-12 to 2027-07-01", "2026-01-01 to 2029-01-01"])
def test_a_day_off_that_is_none_is_refused_with_its_line(text):
    with pytest.raises(Invalid, match="Line 2"):
        hours_text.parse_own(f"2026-12-24\n{text}")


def test_exceptions_are_read():
    found = hours_text.parse_extra("2026-12-13 10-14\n2026-12-31 closed\n2026-12-30: 8-10, 12-13")

    assert found == {
        date(2026, 12, 13): ((600, 840),),
        date(2026, 12, 31): (),
        date(2026, 12, 30): ((480, 600), (720, 780)),
    }


@pytest.mark.parametrize("text", ["2026-12-13", "2026-12-13 10-14\n2026-12-13 15-16", "2026-12-13 to 2026-12-14 8-9"])
def test_an_exception_without_hours_or_given_twice_is_refused(text):
    with pytest.raises(Invalid):
        hours_text.parse_extra(text)


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "no time zone"),
        ({"week": ((),) * 7}, "day_0", "never open"),
        ({"week": (((480, 720), (700, 900)),) + ((),) * 6}, "day_0", "overlap at 11:40"),
        ({"week": (((1320, 1800),), ((300, 600),)) + ((),) * 5}, "day_1", "Monday runs until 06:00"),
        ({"week": (((300, 600),),) + ((),) * 5 + (((1320, 1800),),)}, "day_0", "Sunday runs until 06:00"),
        ({"own": {date(9999, 1, 1): "x"}}, "own", "too far away"),
        ({"own": {date(1066, 10, 14): "x"}}, "own", "too far away"),
        ({"extra": {date(2027, 3, 28): ((150, 300),)}}, "extra", "no 02:30"),
        ({"extra": {date(2027, 3, 27): ((1320, 1440 + 150),)}}, "extra", "no 02:30"),
        ({"extra": {date(2027, 3, 28): ((60, 150),)}}, "extra", "no 02:30"),
    ],
)
def test_hours_that_nobody_could_work_by_are_refused(more, field, words):
    with pytest.raises(Invalid, match=words) as refused:
        hours.check(wanted(**more), NOW)

    assert refused.value.field == field


def test_an_exception_up_to_the_jump_of_the_clocks_is_fine():
    hours.check(wanted(extra={date(2027, 3, 28): ((60, 120), (180, 300))}), NOW)


def test_a_moment_with_an_offset_of_its_own_is_that_moment():
    said = hours_text.parse_moment("2026-12-01T08:00:30+14:00", "Europe/Stockholm", "x")

    assert said == datetime(2026, 11, 30, 18, tzinfo=UTC)
    assert hours_text.parse_moment("2026-12-01T08:00Z", "Asia/Tokyo", "x") == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_moment_that_does_not_exist_is_refused():
    assert hours_text.parse_moment("2027-03-28T03:00", "Europe/Stockholm", "x") == datetime(2027, 3, 28, 1, tzinfo=UTC)
    with pytest.raises(Invalid, match="straight to 03:00"):
        hours_text.parse_moment("2027-03-28T02:30", "Europe/Stockholm", "x")
    for text in ("soon", "2027-13-01", "9999-12-31T23:00", "0001-01-01T00:00"):
        try:
            hours_text.parse_moment(text, "Asia/Tokyo", "x")
        except Invalid:
            continue


def test_every_country_gives_its_holidays_and_a_region_adds_to_them():
    for country, name in public_holidays.countries():
        assert name
        assert public_holidays.public_holidays(country, "", [2027], "en") is not None
    bavaria = public_holidays.public_holidays("DE", "BY", [2027], "en")
    assert set(public_holidays.public_holidays("DE", "", [2027], "en")) < set(bavaria)
    assert public_holidays.public_holidays("SE", "", [2027], "sv")[date(2027, 6, 6)] == "Nationaldagen"
    for place in (("XX", ""), ("SE", "BY")):
        with pytest.raises(public_holidays.UnknownPlace):
            public_holidays.public_holidays(*place, [2027], "en")


def save(world: World, person=None, **more: object) -> Calendar:
    about = {"client_id": world.c1.pk, "name": NAME, "expected_version": 1, "wanted": wanted()} | more
    with world.enter(person or world.o1) as actor:
        return actions.save_hours(actor, **about)


def test_the_public_holidays_stand_in_the_version_with_their_names(world):
    row = save(world, wanted=wanted(country="SE", own={date(clock.now().year, 12, 30): "Stocktaking"}))

    year = clock.now().year
    assert row.names[f"{year + 1}-06-06"] == "National Day"
    assert row.listed_until == date(year + hours.YEARS_AHEAD, 12, 31)
    assert f"{year + hours.YEARS_AHEAD}-01-01" in row.holidays
    assert row.own == [f"{year}-12-30"]
    assert (row.version, row.saved_by) == (2, "Olle Voltarra")


def test_a_save_over_somebody_elses_is_refused(world):
    save(world)

    with pytest.raises(HoursChanged, match="Olle Voltarra"):
        save(world)


def test_who_may_not_change_the_matrix_changes_no_hours(world):
    for person in (world.e1, world.v1):
        with pytest.raises(RightMissing):
            save(world, person)
    with world.enter(world.c1):
        assert Calendar.objects.count() == 1


def in_force_at(world: World, at: datetime) -> int:
    with world.enter(world.c1):
        found = calendars.in_force(world.c1.pk, at)[NAME].version
        rows = list(Calendar.objects.all())
    line = calendars.at_moment(calendars.timeline(rows), at)
    assert line is not None
    assert line.version == found
    return found


def test_what_is_in_force_is_unambiguous_at_every_moment(world):
    now = clock.now()
    monday, friday = now + timedelta(days=3), now + timedelta(days=7)
    save(world, valid_from=friday)
    save(world, valid_from=monday, expected_version=2)
    save(world, valid_from=monday, expected_version=3)

    assert in_force_at(world, clock.now()) == 1
    assert in_force_at(world, monday - timedelta(microseconds=1)) == 1
    assert in_force_at(world, monday) == 4
    assert in_force_at(world, friday) == 2


def test_a_version_to_come_can_be_withdrawn_and_one_in_force_cannot(world):
    soon = clock.now() + timedelta(days=3)
    save(world, valid_from=soon)

    with world.enter(world.o1) as actor:
        actions.withdraw_hours(actor, client_id=world.c1.pk, name=NAME, version=2)
        with pytest.raises(Invalid):
            actions.withdraw_hours(actor, client_id=world.c1.pk, name=NAME, version=1)

    assert in_force_at(world, soon) == 1


def test_an_old_version_is_restored_as_a_new_one(world):
    save(world, wanted=wanted(week=((((0, 1440),),) * 7)))

    with world.enter(world.o1) as actor:
        row = actions.restore_hours(actor, client_id=world.c1.pk, name=NAME, version=1, expected_version=2)
        first = calendars.versions(world.c1.pk, NAME).get(version=1)

    assert (row.version, row.restored_from) == (3, 1)
    assert calendars.week_of(row) == calendars.week_of(first)


@pytest.mark.parametrize("days", [-2, 900])
def test_hours_of_the_past_or_of_a_far_day_are_refused(world, days):
    with pytest.raises(Invalid, match="begin now or later"):
        save(world, valid_from=clock.now() + timedelta(days=days))


def test_promises_are_made_on_the_version_in_force(world):
    soon = clock.now() + timedelta(days=3)
    row = save(world, wanted=wanted(country="SE"), valid_from=soon)

    with world.enter(world.c1):
        contract = promises.contract_in_force(world.c1.pk, clock.now())
        before = promises.targets_at(world.c1.pk, contract.pk, 2, soon - timedelta(seconds=1))
        after = promises.targets_at(world.c1.pk, contract.pk, 2, soon)

    assert before[Metric.SOLVE].policy.calendar.version == 1
    assert after[Metric.SOLVE].policy.calendar.pk == row.pk
    assert promises.promise_of(after[Metric.SOLVE]).hours == calendars.week_of(row)


def test_equal_hours_are_one_object_however_long_the_list(world):
    row = save(world, wanted=wanted(country="SE"))
    with world.enter(world.c1):
        again = Calendar.objects.get(pk=row.pk)

    assert isinstance(calendars.week_of(row), WeekCalendar)
    assert calendars.week_of(row) is calendars.week_of(again)


def version(world: World, number: int) -> int:
    with world.enter(world.c1):
        return Calendar.objects.get(version=number).pk


def page(name: str, **more: object) -> str:
    return reverse(f"console:{name}", kwargs={"client": "voltarra", **more})


FORM = {"zone": "Europe/Stockholm", "day_0": "8-12, 13-17", "day_5": "22-06", "country": "SE", "version": "1"}


def test_the_page_draws_the_week_and_says_when_holidays_end(world):
    browser = world.browser(world.o1)

    assert browser.post(page("hours_edit"), {**FORM, "do": "save"}).status_code == 302

    text = browser.get(page("hours")).content.decode()
    assert "08:00–12:00, 13:00–17:00" in text
    assert f"31 December {clock.now().year + hours.YEARS_AHEAD}" in text
    assert "Olle Voltarra" in text
    assert browser.get(page("hours_version", calendar_id=version(world, 1))).status_code == 200
    assert browser.get(page("hours_version", calendar_id=10**9)).status_code == 404


def test_looking_draws_and_stores_nothing(world):
    text = world.browser(world.o1).post(page("hours_edit"), {**FORM, "country": "DE", "do": "look"}).content.decode()

    assert "Nothing is saved yet" in text
    assert "Bayern" in text
    with world.enter(world.c1):
        assert Calendar.objects.count() == 1


def test_what_was_typed_stays_beside_what_is_wrong(world):
    answer = world.browser(world.o1).post(page("hours_edit"), {**FORM, "day_1": "8-nine", "do": "save"})

    assert answer.status_code == 400
    assert "8-nine" in answer.content.decode()
    assert "is no window" in answer.content.decode()


def test_another_clients_admin_and_an_agent_change_nothing(world):
    assert world.browser(world.o2).get(page("hours")).status_code == 404
    assert world.browser(world.v1).get(page("hours")).status_code == 200
    assert world.browser(world.v1).post(page("hours_edit"), {**FORM, "do": "save"}).status_code == 403


def test_restoring_and_withdrawing_from_the_page(world):
    browser = world.browser(world.o1)
    later = (clock.as_local(clock.now(), "Europe/Stockholm") + timedelta(days=2)).strftime("%Y-%m-%dT12:00")
    browser.post(page("hours_edit"), {**FORM, "valid_from": later, "do": "save"})
    assert "Version 2 begins on" in browser.get(page("hours")).content.decode()

    browser.post(page("withdraw_hours", calendar_id=version(world, 2)))
    assert "Version 2 begins on" not in browser.get(page("hours")).content.decode()
    browser.post(page("restore_hours", calendar_id=version(world, 1)))

    assert "Version 3 is in force" in browser.get(page("hours")).content.decode()
