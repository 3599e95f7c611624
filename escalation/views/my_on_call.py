"""My on-call: one's own shifts over all clients, swaps asked and answered, and the address of one's calendar."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import links
from access.actor import ClientFace
from access.doing import answer
from access.doors import peer, public, staff
from access.errors import Invalid
from access.requests import DoorRequest
from access.rights import Right
from access.throttle import FEED_BY_PEER, take
from escalation.models import OnCallFeed
from escalation.oncall import feeds, people, queries, shown, swaps
from escalation.oncall.forms import SwapForm
from escalation.oncall.queries import Planned
from escalation.oncall.rota import Shift
from helpdesk.lib import clock

DAYS = 60


@dataclass(frozen=True, slots=True)
class MyShift:
    """One of the reader's shifts, and the value by which a form names it."""

    client: ClientFace
    name: str
    schedule_id: int
    start: datetime
    end: datetime
    is_now: bool

    @property
    def value(self) -> str:
        """Schedule, beginning and end."""
        return f"{self.schedule_id}|{self.start.isoformat()}|{self.end.isoformat()}"


@staff()
@require_safe
def my_on_call(request: DoorRequest) -> HttpResponse:
    """My next shifts at every client, what I am asked, and my calendars."""
    return _page(request)


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def ask_swap(request: DoorRequest, client: str) -> HttpResponse:
    """Ask a colleague at this client to take one of my shifts."""
    form = _form(request)

    def act() -> Any:
        data = form.cleaned_data
        schedule_id, start, end = data["shift"].split("|")
        return swaps.ask_swap(
            request.actor,
            client_id=request.client.id,
            schedule_id=int(schedule_id),
            other_card_id=data["other"],
            starts_at=datetime.fromisoformat(start),
            ends_at=datetime.fromisoformat(end),
            reason=data["reason"],
        )

    page = partial(_swap_page, request, form)
    if request.method != "POST":
        return page()
    return answer(request, act, _("Asked. They are told by mail."), page=page, onwards=_back(), form=form)


@staff()
@require_POST
def answer_swap(request: DoorRequest, client: str, swap_id: int) -> HttpResponse:
    """Take a colleague's shift, decline it, or ask no longer."""
    about = {"client_id": request.client.id, "swap_id": swap_id}
    match request.POST.get("do"):
        case "accept":
            act, said = partial(swaps.answer_swap, request.actor, accept=True, **about), _("The shift is yours.")
        case "decline":
            act, said = partial(swaps.answer_swap, request.actor, accept=False, **about), _("Declined.")
        case "withdraw":
            act, said = partial(swaps.withdraw_swap, request.actor, **about), _("Taken back.")
        case _:
            raise Invalid(_("Say yes or no."), "do")
    return answer(request, act, said, page=partial(_page, request), onwards=_back())


@staff()
@require_POST
def feed_address(request: DoorRequest, client: str) -> HttpResponse:
    """Make a new secret address of my calendar, which kills the old one, or take it back."""
    if request.POST.get("do") == "revoke":
        feeds.revoke_feed(request.actor, client_id=request.client.id)
        messages.success(request, _("The address is dead."))
        return _back()
    token = feeds.make_feed(request.actor, client_id=request.client.id)
    address = links.absolute(reverse("on_call_feed", kwargs={"token": token}))
    context = {"address": address, "face": request.client, "section": "my_on_call"}
    response = render(request, "escalation/on_call_address.html", context)
    response["Cache-Control"] = "no-store"
    return response


@public()
@require_safe
def on_call_feed(request: DoorRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address."""
    take(FEED_BY_PEER, peer(request))
    response = HttpResponse(feeds.written(token), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _back() -> HttpResponse:
    return redirect("desk:my_on_call")


def _mine(request: DoorRequest, client: ClientFace) -> list[tuple[Planned, Shift]]:
    card_id = request.actor.card_id(client.id)
    if card_id is None:
        return []
    return queries.coming_of(client.id, card_id, request.actor.vendor_id, days=DAYS)


def _shifts(request: DoorRequest, client: ClientFace) -> list[MyShift]:
    now = clock.now()
    return [
        MyShift(client, each.schedule.name, each.schedule.pk, shift.start, shift.end, shift.start <= now)
        for each, shift in _mine(request, client)
    ]


def _form(request: DoorRequest) -> SwapForm:
    """The reader's shifts at the client, and the colleagues of their side."""
    card_id = swaps.own_card(request.actor, request.client.id)
    listed = people.candidates(request.client.id, request.actor.vendor_id, clock.now())
    others = [(each.card.pk, each.name) for each in listed if each.card is not None and each.card.pk != card_id]
    shifts = [
        (each.value, f"{each.name}, {shown.between(each.start, each.end)}") for each in _shifts(request, request.client)
    ]
    data = request.POST if request.method == "POST" else None
    return SwapForm(data, shifts=shifts, others=others, initial={"shift": request.GET.get("shift", "")})


def _swap_page(request: DoorRequest, form: SwapForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "section": "my_on_call", "face": request.client}
    return render(request, "escalation/on_call_swap.html", context, status=status)


def _page(request: DoorRequest, *, status: int = 200, refusal: str = "") -> HttpResponse:
    actor = request.actor
    # Where the address names a client, that one alone is in scope.
    named = request.resolver_match is not None and "client" in request.resolver_match.kwargs
    clients = [face for face in ([request.client] if named else actor.clients) if actor.card_id(face.id)]
    mine = sorted((each for face in clients for each in _shifts(request, face)), key=lambda each: each.start)
    asked = [(face, swap) for face in clients for swap in swaps.open_swaps(face.id, actor.card_id(face.id) or 0)]
    have = dict(OnCallFeed.objects.filter(Q(user_id=actor.user_id)).values_list("client_id", "made_at"))
    context = {
        "section": "my_on_call",
        "shifts": mine,
        "for_me": [(face, swap) for face, swap in asked if swap.other_id == actor.card_id(face.id)],
        "by_me": [(face, swap) for face, swap in asked if swap.asker_id == actor.card_id(face.id)],
        "calendars": [(face, have.get(face.id)) for face in clients],
        "plans": [face for face in clients if actor.vendor_id and actor.may(Right.ONCALL_EDIT, face.id)],
        "refusal": refusal,
    }
    return render(request, "escalation/my_on_call.html", context, status=status)
