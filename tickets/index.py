"""Keeps the words of tickets findable, and finds them; see `tickets.models.SearchRow`."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection

from access import scope
from access.actor import ClientFace
from helpdesk.lib import phones
from tickets import finding
from tickets.models import Message, Ticket
from tickets.models.customers import Sensitivity
from tickets.queries import customers
from tickets.queries.records import keeping_of

_WILD = re.compile(r"[%_\\]")

_INSERT = (
    "INSERT INTO tickets_searchrow (client_id, ticket_id, message_id, audience, vendor_id, customer_id, vector) VALUES "
)
_ROW = "(%s, %s, %s, %s, %s, %s, to_tsvector('simple', left(%s, 100000)))"


def index_message(ticket: Ticket, message: Message, *, opens: bool = False) -> None:
    """Make a ticket findable by the words of one message, for those who may read the message.

    `opens` says that the ticket begins with it: by the words of its subject too.  One statement.
    """
    scope.require()
    of, customer_id = (ticket.client_id, ticket.pk), ticket.customer_id
    rows: list[tuple[Any, ...]] = [(*of, message.pk, message.audience, message.vendor_id, customer_id, message.body)]
    if opens:
        rows.append((*of, None, Message.Audience.PUBLIC, None, customer_id, ticket.subject))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_ROW] * len(rows)), [value for row in rows for value in row])


_INSERT_ALL = (
    "INSERT INTO tickets_searchrow (client_id, ticket_id, message_id, audience, vendor_id, customer_id, vector)"
    " SELECT t.client_id, t.id, NULL, 'public', NULL, t.customer_id, to_tsvector('simple', left(t.subject, 100000))"
    " FROM tickets_ticket t WHERE t.client_id = %(client)s"
    " UNION ALL"
    " SELECT m.client_id, m.ticket_id, m.id, m.audience, m.vendor_id, m.customer_id,"
    "   to_tsvector('simple', left(m.body, 100000))"
    " FROM tickets_message m WHERE m.client_id = %(client)s"
)


def index_all(client_id: int) -> None:
    """Make every ticket of a client findable that has just been imported and has no search row yet."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ALL, {"client": client_id})


def move(ticket: Ticket, into: Ticket) -> None:
    """Have the words of one ticket's messages, all of them, find another; those of its subject still find itself."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_searchrow SET ticket_id = %s"
            " WHERE client_id = %s AND ticket_id = %s AND message_id IS NOT NULL",
            [into.pk, ticket.client_id, ticket.pk],
        )


# No word of a customer stands in the search table: their names are read where they are kept, under their own policy.
_BY_CUSTOMER = """
SELECT t.id FROM (
  SELECT c.client_id, c.id FROM tickets_customer c
  WHERE (c.client_id = ANY (%s) AND c.name ILIKE ALL (%s)) OR (c.client_id = ANY (%s) AND c.email_key = lower(%s))
    OR (c.client_id = ANY (%s) AND c.phone_key = ANY (%s))
  ORDER BY c.id DESC LIMIT %s
) AS c
JOIN tickets_ticket t ON t.client_id = c.client_id AND t.customer_id = c.id
ORDER BY t.id DESC LIMIT %s
"""


def find(words: str, *, customers_of: Sequence[ClientFace] = (), most: int = 200) -> list[int]:
    """Ids of tickets with these words, best first, inside the scope entered.

    After them those of customers of the given clients whom the words name: each word a part of
    the name, in any order, or all of them the address or the phone.  A single word that tickets
    have is taken for a word.  One statement, four where customers are asked: names have no
    index that row security lets a search use.  A name that is hidden at a client finds nobody
    there, nor does anything sensitive.
    """
    scope.require()
    words = words[:300].strip()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticket_id FROM tickets_search(%s, %s)", [words, most])
        found = [ticket_id for (ticket_id,) in cursor.fetchall()]
        if customers_of and (not found or " " in words) and customers.may_name(words):
            cursor.execute(_BY_CUSTOMER, (*_whose(words, customers_of), customers.MOST_HITS, most))
            found += [ticket_id for (ticket_id,) in cursor.fetchall()]
    return list(dict.fromkeys(found))


def _whose(words: str, faces: Sequence[ClientFace]) -> list[Any]:
    """Where a name, an address or a phone may be looked for, and how each is spelled."""
    named = ["%" + _WILD.sub(r"\\\g<0>", word) + "%" for word in words.split()]
    kept = keeping_of(faces)
    by_name = [face.id for face in faces if face.name_class == Sensitivity.PUBLIC]
    places = {
        key: [face.id for face, each in zip(faces, kept, strict=True) if finding.searched(each.specs[key])]
        for key in ("email", "phone")
    }
    spelled = {text for each in kept for text in phones.spellings(words, each.country)}
    return [by_name, named, places["email"], words, places["phone"], sorted(spelled)]
