"""Suspend vendor access: whom, one confirmation, the proof, and back as before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import clearance
from access.actions import suspending
from access.clearance import PersonLine
from access.console.forms import SuspendForm
from access.doors import console
from access.errors import Invalid
from access.log import Action
from access.models import AccessLogContent, Suspension
from access.requests import DoorRequest
from access.rights import Right

SHOWN_ENDED = 20


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a choice of the form means: a vendor, one of its teams, or one of its people."""

    vendor_id: int
    team: str = ""
    user_id: int | None = None

    @classmethod
    def of(cls, chosen: str) -> "Target":
        """The choice, which is one of those that were offered."""
        vendor, _slash, rest = chosen.partition("/")
        kind, _slash, value = rest.partition("/")
        if kind == "user":
            return cls(int(vendor), user_id=int(value))
        return cls(int(vendor), team=value)

    def means(self, line: PersonLine) -> bool:
        """Whether a person is stopped by it."""
        if self.user_id is not None:
            return line.user_id == self.user_id
        return line.vendor_id == self.vendor_id and self.team in ("", line.team)


@dataclass(frozen=True, slots=True)
class Shown:
    """A suspension as the page shows it: who is stopped, and how often they have knocked since."""

    row: Suspension
    who: str
    refused: int


@console(Right.ACCESS_SUSPEND)
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: DoorRequest, client: str) -> HttpResponse:
    """Choose and confirm; the page then shows what has ended."""
    lines = [line for line in clearance.grid(request.client.id, request.client.name) if line.vendor_id is not None]
    targets = _targets(lines)
    if request.method != "POST":
        chosen = request.GET.get("who", "")
        return _page(request, lines, SuspendForm(targets=targets, initial={"target": chosen, "listed": bool(chosen)}))
    form = SuspendForm(request.POST, targets=targets)
    if not form.is_valid():
        return _page(request, lines, form, status=400)
    if not form.cleaned_data["sure"]:
        return _confirm(request, lines, form, dict(targets))
    target = Target.of(form.cleaned_data["target"])
    try:
        row = suspending.suspend(
            request.actor,
            client_id=request.client.id,
            vendor_id=target.vendor_id,
            team=target.team,
            user_id=target.user_id,
            reason=form.cleaned_data["reason"],
        )
    except Invalid as error:
        return _page(request, lines, form, status=form.refuse(error))
    said = _("Suspended: %(who)s. What has ended stands under Suspend access.")
    messages.success(request, said % {"who": dict(targets)[form.cleaned_data["target"]]})
    return redirect(_back(request, target, row, listed=form.cleaned_data["listed"]))


@console(Right.ACCESS_SUSPEND)
@require_POST
def restore(request: DoorRequest, client: str, suspension_id: int) -> HttpResponse:
    """Let them in again, exactly as before."""
    row = suspending.restore(request.actor, client_id=request.client.id, suspension_id=suspension_id)
    lines = clearance.grid(request.client.id, request.client.name)
    messages.success(request, _("Let in again as before: %(who)s.") % {"who": _who(row, _names(lines))})
    return redirect("console:suspend", client=client)


def _back(request: DoorRequest, target: Target, row: Suspension, *, listed: bool) -> str:
    """To the person in the list of people, where the reader came from there; else to the proof."""
    about = {"client": request.client.slug}
    if listed and target.user_id is not None:
        return reverse("console:people", kwargs=about, fragment=f"person-{target.user_id}")
    return reverse("console:suspend", kwargs=about, fragment=f"suspended-{row.pk}")


def _targets(lines: Sequence[PersonLine]) -> list[tuple[str, str]]:
    """Whom the client can stop: each vendor, its teams, its people."""
    found: dict[str, str] = {}
    for line in sorted(lines, key=lambda each: (each.company, each.name.casefold())):
        found.setdefault(f"{line.vendor_id}", _("%(vendor)s: everybody") % {"vendor": line.company})
    for line in lines:
        if line.team:
            said = {"vendor": line.company, "team": line.team}
            found.setdefault(f"{line.vendor_id}/team/{line.team}", _("%(vendor)s: the team %(team)s") % said)
    for line in sorted(lines, key=lambda each: each.name.casefold()):
        said = {"vendor": line.company, "name": line.name}
        found[f"{line.vendor_id}/user/{line.user_id}"] = _("%(name)s, %(vendor)s") % said
    return list(found.items())


def _confirm(
    request: DoorRequest, lines: Sequence[PersonLine], form: SuspendForm, names: dict[str, str]
) -> HttpResponse:
    chosen = form.cleaned_data["target"]
    target = Target.of(chosen)
    people = clearance.cleared_people(line for line in lines if target.means(line))
    context = {
        "section": "people",
        "form": form,
        "name": names[chosen],
        "people": people,
        "on_shift": sum(line.on_shift is True for line in people),
        "place": f"person-{target.user_id}" if form.cleaned_data["listed"] and target.user_id else "",
    }
    return render(request, "access/console/suspend_confirm.html", context)


def _page(request: DoorRequest, lines: Sequence[PersonLine], form: SuspendForm, *, status: int = 200) -> HttpResponse:
    client_id = request.client.id
    rows = Suspension.objects.filter(client_id=client_id).select_related("vendor").order_by("-pk")
    names = _names(lines)
    context = {
        "section": "people",
        "form": form,
        "running": [_shown(row, names) for row in rows.filter(ended_at=None)],
        "ended": [_shown(row, names) for row in rows.filter(ended_at__isnull=False)[:SHOWN_ENDED]],
    }
    return render(request, "access/console/suspend.html", context, status=status)


def _names(lines: Sequence[PersonLine]) -> dict[int, str]:
    return {line.user_id: line.name for line in lines}


def _shown(row: Suspension, names: Mapping[int, str]) -> Shown:
    return Shown(row, _who(row, names), _refused_since(row))


def _who(row: Suspension, names: Mapping[int, str]) -> str:
    """Whom it stops: a person, a team, or a whole vendor."""
    return names.get(row.user_id or 0) or row.team or row.vendor.name


def _refused_since(row: Suspension) -> int:
    """How often they have knocked since, and were refused."""
    entries = AccessLogContent.objects.filter(
        client_id=row.client_id, at__gte=row.since, action=Action.REFUSED, vendor_id=row.vendor_id
    )
    if row.user_id is not None:
        entries = entries.filter(user_id=row.user_id)
    if row.ended_at is not None:
        entries = entries.filter(at__lt=row.ended_at)
    return entries.filter(detail__gate="suspension").count()
