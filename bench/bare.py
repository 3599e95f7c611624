"""A bare Django view of the queue: the same rows by the same SQL, row template and base page.

No session, sign-in, middleware, scope or log; its database role bypasses row security.  What the
product's page costs on top of this is the price of everything that makes it a help desk.
"""

import os
from functools import cache
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.bare_settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import path

django.setup()
# Only now: some of the installed apps insist on their middleware when they are set up.
settings.MIDDLEWARE = []
application = WSGIHandler()

from access import scope, standing  # noqa: E402  # Django is set up by now
from access.models import User  # noqa: E402
from helpdesk.lib import clock  # noqa: E402
from helpdesk.urls import urlpatterns as product  # noqa: E402
from tickets.desk import rows  # noqa: E402
from tickets.queries import queue, reach  # noqa: E402


@cache
def agent() -> tuple[User, Any]:
    """The agent and what they may do, worked out once."""
    from django.db import transaction

    user = User.objects.get(email="agent@bench.example")
    with transaction.atomic():
        return user, standing.actor_for(user)


def bare(request: HttpRequest) -> HttpResponse:
    """One statement and the template."""
    user, actor = agent()
    scope.assume(actor.scope())
    request.user, request.actor = user, actor
    near, now = reach.of(actor), clock.now()
    page = queue.page(actor, near, queue.Wanted())
    groups = rows.grouped(actor, page.items, sort=queue.Sort.DUE, now=now)
    return HttpResponse(get_template("bare_queue.html").render({"groups": groups, "section": "queue"}, request))


urlpatterns = [path("bare/", bare), *product]
