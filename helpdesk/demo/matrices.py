"""The demo's escalation matrices: contacts, groups, rows with hours, and paths with steps of several kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from access import standing
from access.actor import Actor
from access.models import Client, User
from access.rights import Role
from escalation import actions, drafting
from escalation.matrix.cells import read_hours
from escalation.matrix.document import (
    Channel,
    Document,
    Hours,
    Path,
    Row,
    Span,
    Step,
    Target,
    Trigger,
    When,
    Who,
)
from escalation.models import Contact, OnCallSchedule
from escalation.proposals import writing as proposing
from helpdesk.demo.clearance import Moment

LEAD = Who(Target.ROLE, Role.TEAM_LEAD.value)
AGENTS = Who(Target.ROLE, Role.AGENT.value)
# What paths ask of whoever escalates, and what support writes there.
GIVEN = {
    "What the guest asks for": "Half the price back",
    "Name of the cottage": "Lake House",
    "Medlemsnummer": "20417",
}
WISH, COTTAGE, MEMBER = GIVEN
LOUD = (Channel.APP, Channel.MAIL, Channel.SMS)


@dataclass(frozen=True)
class People:
    """The contacts of a client with their addresses, and its groups of them."""

    contacts: tuple[tuple[str, str, str], ...]
    groups: Mapping[str, tuple[str, ...]]


PEOPLE = {
    "voltarra": People(
        (
            ("On call", "oncall@voltarra.example", "Charging that is down"),
            ("Petra Lund", "petra@voltarra.example", "Refunds above 200, press"),
            ("Ida Norling", "ida@voltarra.example", "Everything else"),
            ("Finance inbox", "finance@voltarra.example", "Invoices"),
            ("Fitters’ desk", "fitters@voltarra.example", "Appointments of fitters"),
        ),
        {"Customer care": ("Petra Lund", "Ida Norling"), "Money": ("Finance inbox", "Petra Lund")},
    ),
    "alderby": People(
        (
            ("Night porter", "porter@alderby.example", "Guests who can’t get in"),
            ("Ruth Fenn", "ruth@alderby.example", "Cottages, repairs"),
            ("George Alder", "george@alderby.example", "Compensation"),
        ),
        {"The house": ("Ruth Fenn", "Night porter"), "Owners": ("George Alder", "Ruth Fenn")},
    ),
    "tallholm": People(
        (
            ("Ekonomi", "ekonomi@tallholm.example", "Återbetalningar"),
            ("Platschef", "platschef@tallholm.example", "Gymmet"),
            ("Maria Tall", "maria@tallholm.example", "Undantag"),
        ),
        {"Ledning": ("Maria Tall", "Platschef"), "Pengar": ("Ekonomi", "Maria Tall")},
    ),
}


def make(actor: Actor, client: Client, categories: Mapping[str, str]) -> None:
    """The contacts, groups and the matrix of one client, instead of what it began with."""
    people = PEOPLE[client.slug]
    who: dict[str, Who] = {}
    ids: dict[str, int] = {}
    for name, email, job in people.contacts:
        contact = actions.save_contact(
            actor, client_id=client.pk, name=name, email=email, job=job, language=client.language
        )
        who[name], ids[name] = Who(Target.CONTACT, contact.key), contact.pk
    for name, members in people.groups.items():
        group = actions.save_group(actor, client_id=client.pk, name=name, contact_ids=[ids[each] for each in members])
        who[name] = Who(Target.GROUP, group.key)
    slugs = {name: slug for slug, name in categories.items()}
    document = {"voltarra": _voltarra, "alderby": _alderby, "tallholm": _tallholm}[client.slug](who, slugs)
    actions.publish_matrix(actor, client_id=client.pk, document=document, expected_version=1)


def moments(client: Client, staff: Mapping[str, User], now: datetime) -> list[Moment]:
    """Later one client has its own people on call at night, writes at something new, and is proposed another thing."""
    if client.slug != "voltarra":
        return []
    return [
        (now - timedelta(days=20), partial(_with_nights, client, staff)),
        (now - timedelta(hours=2), partial(_begin_draft, client, staff)),
        (now - timedelta(hours=1), partial(_propose, client, staff)),
    ]


def _ask(minutes: int, *to: Who, instead: Sequence[Who] = (), loud: bool = False) -> Step:
    channels = LOUD if loud else (Channel.APP, Channel.MAIL)
    step = Step(When(Trigger.START, minutes), to, tuple(instead), channels, hands_over=to[0].is_clients)
    return replace(step, again_minutes=10, again_times=3) if loud else step


def _unless(minutes: int, *to: Who, instead: Sequence[Who] = ()) -> Step:
    return Step(When(Trigger.SILENCE, minutes), to, tuple(instead), hands_over=to[0].is_clients)


def _inform(percent: int, metric: str, *to: Who) -> Step:
    return Step(When(Trigger.SHARE, percent=percent, metric=metric), to, needs_yes=False)


def _by_hand(*to: Who) -> Step:
    """Told once somebody presses its button on the ticket."""
    return Step(When(Trigger.MANUAL), to)


def _voltarra(who: Mapping[str, Who], slugs: Mapping[str, str]) -> Document:
    care, money = who["Customer care"], who["Money"]
    down = Path(
        "Charging is down",
        (_ask(0, who["On call"], care, loud=True), _unless(30, LEAD, AGENTS), _unless(30, care)),
        ("Serial number of the box", "Is somebody in danger?"),
        idle_minutes=60,
        ends_minutes=2880,
    )
    paths = (
        down,
        Path("Charging", (_ask(0, who["Ida Norling"], instead=[care]), _unless(120, care), _ask(210, LEAD, AGENTS))),
        Path(
            "Money",
            (_ask(0, money), _inform(80, "client_response", LEAD, AGENTS), _unless(240, care, LEAD)),
            ("Number of the invoice",),
        ),
        Path("Fitters", (_ask(0, who["Fitters’ desk"], instead=[care]), _unless(120, care))),
        Path("Urgent", (_ask(0, care, who["On call"], loud=True), _unless(20, LEAD, AGENTS))),
        Path("Everything else", (_ask(0, care), _unless(180, LEAD, AGENTS), _by_hand(money))),
    )
    charging, billing, fitting = (slugs[name] for name in ("Charging", "Billing", "Fitting"))
    rows = (
        Row("Charging is down", (charging,), 1, 1),
        Row("Urgent", (), 1, 1),
        Row("Charging", (charging,), 2, 4, hours=Hours(Span.OPEN)),
        Row("Charging is down", (charging,), 2, 2, hours=Hours(Span.SHUT)),
        Row("Money", (billing,), 2, 2),
        Row("Money", (billing,), languages=("sv",)),
        Row("Fitters", (fitting,), hours=read_hours("Mon-Fri 7-17, Sat 8-12")),
        Row("Everything else"),
    )
    return Document(rows, paths)


def _alderby(who: Mapping[str, Who], slugs: Mapping[str, str]) -> Document:
    house, owners = who["The house"], who["Owners"]
    arrival = _ask(0, who["Night porter"], house, loud=True)
    paths = (
        Path("Outside the door", (arrival, _unless(15, LEAD, AGENTS), _unless(15, owners)), (COTTAGE,)),
        Path("In the house", (_ask(0, house), _unless(60, owners))),
        Path("Compensation", (_ask(0, owners), _unless(240, LEAD, AGENTS)), (WISH,)),
        Path("Everything else", (_ask(0, house), _unless(480, owners))),
    )
    rows = (
        Row("Outside the door", (slugs["Arrival and keys"],), 1, 2),
        Row("In the house", (slugs["In the house"],)),
        Row("Compensation", (slugs["Money paid"],)),
        Row("Everything else"),
    )
    return Document(rows, paths)


def _tallholm(who: Mapping[str, Who], slugs: Mapping[str, str]) -> Document:
    board, money = who["Ledning"], who["Pengar"]
    paths = (
        Path("Betalning", (_ask(0, money), _unless(240, LEAD, AGENTS)), (MEMBER,)),
        Path("Gymmet nu", (_ask(0, who["Platschef"], board, loud=True), _unless(30, LEAD, AGENTS))),
        Path("Övrigt", (_ask(0, board), _unless(480, LEAD, AGENTS))),
    )
    rows = (
        Row("Betalning", (slugs["Betalning"],)),
        Row("Gymmet nu", (slugs["På gymmet"],), 1, 2),
        Row("Övrigt"),
    )
    return Document(rows, paths)


def _with_nights(client: Client, staff: Mapping[str, User]) -> None:
    """Outside support hours the client's own on-call is asked instead of an inbox."""
    with standing.acting(staff["petra"]) as actor:
        key = OnCallSchedule.objects.filter(client_id=client.pk, vendor=None).values_list("key", flat=True).get()
        inbox = Contact.objects.filter(client_id=client.pk, name="On call").values_list("key", flat=True).get()
        version, document = drafting.in_force(client.pk)
        down = document.path("Charging is down")
        if down is None:
            raise LookupError
        first = replace(down.steps[0], to=(Who(Target.CLIENT_CALL, key),), instead=(Who(Target.CONTACT, inbox),))
        night = replace(down, name="Charging is down at night", steps=(first, *down.steps[1:]))
        rows = tuple(replace(row, path=night.name) if row.hours.span is Span.SHUT else row for row in document.rows)
        actions.publish_matrix(
            actor,
            client_id=client.pk,
            document=Document(
                (Row(night.name, rows[0].categories, 1, 1, hours=Hours(Span.SHUT)), *rows), (*document.paths, night)
            ),
            expected_version=version,
        )


