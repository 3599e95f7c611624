"""`manage.py import_conversations --client SLUG FILE`: finished conversations from another system."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.models import Client
from access.tasks import in_client
from helpdesk.lib import jsonl
from helpdesk.lib.progress import Progress
from tickets.actions import history
from tickets.conversations import Conversation, read_conversation

BATCH = 100


class Command(BaseCommand):
    """Reads JSON lines (also .gz), takes each conversation once, sets bad lines aside."""

    help = "Import conversations from a file of JSON lines (also .gz); running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The client, the file, and where bad lines go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--client", required=True, help="the client's slug")
        parser.add_argument("--rejects", type=Path, help="where bad lines go (default: FILE.rejects.jsonl)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import in batches, each its own transaction, so that memory stays flat."""
        client = Client.objects.filter(slug=options["client"]).first()
        if client is None:
            raise CommandError(f"There is no client “{options['client']}”. Create it with: manage.py create_client")
        path: Path = options["file"]
        rejects_path = options["rejects"] or path.with_name(path.name + ".rejects.jsonl")
        read = new = 0
        batch: list[Conversation] = []
        try:
            with jsonl.Rejects(rejects_path) as rejects, Progress(f"Importing {path.name}") as progress:
                for number, line in jsonl.lines(path):
                    read += 1
                    try:
                        batch.append(read_conversation(jsonl.parse(line)))
                    except ValueError as reason:
                        rejects.add(number, line, str(reason))
                    if len(batch) >= BATCH:
                        new += self._write(client, batch)
                        progress.advance(len(batch))
                        batch = []
                new += self._write(client, batch)
                progress.advance(len(batch))
        except jsonl.Unreadable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The rejected lines can't be written to {rejects_path}: {error.strerror}.") from error
        known = read - new - rejects.count
        self.stdout.write(f"{new} conversations imported, {known} were there already, {rejects.count} lines rejected.")
        if rejects.count:
            self.stdout.write(f"The rejected lines and why: {rejects_path}")

    @staticmethod
    def _write(client: Client, batch: list[Conversation]) -> int:
        if not batch:
            return 0
        with in_client(client.pk, "import_conversations") as actor:
            return history.import_conversations(actor, client_id=client.pk, conversations=batch)
