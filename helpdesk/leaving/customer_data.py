"""One customer's data for the customer: a zip with a page to read, the same as JSON, and their files."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from access.models import Client
from helpdesk.leaving import places
from helpdesk.leaving.errors import GivenUp
from helpdesk.leaving.work import Work
from tickets.models import Attachment, Customer, CustomerField, Message, Ticket


def run(work: Work) -> None:
    """Write the file of the job.

    What staff noted among themselves is not in it: it is about the work, and may be about others.
    """
    target = places.finished(work.client_id, work.job_id)
    with work.step() as (_actor, job):
        customer_id = job.customer_id or 0
        data = gather(work.client_id, customer_id)
        files = list(_files(work.client_id, customer_id))
        client = Client.objects.get(pk=work.client_id)
    folder = places.building(work.client_id, work.job_id)
    places.make_private(folder)
    path = folder / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("index.html", render_to_string("leaving/own_data.html", {"data": data, "client": client}))
        packed.writestr("data.json", json.dumps(data, indent=2, ensure_ascii=False, default=str))
        for number, (name, key) in enumerate(files, start=1):
            source = Path(default_storage.path(key))
            if source.is_file():
                packed.write(source, name)
            work.show(number, len(files))
    path.chmod(0o600)
    path.replace(target)
    places.publish(work)


def gather(client_id: int, customer_id: int) -> dict[str, Any]:
    """The record, the tickets and their public messages; raises `GivenUp` where there is no such customer."""
    customer = Customer.objects.filter(client_id=client_id, pk=customer_id).first()
    if customer is None:
        raise GivenUp(_("There is no such customer."))
    names = ("name", "email", "phone", "postal_address", "postcode", "language", "tier", "external_id", "created_at")
    fields = (
        CustomerField.objects.filter(client_id=client_id, customer_id=customer_id)
        .select_related("field")
        .order_by("field__position", "pk")
    )
    tickets = Ticket.objects.filter(client_id=client_id, customer_id=customer_id).order_by("number")
    return {
        "customer": {name: getattr(customer, name) for name in names},
        "fields": {field.label: field.value for field in fields},
        "tickets": [_ticket(ticket) for ticket in tickets],
    }


def _ticket(ticket: Ticket) -> dict[str, Any]:
    public = Message.objects.filter(
        client_id=ticket.client_id, ticket_id=ticket.pk, audience=Message.Audience.PUBLIC
    ).select_related("card")
    attached = Attachment.objects.filter(
        client_id=ticket.client_id, ticket_id=ticket.pk, audience=Message.Audience.PUBLIC
    ).select_related("file")
    files: dict[int, list[str]] = {}
    for each in attached:
        files.setdefault(each.message_id, []).append(_name(ticket.number, each))
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "opened": ticket.created_at,
        "solved": ticket.solved_at,
        "closed": ticket.closed_at,
        "messages": [
            {
                "at": message.created_at,
                "from": "you" if message.author == Message.Author.CUSTOMER else _from(message),
                "text": message.body,
                "files": files.get(message.pk, []),
            }
            for message in public.order_by("pk")
        ],
    }


def _from(message: Message) -> str:
    return message.card.name if message.card else message.author_name or _("Support")


def _files(client_id: int, customer_id: int) -> Iterator[tuple[str, str]]:
    attached = Attachment.objects.filter(
        client_id=client_id, customer_id=customer_id, audience=Message.Audience.PUBLIC
    ).select_related("file", "ticket")
    for each in attached.order_by("pk"):
        yield _name(each.ticket.number, each), each.file.key


def _name(number: int, attachment: Attachment) -> str:
    """Numbered, so that no two are the same; the name itself was made harmless when it came in."""
    return f"files/{number}-{attachment.pk}-{attachment.file.name}"