def _begin_draft(client: Client, staff: Mapping[str, User]) -> None:
    """A row for what the press asks stands in a draft that nobody has published."""
    with standing.acting(staff["petra"]) as actor:
        draft = drafting.draft_of(client.pk)
        care = draft.document.paths[-2].steps[0].to[0]
        press = Path("Press", (_ask(0, care, loud=True), _unless(30, LEAD, AGENTS)))
        document = Document((Row("Press", tags=("press",)), *draft.document.rows), (*draft.document.paths, press))
        actions.save_draft(actor, client_id=client.pk, document=document, revision=draft.revision)


def _propose(client: Client, staff: Mapping[str, User]) -> None:
    """The vendor's lead would be told sooner of what nobody answers, and waits for the client's word."""
    with standing.acting(staff["eva"]) as actor:
        _version, document = drafting.in_force(client.pk)
        sooner = {180: 90}
        paths = tuple(
            replace(
                path,
                steps=tuple(
                    replace(step, when=replace(step.when, minutes=sooner.get(step.when.minutes, step.when.minutes)))
                    for step in path.steps
                ),
            )
            for path in document.paths
        )
        row = proposing.save_proposal(actor, client_id=client.pk, document=Document(document.rows, paths), revision=0)
        proposing.send_proposal(
            actor, client_id=client.pk, revision=row.revision, why="Three hours are half a day of waiting."
        )
