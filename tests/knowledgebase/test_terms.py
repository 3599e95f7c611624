"""Words cut out, folded and stemmed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledgebase.terms import LONGEST_TERM, STEMMERS, asked, fold, terms


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "The charger's light", "chargers lights"),
        ("en", "don’t", "DONT"),
        ("sv", "öppettider", "Oppettiderna"),
        ("sv-SE", "laddaren", "laddare"),
        ("de", "Größe", "GROESSE".replace("OE", "Ö")),
        ("fr", "l’eau", "eau"),
        ("xx", "Crème brûlée", "creme BRULEE"),
        ("en", "ﬁnance", "finance"),
    ],
)
def test_forms_of_a_word_meet(language, one, other):
    assert set(terms(one, language)) & set(terms(other, language))


def test_different_words_stay_apart():
    assert not set(terms("charger cable", "en")) & set(terms("door code", "en"))


def test_scripts_without_blanks_are_found_by_their_signs():
    assert set(terms("充电", "zh")) <= set(terms("如何充电桩", "zh"))


def test_a_question_is_asked_in_every_language_of_the_articles():
    assert set(asked("laddarna lights", ["sv", "en"])) >= {*terms("laddarna", "sv"), *terms("lights", "en")}


@given(st.text(max_size=200), st.sampled_from([*STEMMERS, "xx", ""]))
def test_any_text_gives_terms_that_fit_their_column(text, language):
    for term in terms(text, language):
        assert 0 < len(term) <= LONGEST_TERM
        assert "\x00" not in term


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing_more(word):
    assert fold(fold(word)) == fold(word)


@given(st.text(max_size=100), st.text(max_size=100))
def test_terms_of_two_texts_are_the_terms_of_both(one, other):
    assert terms(f"{one} | {other}", "en") == terms(one, "en") + terms(other, "en")
