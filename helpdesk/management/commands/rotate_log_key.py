"""`manage.py rotate_log_key`: hands the sealing of the access logs over to a new key, or makes the first one."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from access import log_keys


class Command(BaseCommand):
    """The new key is signed with the old one, so that whoever pinned the old one need not pin again."""

    help = "Make the first key that signs the access logs, or hand over to a new one that the old one signs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to leave a key that is there in its place."""
        parser.add_argument(
            "--first", action="store_true", help="only make the first key; do nothing where there is one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which key signs from now on, and where it lies."""
        try:
            row = log_keys.begin() or (None if options["first"] else log_keys.rotate())
        except log_keys.KeyMissing as error:
            raise CommandError(str(error)) from None
        if row is None:
            return
        self.stdout.write(f"From now on the access logs are signed with {row.public}.")
        self.stdout.write(f"Its private half is {settings.LOG_KEY_FILE}: copy it to every machine with a worker.")
