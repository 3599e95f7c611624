"""Attachments, asked for inside the desk or a portal and fetched from the files' own origin."""

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from access import log
from access.actor import Actor
from access.doors import portal, staff
from access.errors import NotFound
from access.requests import DoorRequest
from access.rights import Right
from post.views import file_address
from tickets.models import Attachment, DraftFile, Message, Ticket
from tickets.portal import visitors


@staff(Right.TICKET_READ)
@require_safe
def desk_file(request: DoorRequest, client: str, id: int) -> HttpResponse:
    """Send staff to the bytes; opening a file is an event, showing its preview in a thread is not."""
    actor, client_id = request.actor, request.client.id
    attachment = find_file(actor, client_id, id)
    preview = _wants_preview(request, attachment)
    if not preview:
        log_file(actor, attachment)
    return HttpResponseRedirect(file_address(actor, client_id, attachment.file_id, preview=preview))


def find_file(actor: Actor, client_id: int, attachment_id: int) -> Attachment:
    """A file on a ticket that this member of staff may read, with both; raises `NotFound`."""
    found = Attachment.objects.filter(client_id=client_id, pk=attachment_id)
    attachment = found.filter(ticket__in=Ticket.objects.visible_to(actor)).select_related("ticket", "file").first()
    if attachment is None:
        raise NotFound
    return attachment


@staff(Right.TICKET_READ)
@require_safe
def kept_file(request: DoorRequest, client: str, id: int) -> HttpResponse:
    """Send staff to the bytes of a file that is kept with an answer: their own, or one that waits for a colleague."""
    actor, client_id = request.actor, request.client.id
    found = DraftFile.objects.filter(client_id=client_id, pk=id, ticket__in=Ticket.objects.visible_to(actor))
    row = found.select_related("ticket").first()
    # As on the ticket's page: who may not answer is shown nothing of an answer that waits.
    if row is None or (row.user_id != actor.user_id and not actor.may(Right.TICKET_REPLY, client_id)):
        raise NotFound
    _log(actor, row.ticket, row.file_id)
    return HttpResponseRedirect(file_address(actor, client_id, row.file_id))


def log_file(actor: Actor, attachment: Attachment) -> None:
    """The entry that a customer's file was opened."""
    _log(actor, attachment.ticket, attachment.file_id)


def _log(actor: Actor, ticket: Ticket, file_id: int) -> None:
    log.record(
        actor,
        ticket.client_id,
        log.Action.VIEW,
        (log.FILE, file_id),
        (log.CUSTOMER, ticket.customer_id),
        ticket_id=ticket.pk,
        ticket_number=ticket.number,
    )


@portal(signed_in=True)
@require_safe
def portal_file(request: DoorRequest, client: str, id: int) -> HttpResponse:
    """Send a customer to the bytes of a file on their own ticket."""
    client_id, limited = request.client.id, visitors.only_ticket(request)
    rows = Attachment.objects.filter(
        client_id=client_id, pk=id, customer_id=request.actor.customer_id, audience=Message.Audience.PUBLIC
    )
    if limited is not None:
        rows = rows.filter(ticket_id=limited, message__merged_from=None)
    attachment = rows.select_related("file").first()
    if attachment is None:
        raise NotFound
    preview = _wants_preview(request, attachment)
    return HttpResponseRedirect(file_address(request.actor, client_id, attachment.file_id, preview=preview))


def _wants_preview(request: DoorRequest, attachment: Attachment) -> bool:
    return "preview" in request.GET and attachment.file.is_picture
