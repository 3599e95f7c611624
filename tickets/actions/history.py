"""Takes finished conversations from another system, in bulk and with their own times.

Idempotent by `external_id`: what is there already is left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.text import slugify

from access import log
from access.actor import Actor
from access.models import StaffCard
from access.rights import Right
from helpdesk.lib import clock
from tickets import signals
from tickets.actions.contracts import contract_of_history
from tickets.actions.priorities import priority_for
from tickets.conversations import Conversation, Said
from tickets.models import (
    SOLVED_STAYS,
    Customer,
    Holder,
    HolderSpan,
    Message,
    Status,
    Tag,
    Ticket,
    TicketCategory,
    TicketTag,
    Urgency,
    WaitSpan,
)


@dataclass(frozen=True, slots=True)
class Story:
    """An imported ticket with what was said when, for the clocks above."""

    ticket: Ticket
    messages: tuple[Said, ...]


def import_conversations(actor: Actor, *, client_id: int, conversations: Sequence[Conversation]) -> int:
    """Write those that are not there yet, in a number of statements that does not grow with them.

    Returns how many were new.  Needs TICKET_OPEN; sends no mail, and tells the clocks above.
    """
    actor.require(Right.TICKET_OPEN, client_id)
    known = set(
        Ticket.objects.filter(client_id=client_id, external_id__in=[c.external_id for c in conversations]).values_list(
            "external_id", flat=True
        )
    )
    fresh = list({c.external_id: c for c in conversations if c.external_id not in known}.values())
    if not fresh:
        return 0
    customers = _customers(client_id, fresh)
    categories = _categories(client_id, fresh)
    cards = _cards(client_id, fresh)
    stories = [
        Story(ticket, conversation.messages)
        for ticket, conversation in zip(_tickets(client_id, fresh, customers, categories, cards), fresh, strict=True)
    ]
    _messages(client_id, stories, cards)
    _spans(client_id, stories)
    _tags(client_id, stories, fresh)
    signals.history_imported.send(Ticket, client_id=client_id, stories=stories)
    log.write(
        actor,
        [
            log.Entry(
                client_id,
                log.Action.CHANGE,
                records=[(log.TICKET, story.ticket.pk) for story in stories],
                detail={"what": "imported", "count": len(stories)},
            )
        ],
    )
    return len(stories)


def _customers(client_id: int, fresh: Sequence[Conversation]) -> dict[str, Customer]:
    """The customers by their id there, else by address; new ones are made, known ones kept as they are."""
    wanted = {c.customer["id"] or c.customer["email"].lower(): c for c in reversed(fresh)}
    ids = [c.customer["id"] for c in wanted.values() if c.customer["id"]]
    emails = [c.customer["email"].lower() for c in wanted.values() if c.customer["email"]]
    rows = Customer.objects.filter(client_id=client_id)
    found = {row.external_id: row for row in rows.filter(external_id__in=ids)}
    by_email = {row.email.lower(): row for row in rows.filter(email__in=emails)}
    created: list[Customer] = []
    for key, conversation in wanted.items():
        facts = conversation.customer
        email = facts["email"].lower()
        if key in found:
            continue
        if email and email in by_email:
            found[key] = by_email[email]
            continue
        found[key] = by_email[email or key] = Customer(
            client_id=client_id,
            name=facts["name"],
            email=email,
            phone=facts["phone"][:40],
            tier=facts["tier"][:40],
            external_id=facts["id"][:120],
            language=conversation.language,
            created_at=conversation.created_at,
        )
        created.append(found[key])
    Customer.objects.bulk_create(created, batch_size=500)
    return found


def _categories(client_id: int, fresh: Sequence[Conversation]) -> dict[str, TicketCategory]:
    names = {_words(c.category) for c in fresh if c.category}
    known = {row.name: row for row in TicketCategory.objects.filter(client_id=client_id, name__in=names)}
    for name in sorted(names - known.keys()):
        known[name], _created = TicketCategory.objects.get_or_create(
            client_id=client_id, slug=slugify(name)[:100] or "other", defaults={"name": name[:80], "is_offered": False}
        )
    return known


def _cards(client_id: int, fresh: Sequence[Conversation]) -> dict[str, int]:
    """The cards of the agents who are on this client's staff here too, by name."""
    names = {said.agent for conversation in fresh for said in conversation.messages if said.agent}
    return dict(StaffCard.objects.filter(client_id=client_id, name__in=names).values_list("name", "pk"))


