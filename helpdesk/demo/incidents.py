"""What is wrong for many customers of the demo: a night without charging that is over, and an update that slows it."""

from datetime import datetime, timedelta
from functools import partial

from access import standing
from access.models import Client, User
from access.tasks import in_client
from escalation.incidents import announcing, leading, linking
from escalation.incidents.leading import Definition
from escalation.incidents.parts import Nature
from escalation.models import Announcement, Contact, Incident, IncidentTicket
from helpdesk.demo.clearance import Moment
from helpdesk.lib import clock
from knowledgebase.models import Article
from tickets.models import Status, Ticket

CLIENT = "voltarra"
DOWN = "Chargers in the north don’t start"
SLOW = "Update 4.2 charges at 6 A instead of 16 A"
FIRST = (
    "Since this evening many chargers in the north don’t start: the service that knows your card does not answer. "
    "You need do nothing. We write again as soon as we know more, by 22:00 at the latest."
)
LAST = "Chargers in the north start again. If yours does not, hold the button under its lid for ten seconds."
LEARNED = (
    "The certificate of the card service ran out. Nobody was told, because the mailbox that is warned had been closed. "
    "Voltarra has the warning sent to its on-call now."
)
KNOWN = (
    "With 4.2 the charger takes any house for one with a main fuse of 10 A. 4.3 remembers the setting; due on Thursday."
)
HOW = (
    "Update 4.2 makes many chargers slow. Open Settings, Power at home, and enter your main fuse: then it charges as "
    "before. Voltarra mends it with 4.3, and we tell you when it is there."
)


def moments(client: Client, staff: dict[str, User], now: datetime) -> list[Moment]:
    """In the order of time; the second still lasts."""
    if client.slug != CLIENT:
        return []
    night = now - timedelta(days=10)
    return [
        (night, partial(_declare, client, staff)),
        (night + timedelta(minutes=20), partial(_tell, client, staff, DOWN, FIRST)),
        (night + timedelta(hours=2), partial(_step, client, staff, DOWN, "ease")),
        (night + timedelta(hours=3), partial(_fix, client, staff)),
        (night + timedelta(days=2), partial(_review, client, staff)),
        (now - timedelta(days=4), partial(_write_down, client, staff)),
        (now - timedelta(days=4) + timedelta(minutes=30), partial(_tell, client, staff, SLOW, HOW)),
        (now - timedelta(minutes=45), partial(_link_more, client, staff)),
    ]


def _lately(client: Client, *categories: str, days: int, is_open: bool = False) -> list[int]:
    """The tickets of these categories of the last days, the newest first."""
    with in_client(client.pk, "demo"):
        rows = Ticket.objects.filter(client_id=client.pk, created_at__gte=clock.now() - timedelta(days=days))
        rows = rows.filter(category__slug__in=categories).exclude(contract=None)
        rows = rows.filter(status=Status.OPEN) if is_open else rows
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:40])


def _number(client: Client, title: str) -> int | None:
    with in_client(client.pk, "demo"):
        return Incident.objects.filter(client_id=client.pk, title=title).values_list("number", flat=True).first()


def _declare(client: Client, staff: dict[str, User]) -> None:
    parents = _lately(client, "no-power", "slow-charging", "app", "fitting", "billing", days=9, is_open=True)
    found = _lately(client, "no-power", "app", days=2)
    if not parents:
        return
    given = Definition(DOWN, "The card service answers nobody north of Gävle.")
    with standing.acting(staff["eva"]) as actor:
        row = leading.begin(actor, client_id=client.pk, nature=Nature.MAJOR, given=given, ticket_id=parents[0])
        if found:
            linking.link(actor, client_id=client.pk, number=row.number, ticket_ids=found)
        text = "Many chargers in the north don’t start. We are on it: next word by 22:00."
        leading.put_banner(actor, client_id=client.pk, number=row.number, text=text)


def _tell(client: Client, staff: dict[str, User], title: str, body: str) -> None:
    number = _number(client, title)
    with in_client(client.pk, "demo"):
        has_tickets = IncidentTicket.objects.filter(client_id=client.pk, incident__title=title).exists()
    if number is None or not has_tickets:
        return
    with standing.acting(staff["eva"]) as actor:
        announcing.tell_all(actor, client_id=client.pk, number=number, body=body, once=f"demo-{number}-{len(body)}")
    _say(client)


def _say(client: Client) -> None:
    """What waits to be said, at this moment of the demo's past."""
    with in_client(client.pk, "demo") as actor:
        waiting = list(Announcement.objects.filter(client_id=client.pk, told_at=None).values_list("pk", flat=True))
        while any(announcing.look(actor, client.pk, waiting, clock.now()).values()):
            continue


def _step(client: Client, staff: dict[str, User], title: str, what: str) -> None:
    number = _number(client, title)
    if number is not None:
        with standing.acting(staff["eva"]) as actor:
            {"ease": leading.ease, "close": leading.close}[what](actor, client_id=client.pk, number=number)


def _fix(client: Client, staff: dict[str, User]) -> None:
    number = _number(client, DOWN)
    if number is None:
        return
    with standing.acting(staff["eva"]) as actor:
        leading.fix(actor, client_id=client.pk, number=number, body=LAST, solves=True, once="demo-fixed")
    _say(client)


def _review(client: Client, staff: dict[str, User]) -> None:
    number = _number(client, DOWN)
    if number is None:
        return
    with standing.acting(staff["petra"]) as actor:
        row = Incident.objects.get(client_id=client.pk, number=number)
        given = Definition(DOWN, row.known)
        leading.change(actor, client_id=client.pk, number=number, revision=row.revision, given=given, review=LEARNED)
        leading.close(actor, client_id=client.pk, number=number)


def _write_down(client: Client, staff: dict[str, User]) -> None:
    found = _lately(client, "slow-charging", days=9)
    with in_client(client.pk, "demo"):
        articles = Article.objects.filter(client_id=client.pk, title__startswith="Why charging got slow")
        article = articles.values_list("pk", flat=True).first()
        contact = Contact.objects.filter(client_id=client.pk, name="Ida Norling").values_list("pk", flat=True).first()
    due_on = (clock.now() + timedelta(days=10)).date()
    given = Definition(SLOW, KNOWN, contact_id=contact, article_id=article, due_on=due_on)
    with standing.acting(staff["eva"]) as actor:
        row = leading.begin(actor, client_id=client.pk, nature=Nature.PROBLEM, given=given)
        if found:
            linking.link(actor, client_id=client.pk, number=row.number, ticket_ids=found)
        leading.ease(actor, client_id=client.pk, number=row.number)


def _link_more(client: Client, staff: dict[str, User]) -> None:
    number, found = _number(client, SLOW), _lately(client, "slow-charging", days=4)
    if number is not None and found:
        with standing.acting(staff["linnea"]) as actor:
            linking.link(actor, client_id=client.pk, number=number, ticket_ids=found)
