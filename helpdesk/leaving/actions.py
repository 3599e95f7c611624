"""What people ask of the keeper, and the rules that they set."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import StaffCard
from access.rights import Right
from access.taken import told_when_taken
from access.wording import whole_text
from helpdesk.leaving import dispatch, places
from helpdesk.leaving.models import LONGEST, SHORTEST, HandOver, Job, Kind, RetentionRules
from helpdesk.lib import clock, tokens
from tickets.models import Customer

RULES = ("tickets", "attachments", "raw_mails", "log")
LONGEST_NOTES = 20_000


def ask_erasure(actor: Actor, *, client_id: int, customer_id: int, typed: str) -> Job:
    """Have one customer's data erased for good; `typed` repeats `phrase_of` them, so that it is no slip.

    Raises `Invalid` for other words, `Conflict` where it was asked for before.
    """
    actor.require(Right.CUSTOMER_ERASE, client_id)
    customer = Customer.objects.select_for_update().filter(client_id=client_id, pk=customer_id).first()
    if customer is None:
        raise NotFound
    if typed.strip().casefold() != phrase_of(customer).casefold():
        # The address itself is said to nobody who has not typed it.
        said = _("That is not this customer’s whole e-mail address. Nothing was asked for.")
        if not customer.email:
            said = _("Type exactly “%(phrase)s” to go on.") % {"phrase": phrase_of(customer)}
        raise Invalid(said, "typed")
    job = _ask(actor, client_id, Kind.ERASURE, f"erasure/{customer_id}", customer_id=customer_id)
    detail = {"what": "erasure asked for", "job": job.pk}
    log.record(actor, client_id, log.Action.CHANGE, (log.CUSTOMER, customer_id), detail=detail)
    return job


def phrase_of(customer: Customer) -> str:
    """What is typed to confirm that this is the customer meant: their address, or else their number here."""
    return customer.email or f"erase {customer.pk}"


def ask_package(actor: Actor, *, client_id: int) -> Job:
    """Have everything that the client owns packed; raises `Conflict` while one is being packed."""
    actor.require(Right.DATA_EXPORT, client_id)
    running = Job.objects.filter(
        client_id=client_id, kind=Kind.PACKAGE, state__in=(Job.State.WAITING, Job.State.RUNNING)
    )
    if running.exists():
        raise Conflict(_("A package is being made already: it will be here when it is done."))
    job = _ask(actor, client_id, Kind.PACKAGE, f"package/{tokens.random_token()[:24]}")
    log.record(
        actor, client_id, log.Action.EXPORT, detail={"what": "export asked for", "kind": "package", "job": job.pk}
    )
    return job


def ask_customer_data(actor: Actor, *, client_id: int, customer_id: int) -> Job:
    """Have one customer's data put together for them."""
    actor.require(Right.DATA_EXPORT, client_id)
    actor.require(Right.CUSTOMER_READ, client_id)
    if not Customer.objects.filter(client_id=client_id, pk=customer_id).exists():
        raise NotFound
    unique = f"customer/{customer_id}/{tokens.random_token()[:24]}"
    job = _ask(actor, client_id, Kind.CUSTOMER_DATA, unique, customer_id=customer_id)
    detail = {"what": "export asked for", "kind": "customer", "job": job.pk}
    log.record(actor, client_id, log.Action.EXPORT, (log.CUSTOMER, customer_id), detail=detail)
    return job


def note_download(actor: Actor, job: Job) -> None:
    """Write that somebody takes a finished export away; raises `NotFound` where there is no file any more."""
    actor.require(Right.DATA_EXPORT, job.client_id)
    if job.state != Job.State.DONE or not job.size:
        raise NotFound
    records = [(log.CUSTOMER, job.customer_id)] if job.customer_id else []
    detail = {"what": "export downloaded", "kind": job.kind, "job": job.pk}
    log.record(actor, job.client_id, log.Action.EXPORT, *records, detail=detail)


def save_rules(actor: Actor, *, client_id: int, months: Mapping[str, int | None]) -> RetentionRules:
    """Set after how many months what is cleared away; None keeps it.

    Raises `Invalid`, naming the field, for fewer months than `SHORTEST` or more than `LONGEST`.
    """
    actor.require(Right.CUSTOMER_ERASE, client_id)
    for name in RULES:
        value = months[name]
        if value is not None and not SHORTEST <= value <= LONGEST:
            raise Invalid(
                _("From %(shortest)s to %(longest)s months, or nothing to keep it as long as you stay.")
                % {"shortest": SHORTEST, "longest": LONGEST},
                name,
            )
    kept = {name: months[name] for name in RULES}
    rules, _new = RetentionRules.objects.update_or_create(
        client_id=client_id, defaults={**kept, "changed_at": clock.now()}
    )
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "retention rules", **kept})
    return rules


def complete_hand_over(actor: Actor, *, client_id: int, hand_over_id: int, notes: str) -> HandOver:
    """Add what history does not tell, for those who come after."""
    actor.require(Right.CLEARANCE_EXTEND, client_id)
    row = HandOver.objects.select_for_update().filter(client_id=client_id, pk=hand_over_id).first()
    if row is None:
        raise NotFound
    notes = whole_text(notes, "notes", LONGEST_NOTES)
    row.notes, row.completed_at, row.completed_by = notes, clock.now(), _name(actor, client_id)
    row.save(update_fields=["notes", "completed_at", "completed_by"])
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "hand-over"})
    return row


def _ask(actor: Actor, client_id: int, kind: Kind, unique: str, *, customer_id: int | None = None) -> Job:
    now = clock.now()
    card = StaffCard.objects.filter(client_id=client_id, pk=actor.card_id(client_id) or 0).first()
    with told_when_taken({"one_job_per_cause": _("That was asked for already.")}):
        job = Job.objects.create(
            client_id=client_id,
            kind=kind,
            unique=unique,
            customer_id=customer_id,
            card=card,
            asked_by=_name(actor, client_id),
            language=(translation.get_language() or "en")[:8],
            asked_at=now,
        )
    # A database that was put back to an earlier day gives numbers again whose files are still there.
    places.discard(client_id, job.pk)
    dispatch.put(client_id, job.pk, at=now)
    return job


def _name(actor: Actor, client_id: int) -> str:
    return (actor.standing(client_id).card_name or actor.name)[:160]
