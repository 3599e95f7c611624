"""The coverage board: weeks to the minute, teams that follow the sun, and every promised hour that nobody covers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from access import actions, scope
from access.actions import contracts
from access.actor import Actor
from access.errors import Invalid, NotFound, RightMissing
from access.models import Assignment, Contract, User
from access.office import actor_for
from access.rights import Role
from escalation import coverage
from escalation.actions.teams import save_team_hours
from escalation.hours import Hours
from escalation.models import SlaPolicy, SlaTarget, TeamHours
from escalation.rosters import Roster
from helpdesk.lib.business_time import WeekCalendar, is_open, next_open
from tests.cast import World
from tests.factories import suspend

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
OFFICE = (((480, 1080),),) * 5 + ((), ())
DAYS = (((480, 960),),) * 7


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("day", "zone", "minutes"),
    [
        (date(2026, 6, 3), "Europe/Stockholm", 10080),
        (date(2026, 3, 29), "Europe/Stockholm", 10020),
        (date(2026, 10, 19), "Europe/Stockholm", 10140),
        (date(2026, 4, 5), "Australia/Lord_Howe", 10110),
    ],
)
def test_a_week_is_as_long_as_its_clocks_make_it(day, zone, minutes):
    week = coverage.week_around(day, zone)

    assert week.width == minutes
    assert week.end - week.start == timedelta(minutes=minutes)
    local = [(week.start + timedelta(minutes=at)).astimezone(ZoneInfo(zone)) for at in week.midnights]
    assert all((at.hour, at.minute) == (0, 0) for at in local)


zones = st.sampled_from(["UTC", "Europe/Stockholm", "Asia/Manila", "America/New_York", "Australia/Lord_Howe"])
windows = st.tuples(st.integers(0, 95), st.integers(1, 60)).map(lambda pair: ((15 * pair[0], 15 * sum(pair)),))
hours = st.builds(
    WeekCalendar,
    zone=zones,
    week=st.lists(st.one_of(st.just(()), windows), min_size=7, max_size=7).map(tuple),
)
spans = st.lists(st.integers(0, 7 * 24), unique=True, max_size=4).map(sorted)
cleared = spans.map(lambda edges: list(zip(edges[::2], edges[1::2], strict=False)))
people = st.lists(st.tuples(hours, cleared, st.sampled_from(["", "Days"])), max_size=4)
days = st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 3)])
withins = st.one_of(st.none(), st.integers(1, 200).map(lambda quarters: quarters * 900))
HOUR = timedelta(hours=1)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(hours, hours),
    withins,
    people,
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 3)]),
    zones,
)
def test_a_quarter_is_marked_exactly_when_it_is_promised_and_nobody_cleared_is_there(
    versions, within, given_, day, zone
):
    week = coverage.week_around(day, zone)
    middle = week.start + timedelta(days=3)
    promised = [
        coverage.Promised(start, end, each, within)
        for each, (start, end) in zip(versions, ((week.start, middle), (middle, week.end)), strict=True)
    ]
    rosters = [
        Roster(
            1, number, team, "agent", each, tuple((week.start + a * HOUR, week.start + b * HOUR) for a, b in cleared)
        )
        for number, (each, cleared, team) in enumerate(given_)
    ]

    board = coverage.board_of(None, None, promised, rosters, {}, week)

    marked = [(gap.stretch.x, gap.stretch.x + gap.stretch.width) for gap in board.gaps]
    for minute in range(0, week.width, 15):
        at = week.start + timedelta(minutes=minute)
        calendar = versions[at >= middle]
        opens = next_open(calendar, at)
        # A ticket that comes in now is broken before anybody is back.
        cannot_wait = within is not None and (opens is None or at + timedelta(seconds=within) < opens)
        there = {r.team for r in rosters if is_open(r.hours, at) and any(a <= at < b for a, b in r.cleared)}
        assert any(start <= minute < end for start, end in marked) is ((opens == at or cannot_wait) and not there)
        drawn = {lane.team for lane in board.lanes for s in lane.stretches if s.x <= minute < s.x + s.width}
        assert drawn == there


@contextmanager
def as_office(person: User) -> Iterator[Actor]:
    """Act as somebody who came in by their vendor's office, in a transaction that commits."""
    with transaction.atomic(), scope.enter(scope.NOBODY):
        actor = actor_for(person)
        assert actor is not None
        yield actor


def contract_of(world: World) -> Contract:
    with world.enter(world.c1):
        return Contract.objects.get(vendor=world.havnvik)


def staffed(world: World, **fields: object) -> None:
    """Everybody at the first client in one team, without shifts."""
    with world.enter(world.c1):
        Assignment.objects.update(**{"team": "Days", "shifts": []} | fields)


def save(world: World, person, week=DAYS, zone: str = "Asia/Manila", **more) -> TeamHours | None:
    days = {name: more.pop(name) for name in ("country", "region", "own", "extra") if name in more}
    about = {"client_id": world.c1.pk, "contract_id": contract_of(world).pk, "team": "Days"} | more
    with as_office(person) as actor:
        return save_team_hours(actor, wanted=Hours(zone, week, **days), **about)


