"""Article search on real questions: how often the answer is among the first five, how high, how quickly."""

import csv
import statistics
import time
from io import StringIO
from pathlib import Path
from typing import Any

from bench import corpus
from bench.figure import Figure, NotMeasured, at_least, at_most, calibration, told
from bench.site import stand_up

FIRST, DEEPEST = 5, 20


def measure(*, quick: bool, data: Path) -> Figure:
    """Import the articles by the command, then ask each question with the place it is about."""
    articles, questions = data / "kb_faq.jsonl", data / "kb_relevance.csv"
    for path in (articles, questions):
        if not path.exists():
            raise NotMeasured(f"{path} is not there")
    with stand_up() as site:
        organisations = corpus.organisations(clients=1, agents_clients=1)
        seconds = _import(articles, site.folder)
        asked = list(csv.DictReader(StringIO(questions.read_text(encoding="utf-8"))))
        # Every question in a quick run too: fewer would be another figure.
        rounds = [_ask(organisations.client_ids[0], asked) for _round in range(1 if quick else 3)]
        figure = Figure("kb_search", runs=len(rounds), notes={"questions": len(asked)})
        figure.parts = [
            at_least(f"answer among the first {FIRST}", [r["recall"] for r in rounds], 0.75, "share"),
            told(f"mean reciprocal rank to {DEEPEST}", [r["rank"] for r in rounds], "1/rank"),
            at_most("median time of a search, three statements", [r["median"] for r in rounds], 40, "ms"),
            told("19 of 20 searches are quicker than", [r["slow"] for r in rounds], "ms"),
            at_most("import of the articles, start of the command left out", [seconds], 30, "s"),
            *calibration(site.app_dsn),
        ]
        return figure


def _import(path: Path, folder: Path) -> float:
    from django.core.management import call_command

    start = time.perf_counter()
    call_command("import_articles", path, client="client-000", rejects=folder / "rejects.jsonl", stdout=StringIO())
    return time.perf_counter() - start


def _ask(client_id: int, asked: list[dict[str, str]]) -> dict[str, Any]:
    """One round over the questions, as the system at this client."""
    from access.tasks import in_client
    from knowledgebase.models import Article
    from knowledgebase.search import search

    found, ranks, times = 0, 0.0, []
    with in_client(client_id, "bench.kb_search"):
        names = dict(Article.objects.values_list("pk", "external_id"))
        for row in asked:
            context = row["entity"].replace("|", " ")
            start = time.perf_counter()
            hits = search(client_id=client_id, query=row["query"], context=context, limit=DEEPEST)
            times.append((time.perf_counter() - start) * 1000)
            right = set(row["expected_articles"].split("|"))
            places = [n for n, hit in enumerate(hits, start=1) if names[hit.article_id] in right]
            found += bool(places) and places[0] <= FIRST
            ranks += 1 / places[0] if places else 0
    times.sort()
    return {
        "recall": found / len(asked),
        "rank": ranks / len(asked),
        "median": statistics.median(times),
        "slow": times[int(len(times) * 0.95)],
    }
