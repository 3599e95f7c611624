"""Gives a client's portal its own words for what a customer can't do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.models import Client
from access.tasks import in_client
from helpdesk.management.refusals import told
from tickets.actions.words import set_impact_words
from tickets.models import Impact


class Command(BaseCommand):
    help = "Set how a client's portal asks “What can’t you do right now?”, in one of its languages."

    def add_arguments(self, parser: CommandParser) -> None:
        """The client, the language, and three sentences; none of them for the product's own."""
        parser.add_argument("slug", help="The client's short name.")
        parser.add_argument("--language", required=True)
        parser.add_argument("--blocked", default="", help="They can't go on at all.")
        parser.add_argument("--hindered", default="", help="Something does not work, but they manage.")
        parser.add_argument("--question", default="", help="Nothing is broken: a question or a wish.")

    def handle(self, **options: Any) -> None:
        """All three or none."""
        client = Client.objects.filter(slug=options["slug"]).first()
        if client is None:
            raise CommandError(f"There is no client {options['slug']}.")
        words = {impact: options[impact.name.lower()] for impact in Impact}
        with told(), in_client(client.pk, "impact_words") as actor:
            set_impact_words(actor, client_id=client.pk, language=options["language"], words=words)
        self.stdout.write(f"The portal of {client.name} asks in {'these' if any(words.values()) else 'our own'} words.")
