"""Searching, sorting and filtering tell nothing of another client, and nothing of columns that no list shows."""

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import unquote_plus

import pytest

from access.models import AccessLogContent
from knowledgebase.models import Category
from tests import factories
from tests.attack.hostile import encoded
from tickets.actions import handling
from tickets.models import Message, Ticket, TicketCategory, TicketTag

MARKUP, DIGITS = re.compile(r"<[^>]*>"), re.compile(r"\d+")

SECRETS = (
    "password", "assignee__password", "assignee__user__password", "customer__email", "-customer__phone",
    "customer__name",
    "client__profile__signature", "messages__body", "raw__raw", "customer__fields__value", "assignee__user__last_login",
    "vendor__name", "contract__reference", "pk", "-pk", "id", "?", "-?", "1", "0", "random()", "number,subject",
    "(select 1)",
    "number;drop table tickets_ticket", "number desc nulls last", "updated_at--", "created_at,customer__email", "",
    "-", "--updated_at", "updated_at ", "UPDATED_AT", "updated_at\n", "tickets_ticket.id", '"id"', "id)--", "__",
    "a__b__c",
    "created_at__year", "-created_at::text", "pg_sleep(9)", "{", "%s", "%(x)s",
)  # fmt: skip
LOOKUPS = (
    "customer__email__startswith", "customer__email", "assignee__user__password__startswith", "subject__regex",
    "messages__body__icontains", "filter[customer__email]", "filter[assignee__password__startswith]", "q__contains",
    "client", "client_id", "client__slug", "vendor", "id__in", "pk__gte", "status__in", "_connector",
    "_negated",
    "or",
    "fields", "include", "expand", "select", "where", "query_operator", "saved", "format", "page", "page_size",
    "offset",
    "order_by", "sort", "depth", "annotate", "raw", "__proto__", "constructor",
)  # fmt: skip
LISTS = ("tickets/", "customers/", "articles/", "escalations/", "articles/search/", "tickets/101/messages/")


def test_lists_sort_by_what_they_offer_and_by_nothing_else(places):
    browser, wrong = places.browser("v1", "api"), []
    for path in LISTS:
        for name in SECRETS:
            answer = browser.get(f"/api/v1/{path}?{encoded({'ordering': name}).decode()}")
            if answer.status_code != 400:
                wrong.append((path, name, answer.status_code))
    for good in ("created_at", "-created_at", "updated_at", "-updated_at"):
        assert browser.get(f"/api/v1/tickets/?ordering={good}").status_code == 200
    assert wrong == []


def test_lists_are_filtered_by_what_they_offer_and_by_nothing_else(places):
    browser, wrong = places.browser("v1", "api"), []
    for path in LISTS:
        good = {"customers/": {"email": "rita@mail.example"}, "articles/search/": {"q": "door"}}.get(path, {})
        assert browser.get(f"/api/v1/{path}", good).status_code == 200
        for name in LOOKUPS:
            answer = browser.get(f"/api/v1/{path}?{encoded({**good, name: 'a'}).decode()}")
            if answer.status_code != 400 or name not in answer.json()["errors"]:
                wrong.append((path, name, answer.status_code))
    assert wrong == []


PAGES = {
    "/desk/": "v1", "/desk/playbooks/": "v1", "/desk/reports/voltarra/": "lead", "/client/voltarra/inbox/": "o1",
    "/client/voltarra/articles/": "o1", "/client/voltarra/reports/": "o1",
    "/voltarra/questions/": "r1", "/voltarra/articles/": "r1",
}  # fmt: skip


def test_a_page_ignores_a_filter_that_it_does_not_know(places):
    for path, person in PAGES.items():
        browser = places.browser(person, "site")
        plain = words_of(browser.get(path))
        for name in (
            "customer__email__startswith",
            "assignee__user__password",
            "order_by",
            "client_id",
            "messages__body",
        ):
            assert words_of(browser.get(f"{path}?{name}=a")) == plain, (path, name)


def words_of(answer):
    """What a page says, without its numbers."""
    assert answer.status_code == 200
    return " ".join(DIGITS.sub("#", MARKUP.sub(" ", answer.content.decode())).split())


# Words that stand in things of the second client alone.
WORD = "Zebrafink"


@pytest.fixture
def hidden(places):
    """The word in everything of the second client's that anything is searched by."""
    world, at = places.world, datetime(2024, 2, 1, tzinfo=UTC)
    customer = factories.customer(
        world, world.c2, name=f"{WORD} Olofsson", email="zebrafink@mail.example", phone="+46 70 123 45 67",
        external_id="ZEBRAFINK-77",
    )  # fmt: skip
    ticket = factories.ticket(world, customer, subject=f"{WORD} in the hall", body=f"A {WORD} sings.")
    factories.reply(world, world.v12, ticket, body=f"Feed the {WORD}.")
    factories.note(world, world.v12, ticket, body=f"{WORD} again.", audience=Message.Audience.VENDOR)
    factories.note(world, world.o2, ticket, body=f"{WORD} of ours.")
    factories.article(world, world.c2, title=f"What does a {WORD} eat?", body=f"The {WORD} eats seeds.")
    factories.article(world, world.c2, title=f"{WORD} plan", body=f"Give the {WORD} away.", audience="agents")
    factories.fact(world, customer, WORD, WORD)
    with world.enter(world.c2):
        TicketCategory.objects.create(client=world.c2, name=f"{WORD}s", slug="zebrafink", position=9)
        Category.objects.create(client=world.c2, name=f"{WORD} shelf", slug="zebrafink-shelf")
        Ticket.objects.filter(pk=ticket.pk).update(need=f"{WORD} seeds", external_id="ZEBRAFINK-T", updated_at=at)
    with world.enter(world.v12, only=world.c2) as actor:
        handling.set_tags(actor, client_id=world.c2.pk, ticket_id=ticket.pk, names=["zebrafink"])
        assert TicketTag.objects.filter(tag__name="zebrafink").exists()
    return ticket


