"""What a matrix would do: with one ticket at one moment, and with the tickets of the past."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.doors import console
from access.errors import Invalid, NotFound
from access.models import Contract
from access.requests import DoorRequest
from access.rights import Right
from escalation import drafting, shown
from escalation.engine.everybody import Everybody
from escalation.foretold import Foretold
from escalation.hours_text import parse_moment
from escalation.known import Place
from escalation.matrix import climbing, stored
from escalation.matrix.climbing import Told
from escalation.matrix.comparing import compare, takings
from escalation.matrix.document import Document, Path, Subject
from escalation.matrix.matching import Matcher
from escalation.models import Matrix
from escalation.subjects import subject_of, subjects_of, subjects_opened
from escalation.views.matrix import frame
from helpdesk.lib import clock
from tickets.actions.contracts import contract_for, contract_in_force
from tickets.models import Ticket, TicketCategory
from tickets.queries.ticket_page import find_ticket

DRAFT = "draft"
# So many tellings are drawn, and so many tickets looked at in one answer; a month of a busy client is ten of them.
TOLD_MOST, AT_ONCE, PAST_MOST, LISTED_MOST = 60, 1_000, 10_000, 100
MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class ShownTold:
    """One telling: when, after how long, of which path and step, the how-manieth time, and who it would have been."""

    at: datetime
    path: str
    step: shown.ShownStep
    again: int
    who: str


@console(Right.MATRIX_READ)
@require_safe
def try_matrix(request: DoorRequest, client: str) -> HttpResponse:
    """The path of a ticket on a timeline: by its facts or by its number, at a moment, in a version or the draft."""
    client_id = request.client.id
    context: dict[str, Any] = {
        "place": (place := Place(client_id, clock.now())),
        "chosen": request.GET,
        "priority": request.GET.get("priority") if request.GET.get("priority") in {"1", "2", "3", "4"} else "3",
        "choices": choices_of(request),
        "may_number": request.actor.may(Right.TICKET_READ_ALL, client_id),
        **frame(request),
    }
    if "priority" in request.GET or request.GET.get("number"):
        try:
            context |= _tried(request, place)
        except Invalid as error:
            context["error"] = str(error)
    return render(request, "escalation/matrix_try.html", context)


@console(Right.MATRIX_READ)
@require_safe
def past(request: DoorRequest, client: str) -> HttpResponse:
    """What two versions would have done with last month's tickets, a thousand an answer, which asks for the next."""
    client_id = request.client.id
    before, after = (chosen_document(request, request.GET.get(key, "")) for key in ("before", "after"))
    at = number_of(request.GET.get("at", ""))
    rows = Ticket.objects.filter(client_id=client_id, created_at__gte=clock.now() - MONTH)
    if at == 0:
        total = min(rows.count(), PAST_MOST)
    else:
        total = min(number_of(request.GET.get("total", "")), PAST_MOST)
    looked = min(number_of(request.GET.get("looked", "")), PAST_MOST)
    batch = list(rows.filter(pk__gt=at).select_related("customer").order_by("pk")[: min(AT_ONCE, PAST_MOST - looked)])
    subjects = subjects_opened(client_id, batch)
    elsewhere = list(compare(before, after, subjects))
    earlier = number_of(request.GET.get("elsewhere", ""))
    numbers = {ticket.pk: ticket.number for ticket in batch}
    context = {
        "found": [(numbers[one.ticket], one) for one in elsewhere[: max(LISTED_MOST - earlier, 0)]],
        "elsewhere": earlier + len(elsewhere),
        "looked": looked + len(batch),
        "total": max(total, looked + len(batch)),
        "at": batch[-1].pk if len(batch) == AT_ONCE and looked + len(batch) < PAST_MOST else None,
        "is_first": at == 0,
        "rows": [(number, len(tickets)) for number, tickets in sorted(takings(after, subjects).items(), key=_order)],
        "chosen": request.GET,
        "choices": choices_of(request),
        **frame(request),
    }
    template = "escalation/_matrix_past.html" if "HX-Request" in request.headers else "escalation/matrix_past.html"
    return render(request, template, context)


def _order(item: tuple[int | None, list[int]]) -> int:
    return item[0] if item[0] is not None else 10**6


