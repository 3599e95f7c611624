"""Everything that a ticket's page shows, in a fixed number of statements whatever the ticket's length."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from access import scope
from access.actor import Actor
from access.errors import NotFound
from access.models import ClientProfile, StaffCard
from helpdesk.lib.columns import Columns, split
from knowledgebase.models import Revision
from post.models import StoredFile
from tickets.models import (
    Attachment,
    Customer,
    CustomerField,
    Event,
    Message,
    Status,
    Ticket,
    TicketCategory,
)
from tickets.queries import reach, staff, undelivered
from tickets.queries.undelivered import Undelivered

LONGEST_THREAD = 200
EARLIER = 5


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket with what stands around it; `messages` and `events` the oldest first.

    `older` tells that messages before these were left out.
    """

    ticket: Ticket
    profile: ClientProfile
    messages: list[Message]
    events: list[Event]
    files: dict[int, list[Attachment]]
    fields: list[CustomerField]
    earlier: list["Earlier"]
    draft: "KeptDraft | None"
    categories: list[tuple[int, str]] = field(default_factory=list)
    colleagues: list[tuple[int, str]] = field(default_factory=list)
    older: bool = False
    undelivered: list[Undelivered] = field(default_factory=list)

    @property
    def latest_message_id(self) -> int:
        """The newest message that the reader has seen, 0 where there is none."""
        return self.messages[-1].pk if self.messages else 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another ticket of the same customer."""

    number: int
    subject: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What the reader had begun to write, for whom, and when it was kept."""

    body: str
    audience: str
    at: datetime


_TICKET = Columns(Ticket, "t")
_CUSTOMER = Columns(Customer, "c")
_CATEGORY = Columns(TicketCategory, "g")
_CARD = Columns(StaffCard, "s")
_FIND_SQL = f"""
SELECT {_TICKET.sql}, {_CUSTOMER.sql}, {_CATEGORY.sql}, {_CARD.sql},
  ARRAY(SELECT n.name FROM tickets_tickettag x JOIN tickets_tag n ON n.client_id = x.client_id AND n.id = x.tag_id
        WHERE x.client_id = t.client_id AND x.ticket_id = t.id ORDER BY n.name),
  (SELECT jsonb_build_object('body', d.body, 'audience', d.audience, 'at', d.updated_at) FROM tickets_draft d
   WHERE d.client_id = t.client_id AND d.user_id = %s AND d.ticket_id = t.id),
  {undelivered.OF_TICKET_SQL}
FROM tickets_ticket t
JOIN tickets_customer c ON c.client_id = t.client_id AND c.id = t.customer_id
LEFT JOIN tickets_ticketcategory g ON g.client_id = t.client_id AND g.id = t.category_id
LEFT JOIN access_staffcard s ON s.client_id = t.client_id AND s.id = t.assignee_id
WHERE t.client_id = %s AND t.number = %s AND (%s::bigint IS NULL OR t.assignee_id = %s::bigint)
"""


def find_ticket(actor: Actor, client_id: int, number: int) -> Ticket:
    """The ticket with this number, with customer, category, assignee, `tag_names`, `kept` and `dead`; one statement.

    `kept` is the actor's draft as JSON, or None; `dead` its letters that were given up, as `undelivered.made`
    takes them.  Raises `NotFound`.
    """
    near = reach.at(actor, client_id)
    if not near.clients:
        raise NotFound
    own = near.own[0]
    row = _one(_FIND_SQL, [actor.user_id or 0, client_id, number, own, own])
    if row is None:
        raise NotFound
    parts = split(row, len(_TICKET), len(_CUSTOMER), len(_CATEGORY), len(_CARD))
    ticket: Any = _TICKET.made(parts[0])
    ticket.customer = _CUSTOMER.made(parts[1])
    ticket.category = _CATEGORY.made_or_none(parts[2])
    ticket.assignee = _CARD.made_or_none(parts[3])
    ticket.tag_names, ticket.kept, ticket.dead = parts[4]
    found: Ticket = ticket
    return found


def _one(sql: str, params: list[Any]) -> Any:
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def _all(sql: str, params: list[Any]) -> list[Any]:
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def ticket_id_of(actor: Actor, client_id: int, number: int) -> int:
    """The id of the ticket with this number; one statement.  Raises `NotFound`."""
    found = Ticket.objects.visible_to(actor).filter(client_id=client_id, number=number).values_list("pk", flat=True)
    ticket_id = found.first()
    if ticket_id is None:
        raise NotFound
    return int(ticket_id)


def read(actor: Actor, client_id: int, number: int, *, whole: bool = False) -> TicketPage:
    """The page of one ticket; six statements, all of a fixed cost.  `whole` shows a thread of any length."""
    ticket: Any = find_ticket(actor, client_id, number)
    profile, categories, fields, earlier = _around(actor, ticket)
    messages = _newest_messages(ticket, None if whole else LONGEST_THREAD + 1)
    older = not whole and len(messages) > LONGEST_THREAD
    messages = messages[-LONGEST_THREAD:] if older else messages
    return TicketPage(
        ticket=ticket,
        profile=profile,
        messages=messages,
        events=_newest_events(ticket, messages[0].created_at if older else None),
        files=_files(ticket),
        fields=fields,
        earlier=earlier,
        draft=_draft(ticket),
        categories=categories,
        colleagues=staff.colleagues(actor, client_id),
        older=older,
        undelivered=undelivered.made(ticket.dead),
    )


