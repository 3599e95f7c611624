"""What the pages about leaving read; each names its client."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from access.actor import Actor
from access.errors import NotFound
from access.log_export import head_text
from access.models import LogHead, LogLeaf
from access.rights import Right
from helpdesk.leaving import actions
from helpdesk.leaving.counts import in_words
from helpdesk.leaving.models import HandOver, Job, Kind, RetentionRules
from tickets.models import Customer, Status, Ticket
from tickets.queries.customers import readable

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Run:
    """One night's clearing away, in words."""

    at: datetime
    removed: list[str]
    is_done: bool


def overview(actor: Actor, client_id: int) -> dict[str, Any]:
    """The newest of every kind of job; erasures and rules for who may see them."""
    jobs = Job.objects.filter(client_id=client_id).order_by("-pk")
    may_erase = actor.may(Right.CUSTOMER_ERASE, client_id)
    return {
        "packages": list(jobs.filter(kind=Kind.PACKAGE)[:SHOWN]),
        "customer_exports": list(jobs.filter(kind=Kind.CUSTOMER_DATA)[:SHOWN]),
        "erasures": list(jobs.filter(kind=Kind.ERASURE)[:SHOWN]) if may_erase else [],
        "runs": retention_runs(client_id, most=3) if may_erase else [],
        "rules": rules(client_id),
        "may_erase": may_erase,
        "left": _left(actor, client_id),
    }


def _left(actor: Actor, client_id: int) -> int | None:
    """How many hand-overs wait for their notes; None for who may not complete them, or where nobody has left any."""
    rows = HandOver.objects.filter(client_id=client_id)
    if not actor.may(Right.CLEARANCE_EXTEND, client_id) or not rows.exists():
        return None
    return rows.filter(completed_at=None).count()


def find_customer(actor: Actor, client_id: int, words: str) -> int | None:
    """The one customer with exactly this address or number, or None."""
    actor.require(Right.CUSTOMER_READ, client_id)
    customers = Customer.objects.filter(client_id=client_id)
    text = words.strip()
    found = customers.filter(email__iexact=text).first() if "@" in text else None
    if found is None and text.isascii() and text.isdigit() and len(text) < 19:
        found = customers.filter(pk=int(text)).first()
    if found is None and text:
        found = customers.filter(external_id=text).first()
    return found.pk if found else None


def place_of(actor: Actor, slug: str, client_id: int, customer_id: int) -> str:
    """The page about a customer who was found: their record with their own data, where the actor may open it."""
    if readable(actor, client_id).filter(pk=customer_id).exists():
        return f"{reverse('desk:customer', kwargs={'client': slug, 'customer': customer_id})}#their-data"
    return reverse("console:erase", kwargs={"client": slug, "customer": customer_id})


def erasable(client_id: int, customer_id: int) -> dict[str, Any]:
    """The customer with what would be closed and removed; raises `NotFound`."""
    customer = Customer.objects.filter(client_id=client_id, pk=customer_id).first()
    if customer is None:
        raise NotFound
    tickets = Ticket.objects.filter(client_id=client_id, customer_id=customer_id)
    return {
        "customer": customer,
        "tickets": tickets.count(),
        "open_tickets": tickets.exclude(status=Status.CLOSED).count(),
        "phrase": actions.phrase_of(customer),
        "asked": Job.objects.filter(client_id=client_id, unique=f"erasure/{customer_id}").first(),
    }


def rules(client_id: int) -> RetentionRules | None:
    """The client's rules, or None where they never set any."""
    return RetentionRules.objects.filter(client_id=client_id).first()


def retention_runs(client_id: int, *, most: int = SHOWN) -> list[Run]:
    """The last nights on which something was looked for, the newest first."""
    jobs = Job.objects.filter(client_id=client_id, kind=Kind.RETENTION).order_by("-pk")[:most]
    return [
        Run(job.ended_at or job.asked_at, in_words(job.result.get("removed", {})), job.state == Job.State.DONE)
        for job in jobs
    ]


def seal_of(job: Job) -> dict[str, Any] | None:
    """Where the erasure stands in the client's sealed log: its place, and the first signed head above it."""
    leaf = LogLeaf.objects.filter(client_id=job.client_id, entry_id=job.result.get("entry") or 0).first()
    heads = LogHead.objects.filter(client_id=job.client_id, size__gt=leaf.index) if leaf else LogHead.objects.none()
    head = heads.order_by("size").first()
    if leaf is None or head is None:
        return None
    return {
        "entry": leaf.entry_id,
        "index": leaf.index,
        "leaf": bytes(leaf.hash).hex(),
        "head": json.loads(head_text(head)),
    }


def certificate(job: Job) -> dict[str, Any]:
    """What was removed of one customer, for a program: counts, never what it was."""
    counts = {kind: number for kind, number in job.result.items() if kind != "entry"}
    return {
        "certificate": "erasure of one customer",
        "customer": job.customer_id,
        "asked_by": job.asked_by,
        "asked_at": job.asked_at,
        "done_at": job.ended_at,
        "removed": counts,
        "log": seal_of(job),
    }


def file_name(job: Job, slug: str) -> tuple[str, str]:
    """What the file of an export is called when it is saved, and its media type."""
    day = f"{job.asked_at:%Y-%m-%d}"
    if job.kind == Kind.PACKAGE:
        return f"{slug}-{day}.tar", "application/x-tar"
    return f"{slug}-customer-{job.customer_id}-{day}.zip", "application/zip"
