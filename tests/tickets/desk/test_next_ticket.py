"""The next ticket: offered to whom it fits, taken by one."""

from typing import Any

import pytest

from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import address, fresh, together
from tickets.actions import next_ticket
from tickets.models import Holder, Ticket


def test_next_is_taken_and_opened(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).post("/desk/next/", {"offered": ticket.pk})

    assert answer["Location"] == address(ticket, "ticket")
    assert fresh(world, ticket).assignee.name == "Vera Ahlm"


def test_two_agents_who_press_at_once_get_two_tickets(world: World) -> None:
    tickets = [factories.ticket(world, world.r1) for _each in range(3)]
    browsers = [world.browser(person) for person in (world.v1, world.v12, world.lead)]

    answers = together([lambda b=b: b.post("/desk/next/", {"offered": tickets[0].pk}) for b in browsers])

    assert len({answer["Location"] for answer in answers}) == 3
    assert {fresh(world, ticket).assignee.name for ticket in tickets} == {"Vera Ahlm", "Viggo Brandt", "Lea Dahl"}


def test_what_one_skipped_is_not_offered_to_them_for_an_hour(world: World) -> None:
    first, second = factories.ticket(world, world.r1, impact=1, urgency=1), factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    offered = _offered(world, world.v1)

    browser.post(address(first if offered == first.pk else second, "skip"), {"why": "language"})

    assert _offered(world, world.v1) not in (offered, None)
    assert _offered(world, world.v12) == offered


def _offered(world: World, person: Any) -> int | None:
    from tickets.queries.next_ticket import candidates

    with world.enter(person) as actor:
        found = candidates(actor, ())
        return found[0].id if found else None


def test_a_colleagues_ticket_is_not_offered(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v12) as actor:
        next_ticket.claim(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    assert _offered(world, world.v1) is None
    assert _offered(world, world.v12) == ticket.pk


@pytest.mark.parametrize("holder", [Holder.CLIENT, Holder.CUSTOMER])
def test_what_waits_for_others_is_not_offered(world: World, holder: Holder) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Ticket.objects.filter(pk=ticket.pk).update(holder=holder)

    assert _offered(world, world.v1) is None
    assert (_offered(world, world.a1) == ticket.pk) is (holder is Holder.CLIENT)


def test_who_reads_only_their_own_is_offered_only_their_own(world: World) -> None:
    factories.ticket(world, world.r1)

    assert _offered(world, world.v1own) is None


def test_a_language_one_does_not_speak_comes_last(world: World) -> None:
    from tickets.queries.next_ticket import candidates

    swedish = factories.ticket(world, world.r1, language="sv", impact=1, urgency=1)
    english = factories.ticket(world, world.r1, language="en")

    with world.enter(world.v1) as actor:
        speaks_english = [c.id for c in candidates(actor, ["en"])]
        speaks_danish = [c.id for c in candidates(actor, ["da"])]

    assert speaks_english == [english.pk]
    assert speaks_danish in ([swedish.pk], [english.pk])


def test_a_reader_cannot_take_tickets(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    assert world.browser(world.v1ro).post("/desk/next/", {"offered": ticket.pk}).status_code == 403
    assert fresh(world, ticket).assignee is None


def test_offered_may_be_anything_and_never_breaks(world: World) -> None:
    for offered in ("", "x", "9" * 50, "-1", "1; DROP TABLE"):
        assert world.browser(world.v1).post("/desk/next/", {"offered": offered}).status_code == 302
