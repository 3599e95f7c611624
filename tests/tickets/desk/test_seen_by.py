"""Who has seen or changed a customer's record, told in words, whoever it was."""

import re
from datetime import timedelta

import time_machine

from access import log, queries
from access.log import Action
from access.models import User
from access.standing import forget_all
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tickets import tasks
from tickets.actions import handling, record_fields
from tickets.models import Event, Ticket

LINE = re.compile(r'<li><span class="face" aria-hidden="true">([^<]*)</span> (.*?) <span class="quiet">(.*?)<', re.S)


def seen_by(world: World, ticket: Ticket, language: str = "en") -> list[tuple[str, str, str]]:
    """The lines of the list beside a ticket: initials, who, what."""
    browser = world.browser(world.v1)
    browser.post("/language/", {"language": language})
    html = browser.get(f"/desk/voltarra/{ticket.number}/").content.decode()
    return LINE.findall(html.partition('id="seen-by"')[2])


def test_a_customers_own_doing_has_a_name(world: World) -> None:
    ticket = factories.ticket(world, factories.customer(world, world.c1, name=""))

    assert [(who, what.strip()) for _face, who, what in seen_by(world, ticket)][-1] == (
        "The customer",
        "opened a new ticket",
    )


def test_what_was_closed_by_time_says_so(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        tasks.close_solved(world.c1.pk)

    lines = {who: what.strip() for _face, who, what in seen_by(world, ticket)}
    page = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()

    assert lines["The help desk itself"] == "closed by itself after 7 days"
    assert "<bdi>Closed by itself after 7 days</bdi>" in page
    assert "close_solved" not in page


def test_what_an_agent_closed_is_told_with_their_name(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    page = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()

    assert "<bdi>Closed, by Vera Ahlm</bdi>" in page
    assert "by itself" not in page


def test_it_is_told_in_the_readers_language(world: World) -> None:
    ticket = factories.ticket(world, factories.customer(world, world.c1, name=""))

    assert seen_by(world, ticket, "sv")[-1][1] == "Kunden"


def test_what_one_person_does_again_on_a_day_is_one_line(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.o1) as actor:
        for _time in range(3):
            log.record(actor, world.c1.pk, Action.VIEW, (log.CUSTOMER, world.r1.pk), ticket_number=ticket.number)

    lines = [what.strip() for _face, _who, what in seen_by(world, ticket)]

    assert lines == ["opened 3 times, last", "opened a new ticket"]


def test_opening_the_page_oneself_does_not_fill_it(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    for _time in range(3):
        shown = seen_by(world, ticket)

    assert [who for _face, who, _what in shown] == ["Rita Svensson"]
    assert "Vera Ahlm" in [line.name for line in _sights_of(world)]


def _sights_of(world: World) -> list[queries.Sight]:
    with world.enter(world.o1):
        return queries.seen_by(world.c1.pk, log.CUSTOMER, world.r1.pk)


def test_the_access_log_names_no_task(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()

    assert "The help desk itself" in page
    assert "tests.enter" not in page


def test_a_class_of_today_hides_names_that_are_on_record_already(world: World) -> None:
    ticket = factories.ticket(world, factories.customer(world, world.c1, name="Ulrika Hemlig"))
    browser = world.browser(world.v1ro)
    pages = (f"/desk/voltarra/{ticket.number}/", f"/desk/voltarra/customers/{ticket.customer_id}/")
    shown = [browser.get(page).content.decode() for page in pages]
    assert all("Ulrika Hemlig" in text.partition("seen-by")[2] for text in shown)
    assert "<bdi>Opened, by Ulrika Hemlig</bdi>" in shown[0]

    with world.enter(world.o1) as actor:
        record_fields.guard_records(actor, client_id=world.c1.pk, classes={"name": "sensitive"}, reasons=[])
    forget_all()

    hidden = [browser.get(page).content.decode() for page in pages]
    assert not any("Ulrika" in text or "Hemlig" in text for text in hidden)
    assert "<bdi>Opened, by ••••••</bdi>" in hidden[0]
    assert seen_by(world, ticket)[-1][1] == "The customer"
    with world.enter(world.c1):
        assert not Event.objects.exclude(side="vendor").exclude(actor_name="").exists()


def _numbers(world: World, person: User, address: str) -> set[int]:
    html = world.browser(person).get(address).content.decode()
    return {int(number) for number in re.findall(r"#(\d+)\b", html.partition('id="seen-by"')[2])}


def test_whoever_was_lent_one_ticket_reads_of_no_other_there(world: World) -> None:
    lent, other = (factories.ticket(world, world.r2, subject=subject) for subject in ("First", "Second"))
    factories.reply(world, world.v12, lent)
    factories.reply(world, world.v12, other)
    factories.let_in(world, world.o2, factories.asked_in(world, world.v1, lent))

    for address in (f"/desk/alderby/{lent.number}/", f"/desk/alderby/customers/{world.r2.pk}/"):
        assert _numbers(world, world.v1, address) <= {lent.number}, address
        assert other.number in _numbers(world, world.v12, address), address


def test_whoever_reads_their_own_tickets_only_reads_of_no_other_there(world: World) -> None:
    own, other = (factories.ticket(world, world.r1, subject=subject) for subject in ("First", "Second"))
    factories.held(world, world.v1own, own)
    factories.reply(world, world.v12, other)

    for address in (f"/desk/voltarra/{own.number}/", f"/desk/voltarra/customers/{world.r1.pk}/"):
        assert _numbers(world, world.v1own, address) <= {own.number}, address
        assert other.number in _numbers(world, world.v12, address), address
