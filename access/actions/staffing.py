"""Who works for a client: hired on a contract by the vendor, or a member of the client's own staff.

A role expands to guardian permissions on the client; a person has at most one role there.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Assignment, Client, ClientPermission, Contract, Membership, StaffCard, User, Vendor
from access.rights import CLIENT_ROLES, VENDOR_ROLES, Right, Role
from access.tasks import in_client
from helpdesk.lib import clock

PERSON = "user"


def create_user(
    *,
    email: str,
    name: str,
    vendor: Vendor | None = None,
    password: str | None = None,
    language: str = "",
    time_zone: str = "Europe/Stockholm",
) -> User:
    """Create a person on the staff of `vendor`, or without one of a client; no access comes with it.

    Raises `Invalid` for an address that is none, `Conflict` for one that is taken.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("%(address)s is no e-mail address.") % {"address": email}, "email") from None
    if User.objects.filter(email=email).exists():
        raise Conflict(_("Somebody with the address %(address)s is known already.") % {"address": email})
    if not name.strip():
        raise Invalid(_("Give the person's name."), "name")
    return User.objects.create_user(
        email, password, name=name.strip(), vendor=vendor, language=language, time_zone=time_zone
    )


def hire(
    *,
    client: Client,
    user: User,
    role: Role,
    contract: Contract | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Assignment:
    """Put a vendor's person on the account: assignment, staff card and the role's permissions.

    Without `contract` the vendor's contract in force with this client is taken.  Raises
    `Invalid` where there is none, or the role is the client's, `Conflict` where they are on it
    already.
    """
    if user.vendor_id is None or role not in VENDOR_ROLES:
        raise Invalid(_("Only a vendor's person can be hired, in a vendor's role."), "role")
    with in_client(client.pk, "access.hire") as actor:
        contract = contract or _contract_in_force(client, user)
        if Assignment.objects.filter(contract=contract, user=user).exists():
            raise Conflict(_("%(name)s is on this account already.") % {"name": user.name})
        binding = Assignment(client=client, vendor_id=user.vendor_id, contract=contract, user=user, role=role)
        return _bind(actor, binding, "hired", starts_at, ends_at)


def add_member(
    *,
    client: Client,
    user: User,
    role: Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Membership:
    """Give one of the client's own people a role at their company.

    Raises `Invalid` for a vendor's person or role, `Conflict` for somebody who has one already.
    """
    if user.vendor_id is not None or role not in CLIENT_ROLES:
        raise Invalid(_("Only the client's own people can become members, in a client's role."), "role")
    with in_client(client.pk, "access.add_member") as actor:
        if Membership.objects.filter(user=user).exists():
            raise Conflict(_("%(name)s is a member already.") % {"name": user.name})
        binding = Membership(client=client, user=user, role=role)
        return _bind(actor, binding, "member_added", starts_at, ends_at)


Binding = TypeVar("Binding", Assignment, Membership)


def _bind(actor: Actor, binding: Binding, what: str, starts_at: datetime | None, ends_at: datetime | None) -> Binding:
    """Give a person their place at a client from a moment on: a staff card and the role's permissions."""
    binding.card = _card(binding.client, binding.user)
    binding.starts_at, binding.ends_at = starts_at or clock.now(), ends_at
    binding.save(force_insert=True)
    role = Role(binding.role)
    _set_rights(binding.client, binding.user, role.rights)
    _note(actor, binding.user, what=what, role=role.value)
    return binding


def end_assignment(*, client: Client, user: User, at: datetime | None = None) -> None:
    """End a person's place at a client, at once or `at` a moment; what they wrote keeps their card.

    Raises `NotFound` for somebody without one.
    """
    with in_client(client.pk, "access.end_assignment") as actor:
        for binding in _bindings(user):
            binding.ends_at = at or clock.now()
            binding.save(update_fields=["ends_at"])
        _note(actor, user, what="assignment_ended")


def change_role(*, client: Client, user: User, role: Role) -> None:
    """Give a person another role at a client, and exactly its permissions.

    Raises `NotFound` for somebody without a place there, `Invalid` for a role of the other side.
    """
    if role not in (VENDOR_ROLES if user.vendor_id else CLIENT_ROLES):
        raise Invalid(_("That role is not one of this person's side."), "role")
    with in_client(client.pk, "access.change_role") as actor:
        for binding in _bindings(user):
            binding.role = role
            binding.save(update_fields=["role"])
        _set_rights(client, user, role.rights)
        _note(actor, user, what="role_changed", role=role.value)


def _contract_in_force(client: Client, user: User) -> Contract:
    now = clock.now()
    open_ones = Contract.objects.filter(vendor=user.vendor, state__in=Contract.IN_FORCE)
    for contract in open_ones.order_by("-valid_from", "-pk"):
        if contract.valid_until is None or contract.valid_until > now:
            return contract
    raise Invalid(_("%(client)s has no contract in force with this person's company.") % {"client": client.name})


def _card(client: Client, user: User) -> StaffCard:
    card, _created = StaffCard.objects.get_or_create(
        client=client, user=user, defaults={"vendor_id": user.vendor_id, "name": user.name}
    )
    return card


def _bindings(user: User) -> list[Any]:
    """The person's assignments or membership at the client in scope."""
    model = Assignment if user.vendor_id else Membership
    found = list(model.objects.filter(user=user).select_for_update())
    if not found:
        raise NotFound
    return found


def _set_rights(client: Client, user: User, rights: frozenset[Right]) -> None:
    """Grant exactly `rights`, through guardian's own functions."""
    held = set(ClientPermission.objects.filter(user=user).values_list("permission__codename", flat=True))
    wanted = {right.value for right in rights}
    known = Permission.objects.filter(content_type__app_label="access", content_type__model="client")
    with transaction.atomic():
        for permission in known.filter(codename__in=held ^ wanted).select_related("content_type"):
            (assign_perm if permission.codename in wanted else remove_perm)(permission, user, client)


def _note(actor: Actor, user: User, **detail: str) -> None:
    # The vendor whose person it is reads the entry, another vendor does not.
    theirs = replace(actor, vendor_id=user.vendor_id)
    (client_id,) = actor.standings
    log.record(theirs, client_id, log.Action.CHANGE, (PERSON, user.pk), detail=detail)
