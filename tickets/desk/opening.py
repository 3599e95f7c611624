"""Opening a ticket for a customer who called, or stands there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import log
from access.doors import staff
from access.errors import Invalid, TooLarge
from access.requests import DoorRequest
from access.rights import Right
from post import files, once
from post.uploads import oversized
from tickets.actions import intake, people
from tickets.desk.answers import go
from tickets.desk.forms import NewTicketForm
from tickets.models import Customer, Impact, Ticket, Urgency
from tickets.queries import customers, records, ticket_page
from tickets.record_values import phone_of
from tickets.records import name_of


@staff(Right.TICKET_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DoorRequest, client: str) -> HttpResponse:
    """The form, and the ticket that comes of it."""
    face = request.client
    lists = {"categories": ticket_page.categories(face.id), "services": ticket_page.services_in_use(face.id)}
    if request.method == "POST":
        form = NewTicketForm(request.POST, request.FILES, **lists)
        try:
            if form.is_valid():
                return _open(request, form)
            status = 400
        except (Invalid, TooLarge) as error:
            status = form.refuse(error)
        return _page(request, form, status)
    known = _known(request)
    form = NewTicketForm(initial={"customer": known.pk if known else None, "language": face.language}, **lists)
    return _page(request, form, 200, known)


def _page(request: DoorRequest, form: NewTicketForm, status: int, known: Customer | None = None) -> HttpResponse:
    context = {"section": "queue", "form": form, "known": name_of(request.client, known.name) if known else ""}
    return render(request, "tickets/desk/new.html", context, status=status)


def _known(request: DoorRequest) -> Customer | None:
    """The customer whose page the agent came from; opening the form for them is logged as a look at them."""
    given = request.GET.get("customer", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Invalid("")
    request.actor.require(Right.CUSTOMER_READ, request.client.id)
    found = customers.find(request.actor, request.client.id, int(given))
    log.record(request.actor, found.client_id, log.Action.VIEW, (log.CUSTOMER, found.pk))
    return found


def _open(request: DoorRequest, form: NewTicketForm) -> HttpResponse:
    data, client_id = form.cleaned_data, request.client.id
    key = data["once"]
    mark = once.fingerprint(request.path, data["subject"], data["body"])
    if key and (earlier := once.earlier(request.actor, client_id, key, mark, wait=True)):
        return go(request, earlier.location)
    if too_large := oversized(request):
        raise TooLarge(_("“%(name)s” is too large. Nothing was sent; your text is kept.") % {"name": too_large[0]})
    ticket = intake.open_ticket(
        request.actor,
        client_id=client_id,
        customer=_customer(request, data),
        subject=data["subject"],
        body=data["body"],
        impact=Impact(data["impact"]),
        urgency=Urgency(data["urgency"]),
        category_id=data["category"],
        # A client without services is asked for none.
        service_id=data.get("service"),
        channel=data["channel"],
        language=data["language"],
        uploads=files.check_uploads(data["files"]),
    )
    url = _address(request, ticket)
    if key:
        once.keep(request.actor, client_id, key, mark, once.Answer(302, location=url))
    messages.success(request, _("Ticket #%(number)s is open.") % {"number": ticket.number})
    return go(request, url)


def _address(request: DoorRequest, ticket: Ticket) -> str:
    """The ticket's page; the queue for those who read their own tickets only, which a new one is not."""
    if not request.actor.may(Right.TICKET_READ_ALL, request.client.id):
        return reverse("desk:queue")
    return reverse("desk:ticket", kwargs={"client": request.client.slug, "number": ticket.number})


def _customer(request: DoorRequest, data: dict) -> Customer:
    """The customer named by id or address, or a new one.

    By id, one whose record the agent may open.  Whoever tells their whole address gets a ticket,
    which opens no record.
    """
    client_id = request.client.id
    if data["customer"]:
        found = customers.readable(request.actor, client_id).filter(pk=data["customer"]).first()
        if found is None:
            raise Invalid(_("No such customer."), "email")
        return found
    email = people.address_of(data["email"]) if data["email"] else ""
    if email:
        people.hold_address(client_id, email)
        known = Customer.objects.filter(client_id=client_id, email__iexact=email).first()
        if known is not None:
            return known
    return people.create_customer(
        client_id=client_id,
        name=data["name"],
        email=email,
        language=data["language"],
        phone=_phone(request, data["phone"]),
    )


def _phone(request: DoorRequest, text: str) -> str:
    """The number as it is kept."""
    return phone_of(text, records.keeping(request.client).country) if text else ""
