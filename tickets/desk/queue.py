"""The queue's pages: the list with its views and filters, the next ticket, skipping one."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import log, throttle
from access.actor import Actor, ClientFace
from access.clearance import shut_places
from access.doors import staff
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock
from helpdesk.lib.paging import BadCursor
from tickets import finding, index
from tickets.actions import handling, next_ticket
from tickets.desk import card, choices, filters, rows
from tickets.desk.answers import go
from tickets.desk.customers import SEARCHES
from tickets.desk.forms import SkipForm
from tickets.models import Status
from tickets.queries import customers, queue, reach, ticket_page, undelivered
from tickets.queries import next_ticket as next_query
from tickets.queries.queue import COUNTED_MOST, Sort, View, Wanted
from tickets.records import specs


@staff(Right.TICKET_READ)
@require_safe
def show(request: DoorRequest) -> HttpResponse:
    """One queue over all of the agent's clients; N + 3 statements with words or without."""
    actor, asked = request.actor, filters.read(request.GET, request.actor)
    near = reach.of(actor, only=asked.client_id)
    wanted = asked.wanted(_found(actor, near, asked))
    try:
        page = queue.page(actor, near, wanted, cursor=asked.cursor)
    except BadCursor:
        messages.info(request, _("This place in the list is not known any more: here is its beginning."))
        page = queue.page(actor, near, wanted)
    found, now = page.items, clock.now()
    context = {
        "section": "queue",
        "asked": asked,
        "ignored": filters.ignored_sentence(asked.ignored) if asked.ignored else "",
        "views": _views(actor, asked),
        "sort": wanted.order,
        "sort_links": _sort_links(asked),
        "groups": rows.grouped(
            actor, found, sort=wanted.order, now=now, first=page.start, last=page.next_cursor is None
        ),
        "count": len(found),
        "next_url": _page_url(asked, page.next_cursor),
        "previous_url": _page_url(asked, page.previous_cursor),
        "first_url": "" if page.start else reverse("desk:queue") + asked.query(),
        "shut": shut_places(actor),
        "customers_url": _customers_url(actor, asked) if page.start else "",
        "now": now,
        **_options(actor, near, asked),
        # Who looks for something sees what was found first.
        **({} if asked.narrows_within_client else _next_card(request, found, asked.client_id)),
    }
    if not found:
        context |= _nothing(actor, asked, wanted)
    return render(request, "tickets/desk/queue.html", context)


def _found(actor: Actor, near: reach.Reach, asked: filters.Filters) -> list[int] | None:
    """The ids that the words are found in, best first; None where there are no words."""
    if not asked.words:
        return None
    if asked.number is not None:
        numbered = [ticket for _client, ticket in queue.numbered(near, asked.number)]
        if numbered:
            return numbered
    places = [actor.standings[each].client for each in near.clients if actor.may(Right.CUSTOMER_SEARCH, each)]
    if places and customers.is_hidden_value(asked.words):
        _note_search(actor, places, asked.words)
    return index.find(asked.words, customers_of=places)


def _note_search(actor: Actor, places: Sequence[ClientFace], words: str) -> None:
    """Whoever looks for an address or a phone number is counted and written down, with the mask of it."""
    throttle.take(SEARCHES, f"user {actor.user_id}")
    terms = finding.loggable(words, specs({}))
    log.write(actor, [log.Entry(face.id, log.Action.SEARCH, detail={"terms": terms}) for face in places])


def _options(actor: Actor, near: reach.Reach, asked: filters.Filters) -> dict[str, Any]:
    """What can be chosen above and beside the list; one statement."""
    found = queue.choices(actor, near)
    query = asked.query()
    return {
        "clients": actor.clients,
        "categories": found.categories,
        "tags": found.tags,
        "services": found.services,
        "kept": found.views,
        "kept_here": next((view for view in found.views if f"?{view.query}" == query), None),
        "lists": choices.lists(asked, actor.clients, found.categories, found.tags, found.services),
        "to_send": [(actor.standings[i].client, number, name) for i, number, name in found.to_send],
        "may_search": actor.may_anywhere(Right.CUSTOMER_SEARCH),
        "may_open": choices.new_ticket([face for face in actor.clients if actor.may(Right.TICKET_OPEN, face.id)]),
    }


def _customers_url(actor: Actor, asked: filters.Filters) -> str:
    """Where the customers stand that the words may name, or nothing where the reader may not look for them."""
    places = [asked.client_id] if asked.client_id else actor.clients_with(Right.CUSTOMER_SEARCH)
    if not customers.may_name(asked.words) or not any(actor.may(Right.CUSTOMER_SEARCH, each) for each in places):
        return ""
    asks = {"q": asked.words, "client": asked.client.slug if asked.client else ""}
    return f"{reverse('desk:customers')}?{urlencode(asks)}"


def _views(actor: Actor, asked: filters.Filters) -> list[dict[str, Any]]:
    prefix = reverse("desk:queue")
    # Nothing is due on tickets that are done: asked for, they are those of all.
    is_done = asked.status not in (None, Status.OPEN)
    here = View.ALL if is_done and asked.view is View.DUE else asked.view
    return [
        {
            "view": view,
            "label": label,
            "url": prefix + asked.query(view=view, sort=Sort.DUE),
            "here": view is here,
        }
        for view, label in view_labels(actor).items()
    ]


