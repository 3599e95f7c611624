"""Sends what is due, and clears away what is no longer needed.  Every task may run twice."""

import random
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import Q

from access import user_sessions
from access.actor import Actor
from access.credentials import SessionStore
from access.models import Client
from access.tasks import ClientTask
from helpdesk.lib import clock
from post import clearance_letters, head_letters, once, sending, staff_letters, storage
from post.models import OutboxHint, OutboxMail, StaffLetter

MOST_ATTEMPTS = 10
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LEASE = timedelta(minutes=2)
CLAIMED_AT_ONCE = 200
_chance = random.SystemRandom()


@shared_task(base=ClientTask, name="post.deliver_mail", soft_time_limit=45, time_limit=60)
def deliver_mail(actor: Actor, mail_id: int) -> None:
    """Send one letter if it is due; its row is locked, so that a twin of this task finds nothing to do."""
    mail = OutboxMail.objects.select_for_update(skip_locked=True).filter(pk=mail_id).first()
    if mail is None:
        return
    hints = OutboxHint.objects.filter(mail_id=mail_id)
    if mail.state != OutboxMail.State.DUE:
        hints.delete()
        return
    now = clock.now()
    if hints.filter(due_at__gt=now).exists():
        return
    failure = sending.attempt(mail)
    mail.attempts += 1
    if failure is None:
        mail.state, mail.accepted_at, mail.last_error = OutboxMail.State.ACCEPTED, clock.now(), ""
        hints.delete()
    elif failure.final or mail.attempts >= MOST_ATTEMPTS:
        mail.state, mail.last_error = OutboxMail.State.DEAD, failure.reason
        hints.delete()
    else:
        mail.last_error = failure.reason
        hints.update(due_at=clock.now() + wait_after(mail.attempts), lease_until=None)
    mail.save(update_fields=["state", "accepted_at", "attempts", "last_error"])


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
    """How long to wait after so many failed attempts: doubling, with a quarter of chance to either side."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    return wait * _chance.uniform(0.75, 1.25)


@shared_task(name="post.sweep_outbox")
def sweep_outbox() -> int:
    """Claim the due hints for two minutes and dispatch their letters; returns how many.

    Needs no client's scope: hints hold ids and times only.
    """
    now = clock.now()
    with transaction.atomic():
        # A lease that ends later than any given now is of a clock that was wrong.
        free = Q(lease_until=None) | Q(lease_until__lt=now) | Q(lease_until__gt=now + LEASE)
        due = OutboxHint.objects.select_for_update(skip_locked=True).filter(free, due_at__lte=now)
        hints = list(due.order_by("due_at")[:CLAIMED_AT_ONCE])
        OutboxHint.objects.filter(pk__in=[hint.pk for hint in hints]).update(lease_until=now + LEASE)
        letters = StaffLetter.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).order_by("due_at")
        letter_ids = [letter.pk for letter in letters[:CLAIMED_AT_ONCE]]
        StaffLetter.objects.filter(pk__in=letter_ids).update(due_at=now + LEASE)
    for hint in hints:
        deliver_mail.delay(hint.client_id, hint.mail_id)
    for letter_id in letter_ids:
        mail_staff_letter.delay(letter_id)
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
