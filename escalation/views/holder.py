"""Who holds the link of a mail to a contact, and as whom they act by it."""

from dataclasses import replace

from access.actor import Actor
from access.errors import NotFound
from access.requests import DoorRequest
from escalation.models import Contact
from escalation.recipients import left
from helpdesk.lib import clock


def holder(request: DoorRequest) -> Contact:
    """The contact of the link.

    Raises `NotFound` for one that rests, and for whoever has left, whatever mails they still have.
    """
    rows = Contact.objects.filter(client_id=request.client.id, pk=request.link.recipient_id or 0, is_active=True)
    contact = rows.select_related("card").first()
    if contact is None or left(request.client.id, [contact], clock.now()):
        raise NotFound
    return contact


def contact_actor(actor: Actor, contact: Contact) -> Actor:
    """The link's holder by name; tied to a staff card, they act as that person of the client's."""
    standing = actor.standings[contact.client_id]
    if contact.card is not None:
        standing = replace(standing, card_id=contact.card_id, card_name=contact.card.name)
    return replace(actor, name=contact.name, standings={contact.client_id: standing})
