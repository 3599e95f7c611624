"""Promises for kinds of tickets: which one a ticket has, by the rule alone and on its clocks."""

from dataclasses import dataclass
from datetime import timedelta
from threading import Event as Moment
from time import sleep

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Invalid
from access.models import Contract
from escalation import pledges
from escalation.actions.policies import propose_promises
from escalation.engine.sweep import sweep
from escalation.known import Place
from escalation.matrix.checking import Problem, check
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from escalation.models import Clock, Due, Metric, SlaTarget
from escalation.pledges import Pledge, Pledges, changes
from escalation.policies import pledges_of
from escalation.special import EVERY, Kind, Nature, depths, nearest
from escalation.subjects import subject_of, subjects_of
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import MONDAY
from tests.escalation.test_life import escalate
from tests.escalation.test_policies import about, agree
from tests.faults.together import together
from tickets import signals
from tickets.actions import categories, customers, handling
from tickets.models import Event, TicketCategory

HOUR = 3600
LINE = ("leaf", "branch", "root")
KINDS = st.builds(Kind, st.sampled_from(["", *LINE, "other"]), st.sampled_from(["", "Gold", "silver"]))


@dataclass(frozen=True)
class Wanted:
    metric: str
    category: str
    tier: str


targets = st.lists(st.builds(lambda k, m: Wanted(m, k.category, k.tier), KINDS, st.sampled_from("ab")), unique=True)


@given(targets, st.integers(0, 3), st.sampled_from(["", "gold", "SILVER"]))
def test_the_nearest_category_wins_and_then_the_tier(found: list[Wanted], start: int, tier: str) -> None:
    line = LINE[start:]

    chosen = nearest(found, Nature({key: far for far, key in enumerate(line)}, tier))

    for metric in "ab":
        # One after the other, as a person would look for it.
        order = [(category, which) for category in (*line, "") for which in (tier, "")]
        fits = [
            one
            for category, which in order
            for one in found
            if one.metric == metric and one.category == category and one.tier.casefold() == which.casefold()
        ]
        assert chosen.get(metric) == (fits[0] if fits else None)


@given(st.permutations([frozenset(LINE), frozenset(LINE[1:]), frozenset(LINE[2:]), frozenset({"other"})]))
def test_a_category_stands_as_deep_as_many_stand_above_it(tree: list[frozenset[str]]) -> None:
    assert depths(tree) == {"root": 1, "branch": 2, "leaf": 3, "other": 1}


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def cells(hours: int) -> dict:
    return {(Metric.FIRST_RESPONSE, priority): Pledge(hours * HOUR, True, 90) for priority in (1, 2, 3, 4)}


def target_of(world: World, ticket) -> int:
    with world.enter(world.c1):
        return Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE).target_seconds // HOUR


def propose(world: World, special: dict, every: dict | None = None) -> None:
    of, wanted = about(world), Pledges("Support hours", (80,), every or cells(8), special)
    with world.enter(world.o1) as actor:
        row = propose_promises(actor, **of, wanted=wanted, expected_version=1)
    agree(world, row)


def billing(world: World) -> TicketCategory:
    with world.enter(world.c1):
        return TicketCategory.objects.create(client=world.c1, name="Invoices", slug="invoices")


def test_a_categorys_promise_holds_for_what_is_under_it_and_the_nearest_goes_first(world: World) -> None:
    above = billing(world)
    with world.enter(world.c1):
        mid = TicketCategory.objects.create(client=world.c1, name="Late", slug="late", parent=above)
        low = TicketCategory.objects.create(client=world.c1, name="Very late", slug="very-late", parent=mid)
    propose(world, {Kind(category="invoices"): cells(2), Kind(category="late"): cells(3)})

    hours = [target_of(world, factories.ticket(world, world.r1, category_id=row.pk)) for row in (above, mid, low)]

    assert hours == [2, 3, 3]


