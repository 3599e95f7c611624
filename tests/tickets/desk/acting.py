"""What the tests of acts on the desk share: addresses, and what an act could have changed."""

import threading
from typing import Any

from django.db import connection
from django.urls import reverse

from post.models import OutboxMail
from tests.cast import World
from tickets.models import Event, Message, Skip, Ticket

ACTS: dict[str, dict[str, Any]] = {
    "reply": {"audience": "public", "body": "Try the other key.", "then": "wait"},
    "note": {"audience": "shared", "body": "Seen this before."},
    "assign": {"card": "{card}"},
    "solve": {},
    "close": {},
    "reopen": {},
    "sort": {"impact": "1", "urgency": "1", "category": "", "need": "A key"},
    "priority": {"priority": "1", "reason": "Family outside"},
    "tags": {"tags": "lock, key"},
    "skip": {"why": "language"},
}


def address(ticket: Ticket, name: str, slug: str = "voltarra") -> str:
    return reverse(f"desk:{name}", kwargs={"client": slug, "number": ticket.number})


def fresh(world: World, ticket: Ticket) -> Ticket:
    client = world.c1 if ticket.client_id == world.c1.pk else world.c2
    with world.enter(client):
        return Ticket.objects.select_related("assignee").get(pk=ticket.pk)


def state(world: World, ticket: Ticket) -> list[Any]:
    """Everything that an act could change."""
    client = world.c1 if ticket.client_id == world.c1.pk else world.c2
    with world.enter(client):
        rows = [list(Ticket.objects.filter(pk=ticket.pk).values())]
        rows += [model.objects.filter(client=client).count() for model in (Message, Event, Skip, OutboxMail)]
        return rows


def together(calls: list[Any]) -> list[Any]:
    """Run the calls at the same moment, each in its own thread and database connection."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Any) -> None:
        gate.wait()
        try:
            results[index] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def data(world: World, name: str) -> dict[str, Any]:
    card = world.actor(world.v12).card_id(world.c1.pk)
    return {key: value.format(card=card) for key, value in ACTS[name].items()}


def mark_of(world: World, ticket: Ticket, person: Any = None) -> str:
    from tickets.desk import drafts

    return drafts.mark(ticket.client_id, ticket.pk, (person or world.v1).pk)
