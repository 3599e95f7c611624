"""While a vendor is suspended its tickets are with the client: in the client's own queue, on the client's clock.

They go back once the vendor is let in again, but for those that the client has taken on itself.
"""

from access.actor import Actor
from access.models import Suspension
from helpdesk.lib import clock
from tickets import courts
from tickets.models import Holder, SetAside, Status, Ticket

AT_ONCE = 200


def suspended_vendors(client_id: int) -> list[int]:
    """The vendors that are suspended as a whole at a client; a team's or a person's leaves their colleagues at work."""
    rows = Suspension.objects.filter(client_id=client_id, ended_at=None, team="", user=None)
    return list(rows.values_list("vendor_id", flat=True))


def settle(actor: Actor, *, client_id: int) -> int:
    """Bring the client's open tickets where they belong now; returns how many moved, 200 of each kind at most.

    Idempotent: what is right already stays.
    """
    stopped = suspended_vendors(client_id)
    aside = SetAside.objects.filter(client_id=client_id).values("ticket_id")
    open_ones = Ticket.objects.select_for_update(of=("self",)).select_related("assignee", "customer")
    open_ones = open_ones.filter(client_id=client_id, status=Status.OPEN)
    theirs = list(open_ones.filter(holder=Holder.VENDOR, vendor_id__in=stopped).order_by("pk")[:AT_ONCE])
    for ticket in theirs:
        _set_aside(actor, ticket)
    back = open_ones.filter(pk__in=aside).exclude(vendor_id__in=stopped)
    returned = list(back.order_by("pk")[:AT_ONCE])
    for ticket in returned:
        _take_back(actor, ticket)
    # Solved meanwhile, or moved by hand: nothing of it goes back.
    done = SetAside.objects.filter(client_id=client_id).exclude(
        ticket__status=Status.OPEN, ticket__holder=Holder.CLIENT
    )
    done.delete()
    return len(theirs) + len(returned)


def _set_aside(actor: Actor, ticket: Ticket) -> None:
    """Put a locked ticket of a suspended vendor's into the client's court."""
    now = clock.now()
    SetAside.objects.get_or_create(client_id=ticket.client_id, ticket=ticket, defaults={"at": now})
    courts.move(actor, ticket, Holder.CLIENT, at=now)


def _take_back(actor: Actor, ticket: Ticket) -> None:
    """Give a locked ticket back to its vendor, unless the client's own people have taken it on."""
    SetAside.objects.filter(client_id=ticket.client_id, ticket=ticket).delete()
    if courts.workers(ticket) is Holder.VENDOR:
        courts.move(actor, ticket, Holder.VENDOR, at=clock.now())
