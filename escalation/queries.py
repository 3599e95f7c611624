"""What the pages of escalations read: a question with its facts, what waits, the inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from access.errors import NotFound
from access.models import Contract
from escalation.models import Clock, Contact, Escalation, EscalationStep, Metric
from escalation.recipients import left
from escalation.strip import name_of
from helpdesk.lib import clock, durations
from helpdesk.lib.paging import Order
from tickets.actions.contracts import vendor_of
from tickets.models import Holder, Message, Ticket

INBOX_ORDER: Order = ("-started_at", "-id")
SAID_MOST = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the client, with what is needed to answer it; `taken_on_by` is who said "I am on it".

    `facts` are pairs of a label and a text, the label empty where none was given; `next_step` is
    who is told if nobody takes it on; `said` what the customer wrote last, newest last.
    """

    escalation: Escalation
    ticket: Ticket
    vendor_name: str
    due_at: datetime | None
    facts: tuple[tuple[str, str], ...]
    next_step: EscalationStep | None
    said: tuple[Message, ...]
    taken_on_by: str = ""

    @property
    def next_name(self) -> str:
        """Who is told next, in the reader's words."""
        return name_of(self.next_step) if self.next_step else ""

    @property
    def is_due_today(self) -> bool:
        """Whether less than a day is left, or the promise is broken."""
        return self.due_at is not None and self.due_at - clock.now() < timedelta(days=1)

    @property
    def waited(self) -> str:
        """For how long the customer has waited, in words."""
        return (
            durations.span(max(0, (clock.now() - self.ticket.asked_at).total_seconds())) if self.ticket.asked_at else ""
        )

    @property
    def is_open(self) -> bool:
        """Whether an answer is still asked for."""
        return self.escalation.ended_at is None


def asked(client_id: int, escalation_id: int) -> Asked:
    """One question; four statements.  Raises `NotFound`."""
    rows = Escalation.objects.filter(client_id=client_id, pk=escalation_id)
    escalation = _with_clock(rows).select_related("ticket__customer", "ticket__vendor").first()
    if escalation is None:
        raise NotFound
    ticket, vendor = escalation.ticket, vendor_of(escalation.ticket)
    steps = escalation.steps.filter(attempted_at=None, cancelled_at=None).order_by("position")
    said = Message.objects.filter(
        client_id=client_id,
        ticket=ticket,
        author=Message.Author.CUSTOMER,
        audience=Message.Audience.PUBLIC,
    ).order_by("-pk")[:SAID_MOST]
    return Asked(
        escalation,
        ticket,
        vendor.name if vendor else "",
        escalation.due_at,
        facts_of(escalation.facts),
        steps.first(),
        tuple(reversed(said)),
        escalation.acknowledged_by_name if escalation.acknowledged_at else "",
    )


def facts_of(text: str) -> tuple[tuple[str, str], ...]:
    """The lines of the facts as pairs: "What happened: it broke" has a label, "it broke" has none."""
    pairs = []
    for line in text.splitlines():
        label, colon, rest = line.partition(":")
        if colon and rest.strip() and 0 < len(label.strip()) <= 30:
            pairs.append((label.strip(), rest.strip()))
        elif line.strip():
            pairs.append(("", line.strip()))
    return tuple(pairs)


def waiting(client_id: int) -> list[Any]:
    """The questions that wait on the client now, the most urgent first, with `due_at` and `asked_at`; one statement."""
    rows = Escalation.objects.filter(client_id=client_id, ended_at=None, ticket__holder=Holder.CLIENT)
    found = _with_clock(rows).select_related("ticket__customer", "ticket__vendor")
    return list(found.order_by(F("due_at").asc(nulls_last=True), "started_at", "pk"))


def inbox(client_id: int, *, state: str = "", words: str = "") -> QuerySet[Any]:
    """All questions to the client: `state` is "open", "answered" or ""; `words` stand in question or answer."""
    rows = Escalation.objects.filter(client_id=client_id)
    if state:
        rows = rows.filter(ended_at__isnull=state == "open")
    if words.removeprefix("#").isascii() and words.removeprefix("#").isdigit() and len(words) < 18:
        rows = rows.filter(ticket__number=int(words.removeprefix("#")))
    elif words:
        rows = rows.filter(Q(question__icontains=words) | Q(answer__icontains=words))
    return _with_clock(rows).select_related("ticket__customer")


def vendor_name(client_id: int) -> str:
    """The vendor with a contract in force, or the empty string."""
    rows = Contract.objects.filter(client_id=client_id, state__in=Contract.IN_FORCE).order_by("pk")
    return rows.values_list("vendor__name", flat=True).first() or ""


def contacts(client_id: int) -> list[Contact]:
    """The client's contacts, those in use first."""
    return list(Contact.objects.filter(client_id=client_id).select_related("card").order_by("-is_active", "name"))


def reachable_contacts(client_id: int, *, without: int) -> list[Contact]:
    """Contacts in use with an address of their own, but for one; by name."""
    rows = Contact.objects.filter(client_id=client_id, is_active=True).exclude(email="").exclude(pk=without)
    found = list(rows.order_by("name", "pk"))
    gone = left(client_id, found, clock.now())
    return [contact for contact in found if contact.card_id not in gone]


def _with_clock(rows: QuerySet[Escalation]) -> QuerySet[Any]:
    """With the client's own clock: `due_at`, `asked_at` and whether the promise was `met`."""
    clock = Clock.objects.filter(
        client_id=OuterRef("client_id"),
        ticket_id=OuterRef("ticket_id"),
        metric=Metric.CLIENT_RESPONSE,
        started_at__gte=OuterRef("started_at"),
    ).order_by("started_at")
    return rows.annotate(
        due_at=Subquery(clock.values("due_at")[:1]),
        asked_at=Subquery(clock.values("started_at")[:1]),
        met=Subquery(clock.values("met")[:1]),
    )
