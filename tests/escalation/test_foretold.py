"""A ticket that is tried goes the way that the engine would send it: shares of its own promises, silence, on-call."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import actions as access
from access.models import Contract, StaffCard
from escalation.clocks import moment_after, seconds_of
from escalation.foretold import Foretold
from escalation.matrix.document import Begins, Document, Path, Row, Step, Target, Trigger, When, Who
from escalation.models import Calendar, Escalation, EscalationStep, Metric, SlaPolicy, SlaTarget
from escalation.oncall.actions import save_schedule
from escalation.oncall.plans import LayerPlan
from escalation.promises import promise_of, targets_at
from escalation.special import Kind
from escalation.subjects import subjects_of
from escalation.views.matrix_try import ShownTold
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, MONDAY, at_share, one_path, put_in_force, sweep, told
from tests.escalation.test_special import billing, cells, propose
from tickets.actions import changeovers
from tickets.models import Status, Ticket, TicketCategory

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def page_of(world: World, person: Any = None, **asked: str) -> list[ShownTold]:
    """What the page tells of a ticket that is tried."""
    page = world.browser(person or world.o1).get(reverse("console:try_matrix", args=["voltarra"]), asked)
    return page.context["tellings"]


def tried(world: World, person: Any = None, **asked: str) -> list[tuple[datetime, str]]:
    """When each step of a tried ticket would be told, and whom."""
    return [(one.at, one.who) for one in page_of(world, person, **asked)]


def local(moment: datetime) -> str:
    """As the form takes it: on the client's clock."""
    return f"{moment.astimezone(ZoneInfo('Europe/Stockholm')):%Y-%m-%dT%H:%M}"


def rival_contract(world: World) -> Contract:
    """A second vendor, that promises a first answer within 10 hours of every day."""
    vendor = access.create_vendor(slug="rival", name="Rival Desk")
    contract = access.sign_contract(client=world.c1, vendor=vendor)
    with world.enter(world.c1):
        hours = Calendar.objects.earliest("pk")
        SlaPolicy.objects.filter(contract=contract).delete()
        policy = SlaPolicy.objects.create(
            client=world.c1,
            contract=contract,
            vendor=vendor,
            version=1,
            calendar=hours,
            valid_from=MONDAY,
            state="agreed",
        )
        SlaTarget.objects.create(
            client=world.c1,
            policy=policy,
            metric=Metric.FIRST_RESPONSE,
            priority=3,
            seconds=10 * 3600,
            round_the_clock=True,
        )
    return contract


def test_a_share_is_told_by_the_promise_for_its_category_and_tier(world: World) -> None:
    billing(world)
    propose(world, {Kind(category="invoices"): cells(2), Kind(tier="gold"): cells(4)})
    put_in_force(world, one_path(at_share(50)))

    plain, special, gold = (tried(world, **facts) for facts in (
        {"priority": "3"}, {"priority": "3", "category": "invoices"}, {"priority": "3", "tier": "Gold"},
    ))  # fmt: skip

    assert [(at - MONDAY, who) for ((at, who),) in (plain, special, gold)] == [
        (4 * HOUR, world.lead.name),
        (1 * HOUR, world.lead.name),
        (2 * HOUR, world.lead.name),
    ]


def test_the_engine_tells_at_the_moment_that_was_foretold(world: World, clock) -> None:
    category = billing(world)
    propose(world, {Kind(category="invoices"): cells(2)})
    put_in_force(world, one_path(at_share(33)))
    ticket = factories.ticket(world, world.r1, category_id=category.pk)
    sweep()

    ((foretold, _who),) = tried(world, number=str(ticket.number), at=local(MONDAY))

    # A third of two hours less a percent: 39 minutes and 36 seconds.
    assert foretold - MONDAY == timedelta(minutes=39, seconds=36)
    clock.move_to(foretold - timedelta(seconds=1))
    sweep()
    assert told(world, ticket) == []
    clock.move_to(foretold)
    sweep()
    assert told(world, ticket) == [(1, 1)]


