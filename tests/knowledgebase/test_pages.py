"""The pages: what each shows, to whom it is refused, and what it then does not do."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledgebase import actions
from knowledgebase.models import Article, Revision

EDITED = {"title": "New title", "body": "New **text**.", "audience": "public", "language": "en", "context": ""}


def page(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def given(revision, **more):
    return {**EDITED, "category": revision.category_id, "expected_number": revision.number, **more}


class TestPortal:
    def test_all_answers_stand_by_category(self, world, write):
        for number in range(12):
            write(title=f"Question {number:02}")
        write(title="Secret", audience="agents")

        shown = page(world.browser().get("/voltarra/articles/"))

        assert "General" in shown
        assert "Question 07" in shown
        assert "Question 08" not in shown
        assert "All 12 in General" in shown
        assert "Secret" not in shown

    def test_a_category_shows_every_answer_in_it(self, world, write):
        for number in range(12):
            write(title=f"Question {number:02}")

        shown = page(world.browser().get("/voltarra/articles/?category=general"))

        assert "Question 11" in shown

    @pytest.mark.parametrize("query", ["category=nothing", "category=general&at=forged"])
    def test_a_category_that_is_not_there(self, world, write, query):
        write()

        page(world.browser().get(f"/voltarra/articles/?{query}"), 404)

    def test_an_empty_client_offers_a_person(self, world):
        shown = page(world.browser().get("/voltarra/articles/"))

        assert "No answers here yet" in shown
        assert "/voltarra/new/" in shown

    def test_a_search_marks_what_it_found(self, world, write):
        write()
        write(title="Secret button", audience="agents")

        shown = page(world.browser().get("/voltarra/articles/?q=buttons"))

        assert "Hold the <mark>button</mark>." in shown
        assert "Secret" not in shown

    def test_a_search_that_finds_nothing_takes_the_words_along(self, world, write):
        shown = page(world.browser().get("/voltarra/articles/", {"q": 'x"><script>alert(1)</script>'}))

        assert "No answer has these words" in shown
        assert "<script>alert" not in shown
        assert "/voltarra/new/?subject=x%22" in shown

    def test_an_article_shows_its_text_and_the_way_to_a_person(self, world, write):
        revision = write(body="Hold the **button**.", context="Volt One")

        shown = page(world.browser().get(f"/voltarra/articles/{revision.article.slug}/"))

        assert "<strong>button</strong>" in shown
        assert "Volt One" in shown
        assert "/voltarra/new/" in shown
        assert 'lang="en"' in shown

    def test_an_article_is_the_revision_in_force(self, world, write):
        first = write()
        write(body="Only a draft.", article=first.article, expected_number=1, published=False)

        assert "Only a draft" not in page(world.browser().get(f"/voltarra/articles/{first.article.slug}/"))

    def test_what_is_not_for_customers_is_answered_like_what_is_not_there(self, world, write):
        slugs = [
            write(title="One", audience="agents").article.slug,
            write(title="Two", published=False).article.slug,
            write(title="Three", client=world.c2).article.slug,
            "nothing",
        ]
        withdrawn = write(title="Four")
        with world.enter(world.o1) as actor:
            actions.withdraw(actor, article=withdrawn.article)

        for browser in (world.browser(), world.browser(world.r1), world.browser(world.o1)):
            answers = [browser.get(f"/voltarra/articles/{slug}/") for slug in (*slugs, withdrawn.article.slug)]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1

    def test_suggestions_are_a_fragment_of_four_at_most(self, world, write):
        for number in range(6):
            write(title=f"The door {number}", body="About the door.")

        shown = page(world.browser().get("/voltarra/suggest/?q=door"))

        assert shown.count("<li") == 4
        assert "<html" not in shown

    @pytest.mark.parametrize("query", ["", "?q=", "?q=xyzzy", "?q=" + "x" * 5000, "?q=%F0%9F%98%80"])
    def test_no_suggestion_is_silence(self, world, write, query):
        write()

        assert page(world.browser().get(f"/voltarra/suggest/{query}")).strip() == ""

    def test_a_public_page_takes_few_statements(self, world, write):
        revision = write()
        browser = world.browser()

        for path, most in ((f"articles/{revision.article.slug}/", 2), ("articles/", 3), ("suggest/?q=button", 4)):
            page(browser.get(f"/voltarra/{path}"))  # the process remembers the client from here on
            with CaptureQueriesContext(connection) as seen:
                page(browser.get(f"/voltarra/{path}"))
            kept = [
                row["sql"] for row in seen if not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
            ]
            assert len(kept) <= most, kept


class TestDesk:
    def test_all_my_clients_stand_in_one_list_each_with_its_name(self, world, write):
        write(title="Voltarra’s way", audience="agents")
        write(title="Alderby’s way", audience="agents", client=world.c2)

        shown = page(world.browser(world.v12).get("/desk/playbooks/"))

        assert "Voltarra’s way" in shown
        assert "Alderby’s way" in shown
        assert 'data-client="voltarra"' in shown
        assert 'data-client="alderby"' in shown

    def test_another_clients_are_not_there(self, world, write):
        write(title="Alderby’s way", client=world.c2)

        for query in ("", "?q=way", "?client=alderby", "?client=alderby&q=way"):
            assert "Alderby" not in page(world.browser(world.v1).get(f"/desk/playbooks/{query}"))

    def test_drafts_are_not_there(self, world, write):
        write(title="Half done", published=False)

        assert "Half done" not in page(world.browser(world.v1).get("/desk/playbooks/"))

    def test_filters_narrow(self, world, write):
        write(title="A playbook", audience="agents")
        write(title="An article")
        write(title="Of Alderby", client=world.c2)
        browser = world.browser(world.v12)

        assert "An article" not in page(browser.get("/desk/playbooks/?audience=agents"))
        assert "Of Alderby" not in page(browser.get("/desk/playbooks/?client=voltarra"))
        shown = page(browser.get("/desk/playbooks/?q=playbook"))
        assert "A playbook" in shown
        assert "Of Alderby" not in shown

    def test_a_playbook_shows_its_revision_and_earlier_ones(self, world, write):
        first = write(title="Refunds", body="The old way.", audience="agents")
        write(
            title="Refunds", body="The new way.", audience="agents", article=first.article, expected_number=1,
        )  # fmt: skip
        path = f"/desk/playbooks/voltarra/{first.article.slug}/"
        browser = world.browser(world.v1)

        shown, earlier = page(browser.get(path)), page(browser.get(f"{path}?revision=1"))

        assert "The new way." in shown
        assert "Revision 2" in shown
        assert "The old way." in earlier
        assert "Revision 2 is in force" in earlier

    @pytest.mark.parametrize("number", ["3", "2", "x", "-1", "9" * 30])
    def test_a_revision_that_is_not_published_is_not_there(self, world, write, number):
        first = write()
        write(body="A draft.", article=first.article, expected_number=1, published=False)

        page(world.browser(world.v1).get(f"/desk/playbooks/voltarra/{first.article.slug}/?revision={number}"), 404)

    def test_who_may_not_read_playbooks(self, world, write):
        revision = write()
        path = f"/desk/playbooks/voltarra/{revision.article.slug}/"

        page(world.browser(world.e1).get(path), 403)
        page(world.browser(world.e1).get("/desk/playbooks/"), 403)
        page(world.browser(world.o2).get(path), 404)
        page(world.browser().get(path), 302)
        page(world.browser(world.v1).get(path))


class TestConsole:
    def test_the_list_names_audience_state_and_who(self, world, write):
        write(title="In force", by=world.o1)
        write(title="A draft", by=world.lead, audience="agents", published=False)

        shown = page(world.browser(world.o1).get("/client/voltarra/articles/"))

        rows = re.findall(r'<li class="kb-row.*?</li>', shown, re.S)
        draft = next(row for row in rows if "A draft" in row)
        assert "Agents only" in draft
        assert "not published" in draft
        assert "Lea Dahl" in draft
        assert "Everyone" in next(row for row in rows if "In force" in row)

    def test_the_list_narrows_to_drafts(self, world, write):
        first = write(title="Changed since")
        write(title="Changed since", body="x", article=first.article, expected_number=1, published=False)
        write(title="In force")

        shown = page(world.browser(world.o1).get("/client/voltarra/articles/?state=draft"))

        assert "Changed since" in shown
        assert "In force" not in shown

    def test_a_new_article_with_a_new_category(self, world):
        browser = world.browser(world.o1)

        response = browser.post("/client/voltarra/articles/new/", {**EDITED, "new_category": "Doors", "do": "save"})

        assert response.status_code == 302
        shown = page(browser.get(response["Location"]))
        assert "Draft saved as revision 1." in shown
        with world.enter(world.o1):
            assert Article.objects.get().category.name == "Doors"
            assert Article.objects.get().published_number is None

    def test_publishing_from_the_editor(self, world, write):
        first = write()
        path = f"/client/voltarra/articles/{first.article_id}/"

        response = world.browser(world.o1).post(path, given(first, do="publish"))

        assert response.status_code == 302
        assert "<strong>text</strong>" in page(world.browser().get(f"/voltarra/articles/{first.article.slug}/"))

    def test_who_writes_without_publishing_cannot_publish_by_the_button_either(self, world, write):
        first = write()
        path = f"/client/voltarra/articles/{first.article_id}/"
        browser = world.browser(world.lead)

        assert 'value="publish"' not in page(browser.get(path))
        page(browser.post(path, given(first, do="publish")), 403)
        with world.enter(world.o1):
            assert Revision.objects.count() == 1

    def test_a_double_click_saves_once(self, world, write):
        first = write()
        path = f"/client/voltarra/articles/{first.article_id}/"
        browser = world.browser(world.o1)

        for _click in range(2):
            assert browser.post(path, given(first, do="save")).status_code == 302

        with world.enter(world.o1):
            assert Revision.objects.count() == 2

    def test_a_conflict_keeps_what_was_written_and_shows_the_other_text(self, world, write):
        first = write()
        write(body="What the lead wrote.", by=world.lead, article=first.article, expected_number=1, published=False)
        path = f"/client/voltarra/articles/{first.article_id}/"
        browser = world.browser(world.o1)

        shown = page(browser.post(path, given(first, body="What I wrote.", do="save")), 409)

        assert "Lea Dahl saved revision 2" in shown
        assert "What I wrote." in shown
        assert "What the lead wrote." in shown
        number = re.search(r'name="expected_number" value="(\d+)"', shown)[1]
        assert browser.post(path, given(first, expected_number=number, do="save")).status_code == 302

    def test_errors_stand_at_their_fields_and_change_nothing(self, world, write):
        first = write()
        path = f"/client/voltarra/articles/{first.article_id}/"

        shown = page(world.browser(world.o1).post(path, given(first, title=" ", body="", category="")), 400)

        assert shown.count("field-error") == 3
        with world.enter(world.o1):
            assert Revision.objects.count() == 1

    def test_a_category_of_another_client_is_not_offered(self, world, write):
        first, foreign = write(), write(client=world.c2)
        path = f"/client/voltarra/articles/{first.article_id}/"

        page(world.browser(world.o1).post(path, given(first, category=foreign.category_id)), 400)

    def test_the_preview_without_a_script_is_the_page_again(self, world, write):
        first = write()
        path = f"/client/voltarra/articles/{first.article_id}/"

        shown = page(world.browser(world.o1).post(path, given(first, body="Now *this*.", do="preview")))

        assert "<em>this</em>" in shown
        with world.enter(world.o1):
            assert Revision.objects.count() == 1

    def test_the_preview_shows_the_title_as_the_page_does(self, world, write):
        first = write()

        shown = page(world.browser(world.o1).get(f"/client/voltarra/articles/{first.article_id}/"))

        assert f'<h3 class="article-title written" dir="auto">{first.title}</h3>' in shown

    @pytest.mark.parametrize(
        ("more", "is_there"), [({}, True), ({"audience": "agents"}, False), ({"published": False}, False)]
    )
    def test_what_everyone_can_read_leads_to_the_portal(self, world, write, more, is_there):
        first = write(**more)
        with world.enter(world.o1):
            address = f"/voltarra/articles/{first.article.slug}/"

        shown = page(world.browser(world.o1).get(f"/client/voltarra/articles/{first.article_id}/"))

        assert (f'href="{address}"' in shown) is is_there
        assert (world.browser().get(address).status_code == 200) is is_there

    def test_the_preview_is_cleaned_like_what_is_saved(self, world):
        answer = world.browser(world.o1).post(
            "/client/voltarra/articles/preview/",
            {"body": "**Bold** <script>alert(1)</script> [x](javascript:alert(1))"},
        )

        shown = page(answer)
        assert "<strong>Bold</strong>" in shown
        assert "<script" not in shown
        assert 'javascript:alert(1)"' not in shown
        assert "<html" not in shown

    def test_a_withdrawn_article_is_gone_from_the_portal(self, world, write):
        first = write()
        browser = world.browser(world.o1)

        assert browser.post(f"/client/voltarra/articles/{first.article_id}/withdraw/").status_code == 302

        page(world.browser().get(f"/voltarra/articles/{first.article.slug}/"), 404)
        page(world.browser(world.v1).get(f"/desk/playbooks/voltarra/{first.article.slug}/"), 404)

    def test_every_page_refuses_whoever_lacks_its_right(self, world, write):
        first = write()
        base = "/client/voltarra/articles/"
        wanted = {
            (base, "GET"): {"v1": 200, "lead": 200, "a1": 200, "e1": 403, "o2": 404},
            (f"{base}new/", "GET"): {"v1": 403, "lead": 200, "a1": 403, "e1": 403, "o2": 404},
            (f"{base}{first.article_id}/", "GET"): {"v1": 403, "lead": 200, "a1": 403, "o2": 404},
            (f"{base}preview/", "POST"): {"v1": 403, "lead": 200, "a1": 403, "o2": 404},
            (f"{base}{first.article_id}/withdraw/", "POST"): {"v1": 403, "lead": 403, "a1": 403, "o2": 404},
        }
        for (path, method), people in wanted.items():
            for person, status in people.items():
                response = world.browser(getattr(world, person)).generic(method, path)
                assert response.status_code == status, (path, person)
        with world.enter(world.o1):
            assert Article.objects.get().published_number == 1

    def test_another_clients_article_is_answered_like_one_that_is_not_there(self, world, write):
        foreign = write(client=world.c2)
        browser = world.browser(world.o1)

        for number in (foreign.article_id, 987654, 10**25):
            page(browser.get(f"/client/voltarra/articles/{number}/"), 404)
            page(browser.post(f"/client/voltarra/articles/{number}/", given(foreign, do="publish")), 404)
            page(browser.post(f"/client/voltarra/articles/{number}/withdraw/"), 404)
        with world.enter(world.o2):
            assert Article.objects.get().published_number == 1


def test_what_readers_see_is_the_same_number_of_statements_for_one_and_many(world, write):
    def statements(browser, path):
        browser.get(path)
        with CaptureQueriesContext(connection) as seen:
            page(browser.get(path))
        return len(seen)

    browsers = {"/desk/playbooks/": world.browser(world.v12), "/client/voltarra/articles/": world.browser(world.o1)}
    write()
    before = {path: statements(browser, path) for path, browser in browsers.items()}
    for number in range(12):
        write(title=f"More {number}")

    assert {path: statements(browser, path) for path, browser in browsers.items()} == before
