"""The pages of reports: the client's console and the vendor's desk show the same figures."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from access import log
from access.doors import console, staff
from access.errors import Invalid, NotFound
from access.fresh import fresh_sign_in
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock, csv_safe
from helpdesk.lib.paging import BadCursor
from reporting import actions, baseline, baseline_page, exports, history, page, periods, queries
from reporting.forms import PeriodForm
from reporting.periods import Period, Preset
from reporting.sources import Number

View = Callable[[DoorRequest, str], HttpResponse]


@staff(Right.REPORT_READ)
@require_safe
def overview(request: DoorRequest) -> HttpResponse:
    """My clients whose reports I may read, with what waits there now."""
    mine = set(request.actor.clients_with(Right.REPORT_READ))
    faces = [face for face in request.actor.clients if face.id in mine]
    found = queries.overviews([face.id for face in faces])
    now = clock.now()
    rows = [
        (face, one, page.spent((now - one.oldest_asked_at).total_seconds() if one.oldest_asked_at else None))
        for face in faces
        if (one := found[face.id])
    ]
    return render(request, "reporting/overview.html", {"rows": rows, "section": "reports"})


def report(request: DoorRequest, client: str) -> HttpResponse:
    """The report of one client and one period; bad days are told and no figures shown."""
    place = _place(request)
    frame = {"place": place, "base": f"{place}.html", "section": "reports", "presets": _presets(place, client)}
    frame["baseline_url"] = _address(place, "baseline", client)
    try:
        period = _period(request)
    except Invalid as error:
        form = PeriodForm(request.GET)
        form.refuse(error.field, str(error.sentence))
        return render(request, "reporting/report.html", {**frame, "form": form}, status=400)
    taken = queries.newest_baseline(request.client.id)
    shown = page.context(
        queries.report(request.client.id, period, clock.now()),
        address=_address(place, "report_tickets", client),
        client_name=request.client.name,
        vendor_name=queries.vendor_name(request.client.id),
        before=baseline.read(taken.figures) if taken else None,
    )
    form = PeriodForm(initial={"from": period.first, "to": period.last})
    csv = f"{_address(place, 'report_csv', client)}?{period.query}"
    return render(request, "reporting/report.html", {**frame, **shown, "form": form, "period": period, "csv_url": csv})


def show_baseline(request: DoorRequest, client: str) -> HttpResponse:
    """How customers were served before, from the imported history."""
    taken = queries.newest_baseline(request.client.id)
    place = _place(request)
    context = {
        "place": place,
        "base": f"{place}.html",
        "section": "reports",
        "span": history.span(request.client.id, request.client.time_zone),
        "may_take": place == "console" and request.actor.may(Right.CONTRACT_SIGN, request.client.id),
        "report_url": _address(place, "reports" if place == "console" else "report", client),
    }
    if taken is not None:
        context |= baseline_page.context(taken, history.price_list(request.client.id))
    return render(request, "reporting/baseline.html", context)


@console(Right.CONTRACT_SIGN)
@require_POST
def take_baseline(request: DoorRequest, client: str) -> HttpResponse:
    """Freeze the figures of the imported history."""
    actions.take_baseline(request.actor, client_id=request.client.id, zone=request.client.time_zone)
    messages.success(request, _("The baseline is taken. Reports now show what was before beside what is."))
    return redirect("console:baseline", client=client)


def report_tickets(request: DoorRequest, client: str) -> HttpResponse:
    """The tickets behind one number."""
    place, number, period, now = _place(request), _number(request), _period(request), clock.now()
    readable = _readable(request)
    try:
        found = queries.lines(request.client.id, number, period, now, readable=readable, cursor=request.GET.get("at"))
    except BadCursor:
        raise NotFound from None
    here = page.ways(_address(place, "report_tickets", client), period)(number, period.first, period.last)
    back = "console:reports" if place == "console" else "desk:report"
    context = {
        "place": place,
        "base": f"{place}.html",
        "section": "reports",
        "number": number,
        "period": period,
        "page": found,
        "count": queries.count(request.client.id, number, period, now),
        "lines": [(line, page.spent(line.seconds) if line.seconds is not None else "") for line in found.items],
        "readable": readable,
        "here": here,
        "next_url": f"{here}&at={found.next_cursor}" if found.next_cursor else "",
        "csv_url": f"{_address(place, 'report_tickets_csv', client)}?{here.partition('?')[2]}",
        "back_url": f"{reverse(back, kwargs={'client': client})}?{period.query}",
    }
    return render(request, "reporting/tickets.html", context)


@fresh_sign_in(gettext_lazy("download the figures of a report"))
def report_csv(request: DoorRequest, client: str) -> HttpResponse:
    """The figures of a report as CSV."""
    period = _period(request)
    found = queries.report(request.client.id, period, clock.now())
    _log_export(request, period, "report")
    return _csv(f"{client}-{period.first}-{period.last}", exports.report_rows(client, found))


@fresh_sign_in(gettext_lazy("download the tickets behind a number"))
def report_tickets_csv(request: DoorRequest, client: str) -> HttpResponse:
    """The tickets behind one number as CSV."""
    number, period = _number(request), _period(request)
    lines = list(queries.every_line(request.client.id, number, period, clock.now(), readable=_readable(request)))
    if len(lines) > queries.EXPORTED_MOST:
        raise Invalid(_("That is more than %(most)s lines. Choose a shorter period.") % {"most": queries.EXPORTED_MOST})
    records = sorted({(log.TICKET, line.ticket_id) for line in lines}) if _readable(request) else []
    _log_export(request, period, number.value, *records)
    return _csv(f"{client}-{number.value}-{period.first}-{period.last}", exports.line_rows(lines))


def _readable(request: DoorRequest) -> bool:
    """Whether the reader may see what the tickets are about: a report alone shows numbers and times."""
    return bool(request.actor.may(Right.TICKET_READ_ALL, request.client.id))


def _place(request: DoorRequest) -> str:
    return str(request.resolver_match.namespace)  # type: ignore[union-attr]  # a view runs for a resolved address


def _address(place: str, name: str, client: str) -> str:
    return reverse(f"{place}:{name}", kwargs={"client": client})


def _presets(place: str, client: str) -> list[tuple[Preset, str]]:
    here = _address(place, "reports" if place == "console" else "report", client)
    return [(preset, f"{here}?period={preset.value}") for preset in Preset if preset is not Preset.OWN]


def _period(request: DoorRequest) -> Period:
    return periods.parse(request.GET.dict(), request.client.time_zone, clock.now())


def _number(request: DoorRequest) -> Number:
    try:
        return Number(request.GET.get("number", ""))
    except ValueError:
        raise NotFound from None


def _log_export(request: DoorRequest, period: Period, what: str, *records: tuple[str, int]) -> None:
    detail: dict[str, Any] = {"what": what, "from": period.first.isoformat(), "to": period.last.isoformat()}
    log.record(request.actor, request.client.id, log.Action.EXPORT, *records, detail=detail)


def _csv(name: str, rows: Iterable[exports.Cells]) -> HttpResponse:
    response = HttpResponse(csv_safe.stream(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def at_console(view: View) -> View:
    """The view behind the door of the client's console."""
    return _behind(console(Right.REPORT_READ), view)


def at_desk(view: View) -> View:
    """The view behind the door of the desk."""
    return _behind(staff(Right.REPORT_READ), view)


def _behind(door: Any, view: View) -> View:
    guarded: View = door(require_safe(lambda request, client: view(request, client)))
    return guarded
