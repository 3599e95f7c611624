"""`manage.py import_articles`: once, completely, and bad lines set aside."""

import gzip
import io
import json
import resource
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from access.models import AccessLogContent
from knowledgebase.models import Article, ArticleTerm, Category, Revision
from knowledgebase.search import search

GUIDELINES = Path(__file__).resolve().parents[3] / "shared" / "data" / "guidelines.jsonl"
GOOD = {"id": "a/1", "title": "Door code", "body": "It comes by mail.", "category": "Doors", "entity": "Lake House"}


@pytest.fixture
def put(tmp_path):
    """Write lines to a file: objects as JSON, text and bytes as they are."""

    def make(*lines, name="articles.jsonl"):
        raw = b"\n".join(
            line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode()
            for line in lines
        )
        path = tmp_path / name
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return make


def run(path, **options):
    out = io.StringIO()
    call_command("import_articles", path, client="voltarra", stdout=out, **options)
    return out.getvalue()


def test_articles_come_in_published_with_their_category_and_context(world, put):
    told = run(put(GOOD))

    assert told.startswith("1 articles imported, 0 changed, 0 were there already, 0 lines rejected.")
    with world.enter(world.r1):
        article = Article.objects.get()
        revision = article.revisions.get()
        assert (article.external_id, article.category.name, article.context) == ("a/1", "Doors", "Lake House")
        assert (revision.number, revision.author_id, revision.html) == (1, None, "<p>It comes by mail.</p>")
        assert search(client_id=world.c1.pk, query="door code")[0].article_id == article.pk


def test_the_second_time_nothing_changes(world, put, fingerprint):
    path = put(GOOD, {**GOOD, "id": "a/2"}, name="articles.jsonl.gz")
    run(path)
    before = fingerprint()

    assert run(path).startswith("0 articles imported, 0 changed, 2 were there already")
    assert fingerprint() == before


def test_text_that_changed_at_its_source_becomes_a_new_revision(world, put):
    run(put(GOOD))

    told = run(put({**GOOD, "body": "It comes by text message."}))

    assert "1 changed" in told
    with world.enter(world.r1):
        assert Revision.objects.get().number == 2
        assert search(client_id=world.c1.pk, query="text message")
        assert not ArticleTerm.objects.filter(term="mail").exists()


def test_what_people_wrote_here_outlives_an_import_of_the_same(world, put, write):
    run(put(GOOD))
    with world.enter(world.o1):
        article = Article.objects.select_related("category").get()
    write(title="Door code", body="Ask reception.", article=article, expected_number=1, category=article.category)

    assert "1 were there already" in run(put(GOOD))
    with world.enter(world.r1):
        assert Revision.objects.get().body == "Ask reception."


def test_lines_of_one_id_make_one_article(world, put):
    told = run(put(GOOD, {**GOOD, "body": "The later text."}))

    assert told.startswith("1 articles imported, 0 changed, 1 were there already")
    with world.enter(world.c1):
        assert Revision.objects.get().body == "The later text."


BAD = [
    ("no json at all", "no JSON"),
    (b"\xff\xfe{}", "no UTF-8"),
    ("[1, 2]", "no JSON object"),
    ('"text"', "no JSON object"),
    ({**GOOD, "id": None}, "id:"),
    ({**GOOD, "id": "x" * 121}, "id:"),
    ({**GOOD, "title": ""}, "title:"),
    ({**GOOD, "title": ["a"]}, "title:"),
    ({**GOOD, "title": "x" * 201}, "title:"),
    ({**GOOD, "body": "   "}, "body:"),
    ({**GOOD, "body": "x" * 60_000}, "body:"),
    ({**GOOD, "audience": "all"}, "audience:"),
    ({**GOOD, "language": "not a code"}, "language:"),
    ({**GOOD, "category": "x" * 121}, "category:"),
    ("[" * 100_000, "no JSON"),
]


def test_bad_lines_are_set_aside_with_their_reason(world, put, tmp_path):
    rejects = tmp_path / "rejects.jsonl"

    told = run(put(*(line for line, _reason in BAD), GOOD), rejects=rejects)

    assert f"1 articles imported, 0 changed, 0 were there already, {len(BAD)} lines rejected." in told
    assert str(rejects) in told
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [row["line"] for row in found] == list(range(1, len(BAD) + 1))
    for row, (_line, reason) in zip(found, BAD, strict=True):
        assert reason in row["reason"]


def test_odd_but_honest_lines_are_taken(world, put):
    lines = [
        {**GOOD, "id": 17, "title": "مرحبا", "language": "ar"},
        {**GOOD, "id": "2", "title": "Nul\x00 and \u202e turned", "entity": None},
        {**GOOD, "id": "3", "title": "A" * 200, "more": {"unknown": []}},
        {**GOOD, "id": "4", "category": "", "body": "# Door code\nOnly this."},
        "",
    ]

    told = run(put(*lines))

    assert told.startswith("4 articles imported")
    with world.enter(world.c1):
        assert set(Category.objects.values_list("name", flat=True)) == {"Doors", "General"}
        by_id = {article.external_id: article for article in Article.objects.all()}
        assert by_id["17"].slug.startswith("article")
        assert by_id["2"].title == "Nul and turned"
        assert by_id["4"].revisions.get().body == "Only this."


def test_lines_without_an_audience_are_for_whom_one_says(world, put):
    run(put(GOOD, {**GOOD, "id": "b", "audience": "public"}), audience="agents")

    with world.enter(world.r1):
        assert Article.objects.get().external_id == "b"


@pytest.mark.parametrize(
    ("client", "name", "sentence"),
    [("nobody", "articles.jsonl", "no client"), ("voltarra", "missing.jsonl", "can't be read")],
)
def test_what_cannot_begin_says_why_in_one_sentence(world, put, tmp_path, client, name, sentence):
    put(GOOD)

    with pytest.raises(CommandError, match=sentence):
        call_command("import_articles", tmp_path / name, client=client, stdout=io.StringIO())


def test_a_broken_archive_says_so(world, tmp_path):
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * 1000)[:-20])

    with pytest.raises(CommandError, match="can't be read"):
        run(path)


def test_each_batch_stands_in_the_log(world, put):
    run(put(*({**GOOD, "id": str(n)} for n in range(3))))

    with world.enter(world.c1):
        entry = AccessLogContent.objects.get(detail__did="import")
        assert entry.detail == {"did": "import"}
        assert len(entry.records) == 3


def test_real_playbooks_come_in_twice_for_agents_only(world):
    if not GUIDELINES.exists():
        pytest.skip(f"{GUIDELINES} is not here")

    assert run(GUIDELINES).startswith("55 articles imported, 0 changed, 0 were there already, 0 lines rejected.")
    assert run(GUIDELINES).startswith("0 articles imported, 0 changed, 55 were there already")
    with world.enter(world.v1):
        assert search(client_id=world.c1.pk, query="customer wants to start a refund")[0].is_playbook
    with world.enter(world.r1):
        assert not Article.objects.exists()


def test_memory_stays_flat(world, put):
    run(put(GOOD))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    run(put(*({**GOOD, "id": str(n), "body": f"Text {n}. " * 200} for n in range(800)), name="many.jsonl.gz"))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024
