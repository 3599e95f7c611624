"""What presses on a vendor's floor: promises about to break, promised hours with nobody, questions and who has them.

Reads only; a fixed number of statements, however much there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from access.actor import Actor, ClientFace
from escalation import coverage
from escalation.coverage import Gap, Week
from escalation.matrix.document import CLIENTS, Target
from escalation.models import Escalation, EscalationStep
from escalation.strip import name_of
from tickets.models import Holder, Status, Ticket

# So far ahead promises are drawn, and hours with nobody are told.
AHEAD, DAY = timedelta(hours=4), timedelta(days=1)
SHOWN_MOST, CLIMBS_MOST = 120, 300


class Waits(StrEnum):
    """For whom a question waits."""

    NOBODY = "nobody"
    CALL = "call"
    VENDOR = "vendor"
    CLIENT = "client"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Soon:
    """A ticket whose next promise ends soon, or has: `x` is its place on the axis in percent, 0 for what is over."""

    client: ClientFace
    ticket: Ticket
    x: float
    is_over: bool

    @property
    def shade(self) -> str:
        """How its mark is drawn: broken, or by its priority."""
        return "over" if self.is_over else f"p{self.ticket.priority}"

    @property
    def at(self) -> str:
        """Its place on the axis, as a picture takes it."""
        return f"{self.x:.2f}%"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is open: for whom it waits, by name, and since when."""

    client: ClientFace
    escalation: Escalation
    waits: Waits
    name: str
    since: datetime


def soon(actor: Actor, client_ids: Sequence[int], now: datetime) -> list[Soon]:
    """The open tickets with the vendor whose promise ends within `AHEAD` or is broken, the most urgent first."""
    rows = Ticket.objects.filter(
        client_id__in=client_ids,
        vendor_id=actor.vendor_id or 0,
        status=Status.OPEN,
        holder=Holder.VENDOR,
        due_at__lte=now + AHEAD,
    )
    return [_soon(actor, row, now) for row in rows.order_by("due_at", "pk")[:SHOWN_MOST]]


def _soon(actor: Actor, row: Ticket, now: datetime) -> Soon:
    assert row.due_at is not None
    left = row.due_at - now
    x = round(min(max(100 * (left / AHEAD), 0), 100), 2)
    return Soon(actor.standings[row.client_id].client, row, x, left < timedelta())


def gaps(actor: Actor, client_ids: Sequence[int], now: datetime, today: date) -> list[tuple[ClientFace, Gap]]:
    """The promised stretches of the next day that nobody cleared covers, as the coverage board finds them."""
    window = Week(now, now + DAY, (today,), (0, int(DAY.total_seconds()) // 60))
    boards = coverage.boards(actor, client_ids, window)
    found = [(board.client, gap) for board in boards for gap in board.gaps]
    return sorted(found, key=lambda each: each[1].stretch.start)


def asked(actor: Actor, client_ids: Sequence[int]) -> dict[Waits, list[Asked]]:
    """The open questions about the vendor's tickets by whom they wait for, those of nobody first; two statements."""
    rows = Escalation.objects.filter(
        client_id__in=client_ids, ended_at=None, ticket__vendor_id=actor.vendor_id or 0
    ).select_related("ticket")
    listed = list(rows.order_by("started_at", "pk")[:CLIMBS_MOST])
    steps: dict[int, list[EscalationStep]] = {}
    told = EscalationStep.objects.filter(client_id__in=client_ids, escalation__in=listed, told__gt=0)
    for step in told.order_by("escalation_id", "position"):
        steps.setdefault(step.escalation_id, []).append(step)
    found: dict[Waits, list[Asked]] = {waits: [] for waits in Waits}
    for row in listed:
        waits, name, since = waits_for(row, steps.get(row.pk, ()))
        found[waits].append(Asked(actor.standings[row.client_id].client, row, waits, name, since))
    return {waits: each for waits, each in found.items() if each}


def waits_for(row: Escalation, told: Sequence[EscalationStep]) -> tuple[Waits, str, datetime]:
    """For whom a question waits: whoever took it on, or else those of the last step that reached anybody; pure."""
    if row.state == Escalation.State.ACKNOWLEDGED:
        return Waits.TAKEN, row.acknowledged_by_name, row.acknowledged_at or row.started_at
    heard = [step for step in told if step.unheard_at is None]
    if not heard:
        return Waits.NOBODY, "", row.started_at
    step = heard[-1]
    kinds = {Target(kind) for kind, _key in step.definition["to"]}
    return _kind(kinds), name_of(step), step.last_told_at or row.started_at


def _kind(kinds: set[Target]) -> Waits:
    if kinds & {Target.VENDOR_CALL, Target.CLIENT_CALL}:
        return Waits.CALL
    return Waits.CLIENT if kinds & CLIENTS else Waits.VENDOR