def _words(category: str) -> str:
    spaced = category.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def _tickets(
    client_id: int,
    fresh: Sequence[Conversation],
    customers: Mapping[str, Customer],
    categories: Mapping[str, TicketCategory],
    cards: Mapping[str, int],
) -> list[Ticket]:
    priorities = {impact: priority_for(client_id, impact, Urgency.SOON) for impact in {c.impact for c in fresh}}
    contract_of = contract_of_history(client_id)
    first = _reserve(client_id, len(fresh))
    tickets: list[Ticket] = []
    for number, old in enumerate(fresh, first):
        last = old.messages[-1].at
        contract = contract_of(old.created_at)
        answers = [m.at for m in old.messages if m.author is Message.Author.STAFF]
        category = categories.get(_words(old.category)) if old.category else None
        is_open = old.status is Status.OPEN
        status, closed = _ended(old, last)
        asked = _asked_since(old.messages) if is_open else None
        agents = [cards[m.agent] for m in old.messages if m.agent in cards]
        tickets.append(
            Ticket(
                client_id=client_id,
                number=number,
                external_id=old.external_id,
                subject=old.subject,
                customer=customers[old.customer["id"] or old.customer["email"].lower()],
                contract=contract,
                vendor_id=contract.vendor_id if contract else None,
                category=category,
                status=status,
                holder=Holder.CUSTOMER if is_open and asked is None else Holder.VENDOR,
                assignee_id=agents[-1] if agents else None,
                impact=old.impact,
                urgency=Urgency.SOON,
                priority=priorities[old.impact],
                language=old.language,
                channel="import",
                created_at=old.created_at,
                updated_at=last,
                asked_at=asked,
                first_answered_at=answers[0] if answers else None,
                solved_at=None if is_open else last,
                closed_at=closed,
            )
        )
    Ticket.objects.bulk_create(tickets, batch_size=500)
    return tickets


def _ended(old: Conversation, last: datetime) -> tuple[Status, datetime | None]:
    """Its status and when it was closed: what was solved long ago has been closed by time since then."""
    if old.status is Status.SOLVED and last <= clock.now() - SOLVED_STAYS:
        return Status.CLOSED, last + SOLVED_STAYS
    return old.status, last if old.status is Status.CLOSED else None


def _asked_since(messages: Sequence[Said]) -> datetime | None:
    """Since when the customer waits at the end of these messages, or None."""
    since = None
    for message in messages:
        if message.author is Message.Author.CUSTOMER:
            since = since or message.at
        elif message.author is Message.Author.STAFF:
            since = None
    return since


def _reserve(client_id: int, count: int) -> int:
    """A block of numbers; returns the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_ticketcounter SET last = last + %s WHERE client_id = %s RETURNING last - %s + 1",
            [count, client_id, count],
        )
        (first,) = cursor.fetchone()
    return first


def _messages(client_id: int, stories: Sequence[Story], cards: Mapping[str, int]) -> None:
    rows = [
        Message(
            client_id=client_id,
            ticket=story.ticket,
            customer_id=story.ticket.customer_id,
            author=said.author,
            card_id=cards.get(said.agent),
            author_name="" if said.agent in cards else said.agent[:160],
            audience=said.audience,
            body=said.body,
            channel="import",
            created_at=said.at,
        )
        for story in stories
        for said in story.messages
    ]
    Message.objects.bulk_create(rows, batch_size=1000)
    words: list[tuple[int, int | None, str, int, str]] = [
        (s.ticket.pk, None, Message.Audience.PUBLIC.value, s.ticket.customer_id, s.ticket.subject) for s in stories
    ]
    words += [(m.ticket_id, m.pk, str(m.audience), m.customer_id, m.body) for m in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_searchrow (client_id, ticket_id, message_id, audience, customer_id, vector)"
            " SELECT %s, t, m, a, c, to_tsvector('simple', b)"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[]) AS w (t, m, a, c, b)",
            [client_id, *(list(column) for column in zip(*words, strict=True))],
        )


def _tags(client_id: int, stories: Sequence[Story], fresh: Sequence[Conversation]) -> None:
    wanted = [
        (story.ticket, tag[:40].lower())
        for story, old in zip(stories, fresh, strict=True)
        for tag in dict.fromkeys(old.tags)
    ]
    names = {name for _ticket, name in wanted}
    known = {tag.name: tag for tag in Tag.objects.filter(client_id=client_id, name__in=names)}
    for name in sorted(names - known.keys()):
        known[name], _created = Tag.objects.get_or_create(client_id=client_id, name=name)
    TicketTag.objects.bulk_create(
        [TicketTag(client_id=client_id, ticket=ticket, tag=known[name]) for ticket, name in wanted], batch_size=1000
    )


def _spans(client_id: int, stories: Sequence[Story]) -> None:
    spans: list[tuple[Ticket, Holder, datetime, datetime | None]] = []
    waits: list[tuple[Ticket, datetime, datetime | None]] = []
    for story in stories:
        ticket, asked = story.ticket, None
        is_open = ticket.status == Status.OPEN
        holder, since = Holder.VENDOR, ticket.created_at
        for said in story.messages:
            if said.author is Message.Author.CUSTOMER:
                asked = asked or said.at
                if holder is Holder.CUSTOMER:
                    spans.append((ticket, holder, since, said.at))
                    holder, since = Holder.VENDOR, said.at
            elif said.author is Message.Author.STAFF:
                if asked is not None:
                    waits.append((ticket, asked, said.at))
                    asked = None
                if holder is Holder.VENDOR:
                    spans.append((ticket, holder, since, said.at))
                    holder, since = Holder.CUSTOMER, said.at
        spans.append((ticket, holder, since, None if is_open else ticket.solved_at))
        if asked is not None:
            waits.append((ticket, asked, None if is_open else ticket.solved_at))
    HolderSpan.objects.bulk_create(
        [HolderSpan(client_id=client_id, ticket=t, holder=h, started_at=a, ended_at=b) for t, h, a, b in spans],
        batch_size=1000,
    )
    WaitSpan.objects.bulk_create(
        [WaitSpan(client_id=client_id, ticket=t, asked_at=a, answered_at=b) for t, a, b in waits], batch_size=1000
    )
