"""What differs between two texts, word by word where the change is small enough to be read so.

Bounded: two long texts that share little are shown as one taken away and one put there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Above it no finer difference is looked for: the time grows with the square.
MOST = 300
# How much of an unchanged stretch stands around a change, in characters.
AROUND = 80
_WORDS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stands in the text before, in the text now, or in both."""

    text: str
    was: bool
    now: bool


def compare(before: str, now: str) -> tuple[Piece, ...]:
    """The pieces in their order; those with `was` make the one text, those with `now` the other.

    Line by line, and word by word where at most `MOST` words changed.
    """
    old, new = before.splitlines(keepends=True), now.splitlines(keepends=True)
    blocks = list(_blocks(old, new))
    changed = [(_words(old[a:b]), _words(new[c:d])) for same, a, b, c, d in blocks if not same]
    is_small = sum(len(each) for pair in changed for each in pair) <= MOST
    pieces: list[Piece] = []
    for same, a, b, c, d in blocks:
        if same:
            pieces.append(Piece("".join(old[a:b]), was=True, now=True))
        elif is_small:
            pieces += _pieces(_words(old[a:b]), _words(new[c:d]))
        else:
            pieces += _replaced(old[a:b], new[c:d])
    return tuple(pieces)


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The same with long unchanged stretches cut to what stands around a change."""
    return tuple(_around(piece, is_first=not n, is_last=n == len(pieces) - 1) for n, piece in enumerate(pieces))


def _around(piece: Piece, *, is_first: bool, is_last: bool) -> Piece:
    text = piece.text
    if not (piece.was and piece.now) or len(text) <= 3 * AROUND:
        return piece
    head = "" if is_first else f"{text[:AROUND]} "
    tail = "" if is_last else f" {text[-AROUND:]}"
    return Piece(f"{head}…{tail}", was=True, now=True)


def _words(lines: Sequence[str]) -> list[str]:
    return _WORDS.findall("".join(lines))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for same, a, b, c, d in _blocks(old, new):
        if same:
            yield Piece("".join(old[a:b]), was=True, now=True)
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if old:
        yield Piece("".join(old), was=True, now=False)
    if new:
        yield Piece("".join(new), was=False, now=True)


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Whether it is the same, and from where to where in either, as `SequenceMatcher` tells its steps."""
    begin = 0
    least = min(len(old), len(new))
    while begin < least and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < least - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    to_old, to_new = len(old) - end, len(new) - end
    if begin:
        yield True, 0, begin, 0, begin
    if to_old - begin > MOST or to_new - begin > MOST:
        yield False, begin, to_old, begin, to_new
    else:
        matcher = SequenceMatcher(None, old[begin:to_old], new[begin:to_new], autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            yield tag == "equal", begin + a, begin + b, begin + c, begin + d
    if end:
        yield True, to_old, len(old), to_new, len(new)