def random_path(drawn: Random, name: str, *, is_left: bool) -> Path:
    """A path of one to four steps; `is_left` waits only for what may begin a climb by itself."""

    def step(place: int) -> Step:
        share = When(Trigger.SHARE, percent=drawn.choice([25, 50, 75]), metric=Metric.FIRST_RESPONSE)
        waits = [When(Trigger.QUIET, 5 * drawn.randint(1, 30)), share]
        if not is_left:
            waits.append(When(Trigger.START, 5 * drawn.randint(0, 40)))
        if place:
            waits.append(When(Trigger.SILENCE, 5 * drawn.randint(1, 12)))
        again = drawn.choice([(0, 0), (0, 0), (5 * drawn.randint(1, 6), drawn.randint(1, 3))])
        return Step(drawn.choice(waits), LEAD, again_minutes=again[0], again_times=again[1], needs_yes=bool(again[1]))

    steps = tuple(step(place) for place in range(drawn.randint(1, 4)))
    goes_on = {"then": "Then", "then_minutes": 5 * drawn.randint(1, 8)} if drawn.random() < 0.5 else {}
    return Path(name, steps, ends_minutes=0 if goes_on else drawn.choice([0, 30]), **goes_on)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("begins", [Begins.OPENED, Begins.ASKED])
