"""The ticket says in words which row decided: what it asks, by the version under which the climb began."""

import time_machine
from django.urls import reverse

from escalation import row_words
from escalation.matrix.cells import Names
from escalation.matrix.document import Begins, Document, Hours, Path, Row, Span, Step, When
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, MONDAY, put_in_force, sweep
from tests.escalation.test_life import escalate
from tickets.models import Ticket, TicketCategory

PATH = Path("P", (Step(When(), LEAD),))


def opened(world: World, *rows: Row) -> Ticket:
    """A ticket about billing of priority 1 under a matrix of these rows."""
    with time_machine.travel(MONDAY, tick=False):
        put_in_force(world, Document(rows, (PATH,)))
        with world.enter(world.c1):
            billing = TicketCategory.objects.create(client=world.c1, slug="bills", name="Billing")
        ticket = factories.ticket(world, world.r1)
        with world.enter(world.c1):
            Ticket.objects.filter(pk=ticket.pk).update(category=billing, priority=1)
            ticket.refresh_from_db()
    return ticket


def strip(world: World, ticket: Ticket) -> str:
    path = reverse("desk:escalation_strip", args=["voltarra", ticket.number])
    return world.browser(world.v1).get(path).content.decode()


def test_every_condition_of_a_row_is_told_and_nothing_else() -> None:
    names = Names({"bills": "Billing"}, {"shop": "Web shop"})
    full = Row(
        "P", ("bills",), 1, 2, ("Gold",), ("sv",), ("vip",), ("shop",), hours=Hours(Span.SHUT), begins=Begins.OPENED
    )

    assert row_words.words(Row("P", ("bills",), 1, 1), names) == "Billing + priority 1"
    assert row_words.words(Row("P"), names) == "any ticket"
    assert row_words.words(full, names) == (
        "Billing + priority 1 to 2 + tier Gold + language sv + tag vip + service Web shop + outside support hours"
    )


def test_the_strip_says_what_the_row_asks_and_leads_to_it(world: World) -> None:
    ticket = opened(world, Row("P", tiers=("Gold",)), Row("P", ("bills",), 1, 1))
    escalate(world, ticket)

    text = strip(world, ticket)

    assert "Row 2: Billing + priority 1" in text
    assert f"{reverse('console:matrix_version', args=['voltarra', 2])}#row-2" in text


def test_a_climb_is_told_by_the_version_that_it_began_under(world: World) -> None:
    ticket = opened(world, Row("P", ("bills",), 1, 1))
    escalate(world, ticket)
    put_in_force(world, Document((Row("P", tags=("vip",)), Row("P")), (PATH,)))

    text = strip(world, ticket)

    assert "Row 1: Billing + priority 1" in text
    assert "vip" not in text
    link = f"{reverse('console:matrix_version', args=['voltarra', 2])}#row-1"
    assert link in text
    assert b'id="row-1"' in world.browser(world.v1).get(link.partition("#")[0]).content


def test_a_ticket_that_no_row_took_names_none(world: World) -> None:
    ticket = opened(world, Row("P", tiers=("Gold",)))
    escalate(world, ticket)

    assert "No row fitted" in strip(world, ticket)


def test_the_history_says_it_too_and_goes_on_saying_it(world: World) -> None:
    with time_machine.travel(MONDAY, tick=False):
        ticket = opened(world, Row("P", ("bills",), 1, 1, begins=Begins.OPENED))
        sweep()
        put_in_force(world, Document((Row("P", tags=("vip",)),), (PATH,)))

    page = world.browser(world.v1).get(reverse("desk:ticket", args=["voltarra", ticket.number])).content.decode()

    assert "Escalated by row 1 of the matrix (Billing + priority 1), as the row says for such tickets" in page


def test_what_was_written_before_rows_were_told_is_still_read() -> None:
    said = row_words.began({"origin": "clock", "row": 7})

    assert said == "Escalated by row 7 of the matrix, because a promise runs out"
