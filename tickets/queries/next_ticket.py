"""Which ticket a person should take next, and why this one and why they."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection

from access import scope
from access.actor import Actor
from access.rights import Right
from helpdesk.lib import clock
from tickets.queries import reach


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that may be taken next, with the facts that its card tells."""

    client_id: int
    id: int
    number: int
    subject: str
    need: str
    priority: int
    language: str
    impact: int
    due_at: datetime | None
    asked_at: datetime | None
    mine: bool
    customer_name: str
    answered_by: int | None
    answered_at: datetime | None
    returned_at: datetime | None


_SQL = "SELECT tickets_next(%s, %s, %s, %s, %s, %s, %s)"
_NAMES = [each.name for each in fields(Candidate)]
_MOMENTS = [name for name in _NAMES if name.endswith("_at")]


def candidates(actor: Actor, languages: Sequence[str], *, most: int = 1) -> list[Candidate]:
    """Up to `most` tickets (10 at the highest) in the order in which the actor should take them.

    Ours to move, nobody's or the actor's, not passed over by them within the hour; the soonest due
    first, then the gravest; none of a client for whose new tickets something is missing.  A ticket in
    a language that the actor does not speak comes only when no other waits; an empty `languages` says
    nothing about them.  One statement, a second where the first finds nothing and there are languages.
    """
    now = clock.now()
    ready = [i for i in actor.clients_with(Right.TICKET_REPLY) if not actor.standings[i].closed_duties(now)]
    near = reach.among(actor, ready)
    if not near.clients:
        return []
    found = _read(actor, near, languages, most)
    if not found and languages:
        found = _read(actor, near, (), most)
    return found


def _read(actor: Actor, near: reach.Reach, languages: Sequence[str], most: int) -> list[Candidate]:
    scope.require()
    params = [*near.columns(), reach.our_court(actor).value, list(languages), clock.now(), most]
    with connection.cursor() as db:
        db.execute(_SQL, params)
        (told,) = db.fetchone()
    return [_candidate(each) for each in told or ()]


def _candidate(told: Sequence[Any]) -> Candidate:
    facts = dict(zip(_NAMES, told, strict=True))
    for name in _MOMENTS:
        if facts[name] is not None:
            facts[name] = datetime.fromisoformat(facts[name])
    return Candidate(**facts)
