"""What the tables of `leaving` hold, for `access.registries`."""

from django.db.models import Q

from access.registries import Fate, Holding, Keep, Subject, erase_also, hold
from helpdesk.leaving import places
from helpdesk.leaving.models import DueJob, HandOver, Job, Kind, RetentionRules


def tell() -> None:
    """Declare them."""
    hold(
        Holding(model=DueJob, keep=Keep.BRIEFLY, why_not="ids and times of what is due", harmless="ids and times"),
        Holding(model=Job, keep=Keep.CLIENT, why_not="what this installation did", harmless="holds ids and counts"),
        Holding(
            model=RetentionRules, keep=Keep.CLIENT, part="retention_rules", harmless="the client's own rules: months"
        ),
        Holding(
            model=HandOver,
            keep=Keep.TICKETS,
            why_not="of the vendor's people among themselves, about tickets that the package has",
            erasing=Fate.DELETED,
        ),
    )
    erase_also("hand-over notes", _hand_overs)
    erase_also("earlier exports", _exports)


def _hand_overs(subject: Subject) -> dict[str, int]:
    """The lines about the tickets, and notes that name the customer."""
    gone, ids = 0, set(subject.ticket_ids)
    for hand_over in HandOver.objects.filter(client_id=subject.client_id):
        kept = [line for line in hand_over.tickets if line["id"] not in ids]
        is_named = subject.is_named_in(hand_over.notes)
        if len(kept) == len(hand_over.tickets) and not is_named:
            continue
        gone += len(hand_over.tickets) - len(kept)
        hand_over.tickets = kept
        hand_over.notes = "" if is_named or not kept else hand_over.notes
        hand_over.save(update_fields=["tickets", "notes"])
    return {"hand_over_lines": gone}


def _exports(subject: Subject) -> dict[str, int]:
    """Files that hold the customer's data: packages of the client, and exports for this customer.

    They go at once: what is lost by that where the erasure fails is made again for the asking.
    """
    if subject.customer_id is None:
        return {}
    jobs = Job.objects.filter(client_id=subject.client_id)
    whose = Q(kind=Kind.PACKAGE) | Q(kind=Kind.CUSTOMER_DATA, customer_id=subject.customer_id)
    gone = [pk for pk in jobs.filter(whose).values_list("pk", flat=True) if places.discard(subject.client_id, pk)]
    jobs.filter(pk__in=gone).update(size=0, sha256="", expires_at=None)
    return {"packages": len(gone)}
