"""The client's groups of contacts, as its page shows them: by what each is reached, what tells them; reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from access.errors import NotFound
from escalation import drafting
from escalation.known import Place
from escalation.matrix.document import Channel, Document, Target, Who
from escalation.models import Contact, ContactGroup, GroupMember
from helpdesk.lib.phones import e164


@dataclass(frozen=True, slots=True)
class Member:
    """One contact of a group: by what they can be told now; none where nothing reaches them."""

    contact: Contact
    channels: tuple[Channel, ...]
    stands_for: int

    @property
    def is_reached(self) -> bool:
        """Whether anything reaches them."""
        return bool(self.channels)


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its members by name, how many people it reaches, and where the matrix in force names it."""

    row: ContactGroup
    members: tuple[Member, ...]
    people: int
    used: tuple[tuple[str, int], ...]

    @property
    def is_alone(self) -> bool:
        """Whether a step that tells this group alone would rest on one person, or on nobody."""
        return self.people < 2


def listed(place: Place) -> list[Group]:
    """All groups, those in use first, each by name."""
    members: dict[int, list[int]] = {}
    rows = GroupMember.objects.filter(client_id=place.client_id).values_list("group_id", "contact_id")
    for group_id, contact_id in rows:
        members.setdefault(group_id, []).append(contact_id)
    _number, document = drafting.in_force(place.client_id)
    found = ContactGroup.objects.filter(client_id=place.client_id).order_by("-is_active", "name", "pk")
    return [_group(place, row, members.get(row.pk, ()), document) for row in found]


def one(client_id: int, group_id: int) -> tuple[ContactGroup, list[int]]:
    """A group and the ids of its members; raises `NotFound`."""
    row = ContactGroup.objects.filter(client_id=client_id, pk=group_id).first()
    if row is None:
        raise NotFound
    members = GroupMember.objects.filter(client_id=client_id, group=row).order_by("contact__name")
    return row, list(members.values_list("contact_id", flat=True))


def _group(place: Place, row: ContactGroup, contact_ids: Iterable[int], document: Document) -> Group:
    contacts = sorted((place.reach.contacts[pk] for pk in contact_ids), key=lambda each: each.name.casefold())
    members = tuple(_member(place, contact) for contact in contacts)
    mailboxes = {
        one.email.casefold()
        for member in members
        if member.is_reached
        for one in place.reach.of_contact(member.contact)
    }
    who = Who(Target.GROUP, row.key)
    used = tuple(
        (path.name, number)
        for path in document.paths
        for number, step in enumerate(path.steps, start=1)
        if who in (*step.to, *step.instead)
    )
    return Group(row, members, len(mailboxes), used)


def _member(place: Place, contact: Contact) -> Member:
    """By mail where letters do not come back; in the app whoever is of the staff; by SMS and phone who has a number."""
    people = place.reach.of_contact(contact)
    found: list[Channel] = []
    if any(one.reads_here_as for one in people):
        found.append(Channel.APP)
    if people and contact.returned_since is None:
        found.append(Channel.MAIL)
    if people and e164(contact.phone):
        found += [Channel.SMS, Channel.PHONE]
    return Member(contact, tuple(found), len(people) if not contact.email else 1)
