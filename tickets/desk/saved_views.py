"""The queue's filters under a name: kept, and removed again; they are opened by their address."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.doors import staff
from access.errors import Invalid
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions import saved_views
from tickets.desk import filters
from tickets.desk.answers import go


@staff(Right.TICKET_READ)
@require_POST
def keep(request: DoorRequest) -> HttpResponse:
    """Keep the filters of the page that the form stood on; what is not known here is not kept."""
    query = filters.read(QueryDict(request.POST.get("query", "").removeprefix("?")), request.actor).query()
    try:
        view = saved_views.keep_view(request.actor, name=request.POST.get("name", ""), query=query.removeprefix("?"))
        messages.success(request, _("Kept for you as “%(name)s”.") % {"name": view.name})
    except Invalid as error:
        messages.error(request, str(error))
    return go(request, reverse("desk:queue") + query)


@staff(Right.TICKET_READ)
@require_POST
def remove(request: DoorRequest, view: int) -> HttpResponse:
    """Drop one of my views; its filters stay on the page."""
    removed = saved_views.remove_view(request.actor, view_id=view)
    messages.success(request, _("Removed: “%(name)s”.") % {"name": removed.name})
    return go(request, f"{reverse('desk:queue')}?{removed.query}")
