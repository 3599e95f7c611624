"""What no vendor may work on is with the client: in the client's own queue, on the client's clock.

That is so while a vendor is suspended, after its contract has ended, and while nobody has one.  The tickets go
back once the vendor is let in again, but for those that the client has taken on itself.
"""

from django.db.models import Q

from access.actor import Actor
from access.models import Contract, Suspension
from helpdesk.lib import clock
from tickets import courts
from tickets.models import Holder, SetAside, Status, Ticket

AT_ONCE = 200


def stopped_vendors(client_id: int) -> set[int]:
    """The vendors that may not work for a client now: suspended as a whole, or without a contract in force.

    The suspension of a team or a person leaves their colleagues at work.
    """
    rows = Suspension.objects.filter(client_id=client_id, ended_at=None, team="", user=None)
    return set(rows.values_list("vendor_id", flat=True)) | (_vendors(client_id) - _vendors_in_force(client_id))


def _vendors(client_id: int) -> set[int]:
    return set(Contract.objects.filter(client_id=client_id).values_list("vendor_id", flat=True))


def _vendors_in_force(client_id: int) -> set[int]:
    rows = Contract.in_force_at(clock.now()).filter(client_id=client_id)
    return set(rows.values_list("vendor_id", flat=True))


def settle(actor: Actor, *, client_id: int) -> int:
    """Bring the client's open tickets where they belong now; returns how many moved, 200 of each kind at most.

    Idempotent: what is right already stays.
    """
    stopped = Q(vendor_id__in=stopped_vendors(client_id))
    if not _vendors_in_force(client_id):
        stopped |= Q(vendor_id=None)
    aside = SetAside.objects.filter(client_id=client_id).values("ticket_id")
    open_ones = Ticket.objects.select_for_update(of=("self",)).select_related("assignee", "customer")
    open_ones = open_ones.filter(client_id=client_id, status=Status.OPEN)
    theirs = list(open_ones.filter(stopped, holder=Holder.VENDOR).order_by("pk")[:AT_ONCE])
    for ticket in theirs:
        _set_aside(actor, ticket)
    back = open_ones.filter(pk__in=aside).exclude(stopped)
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
    """Put a locked ticket of a vendor that may not work on it into the client's court."""
    now = clock.now()
    SetAside.objects.get_or_create(client_id=ticket.client_id, ticket=ticket, defaults={"at": now})
    courts.move(actor, ticket, Holder.CLIENT, at=now)


def _take_back(actor: Actor, ticket: Ticket) -> None:
    """Give a locked ticket back to its vendor, unless the client's own people have taken it on."""
    SetAside.objects.filter(client_id=ticket.client_id, ticket=ticket).delete()
    if courts.workers(ticket) is Holder.VENDOR:
        courts.move(actor, ticket, Holder.VENDOR, at=clock.now())
