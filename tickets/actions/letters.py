"""Letters and calls that were given up, sent again by a person."""

from access import log
from access.actor import Actor
from access.errors import NotFound
from access.rights import Right
from helpdesk.lib import clock
from post import endpoints, kinds, outbox
from post.models import OutboxMail
from tickets.actions.parts import lock, log_change
from tickets.events import Kind, note
from tickets.queries import undelivered


def send_again(actor: Actor, *, client_id: int, mail_id: int) -> OutboxMail:
    """Send a letter again that the outbox gave up and the actor may see, to the address that is right now.

    A second time changes nothing: it is on its way.  Needs TICKET_REPLY; raises `NotFound`, or
    `Invalid` or `Conflict` where the letter makes no sense any more.
    """
    actor.require(Right.TICKET_REPLY, client_id)
    told = undelivered.letters(actor, [client_id]).filter(pk=mail_id).values_list("kind", "ticket_id").first()
    if told is None or not kinds.can_send_again(told[0]):
        raise NotFound
    ticket = lock(actor, told[1], client_id=client_id) if told[1] else None
    mail = OutboxMail.objects.select_for_update().get(client_id=client_id, pk=mail_id)
    if mail.state != OutboxMail.State.DEAD:
        return mail
    outbox.send_again(actor, mail)
    if ticket is None:
        about = (log.CUSTOMER, mail.customer_id) if mail.customer_id else None
        detail = {"what": "letter sent again", "mail": mail.pk, "kind": mail.kind}
        log.record(actor, client_id, log.Action.CHANGE, *filter(None, [about]), detail=detail)
        return mail
    to_customer = mail.kind in kinds.of(kinds.Whose.CUSTOMER)
    whom: dict[str, object] = {"to_customer": True} if to_customer else {"name": mail.to_name}
    note(actor, ticket, Kind.SENT_AGAIN, at=clock.now(), mail=mail.pk, **whom)
    log_change(actor, ticket, "letter sent again", mail=mail.pk)
    return mail


def retry_call(actor: Actor, *, client_id: int, call_id: int) -> None:
    """Have a call of the actor's vendor tried again, about a ticket that they may read.

    Needs TICKET_REPLY; raises `NotFound`, and `Conflict` where its endpoint is switched off.
    """
    actor.require(Right.TICKET_REPLY, client_id)
    call = undelivered.calls(actor, [client_id]).filter(pk=call_id).exclude(vendor=None).first()
    if call is None:
        # Given up no longer, or never theirs: one answer.
        raise NotFound
    about = {"endpoint_id": call.endpoint_id, "call_id": call_id, "vendor_id": call.vendor_id}
    endpoints.retry(actor, client_id=client_id, **about)
