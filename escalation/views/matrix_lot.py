"""Two hundred of the client's past tickets, drawn by lot: where a version of the matrix would have sent them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.doors import console
from access.requests import DoorRequest
from access.rights import Right
from escalation.foretold import Foretold
from escalation.matrix import drawing
from escalation.subjects import subjects_opened
from escalation.views.matrix import frame
from escalation.views.matrix_try import choices_of, chosen_document, number_of
from helpdesk.lib import clock
from tickets.models import Ticket

DRAWN_MOST, AMONG_MOST = 200, 10_000
# A day is long enough for a seed to draw the same tickets again, and for today's to be drawn tomorrow.
ONE_DAY = timedelta(days=1)


@console(Right.MATRIX_READ)
@require_safe
def lot(request: DoorRequest, client: str) -> HttpResponse:
    """The rows by their share, how far tickets would have climbed, and each ticket with the way to its timeline."""
    client_id, seed = request.client.id, number_of(request.GET.get("seed", "")) or 1
    until = _until(request)
    document = chosen_document(request, request.GET.get("version", ""))
    among = Ticket.objects.filter(client_id=client_id, created_at__lt=_start_of(until, request))
    ids = list(among.order_by("-created_at", "-pk").values_list("pk", flat=True)[:AMONG_MOST])
    wanted = drawing.lot(ids, seed=seed, most=DRAWN_MOST)
    rows = Ticket.objects.filter(client_id=client_id, pk__in=wanted).select_related("customer").order_by("-number")
    tickets, now = list(rows), clock.now()
    subjects = subjects_opened(client_id, tickets)
    lives = {row.pk: (row.created_at, row.solved_at or row.closed_at or now) for row in tickets}
    foretold = Foretold(client_id, document)
    reached = {row.pk: foretold.shares(subjects[row.pk], row.contract_id, row.created_at) for row in tickets}
    drawn = drawing.draw(document, subjects, lives, reached)
    may_read = request.actor.may(Right.TICKET_READ_ALL, client_id)
    of_id = {row.pk: row for row in tickets}
    context = {
        "shares": drawing.shares(drawn),
        "count": len(drawn),
        "among": len(ids),
        "drawn": [(of_id[one.ticket], one) for one in drawn] if may_read else [],
        "may_read": may_read,
        "seed": seed,
        "until": until.isoformat(),
        "last_day": until - ONE_DAY,
        "version": request.GET.get("version", ""),
        "choices": choices_of(request),
        "shades": range(drawing.MOST_STEPS + 1),
        **frame(request),
    }
    return render(request, "escalation/matrix_lot.html", context)


def _until(request: DoorRequest) -> date:
    """Up to which day's begin tickets are drawn: the client's today, or an earlier one that the address names."""
    today = clock.now().astimezone(ZoneInfo(request.client.time_zone)).date()
    try:
        return min(date.fromisoformat(request.GET.get("until", "")), today)
    except ValueError:
        return today


def _start_of(day: date, request: DoorRequest) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(request.client.time_zone))
