"""What differs between two texts."""

import time

import pytest

from helpdesk.lib.differences import MOST, Piece, compare, shortened

LONG = "word " * 200


def told(before, now):
    """Each piece with its sign, as a person would write it down."""
    signs = {(True, True): "=", (True, False): "-", (False, True): "+"}
    return [f"{signs[piece.was, piece.now]}{piece.text}" for piece in compare(before, now)]


@pytest.mark.parametrize(
    ("before", "now", "pieces"),
    [
        ("", "", []),
        ("Same.", "Same.", ["=Same."]),
        ("", "New.", ["+New."]),
        ("Gone.", "", ["-Gone."]),
        ("60 days of notice", "30 days of notice", ["-60", "+30", "= days of notice"]),
        ("One.\nTwo.\n", "One.\nTwo.\nThree.\n", ["=One.\nTwo.\n", "+Three.\n"]),
        ("One.\nTwo.\nThree.", "One.\nThree.", ["=One.\n", "-Two.\n", "=Three."]),
    ],
)
def test_words_are_told_apart(before, now, pieces):
    assert told(before, now) == pieces


@pytest.mark.parametrize(
    ("before", "now"), [("a b\nc", "a c\nd\n"), (LONG, f"{LONG}\nmore"), ("x\n" * 900, "y\n" * 900)]
)
def test_both_texts_can_be_put_together_again(before, now):
    pieces = compare(before, now)

    assert "".join(piece.text for piece in pieces if piece.was) == before
    assert "".join(piece.text for piece in pieces if piece.now) == now


def test_texts_that_share_little_are_not_compared_for_long():
    before, now = ("".join(f"{n % size}\n" for n in range(100_000)) for size in (7, 11))

    begun = time.monotonic()
    pieces = compare(before, now)

    assert time.monotonic() - begun < 2
    assert len(pieces) <= 4


def test_many_changed_words_are_shown_line_by_line():
    before, now = "a " * MOST, "b " * MOST

    assert told(before, now) == [f"-{before}", f"+{now}"]


def test_only_what_stands_around_a_change_is_left_of_a_long_text():
    pieces = shortened(compare(f"{LONG}\nold\n{LONG}", f"{LONG}\nnew\n{LONG}"))

    assert [piece.text for piece in pieces if not (piece.was and piece.now)] == ["old", "new"]
    assert all(len(piece.text) < 200 for piece in pieces)
    assert pieces[0].text.startswith("…")
    assert pieces[-1].text.endswith("…")


def test_a_short_unchanged_stretch_stays_whole():
    assert shortened((Piece("short", was=True, now=True),)) == (Piece("short", was=True, now=True),)
