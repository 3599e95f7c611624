"""Articles for programs: read, searched, drafted, published, and refused."""

import pytest

from knowledgebase.models import Article, Revision

URL = "/api/v1/articles/"
DRAFT = {
    "title": "New title",
    "body": "New **text**.",
    "category": "General",
    "audience": "public",
    "language": "en",
}


@pytest.fixture
def send(world):
    """Post JSON as a program of a person at the first client."""

    def post(person, path, body, **headers):
        program = world.program(person, world.c1)
        return program.post(f"{URL}{path}", body, content_type="application/json", headers=headers)

    return post


def test_readers_see_what_is_published_and_writers_drafts_too(world, write):
    write(title="In force")
    write(title="Playbook", audience="agents")
    write(title="Draft", published=False)

    def titles(person):
        return {row["title"] for row in world.program(person, world.c1).get(URL).json()["results"]}

    assert titles(world.v1) == {"In force", "Playbook"}
    assert titles(world.lead) == {"In force", "Playbook", "Draft"}


def test_lists_are_filtered_and_paged(world, write):
    for number in range(3):
        write(title=f"Article {number}")
    write(title="Playbook", audience="agents")
    program = world.program(world.v1, world.c1)

    first = program.get(f"{URL}?audience=public&limit=2").json()
    second = program.get(first["next"]).json()

    titles = [row["title"] for row in [*first["results"], *second["results"]]]
    assert titles == ["Article 2", "Article 1", "Article 0"]
    assert second["next"] is None


def test_one_article_comes_with_its_text_in_force(world, write):
    first = write()
    write(body="Only a draft.", article=first.article, expected_number=1, published=False)

    found = world.program(world.v1, world.c1).get(f"{URL}{first.article_id}/").json()

    assert (found["number"], found["html"], found["category"]) == (1, "<p>Hold the button.</p>", "General")


def test_search_gives_hits_with_snippets(world, write):
    revision = write(audience="agents")

    found = world.program(world.v1, world.c1).get(f"{URL}search/?q=which+buttons").json()["results"]

    assert [(hit["article"], hit["revision"]) for hit in found] == [(revision.article_id, 1)]
    assert "<mark>button</mark>" in found[0]["snippet"]


def test_a_draft_is_begun_continued_and_published(world, write, send):
    write()

    made = send(world.o1, "", DRAFT)
    article = made.json()["article"]
    again = send(world.o1, f"{article}/drafts/", {**DRAFT, "body": "Better.", "expected_number": 1})
    told = send(world.o1, f"{article}/publish/", {"number": 2})

    assert (made.status_code, made["Location"]) == (201, f"{URL}{article}/")
    assert (again.status_code, again.json()["number"]) == (201, 2)
    assert (told.status_code, told.json()["state"]) == (200, "published")
    with world.enter(world.r1):
        assert Article.objects.get(pk=article).title == "New title"


def test_a_repeated_key_makes_one_article(world, write):
    write()
    program = world.program(world.o1, world.c1)

    answers = [
        program.post(URL, DRAFT, content_type="application/json", headers={"idempotency-key": "k1"}) for _ in range(2)
    ]

    assert answers[0].content == answers[1].content
    with world.enter(world.o1):
        assert Article.objects.filter(title="New title").count() == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"category": "Nowhere"}, 400),
        ({"audience": "all"}, 400),
        ({"title": ""}, 400),
        ({"body": "x" * 50_001}, 400),
        ({"language": "!"}, 400),
        ({"client": 2}, 400),
        ({"state": "published"}, 400),
        ({"title": "a\x00b"}, 400),
    ],
)
def test_what_cannot_be_taken_changes_nothing(world, write, send, changed, status):
    write()

    answer = send(world.o1, "", {**DRAFT, **changed})

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    with world.enter(world.o1):
        assert Article.objects.count() == 1


def test_a_stale_writer_is_told(world, write, send):
    first = write()
    write(body="By the lead.", by=world.lead, article=first.article, expected_number=1, published=False)

    answer = send(world.o1, f"{first.article_id}/drafts/", {**DRAFT, "expected_number": 1})

    assert answer.status_code == 409
    assert "Lea Dahl" in answer.json()["title"]


def test_each_right_is_asked_for(world, write, send):
    draft = write(published=False)

    assert send(world.v1, "", DRAFT).status_code == 403
    assert send(world.v1, f"{draft.article_id}/drafts/", {**DRAFT, "expected_number": 1}).status_code == 403
    assert send(world.lead, f"{draft.article_id}/publish/", {"number": 1}).status_code == 403
    assert world.program(world.e1, world.c1).get(URL).status_code == 403
    assert world.program(world.v1, world.c1).get(f"{URL}{draft.article_id}/").status_code == 404
    with world.enter(world.o1):
        assert Revision.objects.get().state == "draft"


def test_another_clients_articles_are_not_there(world, write):
    foreign = write(title="Theirs", client=world.c2)
    program = world.program(world.v12, world.c1)

    assert program.get(f"{URL}{foreign.article_id}/").status_code == 404
    assert program.get(URL).json()["results"] == []
    assert program.get(f"{URL}search/?q=button").json()["results"] == []
