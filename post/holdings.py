"""What the tables of the mail room hold, for `access.registries`."""

from django.db.models import Q, QuerySet

from access.registries import Fate, Holding, Keep, Subject, Words, erase_also, hold
from post.models import (
    CallHint,
    Endpoint,
    EndpointPace,
    IdempotencyKey,
    OutboxCall,
    OutboxHint,
    OutboxMail,
    StoredFile,
)


def tell() -> None:
    """Declare them."""
    hold(
        Holding(
            model=OutboxMail,
            keep=Keep.TICKETS,
            why_not="how things were sent; what was said stands in the messages",
            customer="customer_id",
            ticket="ticket_id",
            erasing={
                "to_address": "",
                "to_name": "",
                "from_name": "",
                "reply_to": "",
                "subject": Words.ERASED,
                "text": "",
                "html": "",
                "in_reply_to": "",
                "references": "",
                "last_error": "",
            },
        ),
        Holding(
            model=OutboxCall,
            keep=Keep.TICKETS,
            why_not="how programs were told; what happened stands in the tickets",
            ticket="ticket_id",
            erasing={"body": {}, "last_error": ""},
        ),
        Holding(
            model=Endpoint,
            keep=Keep.CLIENT,
            part="endpoints",
            left_out=("secret", "old_secret", "old_until"),
            # Without its secret it can sign nothing: who runs it makes a new one, and switches it on.
            made=lambda _row: {"is_active": False},
            harmless="addresses of programs, of no customer",
        ),
        Holding(
            model=IdempotencyKey,
            keep=Keep.BRIEFLY,
            why_not="answers kept for two days, for repeats",
            erasing=Fate.DELETED,
        ),
        Holding(
            model=StoredFile,
            keep=Keep.FILES,
            part="files",
            left_out=("key", "preview_key"),
            # A person's own, not said yet.
            without={"audience": StoredFile.OF_A_DRAFT},
            names={"customer_id": "tickets.Customer"},
            erasing=Fate.DELETED,
        ),
        Holding(
            model=OutboxHint,
            keep=Keep.BRIEFLY,
            why_not="ids and times of what is due",
            harmless="goes with the letter that is not sent any more",
        ),
        Holding(
            model=CallHint,
            keep=Keep.BRIEFLY,
            why_not="ids and times of what is due",
            harmless="goes with the call that is not made any more",
        ),
        Holding(
            model=EndpointPace,
            keep=Keep.CLIENT,
            why_not="how an endpoint kept up the last time",
            harmless="counts and times, of no customer",
        ),
    )
    erase_also("unsent letters", _unsent)
    erase_also("stored answers", _answers)
    erase_also("letters to others", _letters)


def _unsent(subject: Subject) -> dict[str, int]:
    """Letters that wait are not sent any more."""
    whose = Q(ticket_id__in=subject.ticket_ids)
    if subject.customer_id is not None:
        whose |= Q(customer_id=subject.customer_id)
    theirs = OutboxMail.objects.filter(whose, client_id=subject.client_id)
    # Their hints go with the task that finds nothing due.
    calls = OutboxCall.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
    stopped = calls.filter(state=OutboxCall.State.DUE).update(state=OutboxCall.State.DEAD)
    return {"unsent_letters": _stop(theirs, subject.client_id), "unsent_calls": stopped}


def _answers(subject: Subject) -> dict[str, int]:
    """The texts of answers that programs were given in the last two days, whoever they are about.

    The keys stay, so that a repeat still has no second effect: it is told how the first one went, without text.
    """
    if subject.customer_id is None:
        return {}
    kept = IdempotencyKey.objects.filter(client_id=subject.client_id)
    kept.filter(actor_key__contains=f":{subject.customer_id}:").update(location="")
    return {"stored_answers": kept.exclude(body="").update(body="")}


def _letters(subject: Subject) -> dict[str, int]:
    """What was written to others than customers, about no ticket, where it names the customer."""
    others = OutboxMail.objects.filter(client_id=subject.client_id, ticket_id=None, customer_id=None)
    named = Q()
    for name in subject.names:
        named |= Q(text__icontains=name) | Q(subject__icontains=name)
    return {"letters": blank(others.filter(named), subject) if subject.names else 0}


def blank(letters: QuerySet[OutboxMail], subject: Subject) -> int:
    """Take the words of these letters away; returns how many they were.  To whom they went stays; none is sent now."""
    _stop(letters, subject.client_id)
    return letters.exclude(text="").update(subject=subject.word, text="", html="")


def _stop(letters: QuerySet[OutboxMail], client_id: int) -> int:
    due = letters.filter(state=OutboxMail.State.DUE)
    ids = list(due.values_list("pk", flat=True))
    OutboxHint.objects.filter(client_id=client_id, mail_id__in=ids).delete()
    return due.update(state=OutboxMail.State.DEAD)