def test_open_clocks_follow_a_category_that_moves_once_and_the_history_says_so(world: World) -> None:
    above = billing(world)
    with world.enter(world.c1):
        mid = TicketCategory.objects.create(client=world.c1, name="Late", slug="late")
        low = TicketCategory.objects.create(client=world.c1, name="Very late", slug="very-late", parent=mid)
    propose(world, {Kind(category="invoices"): cells(2)})
    ticket, other = (factories.ticket(world, world.r1, category_id=row) for row in (low.pk, None))
    given = categories.Definition("Late", above.pk)

    with world.enter(world.o1) as actor:
        categories.change_category(actor, client_id=world.c1.pk, category_id=mid.pk, given=given)
    before = target_of(world, ticket)
    for _turn in range(2):
        sweep()

    assert (before, target_of(world, ticket), target_of(world, other)) == (8, 2, 8)
    with world.enter(world.c1):
        told = Event.objects.filter(kind="promised_anew").values_list("ticket_id", "data__why")
        assert list(told) == [(ticket.pk, "counts as")]


def test_a_ticket_that_is_being_opened_while_its_category_moves_is_counted_too(world: World) -> None:
    above = billing(world)
    with world.enter(world.c1):
        late = TicketCategory.objects.create(client=world.c1, name="Late", slug="late")
    propose(world, {Kind(category="invoices"): cells(2)})
    reached, opened = Moment(), []

    def slowly(**_more: object) -> None:
        # Its promises are read, and it is not committed.
        reached.set()
        sleep(0.5)

    def move() -> None:
        assert reached.wait(10)
        with world.enter(world.o1) as actor:
            given = categories.Definition("Late", above.pk)
            categories.change_category(actor, client_id=world.c1.pk, category_id=late.pk, given=given)

    signals.ticket_opened.connect(slowly)
    try:
        results = together(lambda: opened.append(factories.ticket(world, world.r1, category_id=late.pk)), move)
    finally:
        signals.ticket_opened.disconnect(slowly)
    for _turn in range(2):
        sweep()

    assert results == [None, None]
    assert target_of(world, opened[0]) == 2


def test_open_clocks_follow_another_tier_of_their_customer(world: World) -> None:
    propose(world, {Kind(tier="gold"): cells(1)})
    plain = factories.customer(world, world.c1)
    ticket, other = factories.ticket(world, plain), factories.ticket(world, world.r1)

    with world.enter(world.lead) as actor:
        customers.change_customer(actor, client_id=world.c1.pk, customer_id=plain.pk, tier="Gold")
    sweep()

    assert (target_of(world, ticket), target_of(world, other)) == (1, 8)


