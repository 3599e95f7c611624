"""One attempt to make a call, in three steps: claimed and read, told outside any transaction, and kept."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from access.actor import Actor
from helpdesk.lib import clock, leases, vault
from post import claims, providers, signals, waits
from post.claims import Claim
from post.models import CallHint, Endpoint, OutboxCall
from post.providers import Message, Outcome

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# So many calls without a chance are given up before a task makes room for others.
MOST_GIVEN_UP = 100


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed call, ready to be told."""

    claim: Claim
    endpoint_id: int
    provider: str
    message: Message


def begin(actor: Actor, client_id: int, endpoint_id: int) -> Job | None:
    """Claim the next call of an endpoint and note that it is attempted; None where nothing is to be told now."""
    for _turn in range(MOST_GIVEN_UP):
        now = clock.now()
        claim = claims.take_call(endpoint_id, client_id, now)
        if claim is None:
            return None
        call = OutboxCall.objects.select_for_update().filter(client_id=client_id, pk=claim.row_id).first()
        if call is None or call.state != OutboxCall.State.DUE:
            CallHint.objects.filter(pk=claim.hint_id).delete()
            continue
        endpoint = Endpoint.objects.get(client_id=client_id, pk=endpoint_id)
        if not endpoint.is_active or providers.named(endpoint.provider) is None:
            _give_up(actor, call, claim, "the endpoint is switched off", now)
            continue
        call.attempts, call.attempted_at = call.attempts + 1, now
        call.save(update_fields=["attempts", "attempted_at"])
        return Job(claim, endpoint_id, endpoint.provider, _message(call, endpoint, now))
    return None


def _message(call: OutboxCall, endpoint: Endpoint, now: datetime) -> Message:
    return Message(
        id=call.idempotency_key,
        kind=call.kind,
        carries=endpoint.carries,
        address=endpoint.address,
        body=call.body,
        written_at=call.created_at,
        secrets=good_secrets(endpoint, now),
    )


def good_secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first: after a change the old one does, too, for its time."""
    kept = [endpoint.secret]
    if endpoint.old_until is not None and endpoint.old_until > now:
        kept.append(endpoint.old_secret)
    return [opened for each in kept if (opened := _opened(each))]


def _opened(kept: str) -> str:
    try:
        return vault.unlock(kept) if kept else ""
    except vault.Locked:
        # Kept under a key that is gone: as if there were none, and a new one is made on the endpoint's page.
        return ""


def tell(job: Job) -> tuple[Outcome, timedelta]:
    """Hand the message to its provider; how it went and how long it took.  Never raises for what the provider does."""
    provider = providers.named(job.provider)
    before = time.monotonic()
    try:
        if provider is None:
            outcome = Outcome(reason="the endpoint is switched off", final=True)
        else:
            outcome = provider.deliver(job.message)
    except Exception as error:
        # Somebody else's code: its words may hold what was sent.
        outcome = Outcome(reason=f"the provider failed ({type(error).__name__})")
    return outcome, timedelta(seconds=time.monotonic() - before)


def end(actor: Actor, client_id: int, job: Job, outcome: Outcome, took: timedelta) -> bool:
    """Keep what came of it; whether the claim was still ours, else nothing is changed."""
    hint = claims.held_call(job.claim).first()
    call = OutboxCall.objects.select_for_update().filter(client_id=client_id, pk=job.claim.row_id).first()
    if call is None or hint is None:
        return False
    now = clock.now()
    rests_until = _note_pace(job, client_id, outcome, took)
    again_at = max(now + _wait(call.attempts, outcome), rests_until or now)
    if call.state != OutboxCall.State.DUE:
        hint.delete()
    elif outcome.is_accepted:
        call.state, call.accepted_at, call.last_error = OutboxCall.State.ACCEPTED, now, ""
        call.save(update_fields=["state", "accepted_at", "last_error"])
        hint.delete()
        signals.tell(signals.call_accepted, actor, call, now)
    elif outcome.final or again_at > hint.ends_at:
        _give_up(actor, call, job.claim, outcome.reason, now)
    else:
        call.last_error = outcome.reason[:200]
        call.save(update_fields=["last_error"])
        hint.due_at, hint.lease_until = again_at, None
        hint.save(update_fields=["due_at", "lease_until"])
    return True


def _note_pace(job: Job, client_id: int, outcome: Outcome, took: timedelta) -> datetime | None:
    """An endpoint that failed is left alone, longer with each failure in a row, whichever call it was; until when."""
    pace = claims.pace_of(job.endpoint_id, client_id)
    is_there = outcome.is_accepted or outcome.answered
    pace.failures = 0 if is_there else pace.failures + 1
    pace.opens_at = None if is_there else clock.now() + _wait(pace.failures, outcome)
    pace.took_ms = int(took.total_seconds() * 1000)
    pace.save(update_fields=["failures", "opens_at", "took_ms"])
    return pace.opens_at


def _wait(failures: int, outcome: Outcome) -> timedelta:
    return max(waits.doubling(failures, first=FIRST_WAIT, longest=LONGEST_WAIT), outcome.wait or timedelta())


def _give_up(actor: Actor, call: OutboxCall, claim: Claim, reason: str, now: datetime) -> None:
    call.state, call.last_error = OutboxCall.State.DEAD, reason[:200]
    call.save(update_fields=["state", "last_error"])
    CallHint.objects.filter(pk=claim.hint_id).delete()
    signals.tell(signals.call_failed, actor, call, now)


def give_up_old(actor: Actor, client_id: int) -> int:
    """Give up what has waited for its whole time behind an endpoint that never answered; returns how many."""
    now = clock.now()
    hints = CallHint.objects.select_for_update(skip_locked=True)
    old = hints.filter(leases.free(now, claims.CALL_LEASE), client_id=client_id, ends_at__lt=now)
    gone = 0
    for hint in list(old.order_by("ends_at")[:MOST_GIVEN_UP]):
        call = OutboxCall.objects.select_for_update().filter(client_id=client_id, pk=hint.call_id).first()
        claim = Claim(hint.pk, hint.call_id, hint.fence)
        if call is None or call.state != OutboxCall.State.DUE:
            hint.delete()
            continue
        _give_up(actor, call, claim, call.last_error or "the endpoint failed the whole time", now)
        gone += 1
    return gone
