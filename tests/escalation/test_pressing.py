"""What presses on the lead's floor: promises that end soon, hours with nobody, questions by whom they wait for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import Assignment, User
from access.rights import Right
from escalation import actions, pressing, tasks
from escalation.models import Contact, Escalation
from escalation.pressing import Waits
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tickets.models import Ticket

URL = "/desk/pressing/"


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def due(world: World, ticket: Ticket, left: timedelta) -> Ticket:
    with world.enter(ticket.client):
        Ticket.objects.filter(pk=ticket.pk).update(due_at=clock.now() + left)
    return ticket


def page(world: World):
    return world.browser(world.lead).get(URL)


def test_promises_that_end_soon_stand_on_an_axis_and_later_ones_do_not(world: World) -> None:
    over, soon, later = (factories.ticket(world, world.r1) for _n in range(3))
    due(world, over, -timedelta(minutes=10))
    due(world, soon, timedelta(hours=2))
    due(world, later, timedelta(hours=5))

    found = page(world).context["soon"]

    assert [(each.ticket.number, each.x, each.is_over) for each in found] == [
        (over.number, 0, True),
        (soon.number, 50, False),
    ]


def test_only_clients_where_the_reader_leads_are_shown(world: World) -> None:
    theirs = due(world, factories.ticket(world, world.r2), timedelta(hours=1))
    leads = world.actor(world.lead).clients_with(Right.CLEARANCE_EXTEND)

    shown = {each.ticket.client_id for each in page(world).context["soon"]}

    assert shown <= {*leads}
    assert (theirs.client_id in leads) == (theirs.client_id in shown)
    assert world.browser(world.v1).get(URL).status_code == 403


def test_a_question_waits_for_whom_it_was_told_last(world: World, now) -> None:
    ticket = factories.ticket(world, world.r1)
    escalate(world, ticket)
    assert [waits for waits, _words, _rows in page(world).context["asked"]] == [Waits.CLIENT]

    now.shift(timedelta(hours=5))
    tasks.sweep_due()
    ((waits, _words, (asked,)),) = page(world).context["asked"]
    assert (waits, asked.name) == (Waits.VENDOR, "Team lead")

    with world.enter(world.o1, only=world.c1) as actor:
        row = Escalation.objects.get(client_id=world.c1.pk)
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=row.pk)
    ((waits, _words, (asked,)),) = page(world).context["asked"]
    assert (waits, asked.name) == (Waits.TAKEN, world.o1.name)


def test_a_question_that_reached_nobody_waits_for_nobody() -> None:
    at = clock.now()
    row = Escalation(state=Escalation.State.RUNNING, started_at=at)

    assert pressing.waits_for(row, []) == (Waits.NOBODY, "", at)


def test_promised_hours_of_the_next_day_that_nobody_covers_are_told(world: World) -> None:
    """It is Monday, 10:00 in Stockholm: nobody has a shift until this time tomorrow, then somebody from noon on."""
    with world.enter(world.c1):
        Assignment.objects.update(shifts=[])
    found = [gap.stretch for face, gap in page(world).context["gaps"] if face.slug == "voltarra"]
    noon = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert [(each.start, each.end) for each in found] == [
        (clock.now(), datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), clock.now() + timedelta(days=1)),
    ]

    with world.enter(world.c1):
        User.objects.filter(pk=world.v12.pk).update(time_zone="Europe/Stockholm")
        Assignment.objects.filter(user=world.v12).update(shifts=[[[12 * 60, 18 * 60]]] * 7)
    found = [gap.stretch for face, gap in page(world).context["gaps"] if face.slug == "voltarra"]
    assert (found[0].start, found[0].end) == (clock.now(), noon)


def test_more_of_everything_takes_no_more_statements(world: World) -> None:
    browser = world.browser(world.lead)

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(URL).status_code == 200
        return len(seen)

    escalate(world, due(world, factories.ticket(world, world.r1), timedelta(hours=1)))
    statements()
    few = statements()
    for _n in range(5):
        escalate(world, due(world, factories.ticket(world, world.r1), timedelta(hours=1)))

    assert statements() == few
    with world.enter(world.c1):
        assert Contact.objects.exists()
