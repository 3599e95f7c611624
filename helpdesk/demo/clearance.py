"""Clearance in the demo: NDAs and certificates, teams and shifts, signed terms, and who runs the office."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from access import actions, office, onboarding, scope, standing
from access.actions import clearing, contracts, core_team, systems
from access.actions.terms import Terms
from access.models import Assignment, Client, Contract, NamesShown, SystemAccount, User
from access.rate_card import RateCard, Unit, Work
from access.tasks import in_client
from helpdesk.demo.people import AGENTS
from helpdesk.lib import clock
from knowledgebase import actions as articles
from knowledgebase.models import Article, MustRead

NDA = {
    "voltarra": (
        "I work for Voltarra's customers through Havnvik.\n\n"
        "What I read about them, their homes and their machines stays with me. I look at a record when a ticket"
        " needs it, and I do not copy it anywhere else. I sign in as myself and never lend my key.\n\n"
        "If I see something that should not be there, I tell my team lead the same day. This holds also after I"
        " have left the account."
    ),
    "alderby": (
        "Guests trust Alderby with where they sleep and with whom. I keep all of it to myself: bookings, wishes,"
        " complaints and phone numbers.\n\nI open a guest's record for that guest's question only."
    ),
    "tallholm": (
        "Medlemmarnas uppgifter hos Tallholm stannar hos Tallholm. Jag läser dem bara för att svara, jag sparar dem"
        " ingen annanstans, och jag säger till om något ser fel ut."
    ),
}
CERTIFICATE = {
    "voltarra": ("Heat pumps, the basics", "Half a day with the trainer, and a test", 365),
    "alderby": ("House rules of Alderby", "Read, and a short talk with the desk", None),
}
# What stands open, so that there is something to see: who has not accepted, and whose certificate has ended.
NOT_ACCEPTED = {"voltarra": "tomas"}
ENDED = {"voltarra": "priya"}
# The client's own systems with who removes accounts there, and who holds which account.
SYSTEMS = {
    "voltarra": (
        (
            "Shop",
            "IT desk of Voltarra, ext. 400",
            (("linnea", "linnea.ek"), ("omar", "o.haddad"), ("priya", "priya.n")),
        ),
        ("Charger register", "Petra Lund", (("linnea", "lek"),)),
    ),
}
# What agents had to read: the external id of the article, what changed, and how many have read it.
MUST_READ = {"voltarra": ("refund-rules", "The limit for refunds of our own went up to 1,000 kr.", 3)}
# What can be asked for beyond each contract, and what is always part of it.
BEYOND = {
    "voltarra": (
        [
            Work("Test by the charger on site", Unit.HOUR, 9_500),
            Work("Photo guide, written and translated", Unit.PIECE, 24_000),
            Work("Data corrected by hand", Unit.HOUR, 6_200),
        ],
        "Answers, refunds by the playbook, reports of the week.",
    ),
    "alderby": (
        [Work("Rebooking a group", Unit.PIECE, 4_500), Work("Translation of letters", Unit.HOUR, 7_000)],
        "Answers and rebooking of single guests.",
    ),
    "tallholm": (
        [Work("Research in old archives", Unit.HOUR, 6_800), Work("Welcome call", Unit.PIECE, 900)],
        "Answers and changes of membership.",
    ),
}
# Who signs in to a vendor's office.
OFFICES = ("agnes@havnvik.example", "nora@nordhjalp.example")
OFFICE = ("agnes", "Agnes Holm")
# Who leaves whose core team, and who follows; another vendor is on its way there too.
LEAVES_AT, LEAVES = "voltarra", ("linnea", "priya")
# Something that happens at a time.
Moment = tuple[datetime, Callable[[], None]]
DAY, EVENING = [[7 * 60, 16 * 60]], [[13 * 60, 22 * 60]]


def make_office(staff: dict[str, User]) -> User:
    """Whoever runs the vendor's office."""
    boss = actions.create_user(email=f"{OFFICE[0]}@havnvik.example", name=OFFICE[1], vendor=staff["eva"].vendor)
    boss.password = staff["eva"].password
    boss.save(update_fields=["password"])
    actions.run_office(user=boss)
    return boss


