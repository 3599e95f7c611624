"""Whom schedules name: their names and addresses, and when each of them is there.  Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from access.evidence import stops
from access.models import Assignment, Contract, Membership, StaffCard, Suspension
from escalation.models import Contact, OnCallSchedule
from escalation.oncall.rota import Span, Who
from escalation.recipients import Reach, Recipient

EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a schedule names; `card_id` is theirs, also where they stand in it as a contact."""

    who: Who
    name: str
    card: StaffCard | None = None
    contact: Contact | None = None

    @property
    def initials(self) -> str:
        """Up to two letters."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def card_id(self) -> int | None:
        """Their staff card, if they are staff."""
        if self.contact is not None:
            return self.contact.card_id
        return self.card.pk if self.card else None

    def recipients(self, at: datetime) -> list[Recipient]:
        """How they are reached; a contact without an address stands for everyone who may answer."""
        contact = self.contact
        if contact is not None and contact.email:
            # Also one that rests by now: of the past it is still true.
            return [Recipient(contact.name, contact.email, contact.language, contact.pk, phone=contact.phone)]
        if contact is not None:
            return Reach(contact.client_id, at).of_contact(contact)
        assert self.card is not None
        user = self.card.user
        return [Recipient(self.card.name, user.email, user.language or "en", user_id=user.pk)]


def named(client_id: int, whom: Iterable[Who]) -> dict[Who, Person]:
    """The people by who they are; two statements."""
    ids = defaultdict(set)
    for kind, number in whom:
        ids[kind].add(number)
    found: dict[Who, Person] = {}
    contacts = Contact.objects.filter(client_id=client_id, pk__in=ids["contact"]).select_related("card__user")
    for contact in contacts:
        found["contact", contact.pk] = Person(("contact", contact.pk), contact.name, contact.card, contact)
    for card in StaffCard.objects.filter(client_id=client_id, pk__in=ids["card"]).select_related("user"):
        found["card", card.pk] = Person(("card", card.pk), card.name, card)
    return found


def there(client_id: int, people: Iterable[Person]) -> dict[Who, tuple[Span, ...]]:
    """When each of them is there, as things stand now; three statements.

    Not there is whose assignment or membership has not begun or has ended, whose contract is over, whose
    account is closed, whom the client has suspended, and a contact that rests.
    """
    listed = list(people)
    spans = _spans(client_id, {person.card_id for person in listed if person.card_id is not None})
    found: dict[Who, tuple[Span, ...]] = {}
    for person in listed:
        if person.contact is not None and not person.contact.is_active:
            found[person.who] = ()
        elif person.card_id is not None:
            found[person.who] = _apart(spans.get(person.card_id, []))
    return found


def choices(schedule: OnCallSchedule, at: datetime) -> list[Person]:
    """Whom the schedule can name today, by name: the vendor's people at the client, or the client's with its contacts.

    Three statements at most.
    """
    return candidates(schedule.client_id, schedule.vendor_id, at)


def candidates(client_id: int, vendor_id: int | None, at: datetime) -> list[Person]:
    """As `choices`, for a schedule that is not there yet."""
    now = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at)) & Q(client_id=client_id, user__is_active=True)
    if vendor_id is not None:
        hired = Assignment.objects.filter(now, vendor_id=vendor_id, contract__state__in=Contract.IN_FORCE)
        cards = {row.card_id: row.card for row in hired.select_related("card")}
        contacts = []
    else:
        cards = {row.card_id: row.card for row in Membership.objects.filter(now).select_related("card")}
        contacts = list(Contact.objects.filter(client_id=client_id, is_active=True))
    found = [Person(("card", card.pk), card.name, card) for card in cards.values()]
    # Whoever is both is named as a contact only where that is somebody else's address.
    found += [Person(("contact", c.pk), c.name, None, c) for c in contacts if c.card_id not in cards]
    return sorted(found, key=lambda person: (person.name.casefold(), person.who))


def _spans(client_id: int, card_ids: set[int]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    if not card_ids:
        return found
    about = {"client_id": client_id, "card_id__in": card_ids, "user__is_active": True}
    hired = Assignment.objects.filter(**about, contract__state__in=Contract.IN_FORCE)
    stopped = list(Suspension.objects.filter(client_id=client_id, ended_at=None))
    rows: list[Assignment | Membership] = [
        *(row for row in hired if not any(stops(each, row) for each in stopped)),
        *Membership.objects.filter(**about),
    ]
    for row in rows:
        found[row.card_id].append((row.starts_at, row.ends_at or EVER[1]))
    return found


def _apart(spans: list[Span]) -> tuple[Span, ...]:
    """In order, and those that touch as one."""
    found: list[Span] = []
    for opens, closes in sorted(spans):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        elif opens < closes:
            found.append((opens, closes))
    return tuple(found)
