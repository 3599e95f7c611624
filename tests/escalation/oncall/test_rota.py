"""The rules of on-call against a clock that is looked at minute by minute."""

import timeit
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.oncall import rota
from escalation.oncall.rota import Layer, Override, Rota, Shift, Who
from helpdesk.lib.business_time import WeekCalendar
from tests.lib.test_business_time import CHANGES, ZONES, days, open_at

A, B, C = (("card", number) for number in (1, 2, 3))
MINUTE = timedelta(minutes=1)
ZONE = "Europe/Stockholm"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def layer(*people: Who, **more: Any) -> Layer:
    values = {"ref": "1", "zone": ZONE, "first": date(2026, 3, 23), "days": 1, "hand_over": 9 * 60}
    return Layer(people=people, **{**values, **more})


# The oracle: walk through every minute; a hand-over has happened once the wall has shown its time or later.
class Walk:
    def __init__(self, rules: Rota, begin: datetime) -> None:
        self.rules, self.at = rules, begin - timedelta(days=3)
        self.latest: dict[str, datetime] = {}
        while self.at < begin:
            self._look()
            self.at += MINUTE

    def _look(self) -> None:
        for each in self.rules.layers:
            wall = self.at.astimezone(ZoneInfo(each.zone)).replace(tzinfo=None)
            self.latest[each.ref] = max(self.latest.get(each.ref, wall), wall)

    def step(self) -> tuple[Who | None, str]:
        self._look()
        found = self._now()
        self.at += MINUTE
        return found

    def _now(self) -> tuple[Who | None, str]:
        rules = self.rules
        here = [each for each in rules.overrides if each.start <= self.at < each.end]
        for each in sorted(here, key=lambda o: -o.made):
            if self._there(each.who):
                return each.who, each.ref
            if not rules.passes_on:
                return None, each.ref
        for each in reversed(rules.layers):
            passed = self.latest[each.ref] - datetime.combine(each.first, datetime.min.time())
            turn = (passed - each.hand_over * MINUTE) // timedelta(days=each.days)
            if turn < 0 or (each.hours is not None and not open_at(each.hours, self.at)):
                continue
            count = len(each.people)
            asked = range(count) if rules.passes_on else range(1)
            people = [each.people[(turn + number) % count] for number in asked]
            return next((who for who in people if self._there(who)), None), each.ref
        return None, ""

    def _there(self, who: Who) -> bool:
        return who not in self.rules.there or any(a <= self.at < b for a, b in self.rules.there[who])


