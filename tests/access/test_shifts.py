"""Shifts as they are typed, and what they close."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.models import Assignment, Contract
from access.shifts import NoShift, read_day, write_day
from helpdesk.lib.business_time import WeekCalendar

TIMES = st.integers(0, 1439)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", []),
        ("7:00-16:00", [[420, 960]]),
        ("12.30 – 16.00, 07:00-11:30", [[420, 690], [750, 960]]),
        ("22:00-06:00", [[1320, 1800]]),
        ("00:00-24:00", [[0, 1440]]),
        ("00:00-00:00", [[0, 1440]]),
    ],
)
def test_what_is_typed_is_read(text, day):
    assert read_day(text) == day


@pytest.mark.parametrize(
    "text",
    ["x", "7-16", "25:00-26:00", "07:60-08:00", "24:00-25:00", "07:00-12:00, 11:00-13:00", "1:00-2:00, " * 5 + "x"],
)
def test_what_is_no_shift_is_refused(text):
    with pytest.raises(NoShift):
        read_day(text)


@given(TIMES, TIMES)
def test_every_shift_is_read_back_as_it_is_written_and_fits_a_week(start, end):
    day = read_day(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}")

    assert read_day(write_day(day)) == day
    assert WeekCalendar(zone="Europe/Stockholm", week=tuple(tuple(map(tuple, each)) for each in [day] + [[]] * 6))


class TestOnThePage:
    @pytest.fixture
    def page(self, world):
        with world.enter(world.c1):
            contract = Contract.objects.get(vendor=world.havnvik)
        browser = world.browser(world.office)
        address = f"/office/clients/voltarra/contracts/{contract.pk}/people/{world.v1.pk}/"
        return lambda more="", data=None: browser.get(address) if data is None else browser.post(address + more, data)

    def test_they_are_kept_and_shown_again(self, world, page):
        assert page("shifts/", {"day_0": "07:00-16:00", "day_6": "22:00-06:00"}).status_code == 302

        with world.enter(world.c1):
            assert Assignment.objects.get(user=world.v1).shifts == [[[420, 960]], *[[]] * 5, [[1320, 1800]]]
        assert 'value="22:00-06:00"' in page().content.decode()

    def test_a_week_without_any_is_none_at_all(self, world, page):
        page("shifts/", {"day_0": "07:00-16:00"})
        page("shifts/", {})

        with world.enter(world.c1):
            assert Assignment.objects.get(user=world.v1).shifts == []

    def test_what_cannot_be_read_is_said_beside_its_day(self, page):
        refused = page("shifts/", {"day_2": "seven to four"})

        assert refused.status_code == 400
        assert "Write it as 07:00-11:30" in refused.content.decode()
        assert 'value="seven to four"' in refused.content.decode()
