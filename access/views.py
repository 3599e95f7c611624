"""The pages about access: one's own, and a client's log."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import actions, emergency, own_duties, queries
from access.actions.clearing import accept_nda
from access.clearance import at_the_door, may_be_asked, ndas_to_accept
from access.console.flags import entries_of
from access.doors import console, peer, staff
from access.errors import Invalid, NotFound, RightMissing
from access.forms import AcceptForm, LogForm, TokenForm
from access.lines import all_lines
from access.models import Client
from access.requests import DoorRequest
from access.rights import Right, Side
from helpdesk.lib import clock
from helpdesk.lib.paging import BadCursor


@staff()
@require_safe
def my_access(request: DoorRequest) -> HttpResponse:
    """What I may do at each client, my keys, and what the logs say about me."""
    context = {
        "places": queries.own_access(request.actor, own_duties.of(request.actor)),
        "now": clock.now(),
        "asked": emergency.own(request.actor),
        "may_ask": request.actor.side is Side.VENDOR,
        "tokens": queries.own_tokens(request.actor),
        "entries": queries.own_entries(request.actor),
        "section": "my_access",
    }
    return render(request, "access/my_access.html", context)


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def nda(request: DoorRequest, at: str) -> HttpResponse:
    """Read a client's NDA, and accept it with one's name; the gate opens with it."""
    actor = request.actor
    client_id = next((i for i, standing in actor.standings.items() if standing.client.slug == at), None)
    if client_id is None or actor.side is not Side.VENDOR or not may_be_asked(actor, client_id):
        raise NotFound
    with at_the_door(actor, client_id) as here:
        asked = list(ndas_to_accept(here, client_id))
    if not asked:
        raise NotFound
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accept_nda(actor, client_id=client_id, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field, str(error))
        else:
            said = _("You have accepted version %(number)s of the NDA of %(client)s.")
            name = actor.standings[client_id].client.name
            messages.success(request, said % {"number": form.cleaned_data["number"], "client": name})
            return redirect("desk:my_access")
    standing = actor.standings[client_id]
    context = {"nda": asked[0], "form": form, "face": standing.client, "section": "my_access", "now": clock.now()}
    return render(request, "access/nda.html", context, status=400 if form.errors else 200)


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: DoorRequest, client: str) -> HttpResponse:
    """Make a key for a program at one client; its text is in this answer and nowhere else."""
    standing = request.actor.standing(request.client.id)
    if standing.emergency_id is not None:
        # It would sleep in a drawer, and work again with the next emergency.
        raise RightMissing
    held = [right for right in Right if right in standing.rights]
    form = TokenForm(request.POST if request.method == "POST" else None, held=held)
    context = {"form": form, "section": "my_access"}
    if form.is_valid():
        context["token"] = actions.make_token(
            user=request.user,
            client=Client.objects.get(pk=request.client.id),
            rights=form.cleaned_data["rights"],
            expires_at=form.expires_at,
            origin=peer(request),
        )
    return render(request, "access/new_token.html", context)


@staff()
@require_POST
def revoke_token(request: DoorRequest, token_id: int) -> HttpResponse:
    """Take back one of my keys."""
    row = actions.revoke_token(user=request.user, token_id=token_id, origin=peer(request))
    messages.success(request, _("The token for %(client)s no longer works.") % {"client": row.client.name})
    return redirect("desk:my_access")


@console(Right.LOG_READ)
@require_safe
def access_log(request: DoorRequest, client: str) -> HttpResponse:
    """Who saw or changed what, when and why."""
    form = LogForm(request.GET, people=queries.readers(request.actor, request.client.id))
    wanted = form.wanted()
    if (flag := form.cleaned_data.get("flag")) is not None:
        wanted = replace(wanted, entries=entries_of(request.actor, request.client.id, flag))
    try:
        page = queries.access_log(request.client.id, wanted, request.GET.get("at"))
    except BadCursor:
        raise NotFound from None
    query = request.GET.copy()
    query.pop("at", None)
    filters = query.urlencode()
    context = {
        "form": form,
        "page": page,
        "lines": all_lines(request.actor, request.client.id, page.items),
        "filters": filters,
        "is_filtered": any(query.values()),
        "next_url": f"?{filters}&at={page.next_cursor}" if page.next_cursor else "",
    }
    return render(request, "access/access_log.html", context)
