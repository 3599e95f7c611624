"""Whom a target reaches at a moment: contacts and groups of the client's, its staff, the vendor's roles and teams."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from access.clearance import may_be_told
from access.models import Assignment, Membership
from access.rights import CLIENT_ROLES, Right, Role
from escalation.matrix.document import Target, Who
from escalation.models import Contact, ContactGroup, GroupMember
from post.models import Endpoint
from tickets.models import Ticket

_CLIENTS = frozenset(role.value for role in CLIENT_ROLES)
ANSWERING_ROLES = [role.value for role in CLIENT_ROLES if Right.ESCALATION_ANSWER in role.rights]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address with its name and language; which contact or which of the staff it is, where it is one."""

    name: str
    email: str
    language: str
    contact_id: int | None = None
    user_id: int | None = None
    role: str = ""
    phone: str = ""
    # Of the staff who stands behind a contact with an address of its own.
    behind_id: int | None = None

    @property
    def reads_here_as(self) -> int | None:
        """The person of the staff who can be told on the pages, or None."""
        return self.user_id or self.behind_id

    @property
    def is_vendors(self) -> bool:
        """Whether it is one of the vendor's people, by the role that they have here."""
        return bool(self.role) and self.role not in _CLIENTS

    @property
    def key(self) -> str:
        """Who it is, for the cause of a notice."""
        return f"c{self.contact_id}-{self.user_id or ''}" if self.contact_id is not None else f"u{self.user_id}"


class Reach:
    """Everybody at one client who can be told at one moment; each kind is read once, when it is first asked for."""

    def __init__(self, client_id: int, at: datetime) -> None:
        self.client_id, self.at = client_id, at
        self._of_vendors: dict[int, list[Assignment]] = {}

    def of(self, who: Who, vendor_id: int | None) -> list[Recipient]:
        """Whom a target reaches, by name; nobody where it is unknown, gone, or has no address."""
        match who.kind:
            case Target.CONTACT:
                contact = self.by_key.get(who.key)
                return self.of_contact(contact) if contact is not None else []
            case Target.GROUP:
                return _once(one for contact in self.groups.get(who.key, ()) for one in self.of_contact(contact))
            case Target.ROLE:
                return [_agent(row) for row in self._staff(vendor_id) if row.role == who.key]
            case Target.TEAM:
                return [_agent(row) for row in self._staff(vendor_id) if row.team == who.key]
        return []

    def of_all(self, whos: Iterable[Who], vendor_id: int | None) -> list[Recipient]:
        """Whom these reach, each person once, in their order."""
        return _once(one for who in whos for one in self.of(who, vendor_id))

    def of_vendor(self, vendor_id: int | None) -> list[Recipient]:
        """Everyone of the vendor who may be told of this client's tickets now, by name."""
        return [_agent(row) for row in self._staff(vendor_id)]

    def of_ticket(self, ticket: Ticket) -> list[Recipient]:
        """Whoever works on a ticket: its assignee, of the vendor or the client's own, else those who lead there."""
        staff = self._staff(ticket.vendor_id)
        if ticket.assignee_id is not None:
            if mine := [_agent(row) for row in staff if row.card_id == ticket.assignee_id]:
                return mine
            own = [row for row in self.members if row.card_id == ticket.assignee_id]
            if own:
                return [_member(row) for row in own]
        return self.of_leads(ticket.vendor_id)

    def of_leads(self, vendor_id: int | None) -> list[Recipient]:
        """Those of the vendor who lead here."""
        return [_agent(row) for row in self._staff(vendor_id) if row.role == Role.TEAM_LEAD.value]

    def of_own(self) -> list[Recipient]:
        """The client's people who may answer, by name."""
        return [_member(row) for row in self.members]

    def of_members(self, right: Right) -> list[Recipient]:
        """Those of the client's people who may answer, and whose role has this right besides."""
        return [_member(row) for row in self.members if right in Role(row.role).rights]

    def name_of(self, who: Who) -> str:
        """The name of a target as the client's people call it; the vendor's own by their key."""
        if who.kind is Target.CONTACT and who.key in self.by_key:
            return self.by_key[who.key].name
        if who.kind is Target.GROUP:
            return self._group_names.get(who.key, "")
        return who.key if who.kind is Target.TEAM else ""

    def of_contact(self, contact: Contact) -> list[Recipient]:
        """The contact's own address; without one, everyone of the client's who may answer at this moment.

        Nobody for a contact that rests, or who left.
        """
        if not self.is_asked(contact):
            return []
        if contact.email:
            behind_id = contact.card.user_id if contact.card else None
            return [
                Recipient(
                    contact.name,
                    contact.email,
                    contact.language,
                    contact.pk,
                    phone=contact.phone,
                    behind_id=behind_id,
                )
            ]
        return [
            Recipient(row.card.name, row.user.email, row.user.language or contact.language, contact.pk, row.user_id)
            for row in self.members
        ]

    def is_asked(self, contact: Contact) -> bool:
        """Whether a contact is in use, and not somebody who left."""
        return contact.is_active and (contact.card_id is None or contact.card_id not in self.left)

    @cached_property
    def contacts(self) -> Mapping[int, Contact]:
        """The client's contacts by id, the oldest first."""
        rows = Contact.objects.filter(client_id=self.client_id).select_related("card").order_by("pk")
        return {row.pk: row for row in rows}

    @cached_property
    def left(self) -> frozenset[int | None]:
        """The staff cards behind contacts whose people are the client's no more; no statement where no card is."""
        return left(self.client_id, self.contacts.values(), self.at)

    @cached_property
    def by_key(self) -> Mapping[str, Contact]:
        """The same by their keys."""
        return {row.key: row for row in self.contacts.values()}

    @cached_property
    def groups(self) -> Mapping[str, list[Contact]]:
        """The contacts of each group in use, by its key."""
        found: dict[str, list[Contact]] = {key: [] for key in self._group_names}
        rows = GroupMember.objects.filter(client_id=self.client_id, group__is_active=True).order_by("contact_id")
        for key, contact_id in rows.values_list("group__key", "contact_id"):
            found.setdefault(key, []).append(self.contacts[contact_id])
        return found

    @cached_property
    def members(self) -> list[Membership]:
        """The client's people who may answer escalations now, by name."""
        rows = Membership.objects.filter(
            _in_dates(self.at), client_id=self.client_id, role__in=ANSWERING_ROLES, user__is_active=True
        )
        return list(rows.select_related("user", "card").order_by("card__name", "pk"))

    @cached_property
    def endpoints(self) -> list[Endpoint]:
        """What tells by a program: the client's endpoints in use, and those of its vendors, the oldest first."""
        return list(Endpoint.objects.filter(client_id=self.client_id, is_active=True).order_by("pk"))

    @cached_property
    def _group_names(self) -> Mapping[str, str]:
        rows = ContactGroup.objects.filter(client_id=self.client_id, is_active=True)
        return dict(rows.values_list("key", "name"))

    def _staff(self, vendor_id: int | None) -> list[Assignment]:
        """Everyone of the vendor who may be told of this client's tickets now, by name."""
        if vendor_id is None:
            return []
        if vendor_id not in self._of_vendors:
            rows = Assignment.objects.filter(client_id=self.client_id, vendor_id=vendor_id, user__is_active=True)
            found = list(rows.select_related("user", "card").order_by("card__name", "pk"))
            self._of_vendors[vendor_id] = may_be_told(found, self.at)
        return self._of_vendors[vendor_id]