def test_tickets_that_others_hold_are_counted_as_soon_as_they_are_free(world: World) -> None:
    above = billing(world)
    with world.enter(world.c1):
        row = TicketCategory.objects.create(client=world.c1, name="Late", slug="late")
    ticket = factories.ticket(world, world.r1, category_id=row.pk)
    sweep()

    with world.enter(world.o1) as actor:
        given = categories.Definition("Late", above.pk)
        categories.change_category(actor, client_id=world.c1.pk, category_id=row.pk, given=given)

    with world.enter(world.c1):
        assert Due.objects.filter(kind=Due.Kind.SORTING, subject_id=ticket.pk).exists()
    with world.enter(world.r1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    sweep()
    with world.enter(world.c1):
        assert not Due.objects.filter(kind=Due.Kind.SORTING).exists()


def test_a_row_for_a_part_behind_one_for_the_whole_never_matches(world: World) -> None:
    above = billing(world)
    with world.enter(world.c1):
        TicketCategory.objects.create(client=world.c1, name="Late", slug="late", parent=above)
        known = Place(world.c1.pk, clock.now()).known()
    path = Path("P", (Step(When(), (Who(Target.GROUP, "everybody"),)),))
    document = Document((Row("P", ("invoices",)), Row("P", ("late",)), Row("P")), (path,))

    found = [(each.row, each.others) for each in check(document, known) if each.problem is Problem.NEVER]

    assert found == [(2, (1,))]


def test_a_matrix_sees_what_a_category_is_under(world: World) -> None:
    above = billing(world)
    with world.enter(world.c1):
        low = TicketCategory.objects.create(client=world.c1, name="Late", slug="late", parent=above)
    ticket = factories.ticket(world, world.r1, category_id=low.pk)

    with world.enter(world.c1):
        facts = subject_of(world.c1.pk, clock.now(), category="late", priority=3, tier="", language="en", tags=())

        assert subjects_of(world.c1.pk, [ticket], clock.now())[ticket.pk].categories == {"late", "invoices"}
        assert facts.categories == {"late", "invoices"}
        assert Place(world.c1.pk, clock.now()).known().parents["late"] == "invoices"


def test_a_ticket_has_the_promise_of_its_customers_tier(world: World) -> None:
    propose(world, {Kind(tier="gold"): cells(1)})
    gold = factories.customer(world, world.c1, tier="Gold")

    assert target_of(world, factories.ticket(world, gold)) == 1
    assert target_of(world, factories.ticket(world, world.r1)) == 8


def test_another_category_gives_the_clocks_its_promise_and_keeps_what_has_run(world: World, time) -> None:
    category = billing(world)
    propose(world, {Kind(category="invoices"): cells(2)})
    ticket = factories.ticket(world, world.r1)
    time.shift(HOUR)

    with world.enter(world.v1) as actor:
        handling.sort(actor, client_id=world.c1.pk, ticket_id=ticket.pk, category_id=category.pk)

    with world.enter(world.c1):
        row = Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE)
        assert (row.target_seconds, (row.due_at - MONDAY).total_seconds()) == (2 * HOUR, 2 * HOUR)
        assert Event.objects.get(ticket=ticket, kind="promised_anew").data == {"why": "category"}


@pytest.mark.parametrize("is_asked", [False, True])
def test_what_has_run_on_other_hours_stays_counted_on_them(world: World, time, *, is_asked: bool) -> None:
    """Of a ticket of Friday evening under office hours, nothing has run by Monday morning."""
    category = billing(world)
    office, always = (
        {(metric, 3): Pledge(4 * HOUR, by_day, 90) for metric in (Metric.FIRST_RESPONSE, Metric.SOLVE)}
        for by_day in (False, True)
    )
    propose(world, {Kind(category="invoices"): always}, office)
    time.move_to(MONDAY + timedelta(days=4, hours=12))
    ticket = factories.ticket(world, world.r1)
    if is_asked:
        escalate(world, ticket)
    time.move_to(MONDAY + timedelta(days=7))

    with world.enter(world.v1) as actor:
        handling.sort(actor, client_id=world.c1.pk, ticket_id=ticket.pk, category_id=category.pk)

    with world.enter(world.c1):
        row = Clock.objects.get(ticket=ticket, metric=Metric.SOLVE)
        left = timedelta(seconds=row.target_seconds - row.used_seconds)
    assert (row.round_the_clock, row.target_seconds) == (True, 4 * HOUR)
    assert row.used_seconds < 4 * HOUR
    assert row.due_at == (None if is_asked else clock.now() + left)


def test_a_category_that_promises_the_same_is_not_said_to_change_a_clock(world: World) -> None:
    category, ticket = billing(world), factories.ticket(world, world.r1)

    with world.enter(world.v1) as actor:
        handling.sort(actor, client_id=world.c1.pk, ticket_id=ticket.pk, category_id=category.pk)

    with world.enter(world.c1):
        assert not Event.objects.filter(ticket=ticket, kind="promised_anew").exists()


