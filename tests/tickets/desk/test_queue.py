"""The queue: one list over all clients, in its order, page by page, filtered."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from access.rights import Right
from tests import factories
from tests.cast import World
from tickets.models import Holder, Status, Ticket
from tickets.queries import queue, reach
from tickets.queries.queue import Sort, View, Wanted

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def _scatter(world: World, count: int, seed: int = 7) -> None:
    """Tickets of two clients with all kinds of times, priorities and courts."""
    chance = random.Random(seed)
    for client, customer in ((world.c1, world.r1), (world.c2, world.r2)):
        with world.enter(client):
            Ticket.objects.bulk_create(
                Ticket(
                    client=client,
                    customer=customer,
                    number=number,
                    subject=f"Ticket {number}",
                    priority=chance.randint(1, 4),
                    holder=chance.choice(list(Holder)),
                    status=chance.choice([Status.OPEN, Status.OPEN, Status.SOLVED]),
                    due_at=chance.choice([None, NOON + timedelta(minutes=chance.randint(-9, 9) * 20)]),
                    created_at=NOON,
                    updated_at=NOON + timedelta(seconds=chance.randint(0, 30)),
                )
                for number in range(1, count + 1)
            )


def _naive(world: World, person, view: View, sort: Sort) -> list[int]:
    """The order that the queue promises, by sorting everything in Python."""
    never = datetime.max.replace(tzinfo=UTC)
    with world.enter(person) as actor:
        found = list(Ticket.objects.filter(client_id__in=actor.clients_with(Right.TICKET_READ)))
    if view is not View.ALL:
        found = [t for t in found if t.status == Status.OPEN]
    if view is View.UNASSIGNED:
        found = [t for t in found if t.assignee_id is None]
    if view in (View.CUSTOMER, View.CLIENT):
        found = [t for t in found if t.holder == view.value]
    if view is View.ALL:
        return [t.pk for t in sorted(found, key=lambda t: (t.updated_at, t.pk), reverse=True)]
    rank = {t.pk: 0 if t.holder == Holder.VENDOR else 1 for t in found}
    keys = {
        Sort.DUE: lambda t: (rank[t.pk], t.due_at or never, t.priority, t.pk),
        Sort.PRIORITY: lambda t: (rank[t.pk], t.priority, t.due_at or never, t.pk),
    }
    return [t.pk for t in sorted(found, key=keys[sort])]


@pytest.mark.parametrize("sort", [Sort.DUE, Sort.PRIORITY])
@pytest.mark.parametrize("view", list(View))
def test_pages_together_are_the_whole_list_in_order(world: World, view: View, sort: Sort) -> None:
    _scatter(world, 40)
    expected = _naive(world, world.v12, view, sort)

    walked, cursor = [], None
    with world.enter(world.v12) as actor:
        while True:
            page = queue.page(actor, reach.of(actor), Wanted(view, sort), cursor=cursor, size=7)
            walked += [place.id for place in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break

    assert walked == (expected if view is not View.MINE else [])


@pytest.mark.parametrize("sort", [Sort.DUE, Sort.PRIORITY])
@pytest.mark.parametrize("view", list(View))
def test_the_way_back_shows_the_same_pages(world: World, view: View, sort: Sort) -> None:
    _scatter(world, 40)

    there, back = [], []
    with world.enter(world.v12) as actor:
        near, cursor = reach.of(actor), None
        while True:
            page = queue.page(actor, near, Wanted(view, sort), cursor=cursor, size=7)
            there.append([row.id for row in page.items])
            cursor = page.next_cursor
            if cursor is None:
                break
        while page.previous_cursor is not None:
            page = queue.page(actor, near, Wanted(view, sort), cursor=page.previous_cursor, size=7)
            back.append([row.id for row in page.items])

    assert back == there[-2::-1]


def test_a_row_names_its_customer_and_its_agent(world: World) -> None:
    _scatter(world, 20)

    with world.enter(world.v12) as actor:
        rows = queue.page(actor, reach.of(actor), Wanted()).items

    names = {world.c1.pk: world.r1.name, world.c2.pk: world.r2.name}
    assert {row.client_id for row in rows} == set(names)
    assert all((row.customer_name, row.assignee_name) == (names[row.client_id], None) for row in rows)


def test_counts_are_those_of_the_lists(world: World) -> None:
    _scatter(world, 30)

    with world.enter(world.v12) as actor:
        near = reach.of(actor)
        counted = queue.counts(actor, near)
        listed = {view: len(queue.page(actor, near, Wanted(view), size=500).items) for view in View}

    assert counted == listed


def test_an_agent_of_another_client_sees_none_of_it(world: World) -> None:
    _scatter(world, 5)

    page = world.browser(world.v1).get("/desk/?view=all").content.decode()

    assert "/desk/voltarra/1/" in page
    assert "/desk/alderby/" not in page


def test_who_sees_only_their_own_sees_no_colleagues_ticket(world: World) -> None:
    mine, other = factories.ticket(world, world.r1), factories.ticket(world, world.r1, subject="Another matter")
    with world.enter(world.lead) as actor:
        from tickets.actions import handling

        own = world.actor(world.v1own).card_id(world.c1.pk)
        handling.assign(actor, client_id=world.c1.pk, ticket_id=mine.pk, card_id=own)

    for address in ("/desk/", "/desk/?view=all", "/desk/?view=unassigned", "/desk/?q=matter"):
        page = world.browser(world.v1own).get(address).content.decode()
        assert f"/desk/voltarra/{other.number}/" not in page
    counts = world.browser(world.v1own).get("/desk/counts/").content.decode()
    assert counts.count('<span class="n">1<') == 3  # due, mine, all


@pytest.mark.parametrize(
    "query",
    [
        "?view=nonsense", "?sort=assignee__password", "?client=alderby", "?status=%27", "?priority=9",
        "?priority=-1", "?language=xx", "?after=forged", "?q=%F0%9F%98%80", "?category=x&tag=y", "?tag=" + "a" * 300,
        "?q=" + "b" * 5000, "?q=%00", "?after=" + "c" * 4000, "?q=%22unbalanced+%26+%7C+%21", "?view[]=x",
    ],
)  # fmt: skip
def test_bad_filters_never_break_the_page(world: World, query: str) -> None:
    factories.ticket(world, world.r1)

    answer = world.browser(world.v1).get(f"/desk/{query}")

    assert answer.status_code in (200, 400)


def test_a_bad_filter_is_named(world: World) -> None:
    page = world.browser(world.v1).get("/desk/?priority=9&client=alderby").content.decode()

    assert "Left out, because it is not known here: client, priority." in page


def test_a_cursor_of_another_order_starts_at_the_beginning(world: World) -> None:
    _scatter(world, 60)
    browser = world.browser(world.v12)
    with world.enter(world.v12) as actor:
        cursor = queue.page(actor, reach.of(actor), Wanted()).next_cursor

    page = browser.get("/desk/", {"sort": "priority", "after": cursor}).content.decode()

    assert "This place in the list is not known any more" in page


def test_filters_narrow_the_list(world: World) -> None:
    hot = factories.ticket(world, world.r1, subject="Charger burns", impact=1, urgency=1, language="sv")
    cold = factories.ticket(world, world.r1, subject="Invoice twice", impact=3, urgency=3, language="en")
    with world.enter(world.v1) as actor:
        from tickets.actions import handling

        handling.set_tags(actor, client_id=world.c1.pk, ticket_id=hot.pk, names=["recall"])
        handling.sort(
            actor, client_id=world.c1.pk, ticket_id=hot.pk, category_id=_category(actor, "Invoices and payments")
        )
    browser = world.browser(world.v12)

    for query in (
        "?priority=1", "?language=sv", "?tag=recall", "?category=Invoices+and+payments", "?q=burns",
        f"?q=%23{hot.number}", "?client=voltarra&q=charger", "?status=open&priority=1",
    ):  # fmt: skip
        page = browser.get(f"/desk/{query}").content.decode()
        assert f'href="/desk/voltarra/{hot.number}/"><bdi>Charger' in page, query
        assert f'href="/desk/voltarra/{cold.number}/"><bdi>Invoice twice</bdi><span' not in page, query


def _category(actor, name: str) -> int:
    from tickets.models import TicketCategory

    return TicketCategory.objects.get(client_id__in=actor.client_ids, name=name, client__slug="voltarra").pk


def test_a_filter_that_finds_nothing_counts_elsewhere(world: World) -> None:
    factories.ticket(world, world.r2, subject="Gate code wrong")

    page = world.browser(world.v12).get("/desk/?q=gate&client=voltarra").content.decode()

    assert "No ticket matches “gate”, Voltarra" in page
    assert "1 matches at your other clients." in page


def test_a_foreign_word_is_not_counted_elsewhere(world: World) -> None:
    factories.ticket(world, world.r2, subject="Gate code wrong")

    page = world.browser(world.v1).get("/desk/?q=gate&client=voltarra").content.decode()

    assert "Nothing matches at your other clients" in page


@time_machine.travel(NOON, tick=False)
def test_rows_stand_under_how_urgent_they_are(world: World) -> None:
    with world.enter(world.c1):
        for number, (minutes, holder) in enumerate(
            [(-5, "vendor"), (30, "vendor"), (300, "vendor"), (10, "client")], start=1
        ):
            Ticket.objects.create(
                client=world.c1, customer=world.r1, number=number, subject=f"No {number}", holder=holder,
                due_at=NOON + timedelta(minutes=minutes), created_at=NOON, updated_at=NOON,
            )  # fmt: skip

    page = world.browser(world.v1).get("/desk/").content.decode()

    heads = ["Overdue", "Due within the hour", "Later", "Waiting for others"]
    assert [page.index(f'scope="rowgroup">{head}') for head in heads] == sorted(
        page.index(f'scope="rowgroup">{head}') for head in heads
    )
    assert "5 min over" in page


def test_nothing_waits_is_said(world: World) -> None:
    assert "Nothing waits for you" in world.browser(world.v1).get("/desk/").content.decode()


def test_a_number_leads_to_its_ticket(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).get(f"/desk/find/?q=%23{ticket.number}")

    assert answer["Location"] == f"/desk/voltarra/{ticket.number}/"


def test_a_foreign_number_leads_nowhere(world: World) -> None:
    for _each in range(3):
        ticket = factories.ticket(world, world.r2)

    answer = world.browser(world.v1).get(f"/desk/find/?q={ticket.number}", follow=True)

    assert "/desk/alderby/" not in answer.content.decode()
    assert "No ticket here matches" in answer.content.decode()


def test_nobody_without_assignment_reads_the_queue(world: World) -> None:
    factories.ticket(world, world.r1)

    assert world.browser(world.x).get("/desk/").status_code == 403
    assert world.browser().get("/desk/").status_code == 302