def moments(client: Client, staff: dict[str, User], boss: User, now: datetime) -> list[Moment]:
    """What is agreed and asked for around the tickets of a client, through the product's own actions.

    The NDA and the certificate come last: what those named above lack would have kept them from the tickets.
    """
    found: list[Moment] = [
        (now - timedelta(days=40), partial(_terms, client, staff, boss)),
        (now - timedelta(days=30), partial(_systems, client, staff)),
        (now - timedelta(days=2), partial(_removal, client, staff)),
        (now, partial(_clear, client, staff, now)),
    ]
    if client.slug in MUST_READ:
        found.append((now - timedelta(days=2), partial(_must_read, client, staff)))
    if client.slug == LEAVES_AT:
        found.append((now - timedelta(days=3), partial(_second_vendor, client, staff)))
        found.append((now, partial(_leaves_core, client, staff, boss, now)))
    return found


def _clear(client: Client, staff: dict[str, User], now: datetime) -> None:
    """Clear everybody but those named above."""
    _rosters(client, staff)
    _nda(client, staff)
    if client.slug in CERTIFICATE:
        _certificate(client, staff, now)
    if client.slug in MUST_READ:
        _read(client, staff)


def _admin(client: Client, staff: dict[str, User]) -> User:
    return staff[{"voltarra": "petra", "alderby": "george", "tallholm": "maria"}[client.slug]]


def _rosters(client: Client, staff: dict[str, User]) -> None:
    with in_client(client.pk, "demo"):
        for number, person in enumerate(p for p in AGENTS if client.slug in p.clients):
            hours = EVENING if number % 3 == 2 else DAY
            Assignment.objects.filter(user=staff[person.key]).update(
                team="Evenings" if hours is EVENING else "Days",
                is_core=number < 2,
                shifts=[hours] * 5 + ([DAY, DAY] if number % 2 else [[], []]),
            )


def _terms(client: Client, staff: dict[str, User], boss: User) -> None:
    with in_client(client.pk, "demo"):
        contract = Contract.objects.get()
    about = {"client_id": client.pk, "contract_id": contract.pk}
    terms = Terms(
        valid_from=clock.now(),
        data_processing=(
            "Havnvik reads what a ticket needs, keeps nothing outside this desk, and tells of a leak within a day."
        ),
        data_location="Sweden",
        notice_days=60,
        rate_card=RateCard("EUR", {"ticket": 590, "month": 120_000}, *BEYOND[client.slug]),
    )
    with standing.acting(_admin(client, staff)) as actor:
        row = contracts.write_terms(actor, terms=terms, **about)
        contracts.sign_terms(actor, number=row.number, read=row.digest, typed_name=actor.name, **about)
    with transaction.atomic(), scope.enter(scope.NOBODY):
        if (in_office := office.actor_for(boss)) is not None:
            contracts.sign_terms(in_office, number=row.number, read=row.digest, typed_name=in_office.name, **about)


def _leaves_core(client: Client, staff: dict[str, User], boss: User, now: datetime) -> None:
    """Somebody leaves the core team in six weeks; who follows still lacks a certificate."""
    with in_client(client.pk, "demo"):
        contract = Contract.objects.get(vendor=boss.vendor)
    leaver, follower = staff[LEAVES[0]].pk, staff[LEAVES[1]].pk
    with transaction.atomic(), scope.enter(scope.NOBODY):
        if (in_office := office.actor_for(boss)) is not None:
            core_team.plan(
                in_office,
                client_id=client.pk,
                contract_id=contract.pk,
                user_id=leaver,
                follower_id=follower,
                leaves_at=now + timedelta(days=42),
            )