def view_labels(actor: Actor) -> dict[View, str]:
    """The views in words, for the side that reads them."""
    return {
        View.DUE: _("Due next"),
        View.MINE: _("Mine"),
        View.UNASSIGNED: _("Unassigned"),
        View.CUSTOMER: _("Waiting for customer"),
        View.CLIENT: _("With the client") if actor.vendor_id else _("With support"),
        View.ALL: _("All"),
    }


def _sort_links(asked: filters.Filters) -> dict[str, str]:
    prefix = reverse("desk:queue")
    return {sort.value: prefix + asked.query(sort=sort) for sort in (Sort.DUE, Sort.PRIORITY)}


def _page_url(asked: filters.Filters, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = asked.query()
    return f"{reverse('desk:queue')}{query}{'&' if query else '?'}after={cursor}"


def _next_card(request: DoorRequest, found: list[queue.Row], client_id: int | None) -> dict[str, Any]:
    """The next ticket's card, for those who may take one, where it belongs to the list; one statement."""
    actor = request.actor
    if not actor.may_anywhere(Right.TICKET_TRIAGE):
        return {"card": None, "may_take": False}
    best = next_query.candidates(actor, request.user.languages)
    if not best:
        return {"card": None, "may_take": True, "soonest": _soonest(actor, found)}
    if client_id not in (None, best[0].client_id):
        return {"card": None, "may_take": False}
    made = card.make(actor, request.user, best[0], found, now=clock.now())
    return {"card": made, "may_take": True, "skip_fields": choices.skip_fields()}


def _soonest(actor: Actor, found: list[queue.Row]) -> dict[str, Any] | None:
    """The first promise among the rows that wait for others, for a person for whom nothing waits."""
    waiting = [row for row in found if row.due_at is not None]
    if not waiting:
        return None
    row = min(waiting, key=lambda each: each.due_at or clock.now())
    return {"row": row, "client": actor.standings[row.client_id].client}


def _nothing(actor: Actor, asked: filters.Filters, wanted: Wanted) -> dict[str, Any]:
    """For an empty list: how many match where the reader did not look."""
    if not asked.narrows:
        return {"elsewhere": 0}
    everywhere = reach.of(actor)
    if asked.client is not None:
        ids = _found(actor, everywhere, asked)
        return {
            "elsewhere": queue.count(actor, everywhere, asked.wanted(ids)),
            "elsewhere_url": reverse("desk:queue") + asked.query(client=None),
            "elsewhere_is_status": False,
        }
    return {
        "elsewhere": queue.count(actor, everywhere, queue.anywhere(wanted)),
        "elsewhere_url": reverse("desk:queue") + asked.query(view=View.ALL, status=None, sort=Sort.DUE),
        "elsewhere_is_status": True,
    }


@staff(Right.TICKET_READ)
@require_safe
def view_counts(request: DoorRequest) -> HttpResponse:
    """The views with how many tickets stand in each; loaded after the page, which is useful without."""
    actor, asked = request.actor, filters.read(request.GET, request.actor)
    counted = queue.counts(actor, reach.of(actor, only=asked.client_id))
    views = _views(actor, asked)
    for each in views:
        number = counted[each["view"]]
        each["count"] = str(number) if number <= COUNTED_MOST else f"{COUNTED_MOST}+"
    return render(request, "tickets/desk/_views.html", {"views": views, "undelivered": undelivered.count(actor)})


@staff(Right.TICKET_READ)
@require_safe
def find(request: DoorRequest) -> HttpResponse:
    """The search box: a number goes to its ticket, words to the list of what they are found in."""
    asked = filters.read(request.GET, request.actor)
    if asked.number is not None:
        found = queue.numbered(reach.of(request.actor), asked.number)
        if len(found) == 1:
            slug = request.actor.standings[found[0][0]].client.slug
            return redirect("desk:ticket", client=slug, number=asked.number)
    view = View.ALL if asked.words else View.DUE
    return redirect(reverse("desk:queue") + asked.query(view=view))


@staff(Right.TICKET_TRIAGE)
@require_POST
def take_next(request: DoorRequest) -> HttpResponse:
    """Take the next ticket and go to it: the one offered, or the next best where that is gone."""
    given = request.POST.get("offered", "")
    offered = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    ticket = next_ticket.take_next(request.actor, languages=request.user.languages, offered=offered)
    if ticket is None:
        messages.info(request, _("Nothing waits for you right now."))
        return go(request, reverse("desk:queue"))
    if offered is not None and ticket.pk != offered:
        messages.info(request, _("A colleague was quicker with the one you saw. This is the next."))
    slug = request.actor.standings[ticket.client_id].client.slug
    return go(request, reverse("desk:ticket", kwargs={"client": slug, "number": ticket.number}))


@staff(Right.TICKET_TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Pass over a ticket for an hour, with a reason that colleagues can read."""
    ticket = ticket_page.find_ticket(request.actor, request.client.id, number)
    form = SkipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.reason()
        handling.skip(request.actor, client_id=request.client.id, ticket_id=ticket.pk, reason=reason)
        messages.success(request, _("Skipped for an hour: #%(number)s.") % {"number": ticket.number})
        return go(request, reverse("desk:queue"))
    status = 400 if request.method == "POST" else 200
    return render(
        request, "tickets/desk/skip.html", {"section": "queue", "ticket": ticket, "skip_form": form}, status=status
    )
