"""Takes one raw mail from a pipe, as a mail server's alias or transport hands it over."""

import json
import logging
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from helpdesk.lib.passing import passes
from tickets.mail.limits import LARGEST_MAIL
from tickets.mail.receive import Outcome, receive

logger = logging.getLogger("helpdesk.mail")

# sysexits(3): a mail server keeps the mail and comes back.
TEMPORARY = 75
REFUSED = 1


class Command(BaseCommand):
    help = "Read one raw mail from standard input, store it, and print as JSON what became of it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose mailbox it was."""
        parser.add_argument("--mailbox", required=True, help="The client's support address that the mail came to.")

    def handle(self, *, mailbox: str, **options: Any) -> None:
        """Exit code 0 when the mail is stored, 1 when it is not taken, 75 to try again later."""
        raw = sys.stdin.buffer.read(LARGEST_MAIL + 1)
        if len(raw) > LARGEST_MAIL:
            found = Outcome(outcome="rejected", reason="larger than 100 MB")
        else:
            try:
                found = receive(mailbox, raw)
            except Exception as error:
                if not (isinstance(error, DatabaseError) or passes(error)):
                    raise
                # Before the mail is stored any error of the database is a reason to come again.
                logger.warning("a mail could not be taken: %s", type(error).__name__)
                self.tell(Outcome(outcome="failed", reason="it can't be taken right now, bring the mail again"))
                sys.exit(TEMPORARY)
        self.tell(found)
        if not found.is_taken:
            sys.exit(REFUSED)

    def tell(self, found: Outcome) -> None:
        """One line of JSON."""
        self.stdout.write(json.dumps(asdict(found), ensure_ascii=False))
