"""A broken promise is excused by both sides together, and stays broken."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogRecord
from escalation.actions import excuses
from escalation.models import Clock, Excuse, Metric, Notice
from reporting import periods, queries
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import MONDAY, kinds
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ticket(world: World, time) -> Ticket:
    """Answered two days after it was opened."""
    ticket = factories.ticket(world, world.r1)
    time.shift(timedelta(days=2))
    factories.reply(world, world.v1, ticket)
    return ticket


def broken(world: World, ticket: Ticket) -> Clock:
    with world.enter(world.c1):
        return Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE)


def propose(world: World, ticket: Ticket, person=None, reason="The line was cut") -> Excuse:
    row = broken(world, ticket)
    with world.enter(person or world.v1) as actor:
        about = {"client_id": ticket.client_id, "ticket_id": ticket.pk}
        return excuses.propose_excuse(actor, clock_id=row.pk, reason=reason, **about)


def decide(world: World, ticket: Ticket, row: Excuse, person, what=excuses.accept_excuse, **more) -> Excuse:
    with world.enter(person) as actor:
        return what(actor, client_id=ticket.client_id, ticket_id=ticket.pk, excuse_id=row.pk, **more)


def figures(world: World):
    with world.enter(world.c1):
        period = periods.named(periods.Preset.TODAY, world.c1.time_zone, MONDAY + timedelta(days=2))
        return queries.report(world.c1.pk, period, MONDAY + timedelta(days=2)).metrics[Metric.FIRST_RESPONSE]


def test_the_other_side_accepts_and_both_facts_are_told(world: World, ticket: Ticket) -> None:
    row = propose(world, ticket)
    assert (figures(world).kept.missed, figures(world).excused) == (1, 0)

    decide(world, ticket, row, world.o1)

    found = figures(world)
    assert (found.kept.missed, found.excused, found.kept.percent) == (1, 1, 0)
    assert found.kept_or_excused.judged == 0
    assert broken(world, ticket).met is False
    assert kinds(world, ticket, "excuse") == ["excuse", "excuse"]


def test_what_is_refused_stays_broken_and_says_why(world: World, ticket: Ticket) -> None:
    row = propose(world, ticket)

    decide(world, ticket, row, world.o1, excuses.refuse_excuse, answer="It was not")

    assert figures(world).excused == 0
    with world.enter(world.c1):
        assert Excuse.objects.get(pk=row.pk).answer == "It was not"


def test_what_is_refused_may_be_said_again(world: World, ticket: Ticket) -> None:
    decide(world, ticket, propose(world, ticket), world.o1, excuses.refuse_excuse, answer="No")

    assert propose(world, ticket, reason="Here is the proof").state == Excuse.State.PROPOSED


@pytest.mark.parametrize("person", ["v1", "lead"])
def test_nobody_decides_about_what_their_own_side_has_said(world: World, ticket: Ticket, person: str) -> None:
    row = propose(world, ticket)

    with pytest.raises((Conflict, RightMissing)):
        decide(world, ticket, row, getattr(world, person))
    with world.enter(world.c1):
        assert Excuse.objects.get(pk=row.pk).state == Excuse.State.PROPOSED


def test_the_vendors_lead_decides_about_what_the_client_says(world: World, ticket: Ticket) -> None:
    row = propose(world, ticket, world.a1)

    with pytest.raises(RightMissing):
        decide(world, ticket, row, world.v1)
    decide(world, ticket, row, world.lead)

    assert figures(world).excused == 1


def test_one_open_excuse_for_a_breach(world: World, ticket: Ticket) -> None:
    propose(world, ticket)

    with pytest.raises(Conflict):
        propose(world, ticket, world.a1)


def test_a_promise_that_was_kept_needs_none(world: World, time) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)

    with pytest.raises(Conflict):
        propose(world, ticket)


def test_an_overdue_promise_that_still_runs_can_be_excused(world: World, time) -> None:
    ticket = factories.ticket(world, world.r1)
    time.shift(timedelta(days=2))

    decide(world, ticket, propose(world, ticket), world.o1)

    assert (figures(world).kept.missed, figures(world).excused) == (1, 1)


def test_no_excuse_without_a_reason_and_no_refusal_either(world: World, ticket: Ticket) -> None:
    with pytest.raises(Invalid):
        propose(world, ticket, reason=" ")
    row = propose(world, ticket)
    with pytest.raises(Invalid):
        decide(world, ticket, row, world.o1, excuses.refuse_excuse, answer="")


def test_a_clock_of_another_ticket_is_not_found(world: World, ticket: Ticket) -> None:
    other, row = factories.ticket(world, world.r1), broken(world, ticket)

    about = {"client_id": other.client_id, "ticket_id": other.pk, "clock_id": row.pk}
    with pytest.raises(NotFound), world.enter(world.v1) as actor:
        excuses.propose_excuse(actor, reason="Mine", **about)


def test_ones_own_side_takes_it_back_and_the_other_does_not(world: World, ticket: Ticket) -> None:
    row = propose(world, ticket)

    with pytest.raises(Conflict):
        decide(world, ticket, row, world.o1, excuses.withdraw_excuse)
    assert decide(world, ticket, row, world.lead, excuses.withdraw_excuse).state == Excuse.State.TAKEN_BACK


def test_whoever_decides_is_told_until_somebody_has(world: World, ticket: Ticket) -> None:
    row = propose(world, ticket)

    with world.enter(world.c1):
        told = Notice.objects.filter(unique__startswith=f"excuse/{row.pk}/")
        assert list(told.values_list("user_id", "seen_at")) == [(world.o1.pk, None)]
    page = world.browser(world.o1).get(reverse("console:notices", kwargs={"client": world.c1.slug}))
    assert "asks to have a broken promise excused: First answer" in page.content.decode()
    decide(world, ticket, row, world.o1)
    with world.enter(world.c1):
        assert not Notice.objects.filter(unique__startswith=f"excuse/{row.pk}/", seen_at=None).exists()


def test_what_is_done_stands_in_the_log(world: World, ticket: Ticket) -> None:
    decide(world, ticket, propose(world, ticket), world.o1)

    with world.enter(world.c1):
        assert AccessLogRecord.objects.filter(kind="excuse").count() == 2


def test_the_page_proposes_and_decides(world: World, ticket: Ticket) -> None:
    where = {"client": world.c1.slug, "number": ticket.number}
    row = broken(world, ticket)
    ours, theirs = world.browser(world.v1), world.browser(world.o1)

    ours.post(reverse("desk:propose_excuse", kwargs={**where, "clock_id": row.pk}), {"reason": "The line was cut"})
    with world.enter(world.c1):
        excuse = Excuse.objects.get(clock=row)
    page = theirs.get(reverse("desk:breaches", kwargs=where)).content.decode()
    assert "The line was cut" in page
    address = reverse("desk:decide_excuse", kwargs={**where, "excuse_id": excuse.pk})
    for unknown in ({}, {"do": "perhaps", "answer": "Well"}):
        assert theirs.post(address, unknown).status_code == 400
    page = theirs.post(address, {"do": "accept"}, follow=True).content.decode()

    assert "excused" in page
    assert "Ask to have it excused" not in page
