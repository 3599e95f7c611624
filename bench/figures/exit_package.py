"""The exit package of 100,000 tickets with messages and files: how long it takes, and how much memory."""

import random
import subprocess
import sys
import time
from pathlib import Path

from bench import corpus
from bench.figure import Figure, NotMeasured, at_most, calibration, told
from bench.figures.import_speed import WITH_PEAK
from bench.site import ROOT, stand_up


def measure(*, quick: bool, data: Path) -> Figure:
    """The keeper's own command, once: a job of minutes whose memory is what matters."""
    total, files = (5_000, 200) if quick else (100_000, 5_000)
    with stand_up() as site:
        people = corpus.organisations(clients=1, agents_clients=1)
        corpus.tickets(site, people, total=total)
        with site.superuser() as connection:
            corpus.threads(connection)
            corpus.analyse(connection)
        _files(people.client_ids[0], files)
        _ask(people.client_ids[0])
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", WITH_PEAK, "keep", "--once"],
            cwd=ROOT, env={**site.environment, "DATABASE_URL": site.keeper_dsn}, capture_output=True, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        size = _size(people.client_ids[0])
        if done.returncode or not size:
            raise NotMeasured(f"the package failed: {done.stdout}{done.stderr[-600:]}")
        peak = int(done.stdout.strip().splitlines()[-1]) / 1024
        figure = Figure(
            "exit_package", notes={"tickets": total, "messages": corpus.MESSAGES_EACH * total, "files": files}
        )
        figure.parts = [
            at_most("memory of the keeper", [peak], 250, "MiB"),
            told("time", [seconds], "s"),
            told("size of the package", [size / 1024 / 1024], "MiB"),
            *calibration(site.app_dsn),
        ]
        return figure


def _files(client_id: int, number: int) -> None:
    """So many files of 64 KiB."""
    from access.tasks import in_client
    from helpdesk.lib import files as kinds
    from post import files

    chance = random.Random(7)
    with in_client(client_id, "bench"):
        for name in range(number):
            incoming = files.Incoming(f"{name}.bin", chance.randbytes(65_536), kinds.sniff(b""))
            files.store(client_id=client_id, incoming=incoming, audience="public", customer_id=None, vendor_id=None)


def _ask(client_id: int) -> None:
    from access import log_keys
    from access.tasks import in_client
    from helpdesk.leaving import actions

    log_keys.begin()
    with in_client(client_id, "bench") as actor:
        actions.ask_package(actor, client_id=client_id)


def _size(client_id: int) -> int:
    from access.tasks import in_client
    from helpdesk.leaving.models import Job

    with in_client(client_id, "bench"):
        return int(Job.objects.get(kind="package").size)
