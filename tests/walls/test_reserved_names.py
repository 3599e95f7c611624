"""No client can have a short name that stands in our own addresses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from access.actions import create_client
from access.actions.organisations import RESERVED_SLUGS
from access.errors import Invalid

CLIENT = "<slug:client>"
# Served by other parts than the routes.
ELSEWHERE = {"static", "admin"}


def _addresses(found: Any, prefix: str = "") -> Iterator[list[str]]:
    """Every address of the product, cut at its slashes."""
    for item in found:
        if isinstance(item, URLResolver):
            yield from _addresses(item.url_patterns, prefix + str(item.pattern))
        else:
            yield (prefix + str(item.pattern)).split("/")


def _beside_a_client() -> set[str]:
    """The words that stand where a client's short name could, and the first words of a portal on its own host."""
    addresses = list(_addresses(get_resolver().url_patterns))
    places = {tuple(parts[:at]) for parts in addresses for at, part in enumerate(parts) if part == CLIENT}
    words = {parts[len(place)] for parts in addresses for place in places if tuple(parts[: len(place)]) == place}
    words |= {parts[1] for parts in addresses if parts[0] == CLIENT and len(parts) > 1}
    return {word for word in words if word and not word.startswith("<")}


def test_exactly_the_words_of_our_addresses_are_reserved() -> None:
    assert _beside_a_client() | ELSEWHERE == RESERVED_SLUGS


@pytest.mark.parametrize("slug", sorted(word for word in RESERVED_SLUGS if len(word) > 2))
def test_a_reserved_name_is_refused_with_a_sentence(db: None, slug: str) -> None:
    with pytest.raises(Invalid, match=f"{slug} is one of our own addresses. Choose another short name.") as refused:
        create_client(slug=slug, name="Acme", colour="#0e7a5f")

    assert refused.value.field == "slug"
