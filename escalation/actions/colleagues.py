"""Asking a colleague, or one's lead: the ticket, its assignee and whose move it is stay as they are."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from access import clearance
from access.actor import Actor
from access.clearance import PersonLine
from access.errors import Conflict, Invalid
from access.models import User
from access.rights import Right, Role
from access.wording import whole_text
from escalation import letters
from escalation.matrix.document import Channel
from escalation.models import Notice
from escalation.parts import name_of
from helpdesk.lib import clock
from post.outbox import post_mails
from tickets.actions import conversation
from tickets.actions.parts import lock, log_change
from tickets.models import Message, Status

LONGEST = 4000
LEADS = "leads"


def colleagues(actor: Actor, client_id: int) -> list[PersonLine]:
    """Whom of their own vendor the actor may ask about this client's tickets: those cleared for it now, by name."""
    lines = clearance.cleared_people(clearance.hired([client_id]))
    mine = (line for line in lines if line.vendor_id == actor.vendor_id and line.user_id != actor.user_id)
    return sorted(mine, key=lambda line: line.name.casefold())


def leads(people: Sequence[PersonLine]) -> list[PersonLine]:
    """Who of them leads."""
    return [line for line in people if line.role == Role.TEAM_LEAD.value]


def ask(actor: Actor, *, client_id: int, ticket_id: int, whom: str, question: str) -> list[Notice]:
    """Ask one colleague (the id of their user), or `LEADS`, by a note of the vendor's own, here and by mail.

    Needs TICKET_ESCALATE and TICKET_NOTE, and the vendor's side.  Whoever is asked must be cleared for the
    client: nobody is let in by it.  Raises `Invalid` naming the field, `Conflict` on a ticket that is not open.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    actor.require(Right.TICKET_ESCALATE, client_id)
    if actor.vendor_id is None:
        raise Invalid(_("Only support asks its own people."), "whom")
    if ticket.status != Status.OPEN:
        raise Conflict(_("This ticket is not open. Open it again first."))
    text = whole_text(question, "question", LONGEST)
    if not text:
        raise Invalid(_("Write what you want to know."), "question")
    people = colleagues(actor, client_id)
    asked = leads(people) if whom == LEADS else [line for line in people if str(line.user_id) == whom]
    if not asked:
        raise Invalid(_("Choose somebody who is cleared for this client."), "whom")
    body = _("%(names)s, a question:") % {"names": ", ".join(line.name for line in asked)}
    message = conversation.add_note(
        actor,
        client_id=client_id,
        ticket_id=ticket_id,
        body=f"{body}\n\n{text}",
        audience=Message.Audience.VENDOR,
    )
    now, by = clock.now(), name_of(actor, client_id)[:160]
    made = Notice.objects.bulk_create(
        Notice(
            client_id=client_id,
            unique=f"asked/{message.pk}/{channel.value}/{line.user_id}",
            ticket=ticket,
            channel=channel,
            user_id=line.user_id,
            name=line.name[:160],
            asked_by_name=by,
            due_at=now,
            attempted_at=now,
            accepted_at=now if channel is Channel.APP else None,
        )
        for line in asked
        for channel in (Channel.APP, Channel.MAIL)
    )
    users = User.objects.in_bulk([line.user_id for line in asked])
    by_mail = [notice for notice in made if notice.channel == Channel.MAIL]
    post_mails(
        actor, client_id, [letters.to_colleague(actor, notice, users[notice.user_id or 0]) for notice in by_mail]
    )
    log_change(actor, ticket, "colleague asked", colleagues=[line.card_id for line in asked])
    return made
