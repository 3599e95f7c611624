"""Sends what is due, and clears away what is no longer needed.  Every task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import F

from access import user_sessions
from access.actor import Actor
from access.credentials import SessionStore
from access.models import Client
from access.tasks import ClientTask, in_client
from helpdesk.lib import clock, leases
from post import (
    calling,
    calls,
    claims,
    clearance_letters,
    head_letters,
    once,
    sending,
    signals,
    staff_letters,
    storage,
    waits,
)
from post.claims import Claim
from post.models import OutboxHint, OutboxMail, StaffLetter

MOST_ATTEMPTS = 10
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LEASE = claims.MAIL_LEASE
CLAIMED_AT_ONCE = 200
SWEPT_EVERY = 5
MOST_ENDPOINTS = 500


@shared_task(name="post.deliver_mail", soft_time_limit=45, time_limit=60)
def deliver_mail(client_id: int, mail_id: int, handed: int | None = None) -> None:
    """Send one letter if it is due and nobody else does: claimed, sent outside any transaction, and kept.

    `handed` is the number of the sweep's claim.  A twin finds nothing to do; who slept past the lease changes nothing.
    """
    with in_client(client_id, "post.deliver_mail"):
        mail, claim = _begun(client_id, mail_id, handed)
    if mail is None or claim is None:
        return
    failure = sending.attempt(mail)
    with in_client(client_id, "post.deliver_mail") as actor:
        _keep(actor, claim, failure)


def _begun(client_id: int, mail_id: int, handed: int | None) -> tuple[OutboxMail | None, Claim | None]:
    """Claim the letter, and note that it is attempted: an attempt that kills its worker counts too."""
    now = clock.now()
    claim = claims.take_mail(mail_id, now, handed)
    if claim is None:
        return None, None
    mail = OutboxMail.objects.select_for_update().filter(client_id=client_id, pk=mail_id).first()
    if mail is None or mail.state != OutboxMail.State.DUE:
        OutboxHint.objects.filter(pk=claim.hint_id).delete()
        return None, None
    mail.attempts, mail.attempted_at = mail.attempts + 1, now
    mail.save(update_fields=["attempts", "attempted_at"])
    return mail, claim


def _keep(actor: Actor, claim: Claim, failure: sending.Failure | None) -> None:
    hint = claims.held_mail(claim).first()
    mail = OutboxMail.objects.select_for_update().filter(pk=claim.row_id).first()
    if hint is None or mail is None:
        return
    now = clock.now()
    if mail.state != OutboxMail.State.DUE:
        hint.delete()
    elif failure is None:
        mail.state, mail.accepted_at, mail.last_error = OutboxMail.State.ACCEPTED, now, ""
        mail.save(update_fields=["state", "accepted_at", "last_error"])
        hint.delete()
        signals.tell(signals.mail_accepted, actor, mail, now)
    elif failure.final or mail.attempts >= MOST_ATTEMPTS:
        mail.state, mail.last_error = OutboxMail.State.DEAD, failure.reason
        mail.save(update_fields=["state", "last_error"])
        hint.delete()
        signals.tell(signals.mail_failed, actor, mail, now)
    else:
        mail.last_error = failure.reason
        mail.save(update_fields=["last_error"])
        hint.due_at, hint.lease_until = now + wait_after(mail.attempts), None
        hint.save(update_fields=["due_at", "lease_until"])


@shared_task(name="post.deliver_call", soft_time_limit=20, time_limit=25)
def deliver_call(client_id: int, endpoint_id: int) -> None:
    """Make the call that has waited longest at an endpoint, if it has room for one; then have the next one made.

    Claimed, made outside any transaction, and kept: a twin takes another call or none.
    """
    with in_client(client_id, "post.deliver_call") as actor:
        job = calling.begin(actor, client_id, endpoint_id)
    if job is None:
        return
    outcome, took = calling.tell(job)
    with in_client(client_id, "post.deliver_call") as actor:
        calling.end(actor, client_id, job, outcome, took)
        calls.nudge_if_waiting(client_id, endpoint_id)


@shared_task(name="post.sweep_calls")
def sweep_calls() -> int:
    """Have the next call of every endpoint made that has one due, and old ones given up; returns how many endpoints.

    Needs no client's scope: hints hold ids and times only.  What is handed out is forgotten by the next sweep.
    """
    now = clock.now()
    waiting = claims.waiting_endpoints(now, MOST_ENDPOINTS)
    for client_id, endpoint_id in waiting:
        deliver_call.apply_async((client_id, endpoint_id), expires=SWEPT_EVERY)
    for client_id in claims.clients_with_old_calls(now):
        give_up_calls.delay(client_id)
    return len(waiting)


@shared_task(base=ClientTask, name="post.give_up_calls")
def give_up_calls(actor: Actor) -> None:
    """Give up one client's calls whose time is over; a twin finds nothing to do."""
    for client_id in actor.client_ids:
        calling.give_up_old(actor, client_id)


