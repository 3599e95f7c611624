"""The pages about access: one's own, and a client's log."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import actions, emergency, log_finding, own_duties, queries
from access.actions.clearing import accept_nda
from access.actor import Actor
from access.clearance import at_the_door, may_be_asked, ndas_to_accept
from access.console.flags import entries_of
from access.doors import console, peer, staff
from access.errors import Invalid, NotFound, RightMissing
from access.forms import AcceptForm, LogForm, TokenForm
from access.lines import all_lines
from access.models import Client
from access.queries import LogFilter
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
    actor, client_id = request.actor, request.client.id
    finds = log_finding.may_find_customers(actor, client_id)
    form = LogForm(request.GET, people=queries.readers(actor, client_id), finds_customers=finds)
    if found := _about(actor, client_id, form):
        return _found(request, found)
    wanted = _wanted(actor, client_id, form)
    try:
        page = queries.access_log(client_id, wanted, request.GET.get("at"))
    except BadCursor:
        raise NotFound from None
    query = _without(request.GET, "at", "about")
    context = {
        "wanted": wanted,
        "form": form,
        "page": page,
        "lines": all_lines(actor, client_id, page.items),
        "filters": query.urlencode(),
        "is_filtered": any(query.values()) or "about" in form.errors,
        "next_url": f"?{query.urlencode()}&at={page.next_cursor}" if page.next_cursor else "",
    }
    return render(request, "access/access_log.html", context)


def _found(request: DoorRequest, found: dict[str, str]) -> HttpResponse:
    """To the entries about it: what was typed may name somebody, and stands in no address that is handed on."""
    chosen = _without(request.GET, "at", "about", "ticket", "kind", "record").items()
    query = {**{name: value for name, value in chosen if value}, **found}
    return redirect(f"{request.path}?{urlencode(query)}")


def _wanted(actor: Actor, client_id: int, form: LogForm) -> LogFilter:
    """What is looked for: the entries behind a flag where it is one's, and none where nothing was found."""
    wanted = form.wanted()
    if "about" in form.errors:
        return replace(wanted, entries=())
    flag = form.cleaned_data.get("flag")
    return wanted if flag is None else replace(wanted, entries=entries_of(actor, client_id, flag))


def _about(actor: Actor, client_id: int, form: LogForm) -> dict[str, str]:
    """The fields that the reader's words stand for; none where there are none, or the form says why."""
    words = form.cleaned_data.get("about", "") if form.is_valid() else ""
    try:
        return log_finding.fields_for(actor, client_id, words) if words else {}
    except Invalid as error:
        form.add_error("about", str(error))
        return {}


def _without(given: QueryDict, *names: str) -> QueryDict:
    """A copy of what was asked, without these fields."""
    query = given.copy()
    for name in names:
        query.pop(name, None)
    return query
