"""Logs bent at random places after the kept head, and honest ones: what the verifier finds, and what it accuses."""

import random
import tempfile
from collections import Counter
from pathlib import Path

from access.log_format import Head
from access.verify.checking import check_log
from access.verify.reading import CannotCheck
from bench import tampering
from bench.figure import Figure, at_least, at_most, told
from bench.paper_log import PaperLog


def measure(*, quick: bool, data: Path) -> Figure:
    """As many honest logs as bent ones; every way of bending takes its turn."""
    trials = 160 if quick else 1_000
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    alarms = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(trials):
            rng = random.Random(seed)
            log = tampering.some_log(seed)
            # One before the last, so that something is left to bend; one after the first, to be put back to.
            kept = log.heads[rng.randrange(1, len(log.heads) - 1)]
            alarms += not _holds(log, kept, log.keys[0]["public"], Path(folder))
            way = list(tampering.WAYS)[seed % len(tampering.WAYS)]
            tried[way] += 1
            bent = tampering.WAYS[way](log, kept, rng)
            found[way] += not _holds(bent, kept, log.keys[0]["public"], Path(folder))
    return Figure(
        "tamper_trials",
        [
            at_least("bent logs found", [found.total()], trials, "logs"),
            at_most("false alarms in as many honest logs", [alarms], 0, "logs"),
            *(told(f"{way}: found of {tried[way]}", [found[way]], "logs") for way in tampering.WAYS),
        ],
        notes={"trials": trials},
    )


def _holds(log: PaperLog, kept: Head, key: str, folder: Path) -> bool:
    lines, heads = log.write(folder)
    try:
        with lines.open("rb") as file:
            return check_log(file, heads, key, [kept]).holds
    except CannotCheck:
        return False
