"""Statements a request: the fixed cost N, then queue, ticket page and portal list over it."""

from pathlib import Path
from typing import Any

from bench import corpus
from bench.figure import Figure, at_most
from bench.site import Site, stand_up
from bench.statements import caught


def measure(*, quick: bool, data: Path) -> Figure:
    """Count at 10 rows and at many; the counts must be the same."""
    few, many = 10, 500 if quick else 10_000
    with stand_up() as site:
        people = corpus.organisations(clients=1, agents_clients=1)
        seen = {}
        for total in (few, many):
            corpus.empty_tickets(site)
            corpus.tickets(site, people, total=total)
            seen[total] = _counts(site, people)
        figure = Figure("query_counts", runs=1, notes={"rows": [few, many]})
        fixed = seen[many]["fixed"]
        figure.parts = [at_most("N, the fixed cost of a signed-in request", [fixed], 4, "statements")]
        for name, more in (("queue", 5), ("ticket page", 10), ("portal list", 4)):
            figure.parts.append(at_most(f"{name} over N", [seen[many][name] - fixed], more, "statements"))
            grown = abs(seen[many][name] - seen[few][name])
            figure.parts.append(at_most(f"{name}: {many} rows against {few}", [grown], 0, "statements more"))
        return figure


def _counts(site: Site, people: corpus.People) -> dict[str, int]:
    from django.conf import settings
    from django.test import Client as Browser
    from django.urls import reverse

    from access.models import Client
    from access.tasks import in_client
    from tickets.models import Customer, Ticket

    slug = Client.objects.get(pk=people.own_ids[0]).slug
    with site.superuser() as connection:
        # The whole list is one customer's, so that the portal has as many rows as the queue.
        connection.execute("UPDATE tickets_ticket SET customer_id = (SELECT min(id) FROM tickets_customer)")
    with in_client(people.own_ids[0], "bench"):
        number = Ticket.objects.order_by("-id").values_list("number", flat=True)[0]
        customer = Customer.objects.order_by("id")[0]
    host = f"127.0.0.1:{site.port}"
    staff = Browser(SERVER_NAME="127.0.0.1", SERVER_PORT=str(site.port), HTTP_HOST=host)
    name, _equals, key = corpus.cookie_of(people.agent_id).partition("=")
    staff.cookies[name] = key
    visitor = Browser(HTTP_HOST=host)
    session = visitor.session
    session["customers"] = {str(customer.client_id): {"id": customer.pk, "name": customer.name}}
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return {
        "fixed": _count(staff, "/start/", 302),
        "queue": _count(staff, "/desk/", 200),
        "ticket page": _count(staff, f"/desk/{slug}/{number}/", 200),
        "portal list": _count(visitor, reverse("portal:mine", kwargs={"client": slug}), 200),
    }


def _count(browser: Any, path: str, status: int) -> int:
    """The statements of the second request, when nothing is computed for the first time."""
    browser.get(path)
    with caught() as statements:
        answer = browser.get(path)
    assert answer.status_code == status, f"{path} answered {answer.status_code}"
    return len(statements)
