"""Makes a key for a program; its text is printed once and nowhere kept."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access import actions, standing
from access.models import Client, User
from access.rights import Right
from helpdesk.lib import clock
from helpdesk.management.refusals import told


class Command(BaseCommand):
    help = "Create an API token that acts as a person at one client, with all or some of their rights there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose key, for which client, and what it may."""
        parser.add_argument("email")
        parser.add_argument("client", help="The client's short name.")
        parser.add_argument(
            "--right", action="append", dest="rights", choices=[r.value for r in Right], help="Repeat for several."
        )
        parser.add_argument("--days", type=int, default=90, help="How long it works (default: %(default)s).")

    def handle(self, **options: Any) -> None:
        """Print the key on standard output, alone."""
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        client = Client.objects.filter(slug=options["client"]).first()
        if user is None or client is None:
            raise CommandError(f"There is no {'client' if user else 'person'} of that name.")
        rights = None if options["rights"] is None else [Right(value) for value in options["rights"]]
        if not _works_there(user, client):
            raise CommandError(
                f"{user.name} does not work for {client.name}: give them a place with create_user first."
            )
        with told():
            text = actions.make_token(
                user=user, client=client, rights=rights, expires_at=clock.now() + timedelta(days=options["days"])
            )
        self.stderr.write("Keep this token; it is not shown again.")
        self.stdout.write(text)


def _works_there(user: User, client: Client) -> bool:
    with standing.acting(user) as actor:
        return client.pk in actor.standings
