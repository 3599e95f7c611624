"""Customers: found by what they say of themselves, and shown with what they asked before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from access import scope
from access.actor import Actor
from access.errors import NotFound
from access.rights import Right
from tickets.models import Customer, Ticket

MOST_HITS = 20
SHORTEST = 3
SHORTEST_PHONE = 6
WORDS_OF_A_NAME = 4
_EVERY_RECORD = (Right.TICKET_READ_ALL, Right.CUSTOMER_SEARCH, Right.CUSTOMER_EDIT)
_NOT_A_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Found:
    """The customers that a search found, and whether there are more than are shown."""

    customers: list[Customer]
    more: bool


def search(client_ids: Sequence[int], words: str) -> Found:
    """Customers at these clients by whole address, phone, number or ticket number, or by a part of the name.

    Two statements at most.  Less than three characters of a name find nothing.
    """
    scope.require()
    rule = Q(email__iexact=words) | Q(external_id=words) if words else Q(pk__in=[])
    digits = _NOT_A_DIGIT.sub("", words)
    if spelled := phones(words):
        rule |= Q(phone__in=spelled)
    if len(words) >= SHORTEST and "@" not in words and not digits:
        rule |= Q(name__icontains=words)
    number = words.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= 12:
        owners = Ticket.objects.filter(client_id__in=client_ids, number=int(number)).values_list(
            "customer_id", flat=True
        )
        rule |= Q(pk__in=list(owners[:MOST_HITS]))
    found = list(Customer.objects.filter(rule, client_id__in=client_ids).order_by("name", "pk")[: MOST_HITS + 1])
    return Found(found[:MOST_HITS], len(found) > MOST_HITS)


def may_name(words: str) -> bool:
    """Whether words may say somebody's address, phone or name: a sentence, or a ticket's number, does not."""
    if "@" in words:
        return True
    digits = len(_NOT_A_DIGIT.sub("", words))
    return digits >= SHORTEST_PHONE if digits else len(words) >= SHORTEST and len(words.split()) <= WORDS_OF_A_NAME


def phones(words: str) -> list[str]:
    """How a phone number may be kept that the words are; none where they are something else."""
    digits = _NOT_A_DIGIT.sub("", words)
    if len(digits) < SHORTEST_PHONE or len(digits) < len(words.replace(" ", "")) - 3:
        return []
    return list({words, digits, f"+{digits}", words.replace(" ", ""), words.replace("-", "")})


def readable(actor: Actor, client_id: int) -> QuerySet[Customer]:
    """The customers of a client whose records the actor may open: whose tickets they may read.

    Who may search customers, or change their records, may open every one.
    """
    rows = Customer.objects.filter(client_id=client_id)
    if any(actor.may(right, client_id) for right in _EVERY_RECORD):
        return rows
    tickets = Ticket.objects.visible_to(actor).filter(client_id=client_id, customer_id=OuterRef("pk"))
    return rows.filter(Exists(tickets))


def find(actor: Actor, client_id: int, customer_id: int) -> Customer:
    """The customer, if the actor may open their record; one statement.  Raises `NotFound`."""
    customer = readable(actor, client_id).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    return customer
