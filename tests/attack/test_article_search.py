"""What a stranger asks the article search: it costs us no memory that lasts, and only so much work."""

import inspect
from functools import _lru_cache_wrapper

import pytest

import knowledgebase.search
import knowledgebase.small_words
import knowledgebase.terms
from access import throttle
from knowledgebase.terms import LONGEST_QUESTION, LONGEST_REMEMBERED, MOST_TERMS, _remembered, asked, question, terms_of
from tests import factories

GROWS = "\ufdfa"  # one sign that stands for eighteen


def caches():
    """Every function of these modules that remembers its answers."""
    modules = (knowledgebase.search, knowledgebase.small_words, knowledgebase.terms)
    return [held for module in modules for held in vars(module).values() if isinstance(held, _lru_cache_wrapper)]


def test_one_function_remembers_words_and_it_is_never_asked_for_long_ones():
    assert caches() == [_remembered]
    before = _remembered.cache_info().currsize

    for n in range(50):
        terms_of(f"{n}" + "x" * LONGEST_REMEMBERED, "en")
        terms_of("word", f"{n}" + "x" * LONGEST_REMEMBERED)
        asked(f"{n}" + "y" * 100_000, ["en", "sv"])

    assert _remembered.cache_info().currsize == before
    source = "".join(inspect.getsource(module) for module in (knowledgebase.search, knowledgebase.terms))
    assert source.count("_remembered(") == 1, "only `terms_of` asks it, after looking at the length"


@pytest.mark.parametrize("text", ["a" * 100_000, GROWS * 300, "充" * 50_000, "a b " * 50_000])
def test_a_question_is_as_long_as_it_is_read(text):
    assert len(question(text)) <= LONGEST_QUESTION
    assert len(asked(text, ["en", "sv", "de"])) <= MOST_TERMS


def test_different_words_without_end_are_cut_to_the_most_terms():
    text = " ".join(f"{chr(97 + n % 26)}{n}" for n in range(5000))

    assert len(asked(text, ["en", "sv", "de", "fr", "ru"])) <= MOST_TERMS


@pytest.mark.parametrize("path", ["/voltarra/suggest/", "/voltarra/articles/"])
def test_a_visitor_who_asks_without_end_is_asked_to_wait(world, monkeypatch, path):
    factories.article(world, world.c1, title="Doors", body="How doors open.")
    monkeypatch.setattr(throttle, "SEARCH_BY_PEER", throttle.Limit("search-peer", 3, throttle.SEARCH_BY_PEER.window))
    browser = world.browser()

    for n in range(3):
        assert browser.get(path, {"q": f"door {n}"}).status_code == 200
    refused = browser.get(path, {"q": "door"})

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert world.browser(REMOTE_ADDR="10.9.8.7").get(path, {"q": "door"}).status_code == 200
    assert browser.get("/voltarra/articles/").status_code == 200, "reading without a search is not counted"
