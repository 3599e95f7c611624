"""Who works for a client: hired on a contract by the vendor, or a member of the client's own staff.

A role expands to guardian permissions on the client; a person has at most one role there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from access import log, roles
from access.actions import contracts, systems
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import (
    Assignment,
    Client,
    ClientPermission,
    Contract,
    Membership,
    OfficeMember,
    Operator,
    StaffCard,
    User,
    Vendor,
)
from access.rights import CLIENT_ROLES, VENDOR_ROLES, Right, Role
from access.tasks import in_client
from access.wording import one_line
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


def run_office(*, user: User, starts_at: datetime | None = None, ends_at: datetime | None = None) -> OfficeMember:
    """Let a vendor's person run its office: staff its contracts, and read no customer's data by that.

    Raises `Invalid` for somebody who is no vendor's.
    """
    if user.vendor_id is None:
        raise Invalid(_("Only a vendor's person can run its office."))
    member, _made = OfficeMember.objects.update_or_create(
        user=user, defaults={"vendor_id": user.vendor_id, "starts_at": starts_at or clock.now(), "ends_at": ends_at}
    )
    return member


def hire(
    *,
    client: Client,
    user: User,
    role: Role,
    contract: Contract | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    team: str = "",
    is_core: bool = False,
    by: Actor | None = None,
) -> Assignment:
    """Put a vendor's person on the account: assignment, staff card and the role's permissions.

    Without `contract` the vendor's contract in force with this client is taken.  `by` is who does it,
    of the vendor's office; nobody where it is done at the shell.  Raises `Invalid` where there is no
    contract, or the role is the client's, `Conflict` where they are on it already, `NotFound` for
    somebody else's person, `RightMissing`.
    """
    if user.vendor_id is None or role not in VENDOR_ROLES:
        raise Invalid(_("Only a vendor's person can be hired, in a vendor's role."), "role")
    _check(by, client, user)
    with _doing(client, "access.hire", by) as actor:
        contract = contract or _contract_in_force(client, user)
        if Assignment.objects.filter(contract=contract, user=user).exists():
            raise Conflict(_("%(name)s is on this account already.") % {"name": user.name})
        binding = Assignment(
            client=client,
            vendor_id=user.vendor_id,
            contract=contract,
            user=user,
            role=role,
            team=one_line(team, "team", 60),
            is_core=is_core,
        )
        hired = _bind(actor, binding, "hired", starts_at, ends_at)
        contracts.show_names_in_force(contract)
        return hired


def add_member(
    *,
    client: Client,
    user: User,
    role: Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: Actor | None = None,
) -> Membership:
    """Give one of the client's own people a role at their company; `by` as in `hire`, of the client's side.

    Raises `Invalid` for a vendor's person or role, `Conflict` for somebody who has one already,
    `RightMissing`.
    """
    if user.vendor_id is not None or role not in CLIENT_ROLES:
        raise Invalid(_("Only the client's own people can become members, in a client's role."), "role")
    if Operator.objects.filter(user=user).exists():
        raise Invalid(_("Whoever runs the platform is no client's person: they ask for emergency access."))
    _check(by, client, user)
    with _doing(client, "access.add_member", by) as actor:
        if Membership.objects.filter(user=user).exists():
            raise Conflict(_("%(name)s is a member already.") % {"name": user.name})
        binding = Membership(client=client, user=user, role=role)
        return _bind(actor, binding, "member_added", starts_at, ends_at)


def _check(by: Actor | None, client: Client, user: User) -> None:
    """That who does it may: a vendor's office for its people, the client for its own, nobody for themselves."""
    if by is None:
        return
    by.require(Right.STAFF if user.vendor_id else Right.ROLES_EDIT, client.pk)
    if by.vendor_id != user.vendor_id:
        raise NotFound
    if by.user_id == user.pk:
        raise Invalid(_("Nobody changes their own place. Ask a colleague who may."))


