"""What a contract promises is changed by both sides together, and open clocks go over to it."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access import actions
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogRecord, Contract
from escalation import clocks, pledges, recounting, tasks
from escalation.actions.policies import agree_to_promises, propose_promises, refuse_promises
from escalation.clocks import Promise, Reading
from escalation.errors import PromisesChanged
from escalation.models import PLEDGED, Clock, Metric, SlaPolicy, SlaTarget
from escalation.pledges import Pledge, Pledges
from escalation.promises import targets_at
from helpdesk.lib.business_time import WeekCalendar
from tests import factories
from tests.cast import World
from tests.escalation.test_coverage import as_office
from tests.escalation.test_recounting import calendars
from tickets.models import Event, Ticket

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
HOUR = 3600
FAST = {(Metric.FIRST_RESPONSE, 3): Pledge(HOUR, True, 95), (Metric.SOLVE, 3): Pledge(4 * HOUR, True, 90)}


@pytest.fixture(autouse=True)
def time():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def office(world: World) -> AbstractContextManager[Actor]:
    return as_office(world.office)


def contract(world: World) -> int:
    with world.enter(world.c1):
        return Contract.objects.get(client=world.c1, vendor=world.havnvik).pk


def about(world: World) -> dict:
    return {"client_id": world.c1.pk, "contract_id": contract(world)}


def wanted(cells=FAST, warn_at=(50,), hours="Support hours") -> Pledges:
    return Pledges(hours, warn_at, cells)


def propose(world: World, by=None, **more) -> SlaPolicy:
    of = about(world)
    with world.enter(by or world.o1) as actor:
        return propose_promises(actor, **of, **{"wanted": wanted(), "expected_version": 1, **more})


def agree(world: World, row: SlaPolicy) -> SlaPolicy:
    of = about(world)
    with office(world) as actor:
        return agree_to_promises(actor, policy_id=row.pk, **of)


def promised(world: World, at: datetime) -> dict[Metric, int]:
    of = contract(world)
    with world.enter(world.c1):
        return {metric: row.seconds for metric, row in targets_at(world.c1.pk, of, 3, at).items()}


def clock_of(world: World, ticket: Ticket, metric=Metric.SOLVE) -> Clock:
    with world.enter(world.c1):
        return Clock.objects.get(ticket=ticket, metric=metric)


def told(world: World) -> int:
    with world.enter(world.c1):
        return Event.objects.filter(kind="promised_anew").count()


def test_a_proposal_changes_nothing_until_the_other_side_agrees(world):
    before = promised(world, MONDAY)
    row = propose(world)
    assert promised(world, MONDAY) == before

    agree(world, row)

    assert promised(world, MONDAY) == {Metric.FIRST_RESPONSE: HOUR, Metric.SOLVE: 4 * HOUR}


def test_nobody_agrees_to_their_own_proposal(world):
    row, of = propose(world), about(world)

    with world.enter(world.o1) as actor, pytest.raises(Conflict):
        agree_to_promises(actor, policy_id=row.pk, **of)


def test_the_office_proposes_and_the_client_agrees(world):
    of = about(world)
    with office(world) as actor:
        row = propose_promises(actor, wanted=wanted(), expected_version=1, **of)
    with world.enter(world.o1) as actor:
        agreed = agree_to_promises(actor, policy_id=row.pk, **of)

    assert (agreed.state, agreed.proposed_side) == ("agreed", "vendor")


@pytest.mark.parametrize("person", ["v1", "lead", "e1"])
def test_only_who_signs_for_a_side_proposes(world, person):
    with pytest.raises(RightMissing):
        propose(world, by=getattr(world, person))


def test_the_office_reaches_the_promises_of_its_own_contracts_alone(world):
    row, of = propose(world), about(world)
    stranger = actions.create_vendor(slug="efterat", name="Efteråt Support")
    person = actions.create_user(email="ove@efterat.example", name="Ove Annan", vendor=stranger)
    actions.run_office(user=person)
    with world.enter(world.c1):
        Contract.objects.create(client=world.c1, vendor=stranger, reference="E", state="draft", valid_from=MONDAY)

    with as_office(person) as actor, pytest.raises(NotFound):
        agree_to_promises(actor, policy_id=row.pk, **of)
    with office(world):
        assert SlaTarget.objects.filter(policy=row).count() == len(FAST)
    with as_office(person):
        assert not SlaTarget.objects.filter(policy_id=row.pk).exists()


def test_who_read_an_older_version_proposes_nothing(world):
    propose(world)

    with pytest.raises(PromisesChanged):
        propose(world)


def test_a_new_proposal_takes_the_place_of_the_one_before(world):
    first = propose(world)
    of = about(world)
    with office(world) as actor:
        propose_promises(actor, wanted=wanted(), expected_version=2, **of)

    with world.enter(world.c1):
        first.refresh_from_db()
        assert first.state == "declined"
        assert SlaPolicy.objects.filter(state="proposed", **of).count() == 1


def test_declining_and_taking_back_leave_what_was_agreed(world):
    before, of = promised(world, MONDAY), about(world)
    row = propose(world)
    with office(world) as actor:
        assert refuse_promises(actor, policy_id=row.pk, **of).state == "declined"
    row = propose(world, expected_version=2)
    with world.enter(world.o1) as actor:
        assert refuse_promises(actor, policy_id=row.pk, **of).state == "taken_back"

    assert promised(world, MONDAY) == before
    with office(world) as actor, pytest.raises(Conflict):
        agree_to_promises(actor, policy_id=row.pk, **of)


def test_a_proposal_agreed_to_after_its_moment_begins_with_the_agreement(world, time):
    row = propose(world, valid_from=MONDAY + timedelta(hours=1))
    time.shift(timedelta(hours=3))

    assert agree(world, row).valid_from == MONDAY + timedelta(hours=3)


@pytest.mark.parametrize("since", [MONDAY - timedelta(hours=1), MONDAY + timedelta(days=800)])
def test_promises_begin_neither_in_the_past_nor_in_a_far_future(world, since):
    with pytest.raises(Invalid) as refused:
        propose(world, valid_from=since)

    assert refused.value.field == "valid_from"


def test_open_clocks_keep_what_has_run_and_have_the_new_target(world, time):
    ticket = factories.ticket(world, world.r1)
    assert clock_of(world, ticket).policy_id is not None
    time.shift(timedelta(hours=2))
    row = agree(world, propose(world))

    tasks.recount_clocks(world.c1.pk)

    clock = clock_of(world, ticket)
    assert (clock.policy_id, clock.target_seconds, clock.round_the_clock) == (row.pk, 4 * HOUR, True)
    assert clock.due_at == MONDAY + timedelta(hours=4)
    assert clock.shares[0] == 50
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.due_at == min(Clock.objects.filter(ticket=ticket).values_list("due_at", flat=True))
    assert told(world) == 1


def test_a_second_run_changes_and_says_nothing(world, time):
    ticket = factories.ticket(world, world.r1)
    time.shift(timedelta(hours=2))
    agree(world, propose(world))
    tasks.recount_clocks(world.c1.pk)
    before = clock_of(world, ticket)

    time.shift(timedelta(hours=1))
    tasks.recount_clocks(world.c1.pk)

    after = clock_of(world, ticket)
    assert (after.due_at, after.used_seconds, told(world)) == (before.due_at, before.used_seconds, 1)


def test_promises_to_come_reach_open_clocks_then_and_not_before(world, time):
    ticket = factories.ticket(world, world.r1)
    before = clock_of(world, ticket).due_at
    agree(world, propose(world, valid_from=MONDAY + timedelta(hours=3)))

    tasks.recount_clocks(world.c1.pk)
    assert clock_of(world, ticket).due_at == before
    time.shift(timedelta(hours=5))
    tasks.sweep_hours()
    tasks.recount_clocks(world.c1.pk)

    clock = clock_of(world, ticket)
    assert (clock.used_seconds, clock.running_since) == (3 * HOUR, MONDAY + timedelta(hours=3))


def test_a_clock_whose_promise_is_the_same_is_not_said_to_have_changed(world, time):
    factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Clock.objects.update(policy=None)
        rows = list(SlaPolicy.objects.get(contract_id=contract(world)).targets.all())
    cells = {
        (Metric(row.metric), row.priority): Pledge(row.seconds, row.round_the_clock, row.promised_percent)
        for row in rows
    }
    time.shift(timedelta(hours=1))
    row = agree(world, propose(world, wanted=wanted(cells, (50,))))

    tasks.recount_clocks(world.c1.pk)

    with world.enter(world.c1):
        assert set(Clock.objects.values_list("policy_id", flat=True)) == {row.pk}
        assert all(50 in shares for shares in Clock.objects.values_list("shares", flat=True))
    assert told(world) == 0


def test_the_log_names_each_step(world):
    agree(world, propose(world))

    with world.enter(world.c1):
        assert AccessLogRecord.objects.filter(kind="sla_policy").count() == 2


def test_both_sides_read_the_proposal_and_its_difference(world):
    row, number = propose(world), contract(world)

    kwargs = {"client": "voltarra", "contract_id": number}
    console = world.browser(world.o1).get(reverse("console:promises", kwargs=kwargs)).content.decode()
    bureau = world.browser(world.office).get(reverse("office:promises", kwargs=kwargs)).content.decode()
    assert "Take it back" in console
    assert ">Agree<" not in console
    assert "Against version 1" in bureau
    assert "Decline" in bureau
    address = reverse("office:agree_promises", kwargs={**kwargs, "policy_id": row.pk})
    assert world.browser(world.office).post(address).status_code == 302
    assert promised(world, MONDAY)[Metric.SOLVE] == 4 * HOUR


def test_the_form_begins_with_what_is_in_force_and_refuses_beside_the_field(world):
    address = reverse("console:propose_promises", kwargs={"client": "voltarra", "contract_id": contract(world)})
    browser = world.browser(world.o1)
    page = browser.get(address).content.decode()
    assert 'value="20h"' in page

    refused = browser.post(address, {"hours": "Support hours", "solve_1": "soon", "version": "1"})

    assert refused.status_code == 400
    assert "is no length of time" in refused.content.decode()
    sent = {"hours": "Support hours", "solve_1": "3h", "solve_1_always": "on", "warn_at": "25, 75", "version": "1"}
    assert browser.post(address, sent).status_code == 302


# The rules alone.

minutes = st.integers(1, 2000 * 60)


@given(minutes)
def test_a_length_is_read_as_it_is_written(length):
    assert pledges.parse_length(pledges.length_text(length * 60), "solve_1") == length * 60


@given(st.text(max_size=12))
def test_any_text_is_a_length_or_refused(text):
    try:
        found = pledges.parse_length(text, "solve_1")
    except Invalid:
        return
    assert found is None or found >= 0


cells = st.dictionaries(
    st.sampled_from([(metric, priority) for metric in PLEDGED for priority in (1, 4)]),
    st.sampled_from([Pledge(60, True, 90), Pledge(60, False, 90), Pledge(120, True, 90), Pledge(60, True, 80)]),
    max_size=8,
)


@given(cells, cells)
def test_the_difference_applied_to_the_one_before_gives_the_other(before, after):
    made = dict(before)
    for change in pledges.changes(wanted(before), wanted(after)):
        assert change.before == before.get((change.metric, change.priority))
        if change.after is None:
            del made[change.metric, change.priority]
        else:
            made[change.metric, change.priority] = change.after

    assert made == after


@pytest.mark.parametrize(
    ("cells", "warn_at"),
    [
        ({}, (80,)),
        ({(Metric.SOLVE, 1): Pledge(30, True, 90)}, (80,)),
        ({(Metric.SOLVE, 1): Pledge(3600, True, 101)}, (80,)),
        ({(Metric.SOLVE, 1): Pledge(3600, True, 90)}, (100,)),
        ({(Metric.SOLVE, 1): Pledge(7200, True, 90), (Metric.SOLVE, 3): Pledge(3600, True, 90)}, (80,)),
    ],
)
def test_what_nobody_could_promise_is_refused(cells, warn_at):
    with pytest.raises(Invalid):
        pledges.check(wanted(cells, warn_at))


def test_an_urgent_ticket_by_day_may_be_promised_more_hours_than_one_by_night():
    by_day, by_night = Pledge(8 * HOUR, False, 90), Pledge(4 * HOUR, True, 90)

    pledges.check(wanted({(Metric.SOLVE, 1): by_day, (Metric.SOLVE, 2): by_night}))


@given(st.integers(1, 600), st.one_of(st.none(), calendars), st.integers(0, 600), st.one_of(st.none(), calendars))
def test_what_was_used_before_a_promise_stays_used_and_a_second_time_changes_nothing(target, hours, ran, others):
    running = Reading(Metric.SOLVE, 40 * HOUR, others, MONDAY, MONDAY)
    at, promise = MONDAY + timedelta(minutes=ran), Promise(target * 60, hours)

    counted = recounting.promised(running, promise, at)

    assert clocks.pause(counted, at).used == clocks.pause(running, at).used
    assert (counted.target, counted.hours) == (promise.target, promise.hours)
    assert recounting.promised(counted, promise, at + timedelta(hours=1)) == counted


def test_a_stopped_clock_keeps_its_promise():
    calendar = WeekCalendar("UTC", (((0, 600),),) * 7)
    stopped = Reading(Metric.SOLVE, 60, calendar, MONDAY, None, 5, MONDAY, True)

    assert recounting.promised(stopped, Promise(5, None), MONDAY) == stopped
