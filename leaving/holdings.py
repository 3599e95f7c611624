"""What the tables of `leaving` hold, for `access.registries`."""

from access.registries import Fate, Holding, Keep, Subject, erase_also, hold
from leaving.models import DueJob, HandOver, Job, RetentionRules


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
