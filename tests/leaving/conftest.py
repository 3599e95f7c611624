"""The keeper as it runs: Django's connection as the role `keeper` for as long as a job takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from escalation.actions import climb
from helpdesk.leaving import keeper
from helpdesk.lib import clock, env
from post import files
from tests import factories, servers
from tickets.actions import handling
from tickets.models import Message, RawMail


@contextmanager
def as_keeper() -> Iterator[None]:
    """Connect as the keeper, as its own process does."""
    before = dict(connection.settings_dict)
    connection.close()
    parsed = env.database_url(servers.keeper_dsn())
    connection.settings_dict.update({key: parsed[key] for key in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def do_all() -> int:
    """Do everything that is due now, as the keeper's process would; returns how many jobs that were."""
    done = 0
    with as_keeper():
        while keeper.do_next(clock.now()):
            done += 1
    return done


@pytest.fixture
def keep(log_key: Path) -> Any:
    """The keeper's process, to be called."""
    return do_all


@pytest.fixture
def lived(world, log_key):
    """One client with something in every kind of table."""
    ticket = factories.ticket(
        world, world.r1, subject="Åse's door – “stuck”", body="Line one\nLine two \u2028 \\x41 😀"
    )
    upload = files.check_uploads([SimpleUploadedFile("door.txt", b"a file of mine")])
    factories.reply(world, world.v1, ticket, uploads=upload)
    factories.note(world, world.v1, ticket, audience=Message.Audience.VENDOR)
    factories.article(world, world.c1, title="Doors", body="# Open\n\n<script>alert(1)</script> it")
    with world.enter(world.v1) as actor:
        handling.set_tags(actor, client_id=world.c1.pk, ticket_id=ticket.pk, names=["door"])
        climb.escalate(actor, client_id=world.c1.pk, ticket_id=ticket.pk, reason="decision", question="A new door?")
    factories.fact(world, world.r1, "Plan", "Gold")
    with world.enter(world.c1):
        RawMail.objects.create(
            client=world.c1, mailbox="a@b.example", digest="x", raw=bytes(range(256)) * 3, received_at=clock.now()
        )
    factories.ticket(world, world.r2, subject="Nobody else's")
    return ticket
