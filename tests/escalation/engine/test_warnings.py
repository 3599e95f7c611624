"""Whoever works on a ticket is told that a promise runs out: once a share, and not after it is kept."""

from datetime import timedelta

import pytest
import time_machine

from escalation.actions import call_backs
from escalation.models import Clock, Notice, SlaPolicy
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import MONDAY, kinds, sweep
from tests.escalation.test_life import escalate
from tickets.actions import handling
from tickets.models import Holder, Ticket


@pytest.fixture
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ticket(world: World, time) -> Ticket:
    with world.enter(world.c1):
        SlaPolicy.objects.update(warn_at=[50, 80])
    return factories.ticket(world, world.r1)


def run(world: World, ticket: Ticket, percent: int, time) -> None:
    """Let so much of the time to the first answer run, and sweep."""
    with world.enter(world.c1):
        row = Clock.objects.get(ticket=ticket, metric="first_response")
    time.move_to(row.started_at + timedelta(seconds=row.target_seconds * percent / 100))
    sweep()


def told(world: World, ticket: Ticket) -> list[tuple[int, str, int]]:
    """Share, channel and person of each notice of a clock."""
    with world.enter(world.c1):
        rows = Notice.objects.filter(ticket=ticket).exclude(clock=None).order_by("pk")
        return list(rows.values_list("share", "channel", "user_id"))


def mails(world: World) -> list[OutboxMail]:
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(kind="escalation_warning").order_by("pk"))


def test_the_assignee_is_told_here_and_by_mail_once_a_share(world: World, ticket: Ticket, time) -> None:
    factories.held(world, world.v1, ticket)

    for percent in (50, 51, 80, 81):
        run(world, ticket, percent, time)

    v1 = world.v1.pk
    assert told(world, ticket) == [(50, "app", v1), (50, "mail", v1), (80, "app", v1), (80, "mail", v1)]
    assert [mail.to_address for mail in mails(world)] == [world.v1.email] * 2
    assert "50 % of the time has run: First answer" in mails(world)[0].subject


def test_without_an_assignee_whoever_leads_is_told(world: World, ticket: Ticket, time) -> None:
    run(world, ticket, 50, time)

    assert {person for _share, _channel, person in told(world, ticket)} == {world.lead.pk}


def test_what_was_answered_warns_nobody(world: World, ticket: Ticket, time) -> None:
    factories.reply(world, world.v1, ticket)

    time.shift(timedelta(days=3))
    sweep()

    assert told(world, ticket) == []


def test_a_share_that_only_the_matrix_waits_for_is_told_to_nobody(world: World, ticket: Ticket, time) -> None:
    with world.enter(world.c1):
        Clock.objects.filter(ticket=ticket).update(shares=[30, 50, 80, 100])

    run(world, ticket, 30, time)

    assert told(world, ticket) == []


def test_after_an_outage_the_highest_share_is_told_alone(world: World, ticket: Ticket, time) -> None:
    run(world, ticket, 90, time)

    assert {share for share, _channel, _person in told(world, ticket)} == {80}


def test_a_promise_that_was_broken_meanwhile_warns_nobody(world: World, ticket: Ticket, time) -> None:
    run(world, ticket, 120, time)

    assert kinds(world, ticket, "clock_missed") == ["clock_missed"]
    assert told(world, ticket) == []


def test_the_clients_own_clock_is_left_to_its_matrix(world: World, ticket: Ticket, time) -> None:
    factories.held(world, world.v1, ticket)
    escalate(world, ticket)
    with world.enter(world.c1):
        row = Clock.objects.get(ticket=ticket, metric="client_response")

    time.move_to(row.started_at + timedelta(seconds=row.target_seconds * 0.6))
    sweep()

    assert kinds(world, ticket, "clock_warned") == ["clock_warned"]
    assert told(world, ticket) == []


def test_a_storm_comes_in_one_letter(world: World, ticket: Ticket, time) -> None:
    others = [factories.ticket(world, world.r1) for _number in range(7)]

    run(world, ticket, 50, time)
    time.shift(timedelta(seconds=31))
    sweep()

    with world.enter(world.c1):
        digest = OutboxMail.objects.get(kind="escalation_digest")
        assert Notice.objects.filter(channel="mail", ticket__in=[ticket, *others]).exclude(clock=None).count() == 8
    assert len(mails(world)) == 5
    assert "50 % of the time has run: First answer" in digest.text


def call(world: World, ticket: Ticket) -> None:
    with world.enter(world.v1) as actor:
        at = MONDAY + timedelta(hours=1)
        call_backs.promise_call(actor, client_id=ticket.client_id, ticket_id=ticket.pk, at=at, zone="UTC")


def test_a_call_is_told_before_and_when_it_is_due(world: World, ticket: Ticket, time) -> None:
    factories.reply(world, world.v1, ticket)
    call(world, ticket)

    time.shift(timedelta(minutes=45))
    sweep()
    time.shift(timedelta(minutes=15))
    sweep()

    assert [(share, channel) for share, channel, _p in told(world, ticket)] == [
        (75, "app"), (75, "mail"), (100, "app"), (100, "mail"),
    ]  # fmt: skip
    assert [mail.subject.rpartition(": ")[2] for mail in mails(world)] == [
        "A promised call comes near",
        "A promised call is due now",
    ]


def test_a_ticket_that_waits_for_its_customer_is_our_move_once_the_call_comes_near(world, ticket, time) -> None:
    factories.reply(world, world.v1, ticket)
    call(world, ticket)

    time.shift(timedelta(minutes=45))
    sweep()

    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.VENDOR


def test_the_notice_leads_to_the_ticket_and_counts_until_the_promise_is_kept(world: World, ticket, time) -> None:
    factories.held(world, world.v1, ticket)
    run(world, ticket, 50, time)
    browser = world.browser(world.v1)
    page, count = browser.get("/desk/notices/").content.decode(), browser.get("/desk/notices/count/").content.decode()
    assert "50 % of the time has run: First answer" in page
    assert "1" in count

    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=ticket.client_id, ticket_id=ticket.pk)

    assert "1" not in world.browser(world.v1).get("/desk/notices/count/").content.decode()
