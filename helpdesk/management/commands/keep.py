"""`manage.py keep`: the keeper's process, which erases, clears away and packs, one job at a time."""

import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from helpdesk.leaving import hand_over, keeper, nights
from helpdesk.lib import clock

IDLE_SECONDS = 2.0
# Longer than any database's restart, so that a pause is told once and not every two seconds.
AWAY_SECONDS = 10.0


class Command(BaseCommand):
    """Runs until SIGTERM; ends between two jobs, or is killed at any moment without harm."""

    help = "Do the keeper's jobs: erasures, retention, exit packages. One process a site, as the role keeper."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to stop when nothing is left."""
        parser.add_argument("--once", action="store_true", help="do what is due and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is due, then look again every two seconds."""
        stopped = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopped.set()

        if threading.current_thread() is threading.main_thread() and not options["once"]:
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
        while not stopped.is_set():
            try:
                if nights.is_hour_new(clock.now()):
                    nights.plan(clock.now())
                    nights.clear_expired(clock.now())
                if nights.is_minute_new(clock.now()):
                    hand_over.sweep(clock.now())
                busy = keeper.do_next(clock.now())
            except DatabaseError as error:
                self.stderr.write(f"The database is away ({type(error).__name__}).")
                connection.close()
                if options["once"]:
                    raise
                time.sleep(AWAY_SECONDS)
                continue
            if not busy:
                if options["once"]:
                    return
                stopped.wait(IDLE_SECONDS)
