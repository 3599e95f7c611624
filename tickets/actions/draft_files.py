"""Files beside an answer that was not sent: kept with its author's draft, and sent with it by whoever sends it.

A stored file that is kept so has an audience of its own: no customer's session sees it, and no package holds it.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence

from django.conf import settings
from django.db.models import QuerySet

from access.actor import Actor
from post import files
from post.models import StoredFile
from tickets.models import DraftFile, Ticket, WaitingReply


def digest_of(incoming: files.Incoming) -> str:
    """By what a form names a kept file: the SHA-256 of its bytes, in hex."""
    return hashlib.sha256(incoming.data).hexdigest()


def own(actor: Actor, ticket: Ticket, digests: Collection[str] | None = None) -> QuerySet[DraftFile]:
    """The actor's kept files on a ticket with what is stored, the oldest first; those of these digests, if told."""
    rows = DraftFile.objects.filter(client_id=ticket.client_id, ticket=ticket, user_id=actor.user_id or 0)
    if digests is not None:
        rows = rows.filter(file__sha256__in=list(digests))
    return rows.select_related("file").order_by("pk")


def keep(actor: Actor, ticket: Ticket, *, still: Collection[str], uploads: Iterable[files.Incoming]) -> None:
    """Keep the uploads beside the files that are kept already, as far as their digests are `still` wanted.

    As many as one answer may have, the first ones; what waits for a colleague with its answer is left alone.
    Raises `NoRoom` where the disk is full.
    """
    _drop(row for row in own(actor, ticket).filter(waiting=None) if row.file.sha256 not in still)
    known = set(own(actor, ticket).values_list("file__sha256", flat=True))
    for incoming in uploads:
        if digest_of(incoming) in known or len(known) >= settings.UPLOAD_MAX_FILES:
            continue
        known.add(digest_of(incoming))
        stored = files.store(
            client_id=ticket.client_id,
            incoming=incoming,
            audience=StoredFile.OF_A_DRAFT,
            customer_id=ticket.customer_id,
            vendor_id=None,
        )
        DraftFile.objects.create(client_id=ticket.client_id, user_id=actor.user_id or 0, ticket=ticket, file=stored)


def let_wait(actor: Actor, waiting: WaitingReply, digests: Collection[str]) -> None:
    """Have the actor's kept files of these digests wait with their answer; what waited with it before goes."""
    for row in own(actor, waiting.ticket):
        if row.file.sha256 in digests:
            row.waiting = waiting
            row.save(update_fields=["waiting"])
        elif row.waiting_id == waiting.pk:
            _drop([row])


def forget(actor: Actor, ticket: Ticket) -> None:
    """Drop the actor's kept files on a ticket; their bytes are cleared away as those of no row."""
    _drop(own(actor, ticket))


def _drop(rows: Iterable[DraftFile]) -> None:
    for row in rows:
        row.delete()
        row.file.delete()


def too_many(uploads: Sequence[files.Incoming], kept: Sequence[DraftFile]) -> bool:
    """Whether these are more than one answer may have."""
    return len(uploads) + len(kept) > settings.UPLOAD_MAX_FILES
