"""`manage.py import_package FILE`: a client with everything it owns, from its exit package."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.leaving.package import load, read


class Command(BaseCommand):
    """Checks the whole package first, then writes all of it or nothing."""

    help = "Import a client's exit package into this installation, which must not know the client yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then import."""
        try:
            client = load.load(read.check(options["file"]))
        except read.BadPackage as error:
            raise CommandError(f"{error} Nothing was written.") from None
        self.stdout.write(f"{client.name} was imported with everything it owns.")
