"""Whom a step reaches: a contact's address, all of the client's people who may answer, or a vendor's role."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from access.models import Assignment, Membership
from access.rights import CLIENT_ROLES, Right, Role
from escalation.models import Contact

ANSWERING_ROLES = [role.value for role in CLIENT_ROLES if Right.ESCALATION_ANSWER in role.rights]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address with its name and language."""

    name: str
    email: str
    language: str


def of_contact(contact: Contact, at: datetime) -> list[Recipient]:
    """The contact's own address; without one, everyone of the client's who may answer at this moment."""
    if contact.email:
        return [Recipient(contact.name, contact.email, contact.language)]
    return of_members(contact.client_id, contact.language, at)


def of_members(client_id: int, language: str, at: datetime) -> list[Recipient]:
    """The client's people who may answer escalations, by name."""
    rows = Membership.objects.filter(_in_dates(at), client_id=client_id, role__in=ANSWERING_ROLES, user__is_active=True)
    people = rows.select_related("user", "card").order_by("card__name", "pk")
    return [Recipient(row.card.name, row.user.email, row.user.language or language) for row in people]


def of_role(client_id: int, vendor_id: int | None, role: str, at: datetime) -> list[Recipient]:
    """Everyone whom the vendor has at this client in this role, by name."""
    if vendor_id is None:
        return []
    rows = Assignment.objects.filter(
        _in_dates(at), client_id=client_id, vendor_id=vendor_id, role=role, user__is_active=True
    )
    people = rows.select_related("user", "card").order_by("card__name", "pk")
    return [Recipient(row.card.name, row.user.email, row.user.language or "en") for row in people]


def reachable(client_id: int, contacts: Collection[Contact], at: datetime) -> set[int]:
    """The ids of the active contacts to whom anything can be sent; one statement at most."""
    active = [contact for contact in contacts if contact.is_active]
    found = {contact.pk for contact in active if contact.email}
    if len(found) < len(active) and of_members(client_id, "en", at):
        return {contact.pk for contact in active}
    return found


def role_label(role: str) -> str:
    """A vendor's role in the reader's words."""
    return str(Role(role).label)


def _in_dates(at: datetime) -> Q:
    return Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
