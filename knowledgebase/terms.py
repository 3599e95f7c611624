"""Words as search compares them: cut out, folded, stemmed. Pure; who counts and ranks them is `search`."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

import snowballstemmer

LONGEST_TERM = 64
# Of strangers' words only short ones are remembered, and a question is only so long: what is asked
# without signing in must not fill memory.
LONGEST_REMEMBERED = 40
LONGEST_QUESTION = 1000
LONGEST_STEMMED = 2 * LONGEST_TERM
MOST_TERMS = 256
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Scripts without blanks between words: their neighbouring signs, two by two, stand for words.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_APOSTROPHES = re.compile("['’]")
# Letters that decomposing leaves whole.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
# A stemmer keeps the word it works on in itself, so each thread has its own.
_own = threading.local()


def words(text: str) -> list[str]:
    """The words of a text as written, in order."""
    return [match[0] for match in _WORD.finditer(unicodedata.normalize("NFKC", text))]


def question(text: str) -> str:
    """The part of a question that is looked at: measured as `words` reads it, which may be longer than written."""
    return unicodedata.normalize("NFKC", text[:LONGEST_QUESTION])[:LONGEST_QUESTION]


def terms(text: str, language: str) -> list[str]:
    """The terms of a text in order, repeated as often as they stand there."""
    return [term for word in words(text) for term in terms_of(word, language)]


def asked(text: str, languages: Iterable[str]) -> list[str]:
    """The different terms of a question, under the stemmer of every language in which it may be answered.

    The first `MOST_TERMS` of them.
    """
    codes = list(dict.fromkeys(languages)) or [""]
    found = (term for word in words(question(text)) for code in codes for term in terms_of(word, code))
    return list(islice(dict.fromkeys(found), MOST_TERMS))


def terms_of(word: str, language: str) -> tuple[str, ...]:
    """What one word is found by: usually one term, more for "l'eau" or a run of Chinese."""
    if len(word) > LONGEST_REMEMBERED or len(language) > LONGEST_REMEMBERED:
        return _terms_of(word, language)
    return _remembered(word, language)


def _terms_of(word: str, language: str) -> tuple[str, ...]:
    code = language.split("-")[0].lower()
    lower = word.casefold()
    if code == "en":
        lower = re.sub("['’]s$", "", lower)
        return _reduced(_APOSTROPHES.sub("", lower), code)
    return tuple(term for part in _APOSTROPHES.split(lower) for term in _reduced(part, code))


_remembered = lru_cache(maxsize=50_000)(_terms_of)


def _reduced(word: str, code: str) -> tuple[str, ...]:
    if not word:
        return ()
    if len(word) > 1 and _UNSPACED.fullmatch(word):
        return tuple(word[i : i + 2] for i in range(len(word) - 1))
    return (fold(_stem(word[:LONGEST_STEMMED], code))[:LONGEST_TERM],)


def fold(word: str) -> str:
    """The word without accents, so that "oppettider" finds "öppettider"."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word.translate(_PLAIN))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)) or word


def _stem(word: str, code: str) -> str:
    name = STEMMERS.get(code)
    if name is None:
        return word
    stemmers = _own.__dict__.setdefault("stemmers", {})
    if name not in stemmers:
        stemmers[name] = snowballstemmer.stemmer(name)
    return stemmers[name].stemWord(word)
