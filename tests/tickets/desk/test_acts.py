"""What agents do with tickets: each works, refuses who may not, and then changes nothing."""

import pytest

from access.models import AccessLogContent
from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import ACTS, address, data, state
from tickets.actions import handling


@pytest.mark.parametrize("name", ACTS)
def test_an_agent_of_the_client_may(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    if name == "reopen":
        with world.enter(world.v1) as actor:
            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, name), data(world, name))

    assert answer.status_code == 302, answer.content.decode()[:500]
    assert state(world, ticket) != before
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(action="change", ticket_id=ticket.pk).exists()


@pytest.mark.parametrize("name", ACTS)
def test_a_client_agent_may_at_home(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    if name == "reopen":
        with world.enter(world.v1) as actor:
            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    answer = world.browser(world.a1).post(address(ticket, name), data(world, name))

    assert answer.status_code == 302, answer.content.decode()[:500]


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(
    ("person", "status"), [("v1ro", 403), ("e1", 403), ("x", 403), ("o2", 404), ("v1own", 404), (None, 302)]
)
def test_others_may_not_and_change_nothing(world: World, name: str, person: str | None, status: int) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)
    browser = world.browser(getattr(world, person) if person else None)

    answer = browser.post(address(ticket, name), data(world, name))

    assert answer.status_code == status
    if status == 302:
        assert answer["Location"].startswith("/accounts/login/")
    assert state(world, ticket) == before


@pytest.mark.parametrize("name", ACTS)
def test_a_foreign_ticket_is_not_there(world: World, name: str) -> None:
    foreign = factories.ticket(world, world.r2)
    before = state(world, foreign)
    browser = world.browser(world.v1)

    assert browser.post(address(foreign, name, "alderby"), data(world, name)).status_code == 404
    # The same number at one's own client names no foreign ticket either.
    browser.post(address(foreign, name), data(world, name))
    assert state(world, foreign) == before


@pytest.mark.parametrize("name", [n for n in ACTS if n != "skip"])
def test_reading_changes_nothing(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    assert world.browser(world.v1).get(address(ticket, name)).status_code == 405
    assert state(world, ticket) == before


@pytest.mark.parametrize("name", ACTS)
def test_without_the_token_nothing_happens(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1, enforce_csrf_checks=True).post(address(ticket, name), data(world, name))

    assert answer.status_code == 403
    assert state(world, ticket) == before


def test_htmx_is_sent_on(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).post(address(ticket, "solve"), headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, address(ticket, "ticket"))
