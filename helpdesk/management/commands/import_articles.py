"""`manage.py import_articles --client SLUG FILE`: articles and playbooks from another system."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.errors import Invalid
from access.models import Client
from access.tasks import in_client
from helpdesk.lib import jsonl
from helpdesk.lib.progress import Progress
from knowledgebase import actions, index
from knowledgebase.actions import Foreign, Outcome
from knowledgebase.models import Audience

BATCH = 200


class Command(BaseCommand):
    """Reads JSON lines (also .gz), publishes each article once, sets bad lines aside."""

    help = "Import articles from a file of JSON lines (also .gz); running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The client, the file, whom unmarked lines are for, and where bad lines go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--client", required=True, help="the client's slug")
        parser.add_argument("--rejects", type=Path, help="where bad lines go (default: FILE.rejects.jsonl)")
        parser.add_argument(
            "--audience",
            choices=Audience.values,
            default=Audience.PUBLIC,
            help="who may read articles whose line names no audience (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import in batches, each its own transaction, so that memory stays flat."""
        client = Client.objects.filter(slug=options["client"]).first()
        if client is None:
            raise CommandError(f"There is no client “{options['client']}”. Create it with: manage.py create_client")
        path: Path = options["file"]
        rejects_path: Path = options["rejects"] or path.with_name(path.name + ".rejects.jsonl")
        told: Counter[Outcome] = Counter()
        batch: list[Foreign] = []
        try:
            with jsonl.Rejects(rejects_path) as rejects, Progress(f"Importing {path.name}") as progress:
                for number, line in jsonl.lines(path):
                    try:
                        batch.append(_read(jsonl.parse(line), client.language, options["audience"]))
                    except ValueError as reason:
                        rejects.add(number, line, str(reason))
                    if len(batch) >= BATCH:
                        told += _write(client, batch)
                        progress.advance(len(batch))
                        batch = []
                told += _write(client, batch)
                progress.advance(len(batch))
        except jsonl.Unreadable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The rejected lines can't be written to {rejects_path}: {error.strerror}.") from error
        if told[Outcome.CREATED]:
            with in_client(client.pk, "import_articles"):
                index.settle()
        self.stdout.write(
            f"{told[Outcome.CREATED]} articles imported, {told[Outcome.CHANGED]} changed,"
            f" {told[Outcome.UNCHANGED]} were there already, {rejects.count} lines rejected."
        )
        if rejects.count:
            self.stdout.write(f"The rejected lines and why: {rejects_path}")


def _write(client: Client, batch: list[Foreign]) -> Counter[Outcome]:
    if not batch:
        return Counter()
    with in_client(client.pk, "import_articles") as actor:
        return Counter(actions.import_articles(actor, client_id=client.pk, items=batch))


def _read(record: Any, language: str, audience: str) -> Foreign:
    """A line as an article; raises `ValueError` with the reason where it can't be taken."""
    if not isinstance(record, dict):
        raise ValueError("the line is no JSON object")
    title = _text(record, "title")
    item = Foreign(
        external_id=_text(record, "external_id") or _text(record, "id"),
        title=title,
        body=_without_title(_text(record, "body"), title),
        category=_text(record, "category"),
        audience=_text(record, "audience") or audience,
        language=_text(record, "language") or language,
        context=_text(record, "context") or _text(record, "entity"),
    )
    try:
        actions.check_foreign(item)
    except Invalid as error:
        raise ValueError(f"{error.field}: {error}") from None
    return item


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"{name}: this is no text")
    return value


def _without_title(body: str, title: str) -> str:
    """The body without a first heading that only says the title again."""
    first, _newline, rest = body.lstrip().partition("\n")
    return rest if first.lstrip("# ").strip() == title.strip() and first.startswith("#") else body
