"""What higher apps may hear of the mail room without it knowing them.

Each is sent inside the transaction and the system scope of the client in which the state is written, so that what
a receiver writes stands or falls with it.  A receiver that fails is logged and undone, and stops nothing (`tell`).

Arguments of all: actor (the system inside the client), client_id, unique (the cause), kind, ticket_id (or None),
reason ("" where it was accepted; what the other side said, for nobody's screen as it is), at.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.dispatch import Signal

from access.actor import Actor
from post.models import OutboxCall, OutboxMail

logger = logging.getLogger("helpdesk.post")

# The mail server took the letter.
mail_accepted = Signal()
# It was given up, or came back after it had been taken.
mail_failed = Signal()
# The endpoint, or the provider behind it, took the call.
call_accepted = Signal()
# It was given up.
call_failed = Signal()


def tell(signal: Signal, actor: Actor, row: OutboxMail | OutboxCall, at: datetime) -> None:
    """Send a signal about a row whose state is being written; never raises for what a receiver does."""
    told = {"actor": actor, "client_id": row.client_id, "unique": row.unique, "kind": row.kind}
    try:
        with transaction.atomic():
            signal.send(sender=type(row), ticket_id=row.ticket_id, reason=row.last_error, at=at, **told)
    except Exception:
        # What was sent was sent: its state must be kept whatever hears of it.
        logger.exception("a receiver failed for %s of client %s", row.pk, row.client_id)
