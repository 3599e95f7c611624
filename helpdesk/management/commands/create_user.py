"""Invites a person, or changes their password, and gives them a role at a client."""

import os
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from access import actions
from access.models import Assignment, Client, Membership, User, Vendor
from access.rights import CLIENT_ROLES, VENDOR_ROLES, Role
from access.tasks import in_client
from helpdesk.management.refusals import told

FROM_ENVIRONMENT = "HELPDESK_PASSWORD"


class Command(BaseCommand):
    help = (
        "Create a person of a vendor's or a client's staff; with --client and --role also their place there. "
        f"The password is asked for, or read from {FROM_ENVIRONMENT}. "
        "Somebody who has one keeps it, unless --new-password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, on whose staff, and where."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--vendor", default="", help="The vendor's short name; without it a client's own person.")
        parser.add_argument("--vendor-name", default="", help="Makes the vendor, where it is new.")
        parser.add_argument("--office", action="store_true", help="They run their vendor's office from now on.")
        parser.add_argument("--client", default="", help="The short name of the client to work for.")
        parser.add_argument("--role", default="", choices=["", *VENDOR_ROLES, *CLIENT_ROLES])
        parser.add_argument(
            "--operator",
            action="store_true",
            help="They run the platform: at a client they are let in by emergency access alone.",
        )
        parser.add_argument("--new-password", action="store_true", help="Replace the password that they have.")
        parser.add_argument("--no-password", action="store_true", help="Nobody can sign in as them yet.")

    def handle(self, **options: Any) -> None:
        """All or nothing."""
        if bool(options["client"]) != bool(options["role"]):
            raise CommandError("Give --client and --role together, or neither.")
        if options["operator"] and (options["vendor"] or options["client"]):
            raise CommandError("An operator is of no vendor and no client: leave --vendor and --client out.")
        with told(), transaction.atomic():
            user = User.objects.filter(email=options["email"].strip().lower()).first()
            made = user is None
            user = user or actions.create_user(
                email=options["email"],
                name=options["name"] or options["email"].split("@")[0],
                vendor=_vendor(options["vendor"], options["vendor_name"]) if options["vendor"] else None,
            )
            said = [f"{'Created' if made else 'Found'} {user.name} <{user.email}>."]
            if options["new_password"] or not (options["no_password"] or user.has_usable_password()):
                user.set_password(_password(user))
                user.save(update_fields=["password"])
                said.append("Gave them a password.")
                if ended := actions.end_tokens(user=user):
                    said.append(f"Ended their API tokens: {ended}.")
            if options["operator"]:
                actions.make_operator(user=user)
                said.append("They run the platform now.")
            if options["office"]:
                actions.run_office(user=user)
                said.append(f"They run the office of {user.vendor}.")
            if options["client"]:
                client, role = _named(Client, options["client"]), Role(options["role"])
                place = actions.add_member if role in CLIENT_ROLES else actions.hire
                if _works_there(client, user, role):
                    said.append(f"They are {role.label} at {client.name} already.")
                else:
                    place(client=client, user=user, role=role)
                    said.append(f"They are {role.label} at {client.name} now.")
        self.stdout.write(" ".join(said))


def _works_there(client: Client, user: User, role: Role) -> bool:
    """Whether the person has this very role there, so that the command changes nothing."""
    model: Any = Membership if role in CLIENT_ROLES else Assignment
    with in_client(client.pk, "create_user"):
        return bool(model.objects.filter(user=user, role=role, ends_at=None).exists())


def _vendor(slug: str, name: str) -> Vendor:
    """The vendor; made where it is new and has a name."""
    if name and not Vendor.objects.filter(slug=slug).exists():
        return actions.create_vendor(slug=slug, name=name)
    vendor: Vendor = _named(Vendor, slug)
    return vendor


def _named(model: Any, slug: str) -> Any:
    found = model.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no {model._meta.verbose_name} {slug}.")
    return found


def _password(user: User) -> str:
    password = os.environ.get(FROM_ENVIRONMENT) or getpass(f"Password for {user.email}: ")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password
