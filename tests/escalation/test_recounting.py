"""Clocks go over to new support hours: the rule against a minute-by-minute oracle, and the rows."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation import actions, clocks, recounting, tasks
from escalation.actions import recounts
from escalation.clocks import Reading
from escalation.hours import Hours
from escalation.models import Calendar, Clock, Metric
from helpdesk.lib import clock as clocks_now
from helpdesk.lib.business_time import WeekCalendar, is_open
from tests import factories
from tests.cast import World
from tickets.models import Event, Ticket

START = datetime(2026, 3, 28, 20, tzinfo=UTC)  # The clocks of Stockholm jump that night.
MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
NAME = "Support hours"
MINUTES = 3 * 1440

windows = st.tuples(st.integers(0, 1439), st.integers(1, 900)).map(lambda pair: ((pair[0], pair[0] + pair[1]),))
calendars = st.builds(
    WeekCalendar,
    zone=st.sampled_from(["UTC", "Europe/Stockholm", "America/New_York"]),
    week=windows.map(lambda day: (day,) * 7),
)


@settings(max_examples=60, deadline=None)
@given(calendars, st.lists(st.tuples(st.integers(0, MINUTES), calendars), max_size=3), st.integers(1, 20), st.data())
def test_each_minute_counts_on_the_hours_that_held_in_it(first, changes, hours, data):
    changes = sorted(changes, key=lambda change: change[0])
    begun = data.draw(st.integers(0, MINUTES))
    moved = [(START + timedelta(minutes=minute), calendar) for minute, calendar in changes]
    running = Reading(Metric.SOLVE, hours * 3600, first, START, START + timedelta(minutes=begun))

    counted = recounting.onto(running, moved)

    last = max([begun, *(minute for minute, _calendar in changes)])
    open_minutes = 0
    for minute in range(begun, begun + 30 * 1440):
        at = START + timedelta(minutes=minute)
        if minute == last:
            assert counted.used == open_minutes * 60 or counted.running_since == START + timedelta(minutes=begun)
        held = next((calendar for since, calendar in reversed(moved) if since <= at), first)
        open_minutes += is_open(held, at)
        if open_minutes == hours * 60 and minute >= last:
            assert counted.due_at == at + timedelta(minutes=1)
            return


def test_what_has_stopped_what_rests_and_what_counts_every_second_stays():
    calendar = WeekCalendar("UTC", (((0, 600),),) * 7)
    other = WeekCalendar("UTC", (((0, 60),),) * 7)
    change = [(MONDAY, other)]
    stopped = Reading(Metric.SOLVE, 60, calendar, MONDAY, None, 5, MONDAY, True)
    every = Reading(Metric.SOLVE, 60, None, MONDAY, MONDAY)
    resting = Reading(Metric.SOLVE, 60, calendar, MONDAY, None, 5)

    assert recounting.onto(stopped, change) == stopped
    assert recounting.onto(every, change) == every
    assert (recounting.onto(resting, change).used, recounting.onto(resting, change).hours) == (5, other)


@pytest.fixture
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def save(world: World, windows, valid_from=None, expected=1) -> Calendar:
    wanted = Hours(zone="Europe/Stockholm", week=(windows,) * 7)
    with world.enter(world.o1) as actor:
        about = {"client_id": world.c1.pk, "name": NAME, "expected_version": expected, "valid_from": valid_from}
        return actions.save_hours(actor, wanted=wanted, **about)


def solve_clock(world: World, ticket: Ticket) -> Clock:
    with world.enter(world.c1):
        return Clock.objects.select_related("calendar").get(ticket=ticket, metric=Metric.SOLVE)


def told(world: World) -> int:
    with world.enter(world.c1):
        return Event.objects.filter(kind="recounted").count()


def test_open_clocks_keep_what_has_run_and_go_on_with_the_new_hours(world, time):
    ticket = factories.ticket(world, world.r1)
    time.shift(timedelta(hours=2))
    row = save(world, ((480, 720),))

    tasks.recount_clocks(world.c1.pk)

    clock = solve_clock(world, ticket)
    assert (clock.calendar_id, clock.used_seconds, clock.running_since) == (row.pk, 2 * 3600, row.valid_from)
    assert clock.due_at == clocks.moment_after(
        WeekCalendar("Europe/Stockholm", (((480, 720),),) * 7), clocks_now.now(), clock.target_seconds - 2 * 3600
    )
    with world.enter(world.c1):
        ticket.refresh_from_db()
        first = min(Clock.objects.filter(ticket=ticket).values_list("due_at", flat=True))
    assert ticket.due_at == first
    assert told(world) == 1


def test_a_second_run_changes_and_says_nothing(world, time):
    ticket = factories.ticket(world, world.r1)
    time.shift(timedelta(hours=2))
    save(world, ((480, 720),))
    tasks.recount_clocks(world.c1.pk)
    before = solve_clock(world, ticket).due_at

    time.shift(timedelta(hours=1))
    tasks.recount_clocks(world.c1.pk)

    assert (solve_clock(world, ticket).due_at, told(world)) == (before, 1)


def test_a_change_to_come_happens_then_and_not_before(world, time):
    ticket = factories.ticket(world, world.r1)
    before = solve_clock(world, ticket)
    save(world, ((480, 720),), valid_from=MONDAY + timedelta(hours=3))

    tasks.recount_clocks(world.c1.pk)
    assert solve_clock(world, ticket).due_at == before.due_at
    # The worker comes late; what it does is as of the moment when the hours began.
    time.shift(timedelta(hours=5))
    tasks.recount_clocks(world.c1.pk)

    clock = solve_clock(world, ticket)
    assert (clock.used_seconds, clock.running_since) == (3 * 3600, MONDAY + timedelta(hours=3))


def test_two_changes_missed_are_counted_one_after_the_other(world, time):
    ticket = factories.ticket(world, world.r1)
    save(world, ((0, 60),), MONDAY + timedelta(hours=1))
    save(world, ((0, 1440),), MONDAY + timedelta(hours=2), expected=2)
    time.shift(timedelta(hours=3))

    tasks.recount_clocks(world.c1.pk)

    # One hour on the first, none on the second, which is shut then.
    assert solve_clock(world, ticket).used_seconds == 3600


def test_a_resting_clock_goes_over_too(world, time):
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)
    row = save(world, ((480, 720),))

    tasks.recount_clocks(world.c1.pk)

    clock = solve_clock(world, ticket)
    assert (clock.calendar_id, clock.due_at) == (row.pk, None)


def test_large_clients_go_over_in_batches_and_the_page_shows_how_far(world, time):
    for _number in range(3):
        factories.ticket(world, world.r1)
    save(world, ((480, 720),))

    with world.enter(world.c1) as actor:
        assert recounts.recount_batch(actor, client_id=world.c1.pk, most=2)
    page = world.browser(world.o1).get("/client/voltarra/hours/").content.decode()
    assert "4 of 6 open clocks run on them so far" in page
    with world.enter(world.c1) as actor:
        assert not recounts.recount_batch(actor, client_id=world.c1.pk, most=2)
        assert recounts.left(world.c1.pk) == (0, 0)
    assert told(world) == 3


def test_another_clients_clocks_are_not_touched(world, time):
    ticket = factories.ticket(world, world.r2)
    with world.enter(world.c2):
        before = Clock.objects.filter(ticket=ticket).values_list("due_at", "calendar_id")
        before = list(before)
    save(world, ((480, 720),))

    tasks.recount_clocks(world.c1.pk)
    tasks.recount_clocks(world.c2.pk)

    with world.enter(world.c2):
        assert list(Clock.objects.filter(ticket=ticket).values_list("due_at", "calendar_id")) == before
