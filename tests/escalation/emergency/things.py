"""What the tests of climbing requests do again and again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from access.actions import clearing
from access.models import EmergencyAccess
from escalation import tasks
from post.models import OutboxMail
from tests.cast import World

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
State = EmergencyAccess.State


def sweep() -> int:
    """One turn of a worker: what is due is looked at."""
    return tasks.sweep_due()


def allow_unanswered(world: World, *, on: bool = True) -> None:
    with world.enter(world.o2) as actor:
        clearing.set_rules(
            actor, client_id=world.c2.pk, needs_second_factor=False, certification_grace_days=0,
            must_read_grace_days=0, unanswered_emergency=on,
        )  # fmt: skip


def state(world: World, request: EmergencyAccess) -> Any:
    with world.enter(world.c2):
        request.refresh_from_db()
    return request.state


def mails(world: World, kind: str) -> dict[str, str]:
    """The texts of the mails of a kind by address."""
    with world.enter(world.c2):
        return dict(OutboxMail.objects.filter(kind=f"emergency_{kind}").values_list("to_address", "text"))


def link_in(text: str) -> str:
    found = re.search(r"/l/emergency/[\w-]+/", text)
    assert found, text
    return found[0]