def office(world: World) -> str:
    return world.browser(world.office).get(reverse("office:coverage")).content.decode()


def test_hours_of_a_team_count_for_those_without_shifts(world):
    staffed(world)
    assert "Nobody cleared is on shift" in office(world)

    save(world, world.office, week=OFFICE, zone="Europe/Stockholm")

    board = coverage_of(world)
    assert board.gaps == ()
    assert [lane.team for lane in board.lanes] == ["Days"]
    assert board.lanes[0].words == "Monday to Friday 08:00–18:00"


def coverage_of(world: World) -> coverage.Board:
    """The first client's board as its vendor's office sees it."""
    week = coverage.week_around(MONDAY.date(), "Europe/Stockholm")
    with as_office(world.office) as actor:
        found = coverage.boards(actor, sorted(actor.client_ids), week)
    return next(board for board in found if board.client.slug == "voltarra")


def test_a_team_far_away_covers_its_own_hours(world):
    staffed(world)
    save(world, world.office)

    board = coverage_of(world)

    # Manila's 08:00 to 16:00 is 02:00 to 10:00 in Stockholm.
    first = board.gaps[0].stretch
    assert (first.start.hour, first.end.hour) == (8, 16)
    assert board.lanes[0].clocks == ("Asia/Manila",)


def test_whoever_is_not_cleared_covers_nothing_and_is_counted(world):
    staffed(world)
    save(world, world.office, week=OFFICE, zone="Europe/Stockholm")
    suspend(world, world.o1, world.havnvik)

    board = coverage_of(world)

    assert len(board.gaps) == 5
    assert board.gaps[0].kept_out > 0
    assert "but are not cleared" in office(world)


def test_whose_assignment_ends_covers_nothing_from_then_on(world):
    staffed(world)
    save(world, world.office, week=OFFICE, zone="Europe/Stockholm")
    wednesday = MONDAY + timedelta(days=2)
    with world.enter(world.c1):
        Assignment.objects.update(ends_at=wednesday)

    board = coverage_of(world)

    assert [gap.stretch.start.weekday() for gap in board.gaps] == [2, 3, 4]
    assert board.gaps[0].stretch.start == wednesday
    with world.enter(world.c1):
        Contract.objects.filter(vendor=world.havnvik).update(valid_until=wednesday + timedelta(days=1))
    assert [gap.stretch.start.weekday() for gap in coverage_of(world).gaps] == [2, 3]


def test_a_promise_that_counts_every_hour_is_drawn_and_marked_by_the_version_that_holds(world):
    staffed(world)
    save(world, world.office, week=OFFICE, zone="Europe/Stockholm")
    assert coverage_of(world).gaps == ()
    thursday = MONDAY + timedelta(days=3)
    with world.enter(world.c1):
        now = SlaPolicy.objects.get()
        new = SlaPolicy.objects.create(
            client_id=now.client_id, vendor_id=now.vendor_id, contract_id=now.contract_id, version=9,
            valid_from=thursday, calendar=now.calendar,
        )  # fmt: skip
        SlaTarget.objects.create(
            client_id=now.client_id, policy=new, metric="first_response", priority=1, seconds=3600,
            round_the_clock=True,
        )  # fmt: skip

    board = coverage_of(world)

    # From 18:00 on Thursday until an hour before the office opens: what comes then can wait that long.
    local = [
        tuple(each.astimezone(ZoneInfo("Europe/Stockholm")).strftime("%a %H") for each in (gap.stretch.start, end))
        for gap in board.gaps
        for end in [gap.stretch.end]
    ]
    assert local == [("Thu 18", "Fri 07"), ("Fri 18", "Mon 00")]
    assert "at any hour within 1 h" in office(world)
    assert board.within == 3600


def test_a_lead_sees_where_they_lead_and_nobody_else_sees_anything(world):
    assert world.browser(world.lead).get(reverse("desk:coverage")).status_code == 200
    assert world.browser(world.v1).get(reverse("desk:coverage")).status_code == 403
    assert world.browser(world.v1).get(reverse("office:coverage")).status_code in (403, 404)
    assert world.browser(world.o1).get(reverse("office:coverage")).status_code in (403, 404)


def test_another_vendors_teams_are_not_on_the_board(world):
    rival = actions.create_vendor(slug="rival", name="Rival Desk")
    user = actions.create_user(email="rut@rival.example", name="Rut", vendor=rival)
    with world.enter(world.o1) as actor:
        theirs = contracts.draft(actor, client_id=world.c1.pk, vendor=rival, reference="R-1")
    actions.hire(client=world.c1, user=user, role=Role.AGENT, contract=theirs)
    with world.enter(world.c1):
        Assignment.objects.filter(user=user).update(team="Secret rivals")
        TeamHours.objects.create(
            client=world.c1, vendor=rival, contract=theirs, team="Secret rivals", zone="UTC", week=[[]] * 7,
            saved_at=MONDAY, saved_by="Rut",
        )  # fmt: skip

    assert "Secret rivals" not in office(world)
    with pytest.raises(NotFound):
        save(world, world.office, contract_id=theirs.pk, team="Secret rivals")


