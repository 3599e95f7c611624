"""From a client's one colour: the tile, the band and the wash for both themes, all readable.

Lightness is shifted in OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020),
where the hue stays what the client chose. Contrast is that of WCAG 2.2.
"""

import math
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass

LIGHT_SURFACE, DARK_SURFACE = "#ffffff", "#191f28"
WHITE = "#ffffff"
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
# Below this distance, two clients of one agent are taken for each other.
HUE_WARNING = 25.0
# With less chroma than this a colour is grey to the eye, and its hue is noise.
GREY = 0.03
_STEP = 0.005
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_SLUG = re.compile(r"[a-zA-Z0-9_-]+")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Palette:
    """Eight colours as "#rrggbb".

    `ink` is for text on `fill`; white is for text on `band`; `wash` lies under ordinary text.
    """

    fill_light: str
    fill_dark: str
    ink_light: str
    ink_dark: str
    wash_light: str
    wash_dark: str
    band_light: str
    band_dark: str


def palette(hex: str) -> Palette:
    """The palette of a colour like "#6a37c2"; refuses anything else with ValueError.

    The given colour itself is used where it is readable, else the nearest lightness that is.
    """
    lightness, chroma, hue = _oklch(_rgb(hex))

    def shade(light: float, most: float = 1.0) -> str:
        return _hex(light, min(chroma, most), hue)

    def reads_white(colour: str) -> bool:
        return contrast(WHITE, colour) >= TEXT_CONTRAST

    fill_light = _shifted(shade, lightness, -_STEP, reads_white)
    if reads_white(hex):
        fill_light = _hex_of(_rgb(hex))
    ink_dark = shade(0.2, 0.06)
    fill_dark = _shifted(
        shade,
        max(lightness, 0.74),
        _STEP,
        lambda fill: contrast(ink_dark, fill) >= TEXT_CONTRAST and contrast(fill, DARK_SURFACE) >= SHAPE_CONTRAST,
    )
    return Palette(
        fill_light=fill_light,
        fill_dark=fill_dark,
        ink_light=WHITE,
        ink_dark=ink_dark,
        wash_light=shade(0.967, 0.016),
        wash_dark=shade(0.25, 0.035),
        band_light=fill_light,
        band_dark=_shifted(shade, min(lightness, 0.42), -_STEP, reads_white),
    )


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours, from 1 to 21, whichever comes first."""
    dark, light = sorted((_luminance(_rgb(a)), _luminance(_rgb(b))))
    return (light + 0.05) / (dark + 0.05)


def hue_distance(a: str, b: str) -> float:
    """Degrees between two hues, from 0 to 180.

    Two greys are 0 apart, and a grey and a colour 180: nobody takes one for the other.
    """
    (_, chroma_a, hue_a), (_, chroma_b, hue_b) = _oklch(_rgb(a)), _oklch(_rgb(b))
    if chroma_a < GREY or chroma_b < GREY:
        return 0.0 if chroma_a < GREY and chroma_b < GREY else 180.0
    return abs((math.degrees(hue_a - hue_b) + 180) % 360 - 180)


def stylesheet(slug: str, palette: Palette) -> str:
    """One rule that gives everything inside `data-client="slug"` its colours.

    Refuses a slug or a colour that could be anything else in a style sheet.
    """
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"{slug!r} is not a slug: letters, digits, - and _ only.")
    for colour in astuple(palette):
        _rgb(colour)
    p = palette
    return (
        f'[data-client="{slug}"] {{ --client: light-dark({p.fill_light}, {p.fill_dark}); '
        f"--client-ink: light-dark({p.ink_light}, {p.ink_dark}); "
        f"--client-wash: light-dark({p.wash_light}, {p.wash_dark}); "
        f"--client-band: light-dark({p.band_light}, {p.band_dark}); }}"
    )


def _shifted(shade: Callable[[float], str], lightness: float, step: float, is_readable: Callable[[str], bool]) -> str:
    """The first readable shade from `lightness` on; black or white at the latest."""
    while 0 < lightness < 1 and not is_readable(shade(lightness)):
        lightness += step
    return shade(min(max(lightness, 0.0), 1.0))


def _rgb(hex: str) -> Triple:
    """The three parts, from 0 to 1, still with the screen's gamma."""
    if not _HEX.fullmatch(hex):
        raise ValueError(f"{hex!r} is not a colour. Write it like #6a37c2.")
    digits = hex[1:] if len(hex) == 7 else "".join(digit * 2 for digit in hex[1:])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex_of(rgb: Triple) -> str:
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in rgb)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _luminance(rgb: Triple) -> float:
    red, green, blue = map(_linear, rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklch(rgb: Triple) -> Triple:
    """Lightness from 0 to 1, chroma, and hue in radians."""
    r, g, b = map(_linear, rgb)
    l_ = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m_ = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s_ = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_
    a = 1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_
    b = 0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> Triple:
    """Linear parts, which lie outside 0 to 1 for a colour that no screen has."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """The colour, with as much of its chroma as a screen can show."""

    def shown(part: float) -> Triple:
        return _from_oklch(lightness, chroma * part, hue)

    low, high = 0.0, 1.0
    if not _on_screen(shown(1.0)):
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if _on_screen(shown(middle)) else (low, middle)
    else:
        low = 1.0
    red, green, blue = (_gamma(min(max(part, 0.0), 1.0)) for part in shown(low))
    return _hex_of((red, green, blue))


def _on_screen(linear: Triple) -> bool:
    return all(-1e-6 <= part <= 1 + 1e-6 for part in linear)
