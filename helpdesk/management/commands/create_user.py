"""Invites a person, or changes their password, and gives them a role at a client."""

import os
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from access import actions
from access.models import Client, User, Vendor
from access.rights import CLIENT_ROLES, Role
from helpdesk.management.refusals import told

FROM_ENVIRONMENT = "HELPDESK_PASSWORD"


class Command(BaseCommand):
    help = (
        "Create a person of a vendor's or a client's staff; with --client and --role also their place there. "
        f"The password is asked for, or read from {FROM_ENVIRONMENT}; where the person exists it is replaced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, on whose staff, and where."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--vendor", default="", help="The vendor's short name; without it a client's own person.")
        parser.add_argument("--client", default="", help="The short name of the client to work for.")
        parser.add_argument("--role", default="", choices=["", *(role.value for role in Role)])
        parser.add_argument("--no-password", action="store_true", help="Nobody can sign in as them yet.")

    def handle(self, **options: Any) -> None:
        """All or nothing."""
        if bool(options["client"]) != bool(options["role"]):
            raise CommandError("Give --client and --role together, or neither.")
        with told(), transaction.atomic():
            user = User.objects.filter(email=options["email"].strip().lower()).first()
            made = user is None
            user = user or actions.create_user(
                email=options["email"],
                name=options["name"] or options["email"].split("@")[0],
                vendor=_named(Vendor, options["vendor"]) if options["vendor"] else None,
            )
            if not options["no_password"]:
                user.set_password(_password(user))
                user.save(update_fields=["password"])
            if options["client"]:
                place = actions.add_member if Role(options["role"]) in CLIENT_ROLES else actions.hire
                place(client=_named(Client, options["client"]), user=user, role=Role(options["role"]))
        self.stdout.write(f"{'Created' if made else 'Changed'} {user.name} <{user.email}>.")


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
