"""The ticket's page: as whom, what, whose move; who sees which part of it."""

import re

import pytest
import time_machine
from django.urls import reverse

from access.models import AccessLogContent
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tickets.actions import conversation, handling
from tickets.models import Customer, Message, Ticket


def address(ticket: Ticket, name: str = "ticket", slug: str = "voltarra") -> str:
    return reverse(f"desk:{name}", kwargs={"client": slug, "number": ticket.number})


def page(world: World, person, ticket: Ticket, slug: str = "voltarra") -> str:
    answer = world.browser(person).get(address(ticket, slug=slug))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_first_as_whom_one_speaks(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    shown = page(world, world.v1, ticket)

    assert shown.index("You speak as <strong>Voltarra") < shown.index("The door stays shut</bdi></h1>")
    assert "Send as Voltarra" in shown
    assert 'data-client="voltarra"' in shown


def test_opening_is_logged_in_the_same_transaction(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).get(address(ticket))

    with world.enter(world.c1):
        entry = AccessLogContent.objects.order_by("-entry_id").first()
    assert (entry.action, entry.ticket_number, entry.actor_name) == ("view", ticket.number, "Vera Ahlm")
    assert sorted(entry.records) == sorted([["customer", world.r1.pk], ["ticket", ticket.pk]])
    assert "no-store" in answer["Cache-Control"]


def test_if_the_log_cannot_be_written_nothing_is_shown(world: World, superuser) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1, raise_request_exception=False)
    superuser.execute("REVOKE INSERT ON access_accesslogentry FROM app")
    try:
        answer = browser.get(address(ticket))
    finally:
        superuser.execute("GRANT INSERT ON access_accesslogentry TO app")

    assert answer.status_code == 503
    assert b"The door stays shut" not in answer.content


@pytest.mark.parametrize("person", ["v1", "v12", "v1ro", "lead", "a1", "o1"])
def test_those_of_the_client_may_read(world: World, person: str) -> None:
    ticket = factories.ticket(world, world.r1)

    assert "The door stays shut" in page(world, getattr(world, person), ticket)


@pytest.mark.parametrize("person", ["o2", "x", "v1own"])
def test_others_may_not(world: World, person: str) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(getattr(world, person)).get(address(ticket))

    assert answer.status_code in (403, 404)
    assert b"The door stays shut" not in answer.content


def test_an_invisible_ticket_is_answered_like_none(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1own)

    hidden, missing = browser.get(address(ticket)), browser.get("/desk/voltarra/99999/")

    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert hidden.status_code == 404


