"""An answer that its author may not send: it is kept for colleagues, and one of them sends it or puts it aside."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.utils.translation import gettext as _

from access import scope
from access.actor import Actor
from access.errors import Conflict, NotFound
from access.rights import Right
from access.scope import Scope
from helpdesk.lib import clock
from knowledgebase.models import Revision
from post import staff_letters
from post.models import StaffLetter
from tickets.actions import conversation, draft_files
from tickets.actions.conversation import Then
from tickets.actions.parts import body_of, lock, log_change, require
from tickets.events import Kind, note
from tickets.models import Draft, Message, Ticket, WaitingReply

LONGEST_MISSING = 300


def keep(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    body: str,
    then: Then,
    revision_id: int | None,
    missing: str,
    for_user_id: int | None = None,
    files: Collection[str] = (),
) -> WaitingReply:
    """Keep an answer for a colleague to send; `missing` is a closed gate, or the names of what is missing.

    Whoever was named to its author (`for_user_id`) is mailed that something waits, once.  `files` are the digests
    of those of the author's kept files that go with it.

    The author's later answer takes the place of an earlier one; an article that is not there is left out.
    To be called `at_the_door` where a hard gate is closed.  Raises `NotFound` and `RightMissing`.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_REPLY, ticket)
    card_id, now = actor.card_id(client_id), clock.now()
    if actor.user_id is None or card_id is None:
        raise NotFound
    revision = Revision.objects.filter(client_id=client_id, pk=revision_id or 0).first()
    row, made = WaitingReply.objects.update_or_create(
        client_id=client_id,
        ticket=ticket,
        user_id=actor.user_id,
        defaults={
            "vendor_id": actor.vendor_id,
            "card_id": card_id,
            "body": body_of(body),
            "then": then.value,
            "revision": revision,
            "missing": missing[:LONGEST_MISSING],
            "for_user_id": for_user_id,
            "at": now,
        },
    )
    draft_files.let_wait(actor, row, files)
    if made:
        note(actor, ticket, Kind.REPLY_WAITS, at=now, missing=row.missing)
        log_change(actor, ticket, "reply kept", missing=row.missing)
        if for_user_id is not None:
            staff_letters.ask(for_user_id, StaffLetter.Kind.REPLY_WAITS)
    return row


def send(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    waiting_id: int,
    read: str,
    closing: str,
    seen_message_id: int | None,
) -> Message:
    """Send a colleague's answer in the actor's own name, with their `closing` lines; the history says who wrote it.

    `read` is the digest of what the actor has read.  Of two who press at once, one sends.  Raises
    `Conflict` where it waits no longer or was rewritten since, and what `conversation.reply` raises.
    """
    ticket, row = _waiting(actor, client_id, ticket_id, waiting_id, read)
    message = conversation.reply(
        actor,
        client_id=client_id,
        ticket_id=ticket_id,
        body=f"{row.body}\n\n{closing}".rstrip(),
        then=Then(row.then),
        kept=list(row.files.select_related("file").order_by("pk")),
        revision_id=row.revision_id,
        seen_message_id=seen_message_id,
    )
    note(actor, ticket, Kind.SENT_FOR, at=message.created_at, message=message.pk, name=row.card.name)
    log_change(actor, ticket, "sent for", message=message.pk, written_by=row.card_id)
    with _as_author(actor, row) as author:
        old = Draft.objects.filter(client_id=client_id, user_id=row.user_id, ticket=ticket, updated_at__lte=row.at)
        # What they have written since stays, with its files.
        if old.delete()[0]:
            draft_files.forget(author, ticket)
    row.delete()
    return message


def put_aside(actor: Actor, *, client_id: int, ticket_id: int, waiting_id: int, read: str) -> None:
    """Have a colleague's answer wait no longer; the draft stays with its author, and its files.

    Raises `Conflict` where it waits no longer, or was rewritten since it was `read`.
    """
    ticket, row = _waiting(actor, client_id, ticket_id, waiting_id, read)
    note(actor, ticket, Kind.PUT_ASIDE, at=clock.now(), name=row.card.name)
    log_change(actor, ticket, "put aside", written_by=row.card_id)
    with _as_author(actor, row):
        row.files.update(waiting=None)
    row.delete()


@contextmanager
def _as_author(actor: Actor, row: WaitingReply) -> Iterator[Actor]:
    """For the draft of whoever wrote it, and its files: they are their person's alone, also for the database."""
    with scope.enter(Scope(actor.side, (row.client_id,), actor.vendor_id, None, row.user_id)):
        yield replace(actor, user_id=row.user_id)


def _waiting(actor: Actor, client_id: int, ticket_id: int, waiting_id: int, read: str) -> tuple[Ticket, WaitingReply]:
    """The locked ticket and what waits on it, if that is what the actor has read."""
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_REPLY, ticket)
    row = WaitingReply.objects.select_related("card").filter(client_id=client_id, ticket=ticket, pk=waiting_id).first()
    if row is None:
        raise Conflict(_("This answer waits no longer: it was sent, or put aside."))
    if row.digest != read:
        raise Conflict(_("Whoever wrote the answer has changed it since you read it. Nothing was done: read it again."))
    return ticket, row
