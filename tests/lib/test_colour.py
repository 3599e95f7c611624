import math
import re
from dataclasses import astuple, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpdesk.lib import colour

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
# The page's text colours: ink and quiet ink, light and dark.
LIGHT_INKS, DARK_INKS = ("#1a222d", "#535e6d"), ("#e7ebf1", "#a7b1bf")


def holds(made):
    return (
        colour.contrast(made.ink_light, made.fill_light) >= 4.5
        and colour.contrast(made.ink_dark, made.fill_dark) >= 4.5
        and colour.contrast("#ffffff", made.band_light) >= 4.5
        and colour.contrast("#ffffff", made.band_dark) >= 4.5
        # A band in the dark theme is wide: it must not shine.
        and colour.contrast("#ffffff", made.band_dark) >= 6
        and colour.contrast(made.fill_light, "#ffffff") >= 3
        and colour.contrast(made.fill_dark, "#191f28") >= 3
        and all(colour.contrast(ink, made.wash_light) >= 4.5 for ink in LIGHT_INKS)
        and all(colour.contrast(ink, made.wash_dark) >= 4.5 for ink in DARK_INKS)
    )


@given(colours)
def test_every_colour_gives_readable_ones(given_colour):
    made = colour.palette(given_colour)

    assert holds(made)
    assert all(re.fullmatch("#[0-9a-f]{6}", part) for part in astuple(made))


def test_a_grid_over_all_colours_gives_readable_ones():
    steps = (0, 1, 51, 102, 119, 153, 204, 254, 255)

    assert all(holds(colour.palette(f"#{r:02x}{g:02x}{b:02x}")) for r in steps for g in steps for b in steps)


@given(colours)
def test_the_hue_stays_what_the_client_chose(given_colour):
    made = colour.palette(given_colour)
    _, chroma, _ = colour._oklch(colour._rgb(given_colour))
    assume(chroma > 0.05)

    for part in (made.fill_light, made.fill_dark, made.band_dark):
        # A colour with little chroma left has too few steps of 1/255 to keep its hue to the degree.
        if colour._oklch(colour._rgb(part))[1] > 0.05:
            assert colour.hue_distance(given_colour, part) < 6


@given(colours)
def test_a_readable_colour_is_used_as_it_is(given_colour):
    readable = colour.contrast("#ffffff", given_colour) >= 4.5

    assert (colour.palette(given_colour).fill_light == given_colour) is readable


@given(colours)
def test_the_way_into_oklch_and_back_is_exact(given_colour):
    assert colour._hex(*colour._oklch(colour._rgb(given_colour))) == given_colour


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#1a222d", "#ffffff", 16.0),
        ("#e7ebf1", "#191f28", 13.8),
        ("#535e6d", "#f5f6f8", 6.1),
        ("#8db8ff", "#191f28", 8.2),
        ("#ffffff", "#1556c0", 6.7),
        ("#ffffff", "#2563c9", 5.7),
        ("#b0231b", "#fdecea", 5.9),
        ("#868f9d", "#ffffff", 3.3),
        ("#ffffff", "#6a37c2", 7.1),
        ("#1e1038", "#b9a0f3", 7.9),
        ("#5fc9bd", "#191f28", 8.3),
        ("#ffffff", "#8d1a54", 8.7),
        ("#777777", "#777777", 1.0),
    ],
)
def test_contrast_agrees_with_the_measured_pairs_of_the_design(one, other, ratio):
    assert round(colour.contrast(one, other), 1) == ratio
    assert colour.contrast(other, one) == colour.contrast(one, other)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("#ff0000", "#00ff00", 100, 130),
        ("#6a37c2", "#b9a0f3", 0, 8),
        ("#6a37c2", "#0b6c63", 90, 180),
        ("#b01f68", "#b0231b", 20, 45),
        ("#808080", "#333333", 0, 0),
        ("#808080", "#6a37c2", 180, 180),
    ],
)
def test_hue_distance(one, other, low, high):
    assert low <= colour.hue_distance(one, other) <= high


@given(colours, colours)
def test_hue_distance_goes_round_the_circle(one, other):
    distance = colour.hue_distance(one, other)

    assert 0 <= distance <= 180
    assert math.isclose(distance, colour.hue_distance(other, one), abs_tol=1e-9)


@pytest.mark.parametrize("text", ["", "6a37c2", "#6a37c", "#6a37cg", "red", "#6a37c2;", "#6a37c2\n", "#１２３456"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ValueError, match="not a colour"):
        colour.palette(text)


def test_short_and_capital_spellings_are_read():
    assert colour.palette("#63C") == colour.palette("#6633cc")


def test_the_rule_reads_as_the_design_writes_it():
    made = colour.Palette("#6a37c2", "#b9a0f3", "#ffffff", "#1e1038", "#f5f1fc", "#231e33", "#6a37c2", "#54309a")

    assert colour.stylesheet("voltarra", made) == (
        '[data-client="voltarra"] { --client: light-dark(#6a37c2, #b9a0f3); '
        "--client-ink: light-dark(#ffffff, #1e1038); "
        "--client-wash: light-dark(#f5f1fc, #231e33); --client-band: light-dark(#6a37c2, #54309a); }"
    )


@pytest.mark.parametrize("slug", ["", 'x"]', "x y", "x\n", "x{", "</style>", "ö"])
def test_a_slug_that_could_leave_its_place_is_refused(slug):
    with pytest.raises(ValueError, match="not a slug"):
        colour.stylesheet(slug, colour.palette("#6a37c2"))


def test_a_colour_that_could_leave_its_place_is_refused():
    spoiled = replace(colour.palette("#6a37c2"), wash_dark="#000); } body { display: none")

    with pytest.raises(ValueError, match="not a colour"):
        colour.stylesheet("voltarra", spoiled)
