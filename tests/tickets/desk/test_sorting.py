"""Giving a ticket to somebody, sorting and solving it."""

import pytest

from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import ACTS, address, fresh, state
from tickets.actions import handling
from tickets.models import Status


def test_nobody_takes_a_ticket_from_under_a_colleague(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    mine, theirs = (world.actor(person).card_id(world.c1.pk) for person in (world.v1, world.v12))
    with world.enter(world.v12) as actor:
        handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=theirs)

    answer = world.browser(world.v1).post(address(ticket, "assign"), {"card": mine, "before": ""})

    assert answer.status_code == 409
    assert "Viggo Brandt has taken this ticket meanwhile." in answer.content.decode()
    assert fresh(world, ticket).assignee_id == theirs


@pytest.mark.parametrize("whose", ["foreign", "left", "missing", "reader"])
def test_a_ticket_goes_only_to_who_works_there(world: World, whose: str) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        from access.models import StaffCard

        here = dict(StaffCard.objects.values_list("user_id", "pk"))
    with world.enter(world.c2):
        there = dict(StaffCard.objects.values_list("user_id", "pk"))
    card = {"foreign": there[world.v12.pk], "left": here[world.x.pk], "missing": 999_999, "reader": here[world.v1ro.pk]}

    answer = world.browser(world.v1).post(address(ticket, "assign"), {"card": card[whose]})

    assert answer.status_code == 400
    assert fresh(world, ticket).assignee_id is None


def test_the_clients_table_gives_the_priority(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "sort"), ACTS["sort"])

    after = fresh(world, ticket)
    assert (after.priority, after.need) == (1, "A key")


def test_an_overridden_priority_stays(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    browser.post(address(ticket, "priority"), {"priority": 2, "reason": "Elderly"})

    browser.post(address(ticket, "sort"), ACTS["sort"])

    assert (fresh(world, ticket).priority, fresh(world, ticket).priority_reason) == (2, "Elderly")


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("priority", {"priority": "1", "reason": ""}), ("priority", {"priority": "7", "reason": "x"}),
        ("sort", {"impact": "9", "urgency": "1"}), ("sort", {"impact": "1", "urgency": "1", "category": "999999"}),
        ("sort", {"impact": "1", "urgency": "1", "need": "n" * 900}), ("tags", {"tags": "t" * 60}),
        ("tags", {"tags": ",".join(f"t{n}" for n in range(40))}), ("assign", {"card": "x"}),
        ("assign", {"card": "9" * 30}),
        ("skip", {"why": "other", "words": ""}), ("skip", {}), ("note", {"body": "x"}), ("reply", {"audience": "x"}),
        ("reply", {"audience": "public", "body": "x", "then": "explode"}),
        ("reply", {"audience": "public", "body": "x", "seen": "-1"}),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_and_changes_nothing(
    world: World, name: str, sent: dict[str, str]
) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, name), sent)

    assert answer.status_code == 400
    assert state(world, ticket) == before


def test_a_foreign_category_is_not_there(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c2):
        from tickets.models import TicketCategory

        foreign = TicketCategory.objects.first().pk

    answer = world.browser(world.v12).post(address(ticket, "sort"), {**ACTS["sort"], "category": foreign})

    assert answer.status_code == 400
    assert fresh(world, ticket).category_id is None


def test_solved_is_said_and_ends_the_wait(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "solve"))

    after = fresh(world, ticket)
    assert (after.status, after.asked_at) == (Status.SOLVED, None)
