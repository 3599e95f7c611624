"""Shapes that rows of several apps have in common."""

from collections.abc import Callable
from typing import Any

from access.doors import Kind
from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.places import Place

Data = dict[str, Any] | Callable[[Place], dict[str, Any]]
ALL = (Right.TICKET_READ_ALL,)
CONSOLE, PORTAL = Kind.CONSOLE, Kind.PORTAL
# What is a person's own: V12's, in the rows that say so.
ONLY_V12 = dict.fromkeys(("v1", "v1ro", "v1own", "lead", "o1", "a1", "e1", "x"), 404)


def handling(view: str, data: Data | None = None, **more: Any) -> Row:
    """Something done with a ticket that the person can see."""
    return Row(f"desk:{view}", "POST", right=more.pop("right", Right.TICKET_TRIAGE), sees=ALL, data=data or {}, **more)
