"""What a request for emergency access must know of its ticket, for `access.emergency`."""

from access.emergency import KnownTicket
from tickets.models import Status, Ticket


def find(client_id: int, number: int) -> KnownTicket | None:
    """The client's ticket with this number, or None; inside the client's scope."""
    rows = Ticket.objects.filter(client_id=client_id, number=number)
    found = rows.values_list("pk", "priority", "status").first()
    return KnownTicket(found[0], found[1], found[2] == Status.OPEN) if found else None
