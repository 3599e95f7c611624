"""The outbox of calls: what must reach an endpoint is written here with its cause, and leaves by a task."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Q

from access.actor import Actor
from access.commit import after_commit
from helpdesk.lib import clock
from post import claims
from post.inserting import insert_new
from post.models import CallHint, Endpoint, EndpointPace, OutboxCall

# How long a call is tried.
GIVEN_UP_AFTER = timedelta(hours=36)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call to be made at an endpoint of the client.

    `unique` names its cause: a second call with the same one is not written.  `body` is what is told, as JSON; for
    text messages and phone calls it holds `number` (E.164), `text` and `language`.
    """

    unique: str
    kind: str
    endpoint: Endpoint
    body: dict[str, Any] = field(default_factory=dict)
    ticket_id: int | None = None


def idempotency_key(client_id: int, vendor_id: int | None, unique: str) -> str:
    """The id of a call at every attempt: it tells nothing, and can't be guessed (128 bit HMAC)."""
    text = f"call-id/{client_id}/{vendor_id or ''}/{unique}"
    return "msg_" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def endpoint_named(client_id: int, key: str, *, vendor_id: int | None = None) -> Endpoint | None:
    """The endpoint of this key: the client's own, or a vendor's for its people there."""
    whose = Q(vendor=None) if vendor_id is None else Q(vendor_id=vendor_id)
    return Endpoint.objects.filter(whose, client_id=client_id, key=key).first()


def post_call(actor: Actor, client_id: int, call: Call, *, at: datetime | None = None) -> OutboxCall | None:
    """Put a call into the outbox; None where one with the same cause is there already."""
    return next(iter(post_calls(actor, client_id, [call], at=at)), None)


def post_calls(actor: Actor, client_id: int, calls: Sequence[Call], *, at: datetime | None = None) -> list[OutboxCall]:
    """Put calls into the outbox in two statements, whatever their number; returns those that are new.

    `at` delays them.  One for an endpoint that is switched off is given up by its task, and says so.
    """
    now = clock.now()
    rows = [_row(client_id, call, now) for call in {(c.endpoint.vendor_id, c.unique): c for c in calls}.values()]
    written = insert_new(rows)
    due_at = at or now
    CallHint.objects.bulk_create([_hint(row, due_at) for row in written])
    nudge({row.endpoint_id for row in written}, client_id)
    return written


def _row(client_id: int, call: Call, now: datetime) -> OutboxCall:
    vendor_id = call.endpoint.vendor_id
    return OutboxCall(
        client_id=client_id,
        unique=call.unique,
        kind=call.kind,
        endpoint_id=call.endpoint.pk,
        vendor_id=vendor_id,
        body=call.body,
        idempotency_key=idempotency_key(client_id, vendor_id, call.unique),
        ticket_id=call.ticket_id,
        created_at=now,
    )


def _hint(row: OutboxCall, due_at: datetime) -> CallHint:
    ids = {"client_id": row.client_id, "endpoint_id": row.endpoint_id, "call_id": row.pk}
    return CallHint(**ids, due_at=due_at, ends_at=due_at + GIVEN_UP_AFTER)


def send_again(actor: Actor, endpoint: Endpoint, calls: Sequence[OutboxCall]) -> None:
    """Have calls of one endpoint tried anew that were given up: under their own ids, and at once.

    Their rows are locked by the caller.
    """
    now = clock.now()
    for call in calls:
        call.state, call.attempts, call.last_error = OutboxCall.State.DUE, 0, ""
    OutboxCall.objects.bulk_update(calls, ["state", "attempts", "last_error"])
    CallHint.objects.bulk_create([_hint(call, now) for call in calls], ignore_conflicts=True)
    # What it has failed before counts for nothing: a person says that it works.
    EndpointPace.objects.filter(endpoint_id=endpoint.pk).update(failures=0, opens_at=None)
    nudge({endpoint.pk}, endpoint.client_id)


def nudge(endpoint_ids: set[int], client_id: int) -> None:
    """Have these endpoints asked once what is being written is committed."""
    from post.tasks import deliver_call

    for endpoint_id in sorted(endpoint_ids):
        after_commit(partial(deliver_call.delay, client_id, endpoint_id))


def nudge_if_waiting(client_id: int, endpoint_id: int) -> None:
    """Have the endpoint asked again after this call, where another waits and it does not rest."""
    now = clock.now()
    if claims.is_waiting(endpoint_id, now) and not claims.is_resting(claims.pace_of(endpoint_id, client_id), now):
        nudge({endpoint_id}, client_id)
