"""Import of 2,000 conversations: messages a second, and the memory it takes."""

import gzip
import subprocess
import sys
import time
from pathlib import Path

from bench import corpus
from bench.figure import Figure, NotMeasured, at_least, at_most, calibration
from bench.site import ROOT, stand_up


def measure(*, quick: bool, data: Path) -> Figure:
    """Run the command itself, each run into a new client."""
    source = data / "conversations.jsonl.gz"
    if not source.exists():
        raise NotMeasured(f"{source} is not there")
    runs = 2 if quick else 5
    with stand_up() as site:
        people = corpus.organisations(clients=runs, agents_clients=1)
        path, messages = _part_of(source, site.folder, most=400 if quick else None)
        speeds, peaks = [], []
        for number in range(len(people.client_ids)):
            slug = f"client-{number:03d}"
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", WITH_PEAK, "import_conversations", str(path), "--client", slug],
                cwd=ROOT, env=site.environment, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode or " 0 lines rejected" not in done.stdout:
                raise NotMeasured(f"the import failed: {done.stdout}{done.stderr[-300:]}")
            speeds.append(messages / (time.perf_counter() - start))
            peaks.append(int(done.stdout.strip().splitlines()[-1]) / 1024)
        figure = Figure("import_speed", runs=runs)
        figure.parts = [
            at_least("messages a second, start of the command included", speeds, 300, "1/s"),
            at_most("memory of the command", peaks, 250, "MiB"),
            *calibration(site.app_dsn),
        ]
        return figure


WITH_PEAK = """
import resource, sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _part_of(source: Path, folder: Path, *, most: int | None) -> tuple[Path, int]:
    """The file, or its first lines, and how many messages it holds."""
    import json

    with gzip.open(source, "rt", encoding="utf-8") as file:
        lines = [line for _n, line in zip(range(most or 10**9), file, strict=False)]
    messages = sum(len(json.loads(line)["messages"]) for line in lines)
    path = folder / "conversations.jsonl.gz"
    path.write_bytes(gzip.compress("".join(lines).encode(), 6))
    return path, messages
