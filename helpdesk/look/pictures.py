"""Icons of the sprite, and the marks of clients, vendors and people."""

from functools import lru_cache
from typing import Protocol

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


class Face(Protocol):
    """A client as a page needs it: its slug carries the colour, its monogram the tile."""

    @property
    def slug(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def monogram(self) -> str: ...


@lru_cache(maxsize=512)
def draw(name: str, css: str = "") -> SafeString:
    """The icon `name` of the sprite, silent for a screen reader."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f" {css}" if css else "",
        static("vendor/icons.svg"),
        name,
    )


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """The icon `name` of the sprite; silent for a screen reader unless it has a `label`."""
    if not label:
        return draw(name, css)
    return format_html('{}<span class="visually-hidden">{}</span>', draw(name, css), label)


@lru_cache(maxsize=1024)
def _tile(slug: str, monogram: str, css: str) -> SafeString:
    return format_html('<span class="{}" data-client="{}" aria-hidden="true">{}</span>', css, slug, monogram)


def tile(client: Face, size: str = "") -> SafeString:
    """The client's square of two letters in its colour; always beside its name. `size`: "" or "lg"."""
    return _tile(client.slug, client.monogram, "tile tile-lg" if size == "lg" else "tile")


def vendor_tile(name: str) -> SafeString:
    """The vendor's hollow square with its first letter."""
    return format_html('<span class="tile tile-v" aria-hidden="true">{}</span>', name[:1].upper())


def face(name: str) -> SafeString:
    """A person's round mark with up to two initials."""
    words = name.split()
    initials = "".join(word[0] for word in [*words[:1], *words[1:][-1:]])
    return format_html('<span class="face" aria-hidden="true">{}</span>', initials.upper())


@lru_cache(maxsize=1024)
def _who(slug: str, monogram: str, name: str) -> SafeString:
    return format_html('<span class="who">{}{}</span>', _tile(slug, monogram, "tile"), name)


def who(client: Face) -> SafeString:
    """The client's tile and name."""
    return _who(client.slug, client.monogram, client.name)