def test_the_client_never_sees_the_vendors_note(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.note(world, world.v1, ticket, "VENDOR-ONLY-CANARY", Message.Audience.VENDOR)
    factories.note(world, world.v1, ticket, "SHARED-CANARY", Message.Audience.SHARED)

    ours, theirs = page(world, world.v12, ticket), page(world, world.a1, ticket)

    assert "VENDOR-ONLY-CANARY" in ours
    assert "SHARED-CANARY" in ours
    assert "SHARED-CANARY" in theirs
    assert "VENDOR-ONLY-CANARY" not in theirs


def test_notes_look_like_nothing_else(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.note(world, world.v1, ticket, "Own", Message.Audience.VENDOR)
    factories.note(world, world.v1, ticket, "Both", Message.Audience.SHARED)

    shown = page(world, world.v1, ticket)

    assert re.search(r'<li class="note own"[^>]*>.*?Havnvik Support only.*?never see this', shown, re.S)
    assert re.search(r'<li class="note both"[^>]*>.*?the customer never sees this', shown, re.S)


def test_a_reader_gets_no_composer_and_no_buttons(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    shown = page(world, world.v1ro, ticket)

    assert "data-composer" not in shown
    assert "/solve/" not in shown
    assert "You may read this ticket, not answer it." in shown


def test_sensitive_fields_are_masked(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.fact(world, world.r1, "Model", "Volt One")
    factories.fact(world, world.r1, "Second phone", "+46701112233", "contact", "phone")
    factories.fact(world, world.r1, "Payer", "SE-7788-4417", "sensitive")

    before = page(world, world.v1, ticket)
    factories.held(world, world.v1, ticket)
    shown = page(world, world.v1, ticket)

    assert "Volt One" in before
    assert "+46 •• ••• •• 33" in before
    assert "+46701112233" not in before
    assert "+46701112233" in shown
    assert all("SE-7788" not in each and "4417" not in each and "••••••" in each for each in (before, shown))


def test_contact_fields_are_masked_without_a_ticket(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    record = reverse("desk:customer", kwargs={"client": "voltarra", "customer": world.r1.pk})

    bare, from_ticket = (
        browser.get(record).content.decode(),
        browser.get(f"{record}?ticket={ticket.number}").content.decode(),
    )
    factories.held(world, world.v1, ticket)
    held = browser.get(record).content.decode()

    assert "rita@mail.example" not in bare
    assert "rita@mail.example" not in from_ticket
    assert "rita@mail.example" in held


def test_another_customers_ticket_opens_no_contact_fields(world: World) -> None:
    other = factories.customer(world, world.c1)
    theirs = factories.ticket(world, other)
    record = reverse("desk:customer", kwargs={"client": "voltarra", "customer": world.r1.pk})

    assert world.browser(world.v1).get(f"{record}?ticket={theirs.number}").status_code == 404
    assert world.browser(world.v1).get(f"{record}?ticket=x'").status_code == 400


def test_a_customer_of_another_client_is_not_there(world: World) -> None:
    browser = world.browser(world.v12)

    for slug in ("voltarra", "alderby"):
        own = slug == "alderby"
        answer = browser.get(reverse("desk:customer", kwargs={"client": slug, "customer": world.r2.pk}))
        assert answer.status_code == (200 if own else 404)


def test_what_people_wrote_is_text(world: World) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    ticket = factories.ticket(world, world.r1, subject=evil, body=evil)

    for shown in (page(world, world.v1, ticket), world.browser(world.v1).get("/desk/").content.decode()):
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_the_thread_tells_what_happened(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)
    with world.enter(world.lead) as actor:
        handling.override_priority(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, priority=1, reason="Family outside"
        )
        handling.set_tags(actor, client_id=world.c1.pk, ticket_id=ticket.pk, names=["lock"])

    shown = page(world, world.v1, ticket)

    for sentence in ("Assigned to Vera Ahlm", "became 1: “Family outside”, by Lea Dahl", "Tag “lock” added"):
        assert sentence in shown


def test_a_long_thread_shows_its_end_first(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Message.objects.bulk_create(
            Message(
                client=world.c1,
                ticket=ticket,
                customer=world.r1,
                author="customer",
                body=f"Line {n}.",
                created_at=ticket.created_at,
            )
            for n in range(250)
        )

    shown = page(world, world.v1, ticket)
    whole = world.browser(world.v1).get(address(ticket) + "?whole").content.decode()

    assert "Line 249." in shown
    assert "Line 10." not in shown
    assert "Line 10." in whole


def test_suggestions_insert_a_revision(world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject="Steady red light on the charger")
    revision = _article(world)

    shown = world.browser(world.v1).get(address(ticket, "suggestions")).content.decode()

    assert f'data-revision="{revision}"' in shown
    assert "Hold the button for ten seconds." in shown


def test_a_playbook_without_quotes_asks_before_it_goes_to_the_customer(world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject="Steady red light on the charger")
    _article(world, "**Hold** the button.")

    shown = world.browser(world.v1).get(address(ticket, "suggestions")).content.decode()

    assert 'data-insert-sure="This playbook is for agents only.' in shown
    assert "data-agents-only>Hold the button.</template>" in shown
    assert "data-insert-said" not in shown


def test_of_a_playbook_only_what_it_quotes_is_for_the_customer(world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject="Steady red light on the charger")
    _article(world, "Never promise a day.\n\n> Please **hold** the button.")

    shown = world.browser(world.v1).get(address(ticket, "suggestions")).content.decode()

    assert "data-may-be-said>Please hold the button.</template>" in shown
    assert "data-insert-sure" not in shown


def test_a_public_article_is_inserted_as_it_is(world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject="Steady red light on the charger")
    _article(world, "## New phone\n\n**Hold** [the button](https://help.example/x).", audience="public")

    shown = world.browser(world.v1).get(address(ticket, "suggestions")).content.decode()

    assert '<template id="insert-1">New phone\n\nHold the button (https://help.example/x).</template>' in shown
    assert "data-insert-sure" not in shown


def _article(world: World, body: str = "Hold the button for ten seconds.", audience: str = "agents") -> int:
    from knowledgebase import actions

    with world.enter(world.o1) as actor:
        shelf = actions.create_category(actor, client_id=world.c1.pk, name="Charging")
        draft = actions.write_draft(
            actor, client_id=world.c1.pk, category=shelf, title="Steady red light", audience=audience,
            body=body, language="en",
        )  # fmt: skip
        return actions.publish(actor, revision=draft).pk


def test_find_a_customer_logs_what_was_looked_for(world: World) -> None:
    answer = world.browser(world.v12).get("/desk/customers/?q=rita@mail.example")

    assert "Rita Svensson" in answer.content.decode()
    with world.enter(world.c1):
        here = AccessLogContent.objects.filter(action="search").get()
    with world.enter(world.c2):
        there = AccessLogContent.objects.filter(action="search").get()
    assert here.detail == {"hits": 1, "terms": "r•••@•••.example"}
    assert here.records == [["customer", world.r1.pk]]
    # Another client's customer's address must not be read in this client's log.
    assert there.detail == {"hits": 0}


@pytest.mark.parametrize("words", ["rolf@mail.example", "Rolf", "Rolf Nilsson"])
def test_customers_of_other_clients_are_not_found(world: World, words: str) -> None:
    shown = world.browser(world.v1).get("/desk/customers/", {"q": words}).content.decode()

    assert "Nobody found" in shown
    assert "Nilsson</bdi>" not in shown


def test_a_customer_is_found_by_phone_number_and_ticket(world: World) -> None:
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(phone="+46701112233", external_id="K-77")
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)

    for words in ("+46 70 111 22 33", "K-77", f"#{ticket.number}", "svens"):
        assert "Rita Svensson" in browser.get("/desk/customers/", {"q": words}).content.decode(), words


def test_searching_is_limited(world: World) -> None:
    browser = world.browser(world.v1)

    # A minute that turns in between would begin to count anew.
    with time_machine.travel(clock.now(), tick=False):
        statuses = [browser.get("/desk/customers/?q=nobody-here").status_code for _each in range(32)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_a_reader_may_not_search_customers(world: World) -> None:
    assert world.browser(world.v1ro).get("/desk/customers/?q=rita").status_code == 403


def test_draft_is_shown_again(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        conversation.keep_draft(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Half a sent", audience=Message.Audience.VENDOR
        )

    assert "Half a sent</textarea>" in page(world, world.v1, ticket)
    assert "Half a sent" not in page(world, world.v12, ticket)
