"""Endpoints and calls of the tests, and what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from access.models import Client
from helpdesk.lib import clock, vault
from post import signals, signing
from post.calls import Call, post_calls
from post.models import Endpoint, OutboxCall
from tests.cast import World

SECRET = signing.new_secret()


def endpoint(world: World, address: str, *, client: Client | None = None, key: str = "desk", **more: Any) -> Endpoint:
    client = client or world.c1
    given = {"name": key.title(), "secret": vault.lock(SECRET), "created_at": clock.now(), **more}
    with world.enter(client):
        return Endpoint.objects.create(client=client, key=key, address=address, **given)


def post(world: World, place: Endpoint, *causes: str, **more: Any) -> list[OutboxCall]:
    calls = [Call(unique=cause, kind="ticket.escalated", endpoint=place, body={"n": 1}, **more) for cause in causes]
    with world.enter(Client.objects.get(pk=place.client_id)) as actor:
        return post_calls(actor, place.client_id, calls)


def state(world: World, call: OutboxCall) -> OutboxCall:
    with world.enter(Client.objects.get(pk=call.client_id)):
        return OutboxCall.objects.get(pk=call.pk)


@contextmanager
def hearing() -> Iterator[list[tuple[str, str, str]]]:
    """What the mail room tells higher apps: signal, cause and reason, in order."""
    told: list[tuple[str, str, str]] = []
    names = ("mail_accepted", "mail_failed", "call_accepted", "call_failed")
    receivers = {}
    for name in names:

        def note(name: str = name, **facts: Any) -> None:
            told.append((name, facts["unique"], facts["reason"]))

        receivers[name] = note
        getattr(signals, name).connect(note, weak=False)
    try:
        yield told
    finally:
        for name, note in receivers.items():
            getattr(signals, name).disconnect(note)
