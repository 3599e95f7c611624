"""How a customer may be looked for: by a whole value, or by the last four of a number with a name or a postcode.

Pure: it reads words and compares; never a part of a hidden value, and never a sensitive one.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.lib import phones
from tickets.models.customers import FieldKind, Sensitivity
from tickets.records import DOTS, FieldSpec, mask

END = 4
MOST_CANDIDATES = 5
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class LastFour:
    """The end of a number, and what must fit beside it: words of a name, or a postcode."""

    end: str
    beside: str


def plain(text: str) -> str:
    """Letters and digits alone, in capitals: as the database computes its keys."""
    return "".join(c for c in text if c.isalnum()).upper()


def searched(spec: FieldSpec) -> bool:
    """Whether a field may lead to its customer at all."""
    return spec.sensitivity is not Sensitivity.SENSITIVE and spec.kind in (
        FieldKind.TEXT,
        FieldKind.NUMBER,
        FieldKind.EMAIL,
        FieldKind.PHONE,
    )


def last_fours(words: str) -> list[LastFour]:
    """Each way to read words as the last four of a number with something beside it; none for other words."""
    tokens = words.split()
    if not 2 <= len(tokens) <= 6 or "@" in words:
        return []
    found = []
    for at, token in enumerate(tokens):
        end, beside = plain(token), " ".join(tokens[:at] + tokens[at + 1 :])
        if len(end) == END and any(c.isdigit() for c in end) and len(plain(beside)) >= SHORTEST_NAME:
            found.append(LastFour(end, beside))
    return found


def fits(asked: LastFour, name: str, postcode: str, specs: Mapping[str, FieldSpec]) -> bool:
    """Whether what stands beside the number is this postcode, or whole words of this name.

    What is sensitive fits nothing: five candidates and a guess would confirm it.
    """
    if postcode and searched(specs["postcode"]) and plain(asked.beside) == plain(postcode):
        return True
    words, known = _words(asked.beside), _words(name) if searched(specs["name"]) else set()
    return bool(words) and words <= known


def _words(text: str) -> set[str]:
    """The words of a name without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return {"".join(c for c in word if c.isalnum()) for word in bare.split()} - {""}


def loggable(words: str, specs: Mapping[str, FieldSpec]) -> str:
    """The words as they may stand in a log: what could be a hidden value is masked."""
    if "@" in words:
        return " ".join(mask(FieldKind.EMAIL, token) if "@" in token else DOTS for token in words.split())
    if len(phones.digits(words)) >= phones.SHORTEST:
        return mask(FieldKind.PHONE, words)
    if last_fours(words):
        return " ".join("••••" if any(c.isdigit() for c in token) else _name(token, specs) for token in words.split())
    if any(c.isdigit() for c in words) and not words.removeprefix("#").isdigit():
        return words if specs["external_id"].sensitivity is Sensitivity.PUBLIC else DOTS
    return words if words.removeprefix("#").isdigit() else _name(words, specs)


def _name(words: str, specs: Mapping[str, FieldSpec]) -> str:
    return words if specs["name"].sensitivity is Sensitivity.PUBLIC else DOTS
