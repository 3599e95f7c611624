"""Writing, publishing and withdrawing: who may, what stays, what is refused."""

import re

import psycopg
import pytest
from django.db import DatabaseError, connection

from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent
from knowledgebase import actions
from knowledgebase.models import Article, ArticleTerm, Category, Revision


def test_a_draft_changes_nothing_for_readers(world, write):
    first = write(body="The first text.")

    write(title="Another title", body="The second text.", article=first.article, expected_number=1, published=False)

    with world.enter(world.o1):
        article = Article.objects.get()
        assert (article.title, article.published_number) == (first.title, 1)
        assert [r.number for r in article.revisions.order_by("number")] == [1, 2]


def test_publishing_makes_the_latest_revision_the_one_in_force(world, write):
    first = write()

    second = write(title="New title", audience="agents", article=first.article, expected_number=1)

    with world.enter(world.o1):
        article = Article.objects.get()
        assert (article.published_number, article.title, article.audience) == (2, "New title", "agents")
        assert second.published_at is not None


def test_a_draft_that_nobody_published_is_followed_by_a_new_number(world, write):
    first = write(published=False)

    second = write(body="Better.", article=first.article, expected_number=1, published=False)

    with world.enter(world.o1):
        assert Revision.objects.get(pk=first.pk).body == "Hold the button."
        assert second.number == 2


def test_saving_the_same_text_again_adds_nothing(world, write):
    first = write(published=False)

    again = write(article=first.article, expected_number=None, published=False)

    assert again.pk == first.pk


def test_whoever_saves_second_is_told_who_was_first(world, write):
    first = write(published=False)
    write(body="By the lead.", by=world.lead, article=first.article, expected_number=1, published=False)

    with pytest.raises(Conflict, match="Lea Dahl saved revision 2"):
        write(body="Mine.", article=first.article, expected_number=1, published=False)


def test_an_older_revision_is_not_published_over_a_newer_one(world, write):
    first = write(published=False)
    write(body="Newer.", article=first.article, expected_number=1, published=False)

    with world.enter(world.o1) as actor, pytest.raises(Conflict, match="newer revision"):
        actions.publish(actor, revision=first)


def test_publishing_twice_is_publishing_once(world, write):
    revision = write()

    with world.enter(world.o1) as actor:
        before = AccessLogContent.objects.count()
        actions.publish(actor, revision=revision)

        assert AccessLogContent.objects.count() == before


@pytest.mark.parametrize("person", ["v1", "v12", "v1ro", "v1own", "a1"])
def test_writing_needs_its_right(world, write, shelf, person):
    with pytest.raises(RightMissing):
        write(by=getattr(world, person), published=False)


def test_a_lead_writes_but_the_client_publishes(world, write, shelf):
    draft = write(by=world.lead, published=False)

    with world.enter(world.lead, only=world.c1) as actor, pytest.raises(RightMissing):
        actions.publish(actor, revision=draft)


def test_another_clients_category_is_refused(world, write, shelf):
    with world.enter(world.o2) as actor, pytest.raises(Invalid):
        actions.write_draft(
            actor, client_id=world.c2.pk, title="T", body="B", category=shelf, audience="public", language="en"
        )


def test_another_clients_article_is_not_found(world, write):
    revision = write()
    theirs = write(client=world.c2)

    with world.enter(world.o2) as actor, pytest.raises(NotFound):
        actions.write_draft(
            actor,
            client_id=world.c2.pk,
            article=revision.article,
            title="T",
            body="B",
            category=theirs.category,
            audience="public",
            language="en",
        )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"body": "\u200b\x00 "}, "body"),
        ({"body": ""}, "body"),
        ({"body": "x" * 50_001}, "body"),
        ({"audience": "everybody"}, "audience"),
        ({"language": "english!"}, "language"),
        ({"context": "x" * 121}, "context"),
    ],
)
def test_what_cannot_be_taken_names_its_field(world, write, changed, field):
    with pytest.raises(Invalid) as refused:
        write(**{"title": "T", "body": "B", **changed})
    assert refused.value.field == field


def test_unseen_signs_between_seen_ones_stay_as_they_were_written(write):
    # A Persian word whose parts a zero-width non-joiner keeps apart.
    word = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert write(body=f"{word}\x00").body == word


def test_a_category_name_is_taken_once_whatever_its_case(world, shelf):
    with world.enter(world.o1) as actor, pytest.raises(Invalid):
        actions.create_category(actor, client_id=world.c1.pk, name="  charging ")


def test_two_articles_of_one_title_have_two_addresses(world, write):
    slugs = {write(context=context).article.slug for context in ("", "Volt One", "Volt One", "")}

    assert slugs == {
        "why-is-the-light-red",
        "why-is-the-light-red-volt-one",
        "why-is-the-light-red-2",
        "why-is-the-light-red-3",
    }


