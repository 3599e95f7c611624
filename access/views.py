"""The pages about access: one's own, a client's log, and who works for a client."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import actions, queries
from access.doors import console, peer, staff
from access.errors import NotFound
from access.forms import LogForm, TokenForm
from access.lines import all_lines
from access.models import Client
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib.paging import BadCursor


@staff()
@require_safe
def my_access(request: DoorRequest) -> HttpResponse:
    """What I may do at each client, my keys, and what the logs say about me."""
    context = {
        "places": queries.own_access(request.actor),
        "tokens": queries.own_tokens(request.actor),
        "entries": queries.own_entries(request.actor),
        "section": "my_access",
    }
    return render(request, "access/my_access.html", context)


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: DoorRequest, client: str) -> HttpResponse:
    """Make a key for a program at one client; its text is in this answer and nowhere else."""
    standing = request.actor.standing(request.client.id)
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
    actions.revoke_token(user=request.user, token_id=token_id, origin=peer(request))
    messages.success(request, _("The token no longer works."))
    return redirect("desk:my_access")


@console(Right.LOG_READ)
@require_safe
def access_log(request: DoorRequest, client: str) -> HttpResponse:
    """Who saw or changed what, when and why."""
    form = LogForm(request.GET, people=queries.readers(request.client.id))
    try:
        page = queries.access_log(request.client.id, form.wanted(), request.GET.get("at"))
    except BadCursor:
        raise NotFound from None
    query = request.GET.copy()
    query.pop("at", None)
    filters = query.urlencode()
    context = {
        "form": form,
        "page": page,
        "lines": all_lines(request.client.id, page.items),
        "filters": filters,
        "is_filtered": any(query.values()),
        "next_url": f"?{filters}&at={page.next_cursor}" if page.next_cursor else "",
    }
    return render(request, "access/access_log.html", context)


@console(Right.CONSOLE)
@require_safe
def people(request: DoorRequest, client: str) -> HttpResponse:
    """Who works for this client: role, since, until, and whether they are cleared now."""
    workers = queries.people(Client.objects.get(pk=request.client.id))
    return render(request, "access/people.html", {"workers": workers, "companies": _companies(workers)})


def _companies(workers: Sequence[queries.Worker]) -> list[dict[str, Any]]:
    """How many people of each company there are, and how many of them are cleared; as the first page counts them."""
    sorted_out = {worker.company: [each for each in workers if each.company == worker.company] for worker in workers}
    return [
        {"name": name, "all": len(theirs), "cleared": sum(not each.missing for each in theirs)}
        for name, theirs in sorted_out.items()
    ]
