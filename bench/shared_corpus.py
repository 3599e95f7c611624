"""The peer's corpus, loaded into the product's tables: the same tickets, words, clients and agents."""

import importlib.util
import os
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

from bench import corpus
from bench.corpus import People
from bench.peer import SHARED
from bench.site import Site

HOLDERS = {"open": ("open", "vendor"), "pending": ("open", "customer"), "solved": ("solved", "vendor")}


def generator(*, tickets: int) -> ModuleType:
    """The shared generator, set to this size."""
    os.environ["BENCH_TICKETS"] = str(tickets)
    spec = importlib.util.spec_from_file_location("datagen", SHARED / "common" / "datagen.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(site: Site, *, tickets: int) -> tuple[People, ModuleType]:
    """Load everything; the agent is the corpus's first, with the same clients as at the peer."""
    data = generator(tickets=tickets)
    mine = next(clients for number, *_rest, clients in data.staff() if number == 0)
    # `organisations` gives the agent the first clients; the corpus's are put first in that order.
    people = corpus.organisations(clients=data.N_CLIENTS, agents_clients=len(mine))
    order = [*mine, *(n for n in range(data.N_CLIENTS) if n not in set(mine))]
    client_of = {number: people.client_ids[place] for place, number in enumerate(order)}
    with site.superuser() as connection:
        customers: dict[tuple[int, str], int] = {}
        for _id, client, _subject, _body, mail, *_rest in data.tickets():
            customers.setdefault((client_of[client], mail), len(customers) + 1)
        corpus.copy(
            connection,
            "tickets_customer",
            ("id", "client_id", "name", "email", "phone", "language", "tier", "external_id", "created_at"),
            ((pk, c, mail.split("@")[0], mail, "", "en", "", "", data.NOW) for (c, mail), pk in customers.items()),
        )
        corpus.copy(connection, "tickets_ticket", _TICKET, _tickets(data, client_of, customers))
        corpus.copy(connection, "tickets_message", _MESSAGE, _messages(data, client_of, customers))
        connection.execute(_INDEX_SUBJECTS)
        connection.execute(_INDEX_MESSAGES)
        for table in ("ticket", "customer", "message"):
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('tickets_{table}', 'id'), (SELECT max(id) FROM tickets_{table}))"
            )
        corpus.analyse(connection)
    return people, data


_TICKET = (
    "id client_id number subject customer_id status holder impact urgency priority priority_reason language channel"
    " need reporter_unconfirmed external_id created_at updated_at asked_at due_at due_metric solved_at reopened version"
).split()
_MESSAGE = (
    "client_id ticket_id customer_id author audience body channel mail_message_id unverified external_id created_at"
).split()
_INDEX_SUBJECTS = """
INSERT INTO tickets_searchrow (client_id, ticket_id, message_id, audience, customer_id, vector)
SELECT client_id, id, NULL, 'public', customer_id, to_tsvector('simple', subject) FROM tickets_ticket
"""
_INDEX_MESSAGES = """
INSERT INTO tickets_searchrow (client_id, ticket_id, message_id, audience, customer_id, vector)
SELECT client_id, ticket_id, id, 'public', customer_id, to_tsvector('simple', body) FROM tickets_message
"""


def _tickets(data: Any, client_of: dict[int, int], customers: dict[tuple[int, str], int]) -> Iterator[tuple[Any, ...]]:
    for number, client, subject, _body, mail, status, prio, _who, created, updated, _said in data.tickets():
        owner = client_of[client]
        customer = customers[owner, mail]
        state, holder = HOLDERS.get(status, ("closed", "vendor"))
        is_open = state == "open"
        yield (
            number, owner, number, subject, customer, state, holder, 2, 2, min(prio, 4), "", "en", "portal",
            "", False, "", created, updated, None,
            updated + timedelta(hours=4 * prio) if is_open and holder == "vendor" else None, "",
            None if is_open else updated, 0, 1,
        )  # fmt: skip


def _messages(data: Any, client_of: dict[int, int], customers: dict[tuple[int, str], int]) -> Iterator[tuple[Any, ...]]:
    for number, client, _subject, body, mail, _status, _prio, _who, created, _updated, said in data.tickets():
        owner = client_of[client]
        customer = customers[owner, mail]
        yield owner, number, customer, "customer", "public", body, "portal", "", False, "", created
        for staff, at, text in said:
            author = "customer" if staff is None else "staff"
            yield owner, number, customer, author, "public", text, "portal", "", False, "", at


def articles(client_id: int, data: Any) -> list[str]:
    """The corpus's articles as published ones of this client; returns their slugs."""
    from access.tasks import in_client
    from knowledgebase import actions as writing
    from knowledgebase.models import Article

    with in_client(client_id, "bench") as actor:
        for number, (shelf, title, question, answer) in enumerate(data.kb()):
            foreign = writing.Foreign(f"kb-{number}", title, f"{question}\n\n{answer}", f"Topic {shelf}")
            writing.import_article(actor, client_id=client_id, foreign=foreign)
        return list(Article.objects.filter(client_id=client_id).order_by("id").values_list("slug", flat=True))
