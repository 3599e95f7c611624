"""Tickets opened in the portal and by a program are taken by the row that their facts ask for, and say which."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from escalation.matrix.cells import read_hours
from escalation.matrix.document import Begins, Document, Path, Row, Step, When
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, escalations, put_in_force, sweep, told
from tickets.actions import handling
from tickets.models import Customer, Service, Ticket

PATH = Path("P", (Step(When(), LEAD),))
OTHERS = Path("Others", (Step(When(minutes=60), LEAD),))
NEW = {"subject": "Charger dead", "body": "It blinks red."}


@dataclass
class Given:
    """What is said of the ticket that is opened."""

    tier: str = ""
    language: str = "en"
    service: str = ""


def by_program(world: World, given: Given) -> None:
    body = {**NEW, "customer_email": world.r1.email, "language": given.language}
    if given.service:
        body["service"] = given.service
    answer = world.program(world.v1, world.c1).post("/api/v1/tickets/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content


def in_portal(world: World, given: Given) -> None:
    body = {**NEW, "impact": "2", "once": uuid4().hex}
    if given.service:
        with world.enter(world.c1):
            body["service"] = str(Service.objects.get(key=given.service).pk)
    browser = world.browser(world.r1)
    answer = browser.post("/voltarra/new/", body, headers={"accept-language": given.language})
    assert answer.status_code == 302, answer.content


@pytest.mark.parametrize("open_it", [by_program, in_portal])
@pytest.mark.parametrize(
    ("row", "fits", "other", "said"),
    [
        (Row("P", tiers=("Gold",)), Given(tier="gold"), Given(tier="Silver"), "tier Gold"),
        (Row("P", languages=("sv",)), Given(language="sv"), Given(), "language sv"),
        (Row("P", services=("shop",)), Given(service="shop"), Given(service="app"), "service Web shop"),
    ],
    ids=["tier", "language", "service"],
)
def test_a_row_takes_what_fits_and_the_ticket_says_it(
    world: World, clock: Any, open_it: Callable[[World, Given], None], row: Row, fits: Given, other: Given, said: str
) -> None:
    with world.enter(world.c1):
        for key, name in (("shop", "Web shop"), ("app", "App")):
            Service.objects.create(client=world.c1, key=key, name=name)
    put_in_force(world, Document((begun(row), begun(Row("Others"))), (PATH, OTHERS)))

    for given, number, words in ((fits, 1, said), (other, 2, "any ticket")):
        with world.enter(world.c1):
            Customer.objects.filter(pk=world.r1.pk).update(tier=given.tier, language=given.language)
        open_it(world, given)
        sweep()
        with world.enter(world.c1):
            ticket = Ticket.objects.latest("pk")
        (escalation,) = escalations(world, ticket)
        assert (escalation.row_position, escalation.path["name"]) == (number, ("P", "Others")[number - 1])
        assert f"Row {number}: {words}" in strip(world, ticket)


@pytest.mark.parametrize(
    ("row", "words"),
    [(Row("P", tags=("recall",)), "tag recall"), (Row("P", services=("shop",)), "service Web shop")],
    ids=["tag", "service"],
)
def test_what_is_found_out_later_brings_a_ticket_under_its_row(world: World, clock: Any, row: Row, words: str) -> None:
    with world.enter(world.c1):
        shop = Service.objects.create(client=world.c1, key="shop", name="Web shop")
    put_in_force(world, Document((begun(row),), (PATH,)))
    ticket = factories.ticket(world, world.r1)
    sweep()
    assert escalations(world, ticket) == []

    clock.shift(timedelta(hours=3))
    with world.enter(world.v1) as actor:
        handling.set_tags(actor, client_id=world.c1.pk, ticket_id=ticket.pk, names=["Recall"])
        handling.sort(actor, client_id=world.c1.pk, ticket_id=ticket.pk, service_id=shop.pk)
    for _turn in range(3):
        sweep()

    (escalation,) = escalations(world, ticket)
    assert escalation.row_position == 1
    assert told(world, ticket) == [(1, 1)]
    assert f"Row 1: {words}" in strip(world, ticket)


@pytest.mark.parametrize(
    ("after", "number"),
    [(timedelta(), 1), (timedelta(hours=7, minutes=59), 1), (timedelta(hours=8), 2), (timedelta(days=6), 2)],
    ids=["in hours", "the last minute", "after hours", "on Sunday"],
)
def test_a_window_is_that_of_the_clients_own_clock(world: World, clock: Any, after: timedelta, number: int) -> None:
    """It is ten in the morning of a Monday there."""
    row = Row("P", hours=read_hours("Mon-Fri 9-18"))
    put_in_force(world, Document((begun(row), begun(Row("Others"))), (PATH, OTHERS)))

    clock.shift(after)
    ticket = factories.ticket(world, world.r1)
    sweep()

    assert f"Row {number}: " in strip(world, ticket)


def begun(row: Row) -> Row:
    """The row, begun by the tickets themselves."""
    return replace(row, begins=Begins.OPENED)


def strip(world: World, ticket: Ticket) -> str:
    path = reverse("desk:escalation_strip", args=["voltarra", ticket.number])
    return world.browser(world.v1).get(path).content.decode()
