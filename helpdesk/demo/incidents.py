"""What is wrong for many customers of the demo: a day without charging that is over, and an update that slows it.

And somebody who has asked the same thing twice.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from access import actor as actors
from access import scope, standing
from access.models import Client, User
from access.tasks import in_client
from escalation.incidents import announcing, leading, linking
from escalation.incidents.leading import Definition
from escalation.incidents.parts import Nature
from escalation.models import Announcement, Contact, Incident, IncidentTicket
from helpdesk.demo.clearance import Moment
from helpdesk.lib import clock
from knowledgebase.models import Article
from tickets.actions import intake
from tickets.models import Customer, Status, Ticket, TicketCategory

CLIENT = "voltarra"
DOWN = "Chargers in the north don’t start"
SLOW = "Update 4.2 charges at 6 A instead of 16 A"
FIRST = (
    "Since noon many chargers in the north don’t start: the service that knows your card does not answer. "
    "You need do nothing. We write again as soon as we know more, by 15:00 at the latest."
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

# Minutes after the card service went down, and what a customer wrote.
CRIES = (
    (0, "Charger won’t start, says card unknown", "I am in Gävle with 12 %. Two chargers, the same words on both."),
    (6, "Card refused", "Your charger at the church in Umeå refuses my card since half past. It worked this morning."),
    (
        9,
        "Nothing happens at the charger",
        "I hold the card to it, it beeps once and stays dark. Sundsvall, by the port.",
    ),
    (14, "Stranded in Luleå", "None of your three chargers here takes my card. The app says all is well. It is not."),
    (21, "Card unknown?", "The charger at work says that it does not know my card. Have you closed my account?"),
)
SLOWED = (
    (
        100,
        "Half a night and only 40 %",
        "Since the update my car takes the whole night and a morning. Before it was full at three.",
    ),
    (65, "Charges like a kettle", "It says 6 A where it said 16 A. I changed nothing. Is the box broken?"),
)
TWICE = (
    (95, "Wrong address on the receipt", "My receipts go to my old address. Where do I change that?"),
    (
        50,
        "Receipt has the old address",
        "I wrote before, but have no answer yet: the receipt shows my old address.",
    ),
)


def moments(client: Client, staff: dict[str, User], now: datetime) -> list[Moment]:
    """In the order of time; the second still lasts."""
    if client.slug != CLIENT:
        return []
    noon = _noon(client, now - timedelta(days=10))
    down = noon - timedelta(minutes=25)
    return [
        *(
            (down + timedelta(minutes=after), partial(_write, client, place, subject, body, "no-power"))
            for place, (after, subject, body) in enumerate(CRIES)
        ),
        *(
            (now - timedelta(minutes=ago), partial(_write, client, len(CRIES), subject, body, "receipts"))
            for ago, subject, body in TWICE
        ),
        (noon, partial(_declare, client, staff)),
        (noon + timedelta(minutes=20), partial(_tell, client, staff, DOWN, FIRST)),
        (noon + timedelta(hours=2), partial(_step, client, staff, DOWN, "ease")),
        (noon + timedelta(hours=3), partial(_fix, client, staff)),
        (noon + timedelta(days=2), partial(_review, client, staff)),
        (now - timedelta(days=4), partial(_write_down, client, staff)),
        *(
            (
                now - timedelta(minutes=ago),
                partial(_write, client, len(CRIES) + 1 + place, subject, body, "slow-charging"),
            )
            for place, (ago, subject, body) in enumerate(SLOWED)
        ),
        (now - timedelta(minutes=45), partial(_link_more, client, staff)),
        (now - timedelta(minutes=40), partial(_tell, client, staff, SLOW, HOW)),
    ]


def _noon(client: Client, at: datetime) -> datetime:
    """Noon of a working day, this one or the last before it."""
    noon = clock.as_local(at, client.time_zone).replace(hour=12, minute=0)
    while noon.weekday() > 4:
        noon -= timedelta(days=1)
    return noon


def _lately(client: Client, category: str, days: int) -> list[int]:
    """The tickets of this category of the last days, the newest first."""
    with in_client(client.pk, "demo"):
        rows = Ticket.objects.filter(client_id=client.pk, created_at__gte=clock.now() - timedelta(days=days))
        rows = rows.filter(category__slug=category).exclude(contract=None)
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:40])


def _number(client: Client, title: str) -> int | None:
    with in_client(client.pk, "demo"):
        return Incident.objects.filter(client_id=client.pk, title=title).values_list("number", flat=True).first()


def _write(client: Client, place: int, subject: str, body: str, category: str) -> None:
    """A customer asks in the portal; each place is another one's."""
    with in_client(client.pk, "demo"):
        customer = Customer.objects.filter(client_id=client.pk).order_by("pk")[place * 13]
    actor = actors.portal(standing.face(client), customer_id=customer.pk)
    with transaction.atomic(), scope.enter(actor.scope()):
        intake.open_ticket(
            actor,
            client_id=client.pk,
            customer=customer,
            subject=subject,
            body=body,
            category_id=TicketCategory.objects.get(client_id=client.pk, slug=category).pk,
            language=client.language,
        )


def _declare(client: Client, staff: dict[str, User]) -> None:
    with in_client(client.pk, "demo"):
        rows = Ticket.objects.filter(client_id=client.pk, status=Status.OPEN)
        found = list(rows.filter(subject__in=[cry[1] for cry in CRIES]).order_by("pk").values_list("pk", flat=True))
    if not found:
        return
    given = Definition(DOWN, "The card service answers nobody north of Gävle.")
    with standing.acting(staff["eva"]) as actor:
        row = leading.begin(actor, client_id=client.pk, nature=Nature.MAJOR, given=given, ticket_id=found[0])
        linking.link(actor, client_id=client.pk, number=row.number, ticket_ids=found)
        text = "Many chargers in the north don’t start. We are on it: next word by 15:00."
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