@shared_task(name="post.mail_staff_letter", soft_time_limit=45, time_limit=60)
def mail_staff_letter(letter_id: int) -> None:
    """Mail a person of the staff what is due to them; a twin finds nothing to do."""
    with transaction.atomic():
        letter = StaffLetter.objects.select_for_update(skip_locked=True).filter(pk=letter_id).first()
        if letter is None or letter.due_at is None:
            return
        failure = staff_letters.send(letter)
        letter.attempts += 1
        if failure is None:
            letter.due_at, letter.accepted_at = None, clock.now()
        elif failure.final or letter.attempts >= MOST_ATTEMPTS:
            letter.due_at = None
        else:
            letter.due_at = clock.now() + wait_after(letter.attempts)
        letter.save(update_fields=["due_at", "accepted_at", "attempts"])


def wait_after(attempts: int) -> timedelta:
    """How long a letter waits after so many failed attempts."""
    return waits.doubling(attempts, first=FIRST_WAIT, longest=LONGEST_WAIT)


@shared_task(name="post.sweep_outbox")
def sweep_outbox() -> int:
    """Claim the due hints for the time of a lease and dispatch their letters; returns how many.

    Needs no client's scope: hints hold ids and times only.  Where there are more, they are claimed right after.
    """
    now = clock.now()
    with transaction.atomic():
        due = OutboxHint.objects.select_for_update(skip_locked=True).filter(leases.free(now, LEASE), due_at__lte=now)
        hints = list(due.order_by("due_at")[:CLAIMED_AT_ONCE])
        claimed = OutboxHint.objects.filter(pk__in=[hint.pk for hint in hints])
        claimed.update(lease_until=now + LEASE, fence=F("fence") + 1)
        letters = StaffLetter.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).order_by("due_at")
        letter_ids = [letter.pk for letter in letters[:CLAIMED_AT_ONCE]]
        StaffLetter.objects.filter(pk__in=letter_ids).update(due_at=now + LEASE)
    for hint in hints:
        deliver_mail.delay(hint.client_id, hint.mail_id, hint.fence + 1)
    for letter_id in letter_ids:
        mail_staff_letter.delay(letter_id)
    if len(hints) == CLAIMED_AT_ONCE:
        sweep_outbox.delay()
    return len(hints) + len(letter_ids)


@shared_task(name="post.sweep_leftovers")
def sweep_leftovers() -> None:
    """Have every client's outdated keys and orphaned files cleared away, and sessions that have ended."""
    staff_letters.forget_old()
    SessionStore.clear_expired()
    user_sessions.forget_ended()
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        clear_leftovers.delay(client_id)


@shared_task(base=ClientTask, name="post.clear_leftovers")
def clear_leftovers(actor: Actor) -> None:
    """Delete one client's idempotency keys past their time, and files that no row names."""
    for client_id in actor.client_ids:
        once.forget_old(client_id)
        storage.forget_orphans(client_id)


@shared_task(name="post.sweep_heads")
def sweep_heads() -> None:
    """Have the head of every client's access log mailed, where this week's was not yet."""
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        mail_head.delay(client_id)


@shared_task(base=ClientTask, name="post.mail_head")
def mail_head(actor: Actor) -> None:
    """Mail one client's admins the newest head of its log; a second run in the same week finds nothing to do."""
    for client_id in actor.client_ids:
        head_letters.mail_head(actor, client_id)


@shared_task(name="post.sweep_clearance")
def sweep_clearance() -> None:
    """Have what closes each client to its agents mailed, where the hint was lost, one task a client."""
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        mail_clearance.delay(client_id)


@shared_task(base=ClientTask, name="post.mail_clearance")
def mail_clearance(actor: Actor) -> None:
    """Mail one client's new NDA, or its suspension, to whoever is kept out by it; a twin finds nothing to do."""
    for client_id in actor.client_ids:
        clearance_letters.mail_clearance(actor, client_id)
