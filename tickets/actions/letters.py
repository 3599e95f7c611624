"""Letters and calls that were given up, sent again by a person."""

from access.actor import Actor
from access.errors import NotFound
from access.rights import Right
from helpdesk.lib import clock
from post import endpoints, outbox
from post.models import OutboxMail
from tickets.actions.parts import lock, log_change
from tickets.events import Kind, note
from tickets.queries.undelivered import TO_CUSTOMER, calls


def send_again(actor: Actor, *, client_id: int, ticket_id: int, mail_id: int) -> OutboxMail:
    """Send a ticket's letter again that the outbox gave up, to the address that is right now.

    A second time changes nothing: it is on its way.  Needs TICKET_REPLY; raises `NotFound`, or
    `Invalid` or `Conflict` where the letter makes no sense any more.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    actor.require(Right.TICKET_REPLY, client_id)
    rows = OutboxMail.objects.select_for_update().filter(client_id=client_id, pk=mail_id, ticket_id=ticket.pk)
    mail = rows.first()
    if mail is None or not outbox.can_send_again(mail.kind):
        raise NotFound
    if mail.state != OutboxMail.State.DEAD:
        return mail
    outbox.send_again(actor, mail)
    whom: dict[str, object] = {"to_customer": True} if mail.kind in TO_CUSTOMER else {"name": mail.to_name}
    note(actor, ticket, Kind.SENT_AGAIN, at=clock.now(), mail=mail.pk, **whom)
    log_change(actor, ticket, "letter sent again", mail=mail.pk)
    return mail


def retry_call(actor: Actor, *, client_id: int, call_id: int) -> None:
    """Have a call of the actor's vendor tried again, about a ticket that they may read.

    Needs TICKET_REPLY; raises `NotFound`, and `Conflict` where its endpoint is switched off.
    """
    actor.require(Right.TICKET_REPLY, client_id)
    call = calls(actor, [client_id]).filter(pk=call_id).exclude(vendor=None).first()
    if call is None:
        # Given up no longer, or never theirs: one answer.
        raise NotFound
    about = {"endpoint_id": call.endpoint_id, "call_id": call_id, "vendor_id": call.vendor_id}
    endpoints.retry(actor, client_id=client_id, **about)