def test_another_priority_says_that_it_gives_the_clocks_other_targets(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    with world.enter(world.v1) as actor:
        more = {"client_id": world.c1.pk, "ticket_id": ticket.pk}
        handling.override_priority(actor, priority=1, reason="The whole street", **more)

    assert target_of(world, ticket) == 1
    with world.enter(world.c1):
        assert Event.objects.get(ticket=ticket, kind="promised_anew").data == {"why": "priority"}


def test_what_is_promised_nowhere_else_is_promised_to_the_kind(world: World) -> None:
    gold = factories.customer(world, world.c1, tier="gold")
    propose(world, {Kind(tier="gold"): {(Metric.SOLVE, 3): Pledge(4 * HOUR, True, 90)}})

    ticket = factories.ticket(world, gold)

    with world.enter(world.c1):
        metrics = Clock.objects.filter(ticket=ticket).values_list("metric", flat=True)
        assert set(metrics) == {Metric.FIRST_RESPONSE, Metric.SOLVE}


def test_a_category_that_there_is_not_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        propose(world, {Kind(category="gone"): cells(1)})


def test_a_version_tells_what_changes_for_whom() -> None:
    before = Pledges("Support hours", (), cells(8), {Kind(tier="gold"): cells(2)})
    after = Pledges("Support hours", (), cells(8), {Kind(tier="gold"): cells(1), Kind("invoices"): {}})

    found = changes(before, after)

    assert {change.kind for change in found} == {Kind(tier="gold")}
    assert len(found) == 4
    assert [change.kind for change in changes(before, Pledges("Support hours", (), {}, {}))][:4] == [EVERY] * 4


def test_an_urgent_ticket_of_a_kind_waits_no_longer_than_another() -> None:
    wrong = {(Metric.SOLVE, 1): Pledge(9 * HOUR, True, 90), (Metric.SOLVE, 2): Pledge(HOUR, True, 90)}

    with pytest.raises(Invalid):
        pledges.check(Pledges("Support hours", (), cells(8), {Kind(tier="gold"): wrong}))


def test_the_form_proposes_and_shows_it(world: World) -> None:
    billing(world)
    with world.enter(world.c1):
        contract_id = Contract.objects.get(client=world.c1, vendor=world.havnvik).pk
    where = {"client": world.c1.slug, "contract_id": contract_id}
    browser = world.browser(world.o1)
    data = {
        "hours": "Support hours", "version": "1", "first_response_3": "4h", "k1_category": "invoices",
        "k1_tier": "Gold", "k1_metric": "first_response", "k1_3": "1h", "k1_percent": "95",
    }  # fmt: skip

    page = browser.post(reverse("console:propose_promises", kwargs=where), data, follow=True).content.decode()

    assert "Invoices, tier Gold" in page
    with world.enter(world.c1):
        row = SlaTarget.objects.select_related("policy__calendar").get(category="invoices")
        assert (row.tier, row.seconds, row.promised_percent) == ("Gold", HOUR, 95)
        told = pledges_of(row.policy)
        assert told.special == {Kind("invoices", "Gold"): {(Metric.FIRST_RESPONSE, 3): Pledge(HOUR, False, 95)}}
    form = browser.get(reverse("console:propose_promises", kwargs=where)).content.decode()
    assert 'value="Gold"' in form


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ({"k1_3": "1h"}, "Choose a category or write a tier"),
        ({"k1_tier": "gold", "k1_3": "1h", "k2_tier": "gold", "k2_3": "2h"}, "in a line above"),
        ({"k1_tier": "gold", "k1_3": "soon"}, "is no length of time"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(world: World, line: dict, word: str) -> None:
    with world.enter(world.c1):
        contract_id = Contract.objects.get(client=world.c1, vendor=world.havnvik).pk
    where = {"client": world.c1.slug, "contract_id": contract_id}
    data = {"hours": "Support hours", "version": "1", "first_response_3": "4h", **line}

    answer = world.browser(world.o1).post(reverse("console:propose_promises", kwargs=where), data)

    assert answer.status_code == 400
    assert word in answer.content.decode()
    with world.enter(world.c1):
        assert not SlaTarget.objects.exclude(tier="").exists()
