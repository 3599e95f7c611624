"""`manage.py watch_engine`: for a monitor that runs a command instead of asking an address."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from escalation.engine import watch
from helpdesk.lib import clock


class Command(BaseCommand):
    """Exits with 0 while the engine is at work, with 1 where its sweep has been silent for two minutes."""

    help = "Tells whether promises are being watched: exits with 1 where the sweep has been silent for two minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line of JSON, for people and programs."""
        try:
            found = watch.look(clock.now())
        except DatabaseError:
            self.stderr.write("The database can't be asked.")
            sys.exit(1)
        self.stdout.write(json.dumps(found.told()))
        if not found.is_at_work:
            sys.exit(1)