def _second_vendor(client: Client, staff: dict[str, User]) -> None:
    """Another vendor on its way to the first client: the checklist has begun, its own side has signed."""
    vendor = actions.create_vendor(slug="nordhjalp", name="Nordhjälp")
    boss = actions.create_user(email="nora@nordhjalp.example", name="Nora Lie", vendor=vendor)
    boss.password = staff["eva"].password
    boss.save(update_fields=["password"])
    actions.run_office(user=boss)
    with standing.acting(_admin(client, staff)) as actor:
        contract = contracts.draft(actor, client_id=client.pk, vendor=vendor, reference="V-2027")
        about = {"client_id": client.pk, "contract_id": contract.pk}
        contracts.begin_onboarding(actor, **about)
    terms = Terms(
        valid_from=clock.now(),
        data_processing="Nordhjälp opens a record for a ticket only, and keeps nothing of it.",
        subprocessors=({"name": "Postbud AB", "purpose": "sends mail", "country": "SE"},),
        locations=("NO", "SE"),
        data_location="Sweden",
        names_shown=NamesShown.FIRST,
        rate_card=RateCard("EUR", {"ticket": 640, "month": 150_000}),
    )
    with transaction.atomic(), scope.enter(scope.NOBODY):
        if (in_office := office.actor_for(boss)) is not None:
            row = contracts.write_terms(in_office, terms=terms, **about)
            contracts.sign_terms(in_office, number=row.number, read=row.digest, typed_name=in_office.name, **about)
            due = clock.now().date() + timedelta(days=14)
            for line in onboarding.lines_of(contract):
                contracts.assign_line(
                    in_office,
                    line_id=line.row.pk,
                    client_owner=staff["petra"].name,
                    vendor_owner=boss.name,
                    due_on=due,
                    **about,
                )


def _nda(client: Client, staff: dict[str, User]) -> None:
    with standing.acting(_admin(client, staff)) as actor:
        clearing.publish_nda(actor, client_id=client.pk, text=NDA[client.slug], at_once=True)
    for person in AGENTS:
        if client.slug in person.clients and person.key != NOT_ACCEPTED.get(client.slug):
            with standing.acting(staff[person.key]) as actor:
                clearing.accept_nda(actor, client_id=client.pk, number=1, typed_name=person.name)


def _certificate(client: Client, staff: dict[str, User], now: datetime) -> None:
    name, what, days = CERTIFICATE[client.slug]
    with standing.acting(_admin(client, staff)) as actor:
        row = clearing.require_certification(actor, client_id=client.pk, name=name, description=what, valid_days=days)
        for person in AGENTS:
            if client.slug in person.clients:
                ago = 370 if person.key == ENDED.get(client.slug) else 35
                clearing.record_certificate(
                    actor,
                    client_id=client.pk,
                    user_id=staff[person.key].pk,
                    certification_id=row.pk,
                    passed_at=now - timedelta(days=ago),
                )


def _must_read(client: Client, staff: dict[str, User]) -> None:
    external_id, said, _readers = MUST_READ[client.slug]
    with standing.acting(_admin(client, staff)) as actor:
        article = Article.objects.get(client_id=client.pk, external_id=external_id)
        asked = {"article_id": article.pk, "said": said, "due_at": clock.now() + timedelta(days=7)}
        articles.ask_to_read(actor, client_id=client.pk, **asked)


def _read(client: Client, staff: dict[str, User]) -> None:
    external_id, _said, readers = MUST_READ[client.slug]
    with in_client(client.pk, "demo"):
        row = MustRead.objects.select_related("article").get(article__external_id=external_id)
    for person in [person for person in AGENTS if client.slug in person.clients][:readers]:
        with standing.acting(staff[person.key]) as actor:
            if not actor.standings[client.pk].closed:
                articles.sign(actor, client_id=client.pk, slug=row.article.slug, number=row.revision_number)


def _systems(client: Client, staff: dict[str, User]) -> None:
    with standing.acting(_admin(client, staff)) as actor:
        for name, removed_by, accounts in SYSTEMS.get(client.slug, ()):
            row = systems.add_system(actor, client_id=client.pk, name=name, removed_by=removed_by)
            for key, login in accounts:
                systems.register_account(
                    actor, client_id=client.pk, system_id=row.pk, user_id=staff[key].pk, login=login
                )


def _removal(client: Client, staff: dict[str, User]) -> None:
    """One is overdue, so that there is something to see."""
    with standing.acting(_admin(client, staff)) as actor:
        for account in SystemAccount.objects.filter(client_id=client.pk, login="priya.n"):
            systems.ask_removal(actor, client_id=client.pk, account_id=account.pk)
