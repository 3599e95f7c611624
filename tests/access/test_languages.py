"""The reader's language: chosen by the reader, and nobody else's."""

import pytest
from django.contrib.sessions.models import Session

from tests.cast import Browser, World


def test_a_visitor_s_choice_stays_in_the_browser(world: World) -> None:
    browser = Browser()

    answer = browser.post("/language/", {"language": "sv", "next": "/voltarra/"})

    assert answer.url == "/voltarra/"
    assert 'lang="sv"' in browser.get("/voltarra/").content.decode()[:200]
    assert not Session.objects.exists()


@pytest.mark.parametrize("code", ["xx", "", "../en", "sv" * 500])
def test_a_language_that_is_none_changes_nothing(world: World, code: str) -> None:
    browser = Browser()

    browser.post("/language/", {"language": code})

    assert 'lang="en"' in browser.get("/voltarra/").content.decode()[:200]


def test_an_error_page_does_not_speak_the_language_of_the_reader_before(world: World) -> None:
    for _each in range(3):
        Browser().get("/voltarra/", headers={"Accept-Language": "sv"})

    for address, more in (("/voltarra/", {"Host": "nobody.example"}), ("/static/nothing.css", {})):
        page = Browser().get(address, headers={"Accept-Language": "en", **more})
        assert page.status_code in (400, 404)
        assert 'lang="en"' in page.content.decode()[:300]