def spellings(ticket):
    """Ways to ask for it."""
    return (
        WORD, WORD.upper(), "zebra", "zebrafin", "Zebrafi", f"{WORD} sings", f'"{WORD}"', f"{WORD}*", f"-{WORD}",
        f"{WORD} OR door", "zebra%", "_ebrafink", "zebrafink@mail.example", "zebrafink@", "@mail.example zebrafink",
        "+46 70 123 45 67", "0701234567", "ZEBRAFINK-77", "ZEBRAFINK-T", str(ticket.number), f"#{ticket.number}",
        f"{WORD} Olofsson", "Olofsson", "zebrafink:*", "zebrafink & !door", "zebrafink | door", "ZEBRAFINK'--",
        "\u200bZebrafink",
    )  # fmt: skip


# Where a person may search: the path, the name that it reads, and who asks.
SEARCHES = (
    ("/desk/", "q", "v1"), ("/desk/?view=all", "q", "v1"), ("/desk/", "tag", "v1"), ("/desk/", "category", "v1"),
    ("/desk/find/", "q", "v1"), ("/desk/counts/", "q", "v1"), ("/desk/customers/", "q", "v1"),
    ("/desk/voltarra/101/suggestions/", "q", "v1"), ("/desk/playbooks/", "q", "v1"),
    ("/client/voltarra/inbox/", "q", "o1"), ("/voltarra/articles/", "q", "r1"), ("/voltarra/suggest/", "q", "visitor"),
    ("/voltarra/articles/", "category", "visitor"),
    ("/api/v1/tickets/", "q", "v1"), ("/api/v1/tickets/", "tag", "v1"), ("/api/v1/tickets/", "external_id", "v1"),
    ("/api/v1/customers/", "email", "v1"), ("/api/v1/customers/", "phone", "v1"),
    ("/api/v1/customers/", "external_id", "v1"), ("/api/v1/articles/search/", "q", "v1"),
    ("/api/v1/articles/", "category", "v1"), ("/api/v1/articles/", "external_id", "v1"),
)  # fmt: skip


def unsaid(word):
    """A word of the same shape that nobody has written anywhere."""
    for known, other in (("ebra", "uokk"), ("EBRA", "UOKK"), ("lofsson", "lafssen"), ("70", "79"), ("77", "78")):
        word = word.replace(known, other)
    return word


def said(answer):
    """What an answer says, with both words made one and without digits."""
    body = MARKUP.sub(" ", unescape(answer.content.decode())) + unquote_plus(answer.get("Location", ""))
    body = body.lower().replace("uokk", "ebra").replace("lafssen", "lofsson")
    return answer.status_code, DIGITS.sub("#", " ".join(body.split()))


def test_a_search_answers_as_for_a_word_that_nobody_has_written(places, hidden):
    """No row, no count, no hint: the same page but for what was asked."""
    told = []
    for turn, (path, name, person) in enumerate(SEARCHES):
        browser = places.browser(person, "api" if path.startswith("/api/") else "site")
        mark = "&" if "?" in path else "?"
        # Every spelling at every fifth place.
        for word in spellings(hidden)[turn % 5 :: 5]:
            other = str(hidden.number + 1000).join(unsaid(word).split(str(hidden.number)))
            theirs, nobodys = (browser.get(f"{path}{mark}{encoded({name: each}).decode()}") for each in (word, other))
            assert theirs.status_code < 500
            if said(theirs) != said(nobodys) or f"/{hidden.number}/" in theirs.content.decode():
                told.append((path, name, word))
    assert told == []


def test_who_works_there_finds_it(places, hidden):
    browser = places.browser("v12", "site")
    for path in (f"/desk/?q={WORD}", f"/desk/?q={WORD}&view=all", "/desk/?tag=zebrafink", f"/desk/playbooks/?q={WORD}"):
        assert WORD in MARKUP.sub(" ", browser.get(path).content.decode()).replace(f'"{WORD}"', ""), path
    assert browser.get(f"/desk/find/?q={hidden.number}")["Location"] == f"/desk/alderby/{hidden.number}/"
    assert "Olofsson" in browser.get("/desk/customers/?q=zebrafink@mail.example").content.decode()
    assert WORD in places.browser("r2", "site").get(f"/alderby/suggest/?q={WORD}").content.decode()


def test_what_was_looked_for_stands_in_the_log_of_the_own_client_alone(places, hidden):
    world = places.world
    places.browser("v1", "site").get("/desk/customers/?q=zebrafink@mail.example")

    def searches(client):
        with world.enter(client):
            return AccessLogContent.objects.filter(action="search").count()

    assert (searches(world.c1), searches(world.c2)) == (1, 0)