@st.composite
def rotas(draw: Any) -> tuple[Rota, datetime]:
    change = date.fromisoformat(draw(st.sampled_from(CHANGES)))
    begin = datetime.combine(change, datetime.min.time(), UTC) - timedelta(days=2)
    zone = draw(st.sampled_from(ZONES))
    moment = st.integers(-2000, 8000).map(lambda minutes: begin + minutes * MINUTE)
    span = st.tuples(moment, moment).map(sorted).map(tuple).filter(lambda pair: pair[0] < pair[1])
    who = st.sampled_from([A, B, C])
    layers = tuple(
        Layer(
            ref=f"{number}",
            people=tuple(draw(st.lists(who, min_size=1, max_size=4))),
            zone=zone,
            first=change + timedelta(days=draw(st.integers(-9, 3))),
            days=draw(st.sampled_from([1, 1, 2, 7])),
            hand_over=draw(st.sampled_from([0, 30, 90, 120, 150, 180, 540, 1439])),
            hours=draw(st.none() | st.builds(WeekCalendar, zone=st.just(zone), week=st.tuples(*[days()] * 7))),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    overrides = tuple(
        Override(f"o{number}", draw(who), *draw(span), number) for number in range(draw(st.integers(0, 3)))
    )
    there = draw(st.dictionaries(who, st.lists(span, max_size=1).map(tuple), max_size=2))
    return Rota(layers, overrides, there, draw(st.booleans())), begin


@settings(max_examples=60, deadline=None)
@given(rotas())
def test_every_minute_is_as_the_walk_says(situation: tuple[Rota, datetime]) -> None:
    rules, begin = situation
    end = begin + timedelta(days=4)
    walk = Walk(rules, begin)

    found = rota.shifts(rules, begin, end)

    assert [each.start for each in found] + [end] == [begin] + [each.end for each in found]
    for minute, each in _by_minute(found):
        assert (each.who, each.source) == walk.step(), minute
    for each in found:
        at = rota.on_call_at(rules, each.start)
        assert (at.who, at.source, at.mark, at.missing) == (each.who, each.source, each.mark, each.missing)


def _by_minute(found: list[Shift]) -> Iterator[tuple[datetime, Shift]]:
    for each in found:
        minute = each.start
        while minute < each.end:
            yield minute, each
            minute += MINUTE


@settings(max_examples=60, deadline=None)
@given(rotas(), st.integers(1, 5000))
def test_a_window_cuts_and_changes_nothing_else(situation: tuple[Rota, datetime], minutes: int) -> None:
    rules, begin = situation
    middle, end = begin + minutes * MINUTE, begin + timedelta(days=5)

    whole = rota.shifts(rules, begin, end)
    parts = [*rota.shifts(rules, begin, middle), *rota.shifts(rules, middle, end)]

    assert rota._joined(parts) == whole


def test_people_take_turns_at_the_hand_over() -> None:
    found = rota.shifts(Rota((layer(A, B),)), utc("2026-03-23 08:00"), utc("2026-03-25 08:00"))

    assert [(each.start, each.who) for each in found] == [(utc("2026-03-23 08:00"), A), (utc("2026-03-24 08:00"), B)]


def test_one_person_alone_has_every_turn() -> None:
    found = rota.shifts(Rota((layer(A),)), utc("2026-03-23 08:00"), utc("2026-03-30 07:00"))

    assert {each.who for each in found} == {A}
    assert len(found) == 7


@pytest.mark.parametrize(
    ("day", "minutes", "moment"),
    [
        # 02:30 does not exist: the clock jumps from 02:00 to 03:00.
        ("2026-03-29", 150, "2026-03-29 01:00"),
        # 02:30 comes twice: the first one.
        ("2026-10-25", 150, "2026-10-25 00:30"),
        ("2026-03-29", 540, "2026-03-29 07:00"),
        ("2026-10-25", 540, "2026-10-25 08:00"),
    ],
)
def test_the_wall_hands_over_while_the_clocks_change(day: str, minutes: int, moment: str) -> None:
    assert rota.hand_over_at(ZONE, date.fromisoformat(day), minutes) == utc(moment)


def test_a_day_that_a_place_left_out_hands_over_at_its_jump() -> None:
    assert rota.hand_over_at("Pacific/Apia", date(2011, 12, 30), 600) == utc("2011-12-30 10:00")


def test_a_later_layer_wins_in_its_hours_alone() -> None:
    nights = WeekCalendar(zone=ZONE, week=(((1080, 1920),),) * 7)
    rules = Rota((layer(A, days=7), layer(B, ref="2", days=7, hours=nights)))

    found = rota.shifts(rules, utc("2026-03-24 08:00"), utc("2026-03-25 08:00"))

    assert [each.who for each in found] == [A, B, A]
    assert found[1].start == utc("2026-03-24 17:00")


def test_whoever_has_left_leaves_a_gap() -> None:
    leaves = {A: ((utc("2026-03-01 00:00"), utc("2026-03-25 12:00")),)}
    rules = Rota((layer(A, B, days=7),), there=leaves)

    kept, gap = rota.shifts(rules, utc("2026-03-25 08:00"), utc("2026-03-26 08:00"))

    assert (kept.who, kept.end) == (A, utc("2026-03-25 12:00"))
    assert (gap.who, gap.missing) == (None, A)


def test_the_next_takes_over_only_where_the_schedule_says_so() -> None:
    rules = Rota((layer(A, B, C, days=7),), there={A: (), B: ()}, passes_on=True)

    (found,) = rota.shifts(rules, utc("2026-03-25 08:00"), utc("2026-03-26 08:00"))

    assert (found.who, found.missing) == (C, None)


def test_nobody_there_at_all_is_a_gap_even_where_it_is_passed_on() -> None:
    rules = Rota((layer(A, B),), there={A: (), B: ()}, passes_on=True)

    assert {each.who for each in rota.shifts(rules, utc("2026-03-25 08:00"), utc("2026-03-27 08:00"))} == {None}


def test_of_overrides_that_overlap_the_newest_wins() -> None:
    older = Override("o1", B, utc("2026-03-25 10:00"), utc("2026-03-25 16:00"), 1)
    newer = Override("o2", C, utc("2026-03-25 12:00"), utc("2026-03-25 13:00"), 2)

    found = rota.shifts(Rota((layer(A),), (older, newer)), utc("2026-03-25 08:00"), utc("2026-03-26 08:00"))

    assert [each.who for each in found] == [A, B, C, B, A]


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": -7}, {"days": 400}, {"hand_over": 1440}])
def test_turns_that_nobody_could_have_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"turn|hand-over"):
        layer(A, **wrong)


def test_a_rotation_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="needs somebody"):
        layer()


def test_ten_thousand_overrides_take_no_second() -> None:
    begin = utc("2026-03-25 08:00")
    many = tuple(
        Override(f"o{n}", (A, B, C)[n % 3], begin + n * MINUTE, begin + (n + 90) * MINUTE, n) for n in range(10_000)
    )
    rules = Rota((layer(A, B, C),), many)

    took = min(timeit.repeat(lambda: rota.shifts(rules, begin, begin + timedelta(days=14)), number=1, repeat=2))

    assert took < 1
    found = rota.shifts(rules, begin, begin + timedelta(days=14))
    assert all(before.end == after.start for before, after in pairwise(found))
