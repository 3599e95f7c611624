"""Takes on a new client, with its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from access import actions
from access.models import User, Vendor
from access.models.organisations import CustomerWord
from access.rights import Role
from helpdesk.lib.progress import patience
from helpdesk.management.refusals import told


class Command(BaseCommand):
    help = "Create a client: its portal, its desk, a contract with a vendor, and its first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """The client's short name, and what to call and how to show it."""
        parser.add_argument("slug", help="Short name in addresses: small letters, digits, hyphens.")
        parser.add_argument("--name", required=True)
        parser.add_argument("--colour", default="", help="# and six hex digits (default: one that its name chooses).")
        parser.add_argument(
            "--signature", default="", help="Closing lines; {agent} is the agent's first name, \\n a new line."
        )
        parser.add_argument("--vendor", required=True, help="The vendor's short name; created where it is new.")
        parser.add_argument("--vendor-name", default="", help="The vendor's name, needed where it is new.")
        parser.add_argument("--admin-email", default="", help="The client's first administrator.")
        parser.add_argument("--admin-name", default="")
        parser.add_argument("--mailbox", default="", help="Address of its help desk.")
        parser.add_argument("--language", default="en")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--customer-word", default="customer", choices=CustomerWord.values)
        parser.add_argument("--phone", default="")
        parser.add_argument("--logo", default="", help="An icon's name, as in helpdesk/services/icons.txt.")
        parser.add_argument("--host", action="append", default=[], dest="hosts", help="A host name of its portal.")

    def handle(self, **options: Any) -> None:
        """All or nothing."""
        with told(), patience(f"Creating {options['name']}, one moment …"), transaction.atomic():
            client = actions.create_client(
                slug=options["slug"],
                name=options["name"],
                colour=options["colour"],
                vendor=_vendor(options["vendor"], options["vendor_name"]),
                mailbox=options["mailbox"],
                language=options["language"],
                time_zone=options["time_zone"],
                customer_word=options["customer_word"],
                phone=options["phone"],
                logo=options["logo"],
                hosts=options["hosts"],
                signature=options["signature"].replace("\\n", "\n"),
            )
            if email := options["admin_email"].strip().lower():
                admin = User.objects.filter(email=email).first() or actions.create_user(
                    email=email, name=options["admin_name"] or email.split("@")[0], time_zone=options["time_zone"]
                )
                actions.add_member(client=client, user=admin, role=Role.CLIENT_ADMIN)
        self.stdout.write(f"Created {client.name}: its portal is at /{client.slug}/, its mailbox {client.mailbox}.")
        self.stdout.write(f"Its support hours run in the time zone {client.time_zone} (--time-zone).")
        if options["admin_email"]:
            email = options["admin_email"]
            self.stdout.write(f"{email} is its administrator; for a password: manage.py create_user {email}")


def _vendor(slug: str, name: str) -> Vendor:
    vendor = Vendor.objects.filter(slug=slug).first()
    if vendor is None and not name:
        raise CommandError(f"There is no vendor {slug} yet. Give --vendor-name to create it.")
    return vendor or actions.create_vendor(slug=slug, name=name)