def _tried(request: DoorRequest, place: Place) -> dict[str, Any]:
    client_id = request.client.id
    at = parse_moment(request.GET.get("at", "")[:40], request.client.time_zone, "at") or clock.now()
    document = chosen_document(request, request.GET.get("version", ""))
    subject, ticket = _subject(request, at)
    matcher = Matcher(document)
    places = list(matcher.fitting(subject))
    found: dict[str, Any] = {"tried": True, "at": localtime(at), "ticket": ticket}
    if not places:
        return found
    row = document.rows[places[0]]
    path = document.path(row.path)
    found |= {"row": places[0] + 1, "also": [number + 1 for number in places[1:]], "path": path}
    if path is None or not path.steps:
        return found
    contract = _contract(request, ticket, at)
    vendor_id = contract.vendor_id if contract is not None else next(iter(place.vendor_ids), None)
    shares = Foretold(client_id, document).shares(subject, contract.pk if contract is not None else None, at)
    told = climbing.simulate(document, path, at, shares=shares, most=TOLD_MOST)
    known = {one.step for one in told if one.path == path.name}
    return {
        **found,
        "drawings": shown.drawn(path, told, at),
        "tellings": _shown(document, told, at, place, vendor_id),
        "waiting": [step for number, step in enumerate(shown.shown_steps(path, place)) if number not in known],
    }


def _shown(document: Document, told: list[Told], at: datetime, place: Place, vendor_id: int | None) -> list[ShownTold]:
    """The tellings with who would have been reached at each moment; each moment's people are read once."""
    people: dict[datetime, Everybody] = {}
    found = []
    for one in told:
        path = document.path(one.path) or Path(one.path, ())
        step = path.steps[one.step]
        reach = people.setdefault(one.at, Everybody(place.client_id, one.at))
        to = reach.of_all(step.to, vendor_id) or reach.of_all(step.instead, vendor_id)
        chip = shown.shown_steps(path, place)[one.step]
        found.append(ShownTold(one.at, one.path, chip, one.again, ", ".join(dict.fromkeys(each.name for each in to))))
    return found


def _subject(request: DoorRequest, at: datetime) -> tuple[Subject, Ticket | None]:
    client_id, given = request.client.id, request.GET
    if number := given.get("number", "").strip().removeprefix("#"):
        if not request.actor.may(Right.TICKET_READ_ALL, client_id):
            raise Invalid(_("You may not read tickets. Give the ticket’s facts instead."))
        try:
            ticket = find_ticket(request.actor, client_id, number_of(number))
        except NotFound:
            raise Invalid(_("There is no ticket %(number)s.") % {"number": number[:20]}) from None
        return subjects_of(client_id, [ticket], at)[ticket.pk], ticket
    priority = given.get("priority", "")
    tags = [tag for tag in given.get("tags", "")[:400].split(",") if tag.strip()]
    return (
        subject_of(
            client_id,
            at,
            category=given.get("category", "")[:100],
            priority=int(priority) if priority in {"1", "2", "3", "4"} else 3,
            tier=given.get("tier", "")[:80],
            language=given.get("language", "")[:10],
            tags=tags,
            service=given.get("service", "")[:60],
        ),
        None,
    )


def _contract(request: DoorRequest, ticket: Ticket | None, at: datetime) -> Contract | None:
    """The contract that the ticket is worked under, or that one with these facts would come under at the moment."""
    client_id = request.client.id
    if ticket is not None and ticket.contract is not None:
        return ticket.contract
    if ticket is not None or request.actor.vendor_id is not None:
        # A ticket without one comes under this; and a vendor's people try what would happen at their own.
        return contract_in_force(client_id, at)
    slug = request.GET.get("category", "")[:100]
    rows = TicketCategory.objects.filter(client_id=client_id, slug=slug) if slug else TicketCategory.objects.none()
    return contract_for(client_id, at, rows.values_list("pk", flat=True).first())


def chosen_document(request: DoorRequest, version: str) -> Document:
    """The version that was chosen, the draft for who may edit it, or what is in force."""
    client_id = request.client.id
    if version == DRAFT and request.actor.may(Right.MATRIX_EDIT, client_id):
        return drafting.draft_of(client_id).document
    row = Matrix.objects.filter(client_id=client_id, version=number_of(version)).first() if version else None
    return stored.read(row.content) if row is not None else drafting.in_force(client_id)[1]


def choices_of(request: DoorRequest) -> list[tuple[str, str]]:
    """The versions to choose from, with their names."""
    number, _in_force = drafting.in_force(request.client.id)
    found = [("", _("the version in force"))]
    if request.actor.may(Right.MATRIX_EDIT, request.client.id):
        found.append((DRAFT, _("the draft")))
    older = [row.version for row in drafting.versions(request.client.id) if row.version != number]
    return found + [(str(version), _("version %(number)s") % {"number": version}) for version in older]


def number_of(text: str) -> int:
    """The number that somebody wrote, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
