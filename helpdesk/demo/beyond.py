"""Work outside the contract in the demo: what the client allows, what was asked for again and again, what waits."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from access import standing
from access.models import Client, Contract, User
from access.tasks import in_client
from escalation.models import Contact
from escalation.scope import asking, deciding
from escalation.scope.asking import Wanted
from escalation.scope.deciding import Settings
from helpdesk.demo.clearance import Moment
from tickets.models import Status, Ticket

CLIENT = "voltarra"
TEST, GUIDE, DATA = (
    "test-by-the-charger-on-site",
    "photo-guide-written-and-translated",
    "data-corrected-by-hand",
)
# About which tickets a kind of work is asked for.
ABOUT = {TEST: "Fitting"}
# Days ago, who asks, what, how much in hundredths, why, what happens without it, and what it took.
ASKED = (
    (13, "linnea", TEST, 200, "The charger answers from afar, and trips the fuse.", "The next customer trips it.", 200),
    (11, "omar", DATA, 300, "Two accounts share one meter since the move.", "Both are billed wrongly.", 250),
    (9, "linnea", TEST, 150, "The same fault as last week, another car park.", "It stays out of order.", 150),
    (7, "tomas", GUIDE, 100, "Nobody finds the reset key under the lid.", "A call for each reset.", 100),
    (4, "omar", TEST, 200, "It charges, and then stops at 80 %.", "They look for another supplier.", None),
)


def moments(client: Client, staff: dict[str, User], now: datetime) -> list[Moment]:
    """The client has set its rules; since then something was asked for nearly every week, and one thing waits."""
    if client.slug != CLIENT:
        return []
    found: list[Moment] = [(now - timedelta(days=38), partial(_rules, client, staff))]
    found += [(now - timedelta(days=asked[0]), partial(_ask, client, staff, asked)) for asked in ASKED]
    waiting = (
        0,
        "linnea",
        GUIDE,
        200,
        "The new charger has no Swedish manual.",
        "We explain it by phone.",
        None,
    )
    found.append((now - timedelta(hours=1), partial(_ask, client, staff, waiting)))
    return found


def _rules(client: Client, staff: dict[str, User]) -> None:
    with in_client(client.pk, "demo"):
        contract = Contract.objects.get(state=Contract.State.IN_FORCE)
        keys = list(Contact.objects.filter(name=staff["petra"].name).values_list("key", flat=True))
    with standing.acting(staff["petra"]) as actor:
        settings = Settings(answer_hours=8, approvers=keys, allowance=30_000, budgets={DATA: 40_000})
        deciding.save_rules(actor, client_id=client.pk, contract_id=contract.pk, settings=settings)


def _ask(client: Client, staff: dict[str, User], asked: tuple[int, str, str, int, str, str, int | None]) -> None:
    """Ask, have it approved where it is not by itself, and do it where it is told what it took."""
    _days, who, work, quantity, why, otherwise, took = asked
    with in_client(client.pk, "demo"):
        rows = Ticket.objects.exclude(status=Status.CLOSED).filter(contract__isnull=False).order_by("-pk")
        about_it = ABOUT.get(work, "")
        alike = rows.filter(Q(category__name=about_it) | Q(category__parent__name=about_it))
        ticket = alike.first() or rows.first()
    if ticket is None:
        return
    about = {"client_id": client.pk}
    with standing.acting(staff[who]) as actor:
        wanted = Wanted(work, quantity, why, otherwise)
        row = asking.ask(actor, ticket_id=ticket.pk, wanted=wanted, **about)
    if took is not None:
        if row.state == row.State.ASKED:
            with standing.acting(staff["petra"]) as actor:
                deciding.approve(actor, request_id=row.pk, **about)
        with standing.acting(staff[who]) as actor:
            asking.record(actor, client_id=client.pk, request_id=row.pk, quantity=took)
            asking.finish(actor, request_id=row.pk, **about)
    elif asked[0]:
        with standing.acting(staff["petra"]) as actor:
            deciding.decline(actor, request_id=row.pk, answer="The maker pays for that one.", **about)
