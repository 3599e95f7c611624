"""Requests as pages show them: on a ticket, waiting for the client, and an agent's own.  Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from access.actor import Actor, ClientFace
from access.asked import Item, Turn
from access.errors import NotFound
from access.models import Contract
from escalation.models import ScopeRequest, ScopeStep, ScopeWords, WorkEntry
from escalation.scope import said
from helpdesk.lib import clock

State = ScopeRequest.State
SHOWN_OVER, SHOWN_OWN = 50, 100
WAITING, OVER = "escalation/_scope_waiting.html", "escalation/_scope_over.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A request with its words, and while it waits whom it was told last and who is next at what time.

    A name of "" is everybody of the client's who may decide; `next_at` is None where nobody is next.
    """

    row: ScopeRequest
    words: ScopeWords
    asked_last: str
    next_name: str
    next_at: datetime | None
    entries: Sequence[WorkEntry] = ()

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self.row.state == State.ASKED)

    @property
    def may_be_worked(self) -> bool:
        """Whether work can be recorded under it."""
        return bool(self.row.state == State.APPROVED)

    @property
    def price(self) -> str:
        """What was asked for, and what it is estimated to cost."""
        return said.price(self.row)

    @property
    def used(self) -> str:
        """What it took so far, "" where nothing was done."""
        return said.used(self.row) if self.row.used_hundredths else ""

    @property
    def outcome(self) -> str:
        """What became of it."""
        return said.outcome(self.row)


def on_ticket(client_id: int, ticket_id: int) -> list[Shown]:
    """What was asked for a ticket, the newest first; four statements."""
    rows = ScopeRequest.objects.filter(client_id=client_id, ticket_id=ticket_id)
    return shown(client_id, rows.select_related("asked_by").order_by("-pk"), with_work=True)


def one(client_id: int, request_id: int) -> Shown:
    """One request; raises `NotFound`."""
    rows = ScopeRequest.objects.filter(client_id=client_id, pk=request_id).select_related("asked_by", "vendor")
    found = shown(client_id, rows, with_work=True)
    if not found:
        raise NotFound
    return found[0]


def shown(client_id: int, rows: Iterable[ScopeRequest], *, with_work: bool = False) -> list[Shown]:
    """These requests of one client with what belongs to them; three statements at most."""
    found = list(rows)
    ids = [row.pk for row in found]
    words = {row.request_id: row for row in ScopeWords.objects.filter(client_id=client_id, request__in=ids)}
    waiting = [row.pk for row in found if row.state == State.ASKED]
    steps: dict[int, list[ScopeStep]] = {}
    if waiting:
        for step in ScopeStep.objects.filter(client_id=client_id, request__in=waiting).select_related("contact"):
            steps.setdefault(step.request_id, []).append(step)
    entries: dict[int, list[WorkEntry]] = {}
    if with_work and ids:
        rows_of = WorkEntry.objects.filter(client_id=client_id, request__in=ids).select_related("card")
        for entry in rows_of.order_by("pk"):
            entries.setdefault(entry.request_id, []).append(entry)
    return [_shown(row, words[row.pk], steps.get(row.pk, []), entries.get(row.pk, [])) for row in found]


def _shown(row: ScopeRequest, words: ScopeWords, steps: list[ScopeStep], entries: list[WorkEntry]) -> Shown:
    steps.sort(key=lambda step: step.position)
    told = [step for step in steps if step.told_at is not None]
    coming = [step for step in steps if step.told_at is None]
    return Shown(
        row,
        words,
        _name(told[-1]) if told else "",
        _name(coming[0]) if coming else "",
        coming[0].due_at if coming else None,
        entries,
    )


def _name(step: ScopeStep) -> str:
    return step.contact.name if step.contact is not None else ""


def own(actor: Actor) -> list[tuple[ClientFace, Shown]]:
    """What the actor has asked for at all their clients, the newest first."""
    found: list[tuple[ClientFace, Shown]] = []
    for face in actor.clients:
        rows = ScopeRequest.objects.filter(client_id=face.id, asked_by_id=actor.card_id(face.id))
        newest = rows.select_related("asked_by").order_by("-pk")[:SHOWN_OWN]
        found += [(face, each) for each in shown(face.id, newest)]
    return sorted(found, key=lambda each: each[1].row.asked_at, reverse=True)[:SHOWN_OWN]


def asked_of_client(actor: Actor, face: ClientFace) -> list[Item]:
    """What waits for the client's yes or no, and the newest that are over, for its page of requests."""
    rows = ScopeRequest.objects.filter(client_id=face.id).select_related("asked_by", "vendor")
    waiting = shown(face.id, rows.filter(state=State.ASKED).order_by("due_at"))
    decided = rows.exclude(state=State.ASKED).exclude(decided_at=None).order_by("-decided_at")[:SHOWN_OVER]
    now = clock.now()
    return [
        *(Item(WAITING, each.row.asked_at, each, is_late=each.row.due_at <= now, turn=Turn.SOON) for each in waiting),
        *(Item(OVER, each.row.decided_at or now, each, is_open=False, asks=False) for each in shown(face.id, decided)),
    ]


def contracts_with_requests(client_id: int) -> list[Contract]:
    """The client's contracts that have not ended, the oldest first, as far as the reader sees them."""
    rows = Contract.objects.filter(client_id=client_id).exclude(state=Contract.State.ENDED)
    return list(rows.select_related("vendor").order_by("pk"))
