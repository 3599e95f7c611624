"""Who may work on what is due: leases on the rows of the dispatch tables, each claim with a number of its own.

Pure of any client's content, so that nothing here needs a scope.  Whoever slept past its lease finds that the row
carries a later number (or is another row), and changes nothing.  All of it runs inside the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from helpdesk.lib import leases
from helpdesk.lib.locks import hold
from post.models import CallHint, EndpointPace, OutboxHint

# Longer than a task may take, so that a lease ends only after its holder.
MAIL_LEASE = timedelta(seconds=75)
CALL_LEASE = timedelta(seconds=30)
# So many calls of one endpoint at once, one where it failed or was slow the last time; and of one client in all.
MOST_AT_ONCE = 2
MOST_OF_CLIENT = 4
SLOW_MS = 2000
# No endpoint rests for longer; waits have a quarter of chance on top.
LONGEST_REST = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed row of a dispatch table: its id, the id of what it stands for, and the number of the claim."""

    hint_id: int
    row_id: int
    fence: int


def take_mail(mail_id: int, now: datetime, handed: int | None) -> Claim | None:
    """Claim a letter that is due; None where it is not, or where somebody else has it.

    `handed` is the number under which a sweep gave it out: then the claim is the sweep's, and ends with its first
    taker.
    """
    hint = OutboxHint.objects.select_for_update(skip_locked=True).filter(mail_id=mail_id, due_at__lte=now).first()
    if hint is None:
        return None
    if handed is None:
        is_free = not leases.is_held(hint.lease_until, now, MAIL_LEASE)
    else:
        is_free = hint.fence == handed
    return _claimed(hint, hint.mail_id, now + MAIL_LEASE) if is_free else None


def _claimed(hint: OutboxHint | CallHint, row_id: int, until: datetime) -> Claim:
    hint.fence += 1
    hint.lease_until = until
    hint.save(update_fields=["fence", "lease_until"])
    return Claim(hint.pk, row_id, hint.fence)


def held_mail(claim: Claim) -> QuerySet[OutboxHint]:
    """The row of a claim as long as it is the last one, locked."""
    return OutboxHint.objects.select_for_update().filter(pk=claim.hint_id, fence=claim.fence)


def held_call(claim: Claim) -> QuerySet[CallHint]:
    """As `held_mail`, of a call."""
    return CallHint.objects.select_for_update().filter(pk=claim.hint_id, fence=claim.fence)


def pace_of(endpoint_id: int, client_id: int) -> EndpointPace:
    """How an endpoint keeps up, locked until the transaction ends."""
    rows = EndpointPace.objects.select_for_update().filter(endpoint_id=endpoint_id)
    pace = rows.first()
    if pace is None:
        new = EndpointPace(endpoint_id=endpoint_id, client_id=client_id)
        EndpointPace.objects.bulk_create([new], ignore_conflicts=True)
        pace = rows.get()
    return pace


def take_call(endpoint_id: int, client_id: int, now: datetime) -> Claim | None:
    """Claim the call that has waited longest at an endpoint; None where none is due or the endpoint has enough.

    An endpoint that failed is asked once per wait, whatever the number of calls that wait for it.
    """
    # One after the other for all of a client's endpoints, so that its share is counted right.
    hold("calls", client_id)
    pace = pace_of(endpoint_id, client_id)
    if is_resting(pace, now):
        return None
    running = CallHint.objects.filter(leases.held(now, CALL_LEASE))
    most = 1 if pace.failures or pace.took_ms > SLOW_MS else MOST_AT_ONCE
    if running.filter(endpoint_id=endpoint_id).count() >= most:
        return None
    if running.filter(client_id=client_id).count() >= MOST_OF_CLIENT:
        return None
    due = CallHint.objects.filter(leases.free(now, CALL_LEASE), endpoint_id=endpoint_id, due_at__lte=now)
    hint = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    return _claimed(hint, hint.call_id, now + CALL_LEASE) if hint else None


def is_resting(pace: EndpointPace, now: datetime) -> bool:
    """Whether an endpoint that failed is not to be asked yet; a rest beyond the longest is of a wrong clock."""
    return leases.is_held(pace.opens_at, now, LONGEST_REST)


def waiting_endpoints(now: datetime, most: int) -> list[tuple[int, int]]:
    """Endpoints (client, endpoint) at which a call is due that nobody works on, and which do not rest."""
    resting = EndpointPace.objects.filter(opens_at__gt=now, opens_at__lte=now + LONGEST_REST + leases.SKEW)
    due = CallHint.objects.filter(leases.free(now, CALL_LEASE), due_at__lte=now)
    due = due.exclude(endpoint_id__in=resting.values("endpoint_id"))
    return list(due.order_by().values_list("client_id", "endpoint_id").distinct()[:most])


def clients_with_old_calls(now: datetime) -> list[int]:
    """Clients with calls whose time is over and that nobody works on."""
    old = CallHint.objects.filter(leases.free(now, CALL_LEASE), ends_at__lt=now)
    return list(old.order_by().values_list("client_id", flat=True).distinct())


def is_waiting(endpoint_id: int, now: datetime) -> bool:
    """Whether a call is due at the endpoint that nobody works on."""
    return CallHint.objects.filter(leases.free(now, CALL_LEASE), endpoint_id=endpoint_id, due_at__lte=now).exists()
