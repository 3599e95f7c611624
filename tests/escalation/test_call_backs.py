"""A call that a customer was promised: its clock, its breach, and all that can become of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from access.errors import Conflict, Invalid, RightMissing
from escalation.actions import call_backs
from escalation.clocks import share_before
from escalation.hours_text import comes_twice
from escalation.models import CallBack, Clock, ClockMark, Metric
from reporting import periods, queries
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import MONDAY, kinds, sweep
from tests.faults.together import together
from tickets.actions import handling
from tickets.models import Event, Holder, Message, Ticket

ZONE = "Europe/Stockholm"
Outcome = CallBack.Outcome


@pytest.fixture
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ticket(world: World, time) -> Ticket:
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)
    return ticket


def promise(world: World, ticket: Ticket, after: timedelta = timedelta(hours=2), person=None, **more) -> CallBack:
    with world.enter(person or world.v1) as actor:
        about = {"client_id": ticket.client_id, "ticket_id": ticket.pk, "zone": ZONE, **more}
        return call_backs.promise_call(actor, at=MONDAY + after, **about)


def act(world: World, ticket: Ticket, row: CallBack, what, **more) -> CallBack:
    with world.enter(world.v1) as actor:
        return what(actor, client_id=ticket.client_id, ticket_id=ticket.pk, call_id=row.pk, **more)


def clock_of(world: World, ticket: Ticket) -> Clock:
    with world.enter(world.c1):
        return Clock.objects.filter(ticket=ticket, metric=Metric.CALL_BACK).order_by("-pk")[0]


def reread(world: World, ticket: Ticket) -> Ticket:
    with world.enter(world.c1):
        ticket.refresh_from_db()
        return ticket


def test_a_promised_call_is_due_at_its_moment_whoever_has_the_move(world: World, ticket: Ticket) -> None:
    promise(world, ticket)

    reread(world, ticket)

    assert ticket.holder == Holder.CUSTOMER
    due = MONDAY + timedelta(hours=2)
    assert (ticket.due_at, ticket.due_metric, ticket.call_at) == (due, Metric.CALL_BACK, due)


def test_it_is_broken_at_its_moment_and_the_history_says_so_once(world: World, ticket: Ticket, time) -> None:
    promise(world, ticket)
    sweep()

    time.shift(timedelta(hours=1, minutes=59))
    sweep()
    assert kinds(world, ticket, "clock_warned", "clock_missed") == ["clock_warned"]
    time.shift(timedelta(minutes=1))
    sweep()
    sweep()

    assert kinds(world, ticket, "clock_warned", "clock_missed") == ["clock_warned", "clock_missed"]


@pytest.mark.parametrize("outcome", CallBack.CALLED)
def test_whoever_called_in_time_has_kept_it(world: World, ticket: Ticket, time, outcome: Outcome) -> None:
    row = promise(world, ticket)
    time.shift(timedelta(hours=1))

    act(world, ticket, row, call_backs.keep_call, outcome=outcome, said="They will try it tonight.")

    assert clock_of(world, ticket).met is True
    assert reread(world, ticket).call_at is None
    with world.enter(world.c1):
        note = Message.objects.filter(ticket=ticket).order_by("-pk")[0]
        assert (note.body, note.audience) == ("They will try it tonight.", Message.Audience.SHARED)


def test_among_broken_promises_it_stands_with_its_moment(world: World, ticket: Ticket, time) -> None:
    row = promise(world, ticket)
    page = reverse("desk:breaches", kwargs={"client": world.c1.slug, "number": ticket.number})
    time.shift(timedelta(hours=3))
    sweep()
    browser = world.browser(world.v1)
    late = browser.get(page).content.decode()
    act(world, ticket, row, call_backs.keep_call, outcome=Outcome.REACHED)

    called = browser.get(page).content.decode()

    assert re.search(r"Promised for <time[^>]*>12:00</time>; nobody has called yet\.", late)
    assert re.search(r"Promised for <time[^>]*>12:00</time>; ended <time[^>]*>13:00</time>\.", called)


def test_a_late_call_is_a_breach_in_the_report(world: World, ticket: Ticket, time) -> None:
    row = promise(world, ticket)
    time.shift(timedelta(hours=3))

    act(world, ticket, row, call_backs.keep_call, outcome=Outcome.REACHED)

    assert clock_of(world, ticket).met is False
    with world.enter(world.c1):
        now = MONDAY + timedelta(hours=4)
        found = queries.report(world.c1.pk, periods.named(periods.Preset.TODAY, world.c1.time_zone, now), now)
        assert (found.metrics[Metric.CALL_BACK].kept.judged, found.metrics[Metric.CALL_BACK].kept.missed) == (1, 1)


def test_a_move_in_time_breaks_nothing_and_says_why(world: World, ticket: Ticket, time) -> None:
    row = promise(world, ticket)
    time.shift(timedelta(hours=1, minutes=55))
    sweep()

    later = MONDAY + timedelta(days=1)
    act(world, ticket, row, call_backs.move_call, at=later, zone=ZONE, reason="They are away")

    assert reread(world, ticket).call_at == later
    with world.enter(world.c1):
        clocks = Clock.objects.filter(ticket=ticket, metric=Metric.CALL_BACK).order_by("pk")
        assert list(clocks.values_list("met", "due_at")) == [(None, None), (None, later)]
        last = Event.objects.filter(ticket=ticket, kind="call_back").order_by("-pk")[0]
        assert last.data["reason"] == "They are away"
    time.move_to(later)
    sweep()
    with world.enter(world.c1):
        assert list(ClockMark.objects.filter(ticket=ticket, share=100).values_list("metric", flat=True)) == [
            "call_back"
        ]


def test_a_move_that_comes_late_leaves_the_breach(world: World, ticket: Ticket, time) -> None:
    row = promise(world, ticket)
    time.shift(timedelta(hours=3))

    act(world, ticket, row, call_backs.move_call, at=MONDAY + timedelta(days=1), zone=ZONE, reason="Busy")

    with world.enter(world.c1):
        clocks = Clock.objects.filter(ticket=ticket, metric=Metric.CALL_BACK).order_by("pk")
        assert list(clocks.values_list("met", flat=True)) == [False, None]


@pytest.mark.parametrize(("hours", "judged"), [(1, None), (3, False)])
def test_a_call_taken_back_is_judged_only_where_it_was_late(world, ticket, time, hours, judged) -> None:
    row = promise(world, ticket)
    time.shift(timedelta(hours=hours))

    act(world, ticket, row, call_backs.withdraw_call, reason="Solved by mail")

    assert clock_of(world, ticket).met is judged
    assert reread(world, ticket).call_at is None


def test_the_call_ends_with_the_ticket(world: World, ticket: Ticket) -> None:
    row = promise(world, ticket)

    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=ticket.client_id, ticket_id=ticket.pk)

    with world.enter(world.c1):
        row = CallBack.objects.select_related("clock").get(pk=row.pk)
        assert (row.is_open, row.outcome, row.clock.met) == (False, "", None)
    with pytest.raises(Conflict):
        act(world, ticket, row, call_backs.keep_call, outcome=Outcome.REACHED)


@pytest.mark.parametrize("after", [timedelta(), timedelta(minutes=-1), timedelta(days=400)])
def test_no_call_is_promised_for_a_moment_that_nobody_could_keep(world: World, ticket: Ticket, after) -> None:
    with pytest.raises(Invalid) as refused:
        promise(world, ticket, after)

    assert refused.value.field == "at"
    assert reread(world, ticket).call_at is None


def test_one_call_at_a_time(world: World, ticket: Ticket) -> None:
    promise(world, ticket)

    with pytest.raises(Conflict):
        promise(world, ticket, timedelta(hours=5))


def test_of_several_at_the_same_moment_one_is_promised_and_one_tells_how_it_went(world: World, ticket: Ticket) -> None:
    promised = together(*[lambda: promise(world, ticket)] * 3)

    assert sorted(type(each).__name__ for each in promised) == ["CallBack", "Conflict", "Conflict"]
    (row,) = [each for each in promised if isinstance(each, CallBack)]

    done = together(
        lambda: act(world, ticket, row, call_backs.keep_call, outcome=Outcome.REACHED),
        lambda: act(world, ticket, row, call_backs.keep_call, outcome=Outcome.REACHED),
        lambda: act(world, ticket, row, call_backs.withdraw_call, reason="Solved by mail"),
    )

    assert sorted(type(each).__name__ for each in done) == ["CallBack", "Conflict", "Conflict"]
    with world.enter(world.c1):
        assert Clock.objects.filter(ticket=ticket, metric=Metric.CALL_BACK).count() == 1
    assert reread(world, ticket).call_at is None


def test_who_may_not_answer_promises_no_call(world: World, ticket: Ticket) -> None:
    with pytest.raises(RightMissing):
        promise(world, ticket, person=world.v1ro)

    assert reread(world, ticket).call_at is None


def post(world: World, ticket: Ticket, *, at: str, follow: bool = False):
    address = reverse("desk:call_back", kwargs={"client": world.c1.slug, "number": ticket.number})
    return world.browser(world.v1).post(address, {"zone": ZONE, "at": at}, follow=follow)


def test_an_hour_that_the_clocks_jump_over_is_refused_with_a_word(world: World, ticket: Ticket) -> None:
    answer = post(world, ticket, at="2027-03-28T02:30")

    assert answer.status_code == 400
    assert "from 02:00 straight to 03:00" in answer.content.decode()


def test_of_an_hour_that_comes_twice_the_first_is_taken_and_said(world: World, ticket: Ticket, time) -> None:
    time.move_to(datetime(2027, 10, 20, 9, tzinfo=UTC))

    page = post(world, ticket, at="2027-10-31T02:30", follow=True).content.decode()

    assert reread(world, ticket).call_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "the first one is meant" in page


def test_a_time_in_the_past_is_refused_in_the_form(world: World, ticket: Ticket) -> None:
    answer = post(world, ticket, at="2026-11-23T08:00")

    assert answer.status_code == 400
    assert "That moment has passed" in answer.content.decode()


def test_the_customer_reads_the_time_in_the_portal(world: World, ticket: Ticket) -> None:
    promise(world, ticket, about="The spare key")

    address = reverse("portal:ticket", kwargs={"client": world.c1.slug, "number": ticket.number})
    page = world.browser(world.r1).get(address).content.decode()

    assert "We call you:" in page
    assert "The spare key" not in page


def test_the_history_tells_it_in_the_zone_in_which_it_was_named(world: World, ticket: Ticket) -> None:
    promise(world, ticket)

    address = reverse("desk:ticket", kwargs={"client": world.c1.slug, "number": ticket.number})
    assert "12:00 (Europe/Stockholm)" in world.browser(world.v1).get(address).content.decode()


def test_a_warning_comes_a_quarter_of_an_hour_before_as_far_as_whole_percents_go() -> None:
    assert share_before(3600) == 75
    assert share_before(600) == 50
    assert share_before(86_400) == 98
    assert share_before(7 * 86_400) == 99


def test_an_ordinary_time_comes_once() -> None:
    assert not comes_twice(MONDAY, ZONE)
    assert comes_twice(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), ZONE)
