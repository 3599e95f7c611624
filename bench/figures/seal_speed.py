"""A million entries sealed and verified offline, and one entry proved."""

import os
import random
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from bench import corpus, log_corpus
from bench.figure import Figure, NotMeasured, at_most, calibration, told
from bench.site import ROOT, Site, stand_up

PROOFS = 200


def measure(*, quick: bool, data: Path) -> Figure:
    """Seal a backlog, then a minute's work on top; write both files, verify them in a process of their own."""
    total = 50_000 if quick else 1_000_000
    with stand_up() as site:
        from access import log_keys

        people = corpus.organisations(clients=2, agents_clients=2)
        client_id = people.client_ids[0]
        log_keys.begin()
        log_corpus.entries(site, client_id, total=total)
        scale = 1_000_000 / total
        sealed = _seal(client_id) * scale
        log_corpus.entries(site, client_id, total=1_000)
        minute = _seal(client_id)
        written, verified, memory = _verified(site, client_id)
        figure = Figure("seal_speed", runs=1, notes={"entries": total})
        figure.parts = [
            at_most("1,000,000 entries sealed", [sealed], 60, "s"),
            at_most("1,000,000 entries verified offline", [verified * scale], 60, "s"),
            at_most("one proof", _proofs(client_id), 5, "ms"),
            told("1,000 more entries on top, with their head", [minute * 1000], "ms"),
            told("1,000,000 entries written to LOG.jsonl", [written * scale], "s"),
            told("memory of the verifier", [memory], "MiB"),
            *calibration(site.app_dsn),
        ]
        return figure


def _seal(client_id: int) -> float:
    """Seconds until every entry stands under a head, run by run as the worker does it."""
    from access import seal
    from access.tasks import in_client

    start = time.perf_counter()
    while True:
        with in_client(client_id, "bench") as actor:
            if seal.seal(actor, client_id) is None:
                return time.perf_counter() - start


def _verified(site: Site, client_id: int) -> tuple[float, float, float]:
    """Seconds to write the files, seconds to verify them with a kept head, and MiB that took."""
    from access import log_export, log_keys, seal
    from access.models import Client, LogHead
    from access.tasks import in_client

    log, heads = site.folder / "LOG.jsonl", site.folder / "HEADS.json"
    start = time.perf_counter()
    with in_client(client_id, "bench"):
        newest, first = seal.newest_head(client_id), LogHead.objects.order_by("size").first()
        key = log_keys.newest()
        if newest is None or first is None or key is None:
            raise NotMeasured("nothing was sealed")
        with log.open("w", encoding="utf-8") as file:
            file.writelines(log_export.whole_log(client_id, newest.size))
        heads.write_text("".join(log_export.whole_heads(Client.objects.get(pk=client_id), newest.size)))
        kept = seal.head_of(first).text()
    written = time.perf_counter() - start
    command = [sys.executable, "-m", "access.verify", str(log), str(heads), "--key", key.public, "--since", kept]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    memory = 0.0
    while process.poll() is None:
        memory = max(memory, _peak(process.pid))
        time.sleep(0.05)
    verified = time.perf_counter() - start
    if process.returncode:
        raise NotMeasured("the verifier did not find the log whole")
    return written, verified, memory


def _peak(pid: int) -> float:
    """The most memory that a running process had so far, in MiB; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    kibibytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(kibibytes[0]) / 1024 if kibibytes else 0.0


def _proofs(client_id: int) -> list[float]:
    """Milliseconds for one inclusion proof of a random entry, each made from the rows alone."""
    from access import merkle, seal
    from access.tasks import in_client
    from access.tiles import nodes

    rng, times = random.Random(1), []
    with in_client(client_id, "bench"):
        size = seal.size_of(client_id)
        for _proof in range(PROOFS):
            start = time.perf_counter()
            merkle.inclusion_proof(rng.randrange(size), size, nodes(partial(seal.kept, client_id)))
            times.append(1000 * (time.perf_counter() - start))
    return times
