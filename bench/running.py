"""The whole product running on a corpus of its own, under its own supervisor, with a mail server on the other end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figure import NotMeasured
from bench.site import Site, free_port, stand_up_in
from tests import cluster
from tests.faults.house import House, wait_for
from tests.faults.smtp import MailServer

WEB, WORKER, BEAT = "-m granian", "helpdesk.celery --quiet worker", "helpdesk.celery --quiet beat"
DATABASE, REDIS = "bin/postgres", "valkey-server"
# The least that runs when nothing is missing: a master and a child each, where there are children.
WHOLE = {WEB: 2, WORKER: 2, BEAT: 1}


@dataclass
class Running:
    """A house that has its mail taken."""

    house: House
    mail: MailServer

    def wait_until_whole(self) -> None:
        """Return once everything in it runs and answers; raises `NotMeasured`."""
        try:
            wait_for(lambda: self.house.is_whole(WHOLE), what="the house", seconds=120)
        except AssertionError as error:
            raise NotMeasured(str(error)) from error


def prepare(folder: Path, build: Callable[[Site], None]) -> None:
    """Leave in the folder what `build` makes, with no server running on it."""
    with stand_up_in(folder) as site:
        build(site)


@contextmanager
def running(prepared: Path, folder: Path, **settings: str) -> Iterator[Running]:
    """The product on a copy of what was prepared; `settings` are of its environment."""
    for part in ("postgres", "secrets.json"):
        cluster.copy(prepared / part, folder / part)
    with MailServer() as mail:
        house = House(folder, port=free_port(), smtp_port=mail.port, **settings)
        try:
            made = Running(house, mail)
            made.wait_until_whole()
            yield made
        except BaseException:
            sys.stderr.write((folder / "house.log").read_text(errors="replace")[-4000:])
            raise
        finally:
            house.stop()