def test_on_top_all_contracts_stand_on_one_week_with_their_gaps(world):
    page = office(world)

    over_all, _rest = page.split('id="all-h"', 1)[1].split("</section>", 1)
    boards = world.browser(world.office).get(reverse("office:coverage")).context["boards"]
    assert len(boards) > 1
    assert [f'href="#c-{board.contract.pk}"' in over_all for board in boards] == [True] * len(boards)
    assert over_all.count('class="gap"') == sum(len(board.gaps) for board in boards) > 0


def test_a_team_that_nobody_is_in_has_no_hours(world):
    with pytest.raises(Invalid, match="Nobody on this contract"):
        save(world, world.office, team="Nights")
    staffed(world)
    with pytest.raises(Invalid, match="no time zone"):
        save(world, world.office, zone="Mars/Olympus")
    about = {"client_id": world.c1.pk, "contract_id": contract_of(world).pk, "team": "Days"}
    with world.enter(world.lead) as actor, pytest.raises(RightMissing):
        save_team_hours(actor, wanted=Hours("UTC", DAYS), **about)


def test_hours_are_saved_and_taken_away_on_the_page(world):
    staffed(world)
    browser = world.browser(world.office)
    path = reverse("office:team_hours", kwargs={"client": "voltarra", "contract_id": contract_of(world).pk})
    assert browser.get(f"{path}?team=Days").status_code == 200
    assert browser.get(f"{path}?team=Nobodys").status_code == 404

    assert browser.post(path, {"team": "Days", "zone": "Asia/Manila", "day_0": "8-16"}).status_code == 302
    assert "Monday 08:00–16:00" in office(world)
    wrong = browser.post(path, {"team": "Days", "zone": "Asia/Manila", "day_0": "8-16-17"})
    assert (wrong.status_code, "8-16-17" in wrong.content.decode()) == (400, True)
    browser.post(path, {"team": "Days", "zone": "Asia/Manila"})

    with world.enter(world.c1):
        assert not TeamHours.objects.exists()


def test_a_team_is_away_on_its_holidays_and_there_on_its_exceptions(world):
    staffed(world)
    # The sixth of June, Sweden's national day, is the Saturday of that week; its Friday is the team's own.
    week = (*OFFICE[:5], ((480, 1080),), ())
    friday, sunday = date(2026, 6, 5), date(2026, 6, 7)
    days = {"own": {friday: "Outing"}, "extra": {sunday: ((600, 720),)}}
    row = save(world, world.office, week=week, zone="Europe/Stockholm", country="SE", **days)

    assert row.names["2026-06-06"] == "National Day"
    board = coverage_of(world)
    local = [stretch.start.astimezone(ZoneInfo("Europe/Stockholm")) for stretch in board.lanes[0].stretches]
    assert [f"{at:%a %H}" for at in local] == ["Mon 08", "Tue 08", "Wed 08", "Thu 08", "Sun 10"]
    assert [gap.stretch.start.date() for gap in board.gaps] == [friday]


def test_the_page_of_a_teams_hours_takes_holidays_and_shows_them_again(world):
    staffed(world)
    browser = world.browser(world.office)
    path = reverse("office:team_hours", kwargs={"client": "voltarra", "contract_id": contract_of(world).pk})
    given = {"team": "Days", "zone": "Europe/Stockholm", "day_0": "8-16", "own": "2026-12-24 Christmas Eve"}
    given |= {"country": "DE", "region": "", "extra": "2026-12-13 10-14"}

    looked = browser.post(path, {**given, "do": "look"})
    assert (looked.status_code, "BY" in looked.content.decode()) == (200, True)
    assert "Nothing is saved yet" in looked.content.decode()
    assert "Christmas Eve" in {cell.name for cell in looked.context["differ"]}
    assert [bool(lane.pieces) for lane in looked.context["lanes"]].count(True) in (1, 2)
    away = browser.post(path, {"team": "Days", "zone": "Asia/Manila", "do": "look"})
    assert "Without hours: nothing is saved yet" in away.content.decode()
    assert browser.post(path, {**given, "region": "BY", "do": "save"}).status_code == 302
    shown = browser.get(f"{path}?team=Days").context["form"].initial
    assert (shown["country"], shown["region"]) == ("DE", "BY")
    assert (shown["own"], shown["extra"]) == ("2026-12-24 Christmas Eve", "2026-12-13 10:00-14:00")
    assert "Christmas Eve" in {cell.name for cell in browser.get(f"{path}?team=Days").context["differ"]}
    wrong = browser.post(path, {**given, "own": "tomorrow", "do": "save"})
    assert wrong.status_code == 400


@pytest.mark.parametrize("week", ["nonsense", "9999-12-31", "0001-01-01", "2026-06-08"])
def test_any_week_asked_for_is_answered(world, week):
    path = reverse("office:coverage")

    assert world.browser(world.office).get(path, {"week": week}).status_code == 200