def reachable(client_id: int, contacts: Collection[Contact], at: datetime) -> set[int]:
    """The ids of the contacts to whom anything can be sent; one statement at most."""
    reach = Reach(client_id, at)
    return {contact.pk for contact in contacts if reach.of_contact(contact)}


def left(client_id: int, contacts: Iterable[Contact], at: datetime) -> frozenset[int | None]:
    """The staff cards behind these contacts whose place at the client has ended, or whose account is closed.

    A contact whose card never had a place is somebody else's to judge.  One statement, none without a card.
    """
    cards = {contact.card_id for contact in contacts if contact.card_id is not None}
    if not cards:
        return frozenset()
    over = Q(ends_at__lte=at) | Q(user__is_active=False)
    rows = Membership.objects.filter(over, client_id=client_id, card_id__in=cards)
    return frozenset(rows.values_list("card_id", flat=True))


def role_label(role: str) -> str:
    """A vendor's role in the reader's words."""
    return str(Role(role).label)


def _agent(row: Assignment) -> Recipient:
    return Recipient(row.card.name, row.user.email, row.user.language or "en", user_id=row.user_id, role=row.role)


def _member(row: Membership) -> Recipient:
    return Recipient(row.card.name, row.user.email, row.user.language or "en", user_id=row.user_id, role=row.role)


def _once(found: Iterable[Recipient]) -> list[Recipient]:
    """Each mailbox once, where it was found first."""
    seen: dict[str, Recipient] = {}
    for one in found:
        seen.setdefault(one.email.casefold(), one)
    return list(seen.values())


def _in_dates(at: datetime) -> Q:
    return Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