def _draft(ticket: Any) -> KeptDraft | None:
    kept = ticket.kept
    if kept is None:
        return None
    draft = json.loads(kept)
    return KeptDraft(draft["body"], draft["audience"], datetime.fromisoformat(draft["at"]))


_PROFILE = Columns(ClientProfile, "p")
_AROUND_SQL = f"""
SELECT {_PROFILE.sql},
  (SELECT jsonb_agg(jsonb_build_array(g.id, g.name) ORDER BY g.position, g.name)
   FROM tickets_ticketcategory g WHERE g.client_id = p.client_id),
  (SELECT jsonb_agg(jsonb_build_array(f.label, f.value, f.sensitivity) ORDER BY f.position)
   FROM tickets_customerfield f WHERE f.client_id = p.client_id AND f.customer_id = %s),
  (SELECT jsonb_agg(jsonb_build_array(e.number, e.subject, e.status, e.created_at)) FROM (
     SELECT e.number, e.subject, e.status, e.created_at FROM tickets_ticket e
     WHERE e.client_id = p.client_id AND e.customer_id = %s AND e.id <> %s
       AND (%s::bigint IS NULL OR e.assignee_id = %s::bigint)
     ORDER BY e.created_at DESC LIMIT {EARLIER}
   ) AS e)
FROM access_clientprofile p WHERE p.client_id = %s
"""


def _around(
    actor: Actor, ticket: Ticket
) -> tuple[ClientProfile, list[tuple[int, str]], list[CustomerField], list[Earlier]]:
    """How staff speak in the client's name, its categories, the customer's fields and other tickets."""
    own = reach.at(actor, ticket.client_id).own[0]
    row = _one(_AROUND_SQL, [ticket.customer_id, ticket.customer_id, ticket.pk, own, own, ticket.client_id])
    profile, lists = split(row, len(_PROFILE))
    categories, fields, earlier = (json.loads(each) if each else [] for each in lists)
    return (
        _PROFILE.made(profile),
        [(pk, name) for pk, name in categories],
        [CustomerField(label=label, value=value, sensitivity=kind) for label, value, kind in fields],
        [Earlier(n, subject, Status(state), datetime.fromisoformat(at)) for n, subject, state, at in earlier],
    )


_MESSAGE = Columns(Message, "m")
_REVISION = Columns(Revision, "r", without=("body", "html", "summary"))
_MESSAGES_SQL = f"""
SELECT {_MESSAGE.sql}, {_CARD.sql}, {_REVISION.sql} FROM tickets_message m
LEFT JOIN access_staffcard s ON s.client_id = m.client_id AND s.id = m.card_id
LEFT JOIN knowledgebase_revision r ON r.client_id = m.client_id AND r.id = m.revision_id
WHERE m.client_id = %s AND m.ticket_id = %s ORDER BY m.id DESC LIMIT %s
"""


def _newest_messages(ticket: Ticket, most: int | None) -> list[Message]:
    found = []
    for row in _all(_MESSAGES_SQL, [ticket.client_id, ticket.pk, most]):
        said, card, revision, _rest = split(row, len(_MESSAGE), len(_CARD), len(_REVISION))
        message: Any = _MESSAGE.made(said)
        message.card, message.revision = _CARD.made_or_none(card), _REVISION.made_or_none(revision)
        found.append(message)
    return found[::-1]


_EVENT = Columns(Event, "e")
_EVENTS_SQL = f"""
SELECT {_EVENT.sql} FROM tickets_event e
WHERE e.client_id = %s AND e.ticket_id = %s AND (%s::timestamptz IS NULL OR e.at >= %s::timestamptz)
ORDER BY e.id DESC LIMIT {2 * LONGEST_THREAD}
"""


def _newest_events(ticket: Ticket, since: datetime | None) -> list[Event]:
    return [_EVENT.made(row) for row in _all(_EVENTS_SQL, [ticket.client_id, ticket.pk, since, since])][::-1]


_ATTACHMENT = Columns(Attachment, "a")
_FILE = Columns(StoredFile, "f")
_FILES_SQL = f"""
SELECT {_ATTACHMENT.sql}, {_FILE.sql} FROM tickets_attachment a
JOIN post_storedfile f ON f.client_id = a.client_id AND f.id = a.file_id
WHERE a.client_id = %s AND a.ticket_id = %s ORDER BY a.id
"""


def _files(ticket: Ticket) -> dict[int, list[Attachment]]:
    files: dict[int, list[Attachment]] = {}
    for row in _all(_FILES_SQL, [ticket.client_id, ticket.pk]):
        held, stored, _rest = split(row, len(_ATTACHMENT), len(_FILE))
        attachment = _ATTACHMENT.made(held)
        attachment.file = _FILE.made(stored)
        files.setdefault(attachment.message_id, []).append(attachment)
    return files


def profile_of(client_id: int) -> ClientProfile:
    """How staff speak in the client's name; one statement."""
    return ClientProfile.objects.get(client_id=client_id)


def categories(client_id: int) -> list[tuple[int, str]]:
    """A client's categories as (id, name), in its own order; one statement."""
    found = TicketCategory.objects.filter(client_id=client_id).order_by("position", "name")
    return list(found.values_list("pk", "name"))


def earlier_tickets(actor: Actor, customer: Customer, *, most: int = EARLIER) -> list[Ticket]:
    """The customer's tickets that the actor may read, the newest first; one statement."""
    found = Ticket.objects.visible_to(actor).filter(client_id=customer.client_id, customer=customer)
    return list(found.order_by("-created_at")[:most])
