"""What a suspension means for tickets, heard from `access`: a hint; the sweep does the same within a minute."""

from typing import Any

from access.commit import after_commit
from access.models import Suspension
from access.signals import access_restored, access_suspended


def listen() -> None:
    """Subscribe to suspensions."""
    access_suspended.connect(_settle, dispatch_uid="tickets.suspended")
    access_restored.connect(_settle, dispatch_uid="tickets.restored")


def _settle(*, suspension: Suspension, **more: Any) -> None:
    from tickets.tasks import settle_courts

    client_id = suspension.client_id
    after_commit(lambda: settle_courts.delay(client_id))