def test_every_change_stands_in_the_log(world, write):
    revision = write()
    with world.enter(world.o1) as actor:
        actions.withdraw(actor, article=revision.article)

    with world.enter(world.c1):
        entries = AccessLogContent.objects.filter(records=[["article", revision.article_id]]).order_by("entry_id")
        assert [entry.detail["did"] for entry in entries] == ["write_draft", "publish", "withdraw"]
        assert {entry.user_id for entry in entries} == {world.o1.pk}


def test_a_withdrawn_article_is_found_by_nobody_and_can_come_back(world, write):
    revision = write()
    with world.enter(world.o1) as actor:
        actions.withdraw(actor, article=revision.article)
        assert not ArticleTerm.objects.exists()
    with world.enter(world.r1):
        assert not Article.objects.exists()

    with world.enter(world.o1) as actor:
        actions.publish(actor, revision=revision)

    with world.enter(world.r1):
        assert Article.objects.get().published_number == 1


class TestARevisionIsNeverChanged:
    @pytest.mark.parametrize(
        "change",
        [
            "body = 'other'",
            "html = '<script>'",
            "title = 'other'",
            "audience = 'agents'",
            "number = 9",
            "author_id = NULL",
            "state = 'draft'",
            "published_at = now()",
            "state = 'published', published_at = now(), body = 'other'",
            "created_at = now()",
        ],
    )
    def test_not_by_the_application(self, world, write, change):
        revision = write()

        with pytest.raises(DatabaseError, match="never changed"):
            self.run(world, f"UPDATE knowledgebase_revision SET {change} WHERE id = {revision.pk}")

    def test_not_even_by_the_owner(self, world, write, superuser):
        revision = write()

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
            superuser.execute("UPDATE knowledgebase_revision SET body = 'other' WHERE id = %s", [revision.pk])

    def test_a_draft_is_published_but_not_otherwise_changed(self, world, write):
        draft = write(published=False)

        with pytest.raises(DatabaseError, match="never changed"):
            self.run(world, f"UPDATE knowledgebase_revision SET title = 'x' WHERE id = {draft.pk}")
        self.run(
            world,
            f"UPDATE knowledgebase_revision SET state = 'published', published_at = now() WHERE id = {draft.pk}",
        )

    def test_it_is_not_deleted_either(self, world, write):
        revision = write()

        with pytest.raises(DatabaseError, match="permission denied"):
            self.run(world, f"DELETE FROM knowledgebase_revision WHERE id = {revision.pk}")

    @staticmethod
    def run(world, statement):
        with world.enter(world.o1), connection.cursor() as cursor:
            cursor.execute(statement)


class TestCustomersSeeOnlyWhatIsInForceForEveryone:
    """Straight from the tables, under a customer's scope: what row security alone lets through."""

    def test_no_playbook_no_draft_no_earlier_revision(self, world, write):
        shown = write(title="Public", body="Seen by everyone.")
        write(body="Newer text.", article=shown.article, expected_number=1)
        write(title="Playbook", body="Unseen alpha.", audience="agents")
        write(title="Draft", body="Unseen beta.", published=False)
        turned = write(title="Turned", body="Unseen gamma.")
        write(title="Turned", body="Now for agents.", audience="agents", article=turned.article, expected_number=1)

        with world.enter(world.r1):
            assert list(Article.objects.values_list("slug", flat=True)) == [shown.article.slug]
            assert list(Revision.objects.values_list("body", flat=True)) == ["Newer text."]
            assert set(ArticleTerm.objects.values_list("article_id", flat=True)) == {shown.article_id}

    def test_nothing_of_another_client(self, world, write):
        write()

        with world.enter(world.r2):
            assert not Article.objects.exists()
            assert not Revision.objects.exists()
            assert not ArticleTerm.objects.exists()
            assert not Category.objects.exists()

    def test_they_write_nothing(self, world, write):
        write()

        with pytest.raises(DatabaseError, match="row-level security"), world.enter(world.r1):
            Article.objects.update(audience="agents")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](java&#115;cript:alert(1))",
        "![x](javascript:alert(1))",
        '<a href="https://x.test" onclick="alert(1)">x</a>',
        "<svg><script>alert(1)</script></svg>",
        "<iframe src=https://evil.test></iframe>",
        "`<script>alert(1)</script>`",
        "[x]: javascript:alert(1)\n\n[x]",
        "<style>*{display:none}</style>",
        "<form action=https://evil.test><input name=password></form>",
    ],
)
def test_a_hostile_body_is_stored_harmless(world, write, hostile):
    revision = write(body=f"Before.\n\n{hostile}\n\nAfter.")

    html = revision.html.lower()
    assert "before." in html
    assert "after." in html
    tags = re.findall(r"<[^<>]*>", html)
    assert {re.match(r"</?([a-z0-9]*)", tag)[1] for tag in tags} <= {"p", "a", "code"}
    assert not any(bad in tag for tag in tags for bad in ("javascript", "onclick", "onerror"))