@contextmanager
def _doing(client: Client, name: str, by: Actor | None) -> Iterator[Actor]:
    """Run as the system inside the client; what is logged is the word of whoever does it."""
    with in_client(client.pk, name) as actor:
        yield by or actor


Binding = TypeVar("Binding", Assignment, Membership)


def _bind(actor: Actor, binding: Binding, what: str, starts_at: datetime | None, ends_at: datetime | None) -> Binding:
    """Give a person their place at a client from a moment on: a staff card and the role's permissions."""
    binding.card = _card(binding.client, binding.user)
    binding.starts_at, binding.ends_at = starts_at or clock.now(), ends_at
    binding.save(force_insert=True)
    role = Role(binding.role)
    _set_rights(binding.client, binding.user, roles.rights_at(binding.client_id, role))
    _note(actor, binding.client_id, binding.user, what=what, role=role.value)
    return binding


def end_assignment(
    *,
    client: Client,
    user: User,
    at: datetime | None = None,
    contract: Contract | None = None,
    by: Actor | None = None,
) -> None:
    """End a person's place at a client, at once or `at` a moment, or on one contract; what they wrote keeps their card.

    Their accounts in the client's own systems are to be removed then.  Raises `NotFound` for somebody
    without a place, `RightMissing`.
    """
    _check(by, client, user)
    with _doing(client, "access.end_assignment", by) as actor:
        for binding in _bindings(user, contract):
            # Who was to begin later never does.
            binding.ends_at = max(at or clock.now(), binding.starts_at)
            binding.save(update_fields=["ends_at"])
        _note(actor, client.pk, user, what="assignment_ended")
        if user.vendor_id is not None:
            systems.ask_for_those_who_left(actor, client_id=client.pk, user_id=user.pk)


def change_role(*, client: Client, user: User, role: Role, by: Actor | None = None) -> None:
    """Give a person another role at a client, and exactly its permissions.

    Raises `NotFound` for somebody without a place there, `Invalid` for a role of the other side and for
    oneself, `RightMissing`.
    """
    if role not in (VENDOR_ROLES if user.vendor_id else CLIENT_ROLES):
        raise Invalid(_("That role is not one of this person's side."), "role")
    _check(by, client, user)
    with _doing(client, "access.change_role", by) as actor:
        for binding in _bindings(user):
            binding.role = role
            binding.save(update_fields=["role"])
        _set_rights(client, user, roles.rights_at(client.pk, role))
        _note(actor, client.pk, user, what="role_changed", role=role.value)


def _contract_in_force(client: Client, user: User) -> Contract:
    rows = Contract.lasting_at(clock.now()).filter(vendor=user.vendor)
    contract = rows.order_by("-valid_from", "-pk").first()
    if contract is None:
        raise Invalid(_("%(client)s has no contract in force with this person's company.") % {"client": client.name})
    return contract


def _card(client: Client, user: User) -> StaffCard:
    card, _created = StaffCard.objects.get_or_create(
        client=client, user=user, defaults={"vendor_id": user.vendor_id, "name": user.name}
    )
    return card


def _bindings(user: User, contract: Contract | None = None) -> list[Any]:
    """The person's assignments or membership at the client in scope, or their place on one contract."""
    model = Assignment if user.vendor_id else Membership
    rows = model.objects.filter(user=user) if contract is None else model.objects.filter(user=user, contract=contract)
    found = list(rows.select_for_update())
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


def regrant(client: Client, role: Role) -> int:
    """Give everybody in a role exactly the rights that it stands for at this client; returns how many people.

    In the system's scope of the client.
    """
    rights = roles.rights_at(client.pk, role)
    people = {row.user_id for model in (Assignment, Membership) for row in model.objects.filter(role=role)}
    for user in User.objects.filter(pk__in=people):
        _set_rights(client, user, rights)
    return len(people)


def _note(actor: Actor, client_id: int, user: User, **detail: str) -> None:
    log.record_of_vendor(actor, user.vendor_id, client_id, log.Action.CLEARANCE, (PERSON, user.pk), detail=detail)