def test_the_engine_tells_what_was_foretold_step_by_step(world: World, clock, seed: int, begins: Begins) -> None:
    drawn, five = Random(f"{begins}{seed}"), 5 * MINUTE
    paths = [random_path(drawn, name, is_left=begins is Begins.ASKED) for name in ("A", "B", "C", "D")]
    follows = Path("Then", (Step(When(minutes=10), LEAD), Step(When(Trigger.QUIET, 20), LEAD)), ends_minutes=30)
    rows = [Row(path.name, categories=(path.name.lower(),), begins=begins) for path in paths]
    with world.enter(world.c1):
        kinds = [TicketCategory.objects.create(client=world.c1, slug=row.path.lower(), name=row.path) for row in rows]
    put_in_force(world, Document(tuple(rows), (*paths, follows)))
    tickets = [factories.ticket(world, world.r1, category_id=kind.pk) for kind in kinds]
    until = MONDAY + 6 * HOUR
    foretold = [
        sorted(
            (MONDAY + -(-(one.at - MONDAY) // five) * five, one.again)
            for one in page_of(world, number=str(ticket.number), at=local(MONDAY))
            if one.at <= until
        )
        for ticket in tickets
    ]

    happened: list[list[tuple[datetime, int]]] = [[] for _ticket in tickets]
    seen: list[dict[int, int]] = [{} for _ticket in tickets]
    for turn in range((until - MONDAY) // five + 1):
        clock.move_to(MONDAY + turn * five)
        for _again in range(2):
            sweep()
        for place, ticket in enumerate(tickets):
            with world.enter(world.c1):
                # The climb that was foretold: one that nobody answers ends, and another may begin.
                first = Escalation.objects.filter(ticket=ticket).order_by("pk")[:1]
                now = dict(EscalationStep.objects.filter(escalation__in=first).values_list("pk", "told"))
            for step, count in now.items():
                happened[place] += [(MONDAY + turn * five, again) for again in range(seen[place].get(step, 0), count)]
            seen[place] = now

    assert [sorted(each) for each in happened] == foretold


def test_a_ticket_of_the_second_vendor_is_tried_by_that_vendors_promise(world: World) -> None:
    propose(world, {})
    contract = rival_contract(world)
    put_in_force(world, one_path(at_share(50)))
    ours, theirs = (factories.ticket(world, world.r1) for _n in range(2))
    with world.enter(world.c1):
        Ticket.objects.filter(pk=theirs.pk).update(contract=contract, vendor_id=contract.vendor_id)

    moments = [tried(world, number=str(row.number), at=local(MONDAY)) for row in (ours, theirs)]

    assert [at - MONDAY for ((at, _who),) in moments] == [4 * HOUR, 5 * HOUR]


def test_facts_are_tried_at_the_vendor_that_has_taken_over_such_tickets(world: World, clock) -> None:
    propose(world, {})
    contract, category = rival_contract(world), billing(world)
    put_in_force(world, one_path(at_share(50)))
    with world.enter(world.c1):
        own = Contract.objects.get(vendor=world.havnvik)
    with world.enter(world.o1) as actor:
        on_at = MONDAY + timedelta(days=2)
        pks = {"from_id": own.pk, "to_id": contract.pk, "category_ids": [category.pk]}
        changeovers.plan(actor, client_id=world.c1.pk, on_at=on_at, **pks)
    clock.move_to(MONDAY + timedelta(days=3))
    with world.enter(world.c1) as system:
        changeovers.settle(system, client_id=world.c1.pk)
    now = MONDAY + timedelta(days=3)

    ((moved, _nobody),) = tried(world, priority="3", category="invoices")
    ((stayed, _lead),) = tried(world, priority="3")

    assert (moved - now, stayed - now) == (5 * HOUR, 4 * HOUR)
    # Whoever sees one contract alone tries what would happen there.
    ((seen, who),) = tried(world, world.v1, priority="3", category="invoices")
    assert (seen - now, who) == (4 * HOUR, world.lead.name)


def test_silence_is_counted_from_the_moment(world: World) -> None:
    put_in_force(world, one_path(Step(When(Trigger.QUIET, 45), LEAD), Step(When(Trigger.SILENCE, 30), LEAD)))

    found = tried(world, priority="3", at=local(MONDAY + HOUR))

    assert found == [
        (MONDAY + HOUR + 45 * MINUTE, world.lead.name),
        (MONDAY + HOUR + 75 * MINUTE, world.lead.name),
    ]


def test_whoever_is_on_call_at_each_moment_would_have_been_told(world: World) -> None:
    with world.enter(world.c1):
        people = [("card", StaffCard.objects.get(user=person).pk) for person in (world.v1, world.v12)]
    days = LayerPlan(name="Days", people=tuple(people), turn=1, unit="day", hand_over=9 * 60, first=MONDAY.date())
    with world.enter(world.lead, only=world.c1) as actor:
        schedule = save_schedule(
            actor,
            client_id=world.c1.pk,
            vendor_id=world.havnvik.pk,
            name="Nights",
            zone="Europe/Stockholm",
            layers=[days],
        )
    to = (Who(Target.VENDOR_CALL, schedule.key),)
    # It is 10:00 there: the day after, they hand over at 09:00.
    put_in_force(world, one_path(*(Step(When(minutes=minutes), to) for minutes in (0, 23 * 60 - 1, 23 * 60))))

    found = tried(world, priority="3")

    assert found == [
        (MONDAY, "Vera Ahlm"),
        (MONDAY + 23 * HOUR - MINUTE, "Vera Ahlm"),
        (MONDAY + 23 * HOUR, "Viggo Brandt"),
    ]


@pytest.mark.parametrize("days", [-1, 0, 5, 40])
def test_what_is_foretold_is_what_the_clocks_are_given(world: World, days: int) -> None:
    category = billing(world)
    with world.enter(world.c1):
        part = TicketCategory.objects.create(client=world.c1, name="Late", slug="late", parent=category)
    propose(world, {Kind(category="invoices"): cells(2), Kind("late", "gold"): cells(1), Kind(tier="gold"): cells(3)})
    at = MONDAY + timedelta(days=days)
    document = one_path(
        *(at_share(percent, metric) for percent in (1, 50, 99) for metric in ("first_response", "solve"))
    )
    people = [factories.customer(world, world.c1, tier=tier) for tier in ("", "Gold")]
    rows = [
        factories.ticket(world, person, category_id=found)
        for person in people
        for found in (None, category.pk, part.pk)
    ]

    with world.enter(world.c1):
        subjects, foretold = subjects_of(world.c1.pk, rows, at), Foretold(world.c1.pk, document)
        for row in rows:
            promises = targets_at(world.c1.pk, row.contract_id, row.priority, at, row)
            given = {metric.value: promise_of(target) for metric, target in promises.items()}
            assert foretold.shares(subjects[row.pk], row.contract_id, at) == {
                (metric, percent): moment_after(promise.hours, at, seconds_of(promise.target, percent))
                for metric, promise in given.items()
                if metric in ("first_response", "solve")
                for percent in (1, 50, 99)
            }


def lot(world: World) -> Any:
    return world.browser(world.o1).get(reverse("console:matrix_lot", args=["voltarra"]))


def test_drawn_tickets_reach_the_shares_of_their_own_promises(world: World, clock) -> None:
    category = billing(world)
    propose(world, {Kind(category="invoices"): cells(2)})
    put_in_force(world, one_path(at_share(50)))
    plain, special = (factories.ticket(world, world.r1, category_id=pk) for pk in (None, category.pk))
    with world.enter(world.c1):
        Ticket.objects.update(status=Status.SOLVED, solved_at=MONDAY + 3 * HOUR)
    clock.shift(timedelta(days=1))

    drawn = {ticket.pk: one.reached for ticket, one in lot(world).context["drawn"]}

    assert drawn == {plain.pk: 0, special.pk: 1}


def test_a_lot_asks_for_promises_once_a_kind_and_not_once_a_ticket(world: World, clock) -> None:
    propose(world, {Kind(tier="gold"): cells(2)})
    put_in_force(world, one_path(at_share(50)))
    counts = []
    for more in (2, 10):
        for _n in range(more):
            factories.ticket(world, world.r1)
        clock.shift(timedelta(days=1))
        with CaptureQueriesContext(connection) as statements:
            lot(world)
        counts.append(len(statements))

    assert counts[0] == counts[1]
