"""`manage.py company_sign_in`: a vendor's own sign-in, or the rescue of a client whose provider is away."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.actions import providers
from access.actions.providers import Wanted
from access.models import Client, Vendor
from access.tasks import in_client
from helpdesk.management.refusals import told


class Command(BaseCommand):
    """Sets or takes away an OpenID Connect provider."""

    help = (
        "Set a vendor's OpenID Connect sign-in, or take a vendor's or a client's away. The secret is read from stdin."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and what."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--vendor", help="the vendor's slug")
        whose.add_argument("--client", help="the client's slug (with --remove only: clients set theirs in the console)")
        parser.add_argument("--issuer", default="", help="as https://login.example.org")
        parser.add_argument("--audience", default="", help="the client ID that the provider has for us")
        parser.add_argument(
            "--domain", action="append", default=[], help="a mail domain it speaks for; may be repeated"
        )
        parser.add_argument("--required", action="store_true", help="no other way in; it must have worked once")
        parser.add_argument("--vouches", action="store_true", help="it asks for a second step")
        parser.add_argument("--remove", action="store_true", help="take it away: passwords count again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say so."""
        with told():
            if options["client"]:
                self._drop_clients(options["client"], remove=options["remove"])
                return
            vendor = Vendor.objects.filter(slug=options["vendor"]).first()
            if vendor is None:
                raise CommandError(f"There is no vendor {options['vendor']}.")
            if options["remove"]:
                providers.drop_vendor_provider(vendor=vendor)
                self.stdout.write("Taken away. Passwords count again.")
                return
            secret = "" if sys.stdin.isatty() else sys.stdin.readline().strip()
            wanted = Wanted(
                options["issuer"], options["audience"], secret, tuple(options["domain"]),
                required=options["required"], vouches=options["vouches"],
            )  # fmt: skip
            providers.keep_vendor_provider(vendor=vendor, wanted=wanted)
            self.stdout.write(f"Kept. Its way back is /accounts/company/v{vendor.pk}/back/.")

    def _drop_clients(self, slug: str, *, remove: bool) -> None:
        client = Client.objects.filter(slug=slug).first()
        if client is None or not remove:
            raise CommandError("Name a client that is there, with --remove: clients set their own in the console.")
        with in_client(client.pk, "access.company_sign_in") as actor:
            providers.drop_provider(actor=actor, client_id=client.pk)
        self.stdout.write("Taken away. Passwords count again.")
