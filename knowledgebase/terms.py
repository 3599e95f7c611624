"""Words as search compares them: cut out, folded, stemmed. Pure; who counts and ranks them is `search`."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from knowledgebase.small_words import is_small, telling_words

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
# Words that hyphens tie together, as in "Wi-Fi": found by each of them, and written as one.
_TIED = re.compile(rf"{_WORD.pattern}(?:[-\u2010]{_WORD.pattern})*")
# The shortest word that may be two written as one, and the shortest half of such a word.
SHORTEST_COMPOUND, SHORTEST_HALF = 6, 3
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


def first_words(text: str, most: int) -> str:
    """The part of a question that is looked at, cut after so many words."""
    looked_at = question(text)
    ends = [match.end() for match in islice(_WORD.finditer(looked_at), most)]
    return looked_at[: ends[-1]] if ends else ""


def spellings(text: str) -> list[tuple[str, str]]:
    """The words of a text as they stand there and as one word each; words that hyphens tie together also as one.

    "Wi-Fi" gives "Wi", "Fi", and ("Wi-Fi", "WiFi").
    """
    found: list[tuple[str, str]] = []
    for tied in _TIED.finditer(unicodedata.normalize("NFKC", text)):
        parts = words(tied[0])
        found += zip(parts, parts, strict=True)
        joined = "".join(parts)
        if len(parts) > 1 and len(joined) <= LONGEST_TERM and not joined.isdigit():
            found.append((tied[0], joined))
    return found


def terms(text: str, language: str) -> list[str]:
    """The terms of a text in order, repeated as often as they stand there."""
    return [term for _written, word in spellings(text) for term in terms_of(word, language)]


def asked(text: str, languages: Iterable[str]) -> list[str]:
    """The different terms of a question, under the stemmer of every language in which it may be answered.

    The first `MOST_TERMS` of them.  Small words are left out unless there is nothing else; after
    the words come neighbours written as one, "door code" as "doorcode".
    """
    codes = list(dict.fromkeys(languages)) or [""]
    looked_at = question(text)
    meant = [*telling_words([word for _written, word in spellings(looked_at)]), *_neighbours(looked_at)]
    found = (term for word in meant for code in codes for term in terms_of(word, code))
    return list(islice(dict.fromkeys(found), MOST_TERMS))


def _neighbours(text: str) -> list[str]:
    """Two words that follow each other, written as one."""
    said = words(text)
    telling = set(telling_words(said))
    pairs = ((one, other) for one, other in pairwise(said) if one in telling or other in telling)
    joined = (one + other for one, other in pairs if min(len(one), len(other)) > 1)
    return [word for word in joined if len(word) <= LONGEST_TERM and not word.isdigit()]


def pairs(text: str, language: str) -> list[str]:
    """Words that follow each other and tell something, two by two as one term with a blank, which no word has."""
    said = words(text)
    telling = set(telling_words(said))
    both = (
        ("".join(terms_of(one, language)), "".join(terms_of(other, language)))
        for one, other in pairwise(said)
        if one in telling and other in telling
    )
    return [f"{one} {other}" for one, other in both if one and other and len(one) + len(other) < LONGEST_TERM]


def asked_pairs(text: str, languages: Iterable[str]) -> list[str]:
    """The different pairs of a question, as `asked`."""
    codes = list(dict.fromkeys(languages)) or [""]
    looked_at = question(text)
    return list(islice(dict.fromkeys(pair for code in codes for pair in pairs(looked_at, code)), MOST_TERMS))


@dataclass(frozen=True, slots=True)
class Halves:
    """The terms of a word and of the two that it may be written as: "doorcode" as "door" and "code"."""

    whole: str
    first: str
    second: str


def halves(text: str, languages: Iterable[str]) -> list[Halves]:
    """Each long word of a question in every two parts, under every language; the first `MOST_TERMS` of them.

    `first` is the half that is no small word, where only one is.
    """
    codes = list(dict.fromkeys(languages)) or [""]
    long = [w for w in telling_words(words(question(text))) if SHORTEST_COMPOUND <= len(w) <= LONGEST_REMEMBERED]
    parted = (
        (word, word[:at], word[at:])
        for word in dict.fromkeys(long)
        if word.isalpha()
        for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1)
    )
    found = (made for parts in parted for code in codes if (made := _made(parts, code)))
    return list(islice(dict.fromkeys(found), MOST_TERMS))


def _made(parts: tuple[str, str, str], code: str) -> Halves | None:
    """The parts as terms; None where both halves are small words or the same."""
    small = [is_small(part, code) for part in parts[1:]]
    whole, first, second = ("".join(terms_of(part, code)) for part in parts)
    if all(small) or first == second:
        return None
    return Halves(whole, second, first) if small[0] else Halves(whole, first, second)


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
        # Imported by who asks first: its many languages take long, and most processes never ask.
        import snowballstemmer

        stemmers[name] = snowballstemmer.stemmer(name)
    return stemmers[name].stemWord(word)
