"""Calls that customers of the demo were promised: kept, late, moved, and two that wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from access import standing
from access.models import Client, User
from access.tasks import in_client
from escalation.actions import call_backs
from escalation.models import CallBack
from helpdesk.demo.clearance import Moment
from helpdesk.lib import clock
from tickets.models import Status, Ticket

CLIENT, ZONE = "voltarra", "Europe/Stockholm"
Outcome = CallBack.Outcome


@dataclass(frozen=True)
class Promised:
    """A call promised so long ago by somebody, for so much later, and made so much later than that, or not yet."""

    ago: timedelta
    who: str
    ahead: timedelta
    about: str
    after: timedelta | None = None
    outcome: Outcome = Outcome.REACHED
    said: str = ""


CALLS = (
    Promised(
        timedelta(days=12), "linnea", timedelta(hours=3), "Walk them through the reset", -timedelta(minutes=10),
        said="The charger answers again.",
    ),
    Promised(
        timedelta(days=8), "omar", timedelta(hours=2), "The price of the second card", timedelta(minutes=50),
        said="I was late; they took it well.",
    ),
    Promised(
        timedelta(days=5), "linnea", timedelta(hours=4), "Whether the fuse holds", -timedelta(minutes=3),
        Outcome.MESSAGE,
    ),
    Promised(timedelta(hours=3), "omar", timedelta(hours=2, minutes=40), "How it charges since the update"),
    Promised(timedelta(minutes=50), "linnea", timedelta(hours=2), "Try the cable together"),
)  # fmt: skip


def moments(client: Client, staff: dict[str, User], now: datetime) -> list[Moment]:
    """What was promised and when it was kept, in the order of time."""
    if client.slug != CLIENT:
        return []
    found: list[Moment] = []
    for each in CALLS:
        made: list[CallBack] = []
        found.append((now - each.ago, partial(_promise, client, staff, each, made)))
        if each.after is not None:
            called = now - each.ago + each.ahead + each.after
            found.append((called, partial(_call, client, staff, each, made)))
    return found


def _promise(client: Client, staff: dict[str, User], each: Promised, made: list[CallBack]) -> None:
    at = (clock.now() + each.ahead).replace(second=0, microsecond=0)
    with in_client(client.pk, "demo"):
        free = Ticket.objects.filter(status=Status.OPEN, contract__isnull=False, call_at=None).exclude(asked_at=None)
        ticket = free.order_by("-pk").first()
    if ticket is None:
        return
    with standing.acting(staff[each.who]) as actor:
        about = {"client_id": client.pk, "ticket_id": ticket.pk}
        made.append(call_backs.promise_call(actor, at=at, zone=ZONE, about=each.about, **about))


def _call(client: Client, staff: dict[str, User], each: Promised, made: list[CallBack]) -> None:
    with in_client(client.pk, "demo"):
        rows = CallBack.objects.filter(pk__in=[row.pk for row in made], clock__stopped_at=None)
        row = rows.select_related("ticket").first()
    # Its ticket was solved meanwhile, and the call with it.
    if row is None or row.ticket.status != Status.OPEN:
        return
    with standing.acting(staff[each.who]) as actor:
        about = {"client_id": client.pk, "ticket_id": row.ticket_id, "call_id": row.pk}
        call_backs.keep_call(actor, outcome=each.outcome, said=each.said, **about)
