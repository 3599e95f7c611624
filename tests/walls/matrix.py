"""The machinery of the route matrix: which routes there are, what a row says, and what follows from it.

A row names the right that a route needs.  What each person of the cast must be answered follows
from their role, the row and the relation of the object to them; nothing is read from the door.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access.doors import Kind
from access.rights import Right, Role
from tests.walls.places import Place, Places

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# The cast by where they stand, seen from the first client.
ROLES = {
    "v1": Role.AGENT,
    "v12": Role.AGENT,
    "v1ro": Role.READER,
    "v1own": Role.AGENT_OWN,
    "lead": Role.TEAM_LEAD,
    "o1": Role.CLIENT_ADMIN,
    "a1": Role.CLIENT_AGENT,
    "e1": Role.CONTACT,
}
CLOSED, FOREIGN, OPERATOR, VISITOR = "x", "o2", "operator", "visitor"
# Who runs a vendor's office: that of the cast's vendor, and another's.
OFFICE, RIVAL = "office", "rival"


@dataclass(frozen=True)
class Row:
    """What one method of one route asks, and how to build a request that it takes.

    `right` and `also` are needed, else 403; without one of `sees` the object is not visible, 404.
    `data`, `query` and `headers` may be functions of the place.  `ok` is the status of the twin
    that must succeed; `expect` overrides what a person of the cast is answered there.  `missing`
    is the answer for an object that is not there, or None where the address names none.
    """

    view: str
    method: str = "GET"
    door: Kind = Kind.STAFF
    right: Right | None = None
    also: tuple[Right, ...] = ()
    sees: tuple[Right, ...] = ()
    signed_in: bool = False
    data: dict[str, Any] | Callable[[Place], dict[str, Any]] = field(default_factory=dict)
    query: dict[str, Any] | Callable[[Place], dict[str, Any]] = field(default_factory=dict)
    headers: dict[str, str] | Callable[[Place], dict[str, str]] = field(default_factory=dict)
    ok: int | None = None
    expect: dict[str, int] = field(default_factory=dict)
    missing: int | None = 404
    # Its number is a place in the client's own list, which every client has: there is no other's object.
    is_place: bool = False
    # Why a row is not asked further than this, where the general rules do not fit.
    because: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.view}"

    @property
    def good(self) -> int:
        """The status of the twin that must succeed."""
        return self.ok or (200 if self.method == "GET" else 302)

    @property
    def needed(self) -> frozenset[Right]:
        """Every right without which the twin would not succeed."""
        return frozenset({self.right} - {None}) | {*self.also, *self.sees}

    @property
    def names_client(self) -> bool:
        """Whether the address says for which client."""
        return "client" in arguments(self.view)

    @property
    def objects(self) -> tuple[str, ...]:
        """The arguments of the address besides the client."""
        return tuple(name for name in arguments(self.view) if name != "client")

    def expected(self, person: str) -> int:
        """What this person is answered about an object of the first client."""
        if person in self.expect:
            return self.expect[person]
        if self.door is Kind.OFFICE:
            return self._expected_of_office(person)
        if person == VISITOR:
            return 401 if self.door is Kind.API else 302
        if person == CLOSED:
            return 403 if self.names_client or self.right else self.good
        if person == FOREIGN:
            return self._expected_abroad()
        if person == OPERATOR:
            return self._expected_nowhere()
        return self._by_rights(ROLES[person].rights)

    def _by_rights(self, held: frozenset[Right]) -> int:
        if not held >= {*({self.right} - {None}), *self.also}:
            return 403
        return self.good if held >= set(self.sees) else 404

    def _expected_nowhere(self) -> int:
        """Of somebody who has no place at any client."""
        if self.names_client:
            return 404
        return 403 if self.right else 404 if self.objects else self.good

    def _expected_abroad(self) -> int:
        if self.names_client or self.objects:
            return 404
        return self.good

    def _expected_of_office(self, person: str) -> int:
        if person == VISITOR:
            return 302
        if person == RIVAL:
            return 404 if self.names_client else self.good
        return self.good if person == OFFICE else 403

    def ask(self, browser: Any, place: Place, body: Place) -> Any:
        """Send the request about the things of `place`, with data that are good at `body`."""
        path = address(self.view, place)
        data = self.data(body) if callable(self.data) else self.data
        query = self.query(body) if callable(self.query) else self.query
        headers = self.headers(body) if callable(self.headers) else self.headers
        if self.method in ("GET", "HEAD"):
            response = getattr(browser, self.method.lower())(path, query, headers=headers)
        elif self.door is Kind.API:
            response = browser.generic(
                self.method, path, json.dumps(data), content_type="application/json", headers=headers
            )
        else:
            response = getattr(browser, self.method.lower())(path, data, headers=headers)
        if response.streaming:
            # Read to its end, so that a file behind it is closed.
            response.streaming_content = [b"".join(response.streaming_content)]
            response.close()
        return response


@cache
def patterns() -> dict[str, URLPattern]:
    """Every route of the product by its full name."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(found: Any, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for item in found:
        if isinstance(item, URLResolver):
            yield from _walk(item.url_patterns, f"{prefix}{item.namespace}:" if item.namespace else prefix)
        else:
            yield f"{prefix}{item.name}", item


def unnamed() -> list[str]:
    """Routes without a name, which no row could speak of."""
    return [name for name in patterns() if name.endswith("None")]


@cache
def arguments(view: str) -> tuple[str, ...]:
    """The arguments of a route's address."""
    kwargs: list[str] = []
    for prefix in _prefix_arguments(get_resolver(), view.split(":")[:-1]):
        kwargs += prefix
    return tuple(kwargs) + tuple(patterns()[view].pattern.converters)


def _prefix_arguments(resolver: Any, namespaces: list[str]) -> Iterator[list[str]]:
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver) and namespaces and item.namespace == namespaces[0]:
            yield list(item.pattern.converters)
            yield from _prefix_arguments(item, namespaces[1:])


def address(view: str, place: Place) -> str:
    """The path of a route about the things of `place`."""
    return reverse(view, kwargs={name: place.argument(view, name) for name in arguments(view)})


def answers(row: Row, places: Places, person: str, place: Place | None = None) -> Any:
    """What this person is answered."""
    return row.ask(places.browser(person, row.door.value), place or places.c1, places.c1)
