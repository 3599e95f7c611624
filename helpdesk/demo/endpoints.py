"""The programs that the demo's clients have us tell, and what became of the last calls."""

from datetime import datetime, timedelta

from access.models import Client
from access.tasks import in_client
from helpdesk.lib import vault
from post import calls, signing
from post.models import Endpoint, OutboxCall
from tickets.models import Ticket

# Name, what it carries, and the calls: how many hours ago, what was told, and what was said to it ("" is a yes).
_ENDPOINTS: tuple[tuple[str, Endpoint.Carries, tuple[tuple[float, str, str], ...]], ...] = (
    (
        "Night pager",
        Endpoint.Carries.WEBHOOK,
        ((51, "escalation.asked", ""), (27, "escalation.asked", ""), (3, "escalation.asked", "500")),
    ),
    (
        "Text messages to whoever is on call",
        Endpoint.Carries.SMS,
        ((75, "escalation.asked", ""), (26, "escalation.asked", "")),
    ),
)  # fmt: skip


def tell(client: Client, now: datetime) -> None:
    """Give a client its endpoints, with calls about its newest tickets."""
    with in_client(client.pk, "demo"):
        tickets = list(Ticket.objects.filter(client_id=client.pk).order_by("-pk")[:5])
        for name, carries, told in _ENDPOINTS:
            key = name.lower().replace(" ", "-")[:40]
            place = Endpoint.objects.create(
                client=client, key=key, name=name, carries=carries, secret=vault.lock(signing.new_secret()),
                address=f"https://hooks.{client.slug}.example/{key}", created_at=now - timedelta(days=20),
            )  # fmt: skip
            for number, (hours, kind, said) in enumerate(told):
                ticket = tickets[number % len(tickets)] if tickets else None
                _call(place, f"demo/{key}/{number}", kind, ticket, now - timedelta(hours=hours), said)


def _call(place: Endpoint, unique: str, kind: str, ticket: Ticket | None, at: datetime, said: str) -> None:
    """One call of the past: accepted, or given up with what was said."""
    OutboxCall.objects.create(
        client_id=place.client_id,
        endpoint=place,
        unique=unique,
        kind=kind,
        body={"ticket": ticket.number, "subject": ticket.subject} if ticket else {},
        idempotency_key=calls.idempotency_key(place.client_id, None, unique),
        ticket_id=ticket.pk if ticket else None,
        state=OutboxCall.State.DEAD if said else OutboxCall.State.ACCEPTED,
        created_at=at,
        attempts=44 if said else 1,
        attempted_at=at,
        accepted_at=None if said else at,
        last_error=said,
    )
