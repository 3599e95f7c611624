"""Climbs that begin by themselves: with the ticket, or because nothing happens on it; and how climbs go on."""

from datetime import timedelta

import pytest

from access.models import Membership
from escalation import actions, timers
from escalation.drafting import in_force
from escalation.matrix.document import Begins, Document, Path, Row, Step, Target, Trigger, When, Who
from escalation.models import Contact, Due, Escalation, EscalationStep, Matrix, Notice
from helpdesk.lib import clock as clocks
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import (
    LEAD,
    at_share,
    contacts,
    escalations,
    kinds,
    one_path,
    put_in_force,
    sweep,
    told,
)
from tests.escalation.test_life import escalate, solve_all
from tickets import courts
from tickets.models import Holder

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOW = Step(When(), LEAD)


def test_a_row_that_begins_with_its_tickets_tells_at_once(world: World, clock) -> None:
    put_in_force(world, one_path(NOW, begins=Begins.OPENED))

    ticket = factories.ticket(world, world.r1)
    sweep()

    (climb,) = escalations(world, ticket)
    assert (climb.origin, climb.headline) == (
        Escalation.Origin.OPENED,
        "A ticket that your matrix sends to you at once",
    )
    assert told(world, ticket) == [(1, 1)]
    with world.enter(world.c1):
        assert OutboxMail.objects.filter(kind="escalation_vendor").count() == 1


def test_a_step_of_the_clients_hands_the_ticket_over_and_mails_a_link(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), contacts(world), hands_over=True), begins=Begins.OPENED))

    ticket = factories.ticket(world, world.r1)
    sweep()

    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CLIENT
        letter = OutboxMail.objects.filter(kind="escalation_ask").first()
        assert "/l/" in letter.text


def test_a_climb_that_ended_does_not_begin_again_by_itself(world: World, clock) -> None:
    put_in_force(world, one_path(NOW, begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    (climb,) = escalations(world, ticket)
    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=climb.pk, answer="Seen")

    factories.reply(world, world.v1, ticket)
    clock.shift(MINUTE)
    sweep()

    assert len(escalations(world, ticket)) == 1


@pytest.mark.parametrize(("waited", "climbs"), [(44, 0), (46, 1)])
def test_a_ticket_on_which_nothing_happens_begins_to_climb(world: World, clock, waited: int, climbs: int) -> None:
    put_in_force(world, one_path(Step(When(Trigger.QUIET, 45), LEAD)))
    ticket = factories.ticket(world, world.r1)
    sweep()

    clock.shift(waited * MINUTE)
    sweep()

    assert [row.origin for row in escalations(world, ticket)] == [Escalation.Origin.QUIET] * climbs
    # Who is told is told at once, and not after as much silence again.
    assert told(world, ticket) == [(1, 1)] * climbs


def test_what_happens_on_a_ticket_puts_silence_off(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(Trigger.QUIET, 45), LEAD)))
    ticket = factories.ticket(world, world.r1)
    sweep()
    clock.shift(40 * MINUTE)
    factories.note(world, world.v1, ticket)
    for _turn in range(4):
        clock.shift(10 * MINUTE)
        sweep()
    assert escalations(world, ticket) == []

    clock.shift(10 * MINUTE)
    sweep()

    assert len(escalations(world, ticket)) == 1


def test_a_ticket_that_waits_on_its_customer_may_be_quiet(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(Trigger.QUIET, 45), LEAD)))
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)

    for _turn in range(4):
        clock.shift(timedelta(hours=1))
        sweep()

    assert escalations(world, ticket) == []


def test_a_step_is_told_again_until_somebody_takes_it_on(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), LEAD, again_minutes=10, again_times=3), begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    clock.shift(10 * MINUTE)
    sweep()
    assert told(world, ticket) == [(1, 2)]
    with world.enter(world.e1) as actor:
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=escalations(world, ticket)[0].pk)

    clock.shift(timedelta(hours=1))
    sweep()

    assert told(world, ticket) == [(1, 2)]
    with world.enter(world.c1):
        assert list(Notice.objects.filter(channel="mail").order_by("pk").values_list("telling", flat=True)) == [1, 2]


def test_taken_on_and_left_alone_it_climbs_again(world: World, clock) -> None:
    put_in_force(world, one_path(NOW, begins=Begins.OPENED, idle_minutes=30))
    ticket = factories.ticket(world, world.r1)
    sweep()
    with world.enter(world.e1) as actor:
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=escalations(world, ticket)[0].pk)
    clock.shift(29 * MINUTE)
    sweep()
    assert told(world, ticket) == [(1, 1)]

    clock.shift(2 * MINUTE)
    sweep()

    (climb,) = escalations(world, ticket)
    assert (climb.state, climb.acknowledged_at) == (Escalation.State.RUNNING, None)
    assert told(world, ticket) == [(1, 1), (2, 1)]
    assert kinds(world, ticket, "climbs_on") == ["climbs_on"]


def test_a_path_goes_on_as_the_next_one_of_its_own_version(world: World, clock) -> None:
    paths = (Path("A", (NOW,), then="B", then_minutes=20), Path("B", (Step(When(minutes=5), contacts(world)),)))
    put_in_force(world, Document((Row("A", begins=Begins.OPENED),), paths))
    ticket = factories.ticket(world, world.r1)
    sweep()
    put_in_force(world, one_path(NOW))

    clock.shift(26 * MINUTE)
    sweep()

    assert told(world, ticket) == [(1, 1), (2, 1)]
    (climb,) = escalations(world, ticket)
    assert (climb.leg, climb.path["name"], climb.matrix_version) == (2, "B", climb.matrix_version)


def test_what_nobody_answers_expires_and_goes_back_to_its_workers(world: World, clock) -> None:
    step = Step(When(), contacts(world), hands_over=True)
    put_in_force(world, one_path(step, begins=Begins.OPENED, ends_minutes=60))
    ticket = factories.ticket(world, world.r1)
    sweep()

    clock.shift(61 * MINUTE)
    sweep()

    with world.enter(world.c1):
        ticket.refresh_from_db()
    assert escalations(world, ticket)[0].state == Escalation.State.EXPIRED
    assert ticket.holder == Holder.VENDOR
    assert kinds(world, ticket, "expired") == ["expired"]


def test_a_solved_ticket_is_told_to_nobody(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(minutes=30), LEAD), begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    solve_all(world, ticket)

    clock.shift(timedelta(hours=1))
    sweep()

    assert told(world, ticket) == [(1, 0)]


def test_where_nobody_of_a_step_is_there_others_are_told_instead(world: World, clock) -> None:
    nobody = (Who(Target.ROLE, "kb_writer"),)
    put_in_force(world, one_path(Step(When(), nobody, instead=contacts(world)), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()

    with world.enter(world.c1):
        assert set(Notice.objects.values_list("is_instead", "vendor_role")) == {(True, "")}


def test_a_contact_who_left_is_passed_over_at_once(world: World, clock) -> None:
    with world.enter(world.c1):
        place = Membership.objects.get(client_id=world.c1.pk, user=world.e1)
        petra = Contact.objects.create(client=world.c1, name="Petra", email="p@mail.example", card_id=place.card_id)
        Membership.objects.filter(pk=place.pk).update(ends_at=clocks.now())
    gone = (Who(Target.CONTACT, petra.key),)
    put_in_force(world, one_path(Step(When(), gone, instead=LEAD), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()

    with world.enter(world.c1):
        assert set(Notice.objects.values_list("is_instead", "vendor_role")) == {(True, "team_lead")}
        assert not OutboxMail.objects.filter(to_address="p@mail.example").exists()


def test_a_late_step_is_marked_late(world: World, clock) -> None:
    escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(days=1))
    sweep()

    with world.enter(world.c1):
        assert list(EscalationStep.objects.order_by("position").values_list("is_late", flat=True)) == [False, True]


@pytest.mark.parametrize("later", [timedelta(), HOUR])
@pytest.mark.parametrize(
    ("step", "climbs_after"),
    [(at_share(50), 2 * HOUR), (Step(When(Trigger.QUIET, 150), LEAD), timedelta(minutes=150))],
    ids=["share", "quiet"],
)
def test_open_tickets_wait_for_what_a_version_waits_for_that_comes_in_force_later(
    world: World, clock, step: Step, climbs_after: timedelta, later: timedelta
) -> None:
    ticket, many = factories.ticket(world, world.r1), [factories.ticket(world, world.r1) for _n in range(3)]
    sweep()
    with world.enter(world.o1, only=world.c1) as actor:
        version, _document = in_force(world.c1.pk)
        about = {"client_id": world.c1.pk, "expected_version": version}
        row = actions.publish_matrix(actor, document=one_path(step), **about)
        Matrix.objects.filter(pk=row.pk).update(valid_from=clocks.now() + later)
        Due.objects.filter(kind=Due.Kind.MATRIX).update(due_at=clocks.now() + later)

    for _turn in range(3):
        sweep()
    clock.shift(climbs_after - timedelta(minutes=1))
    for _turn in range(3):
        sweep()
    assert escalations(world, ticket) == []
    clock.shift(timedelta(minutes=2))
    for _turn in range(3):
        sweep()

    assert [len(escalations(world, each)) for each in (ticket, *many)] == [1, 1, 1, 1]
    assert told(world, ticket) == [(1, 1)]
    with world.enter(world.c1):
        assert not Due.objects.filter(kind=Due.Kind.MATRIX).exists()


def test_a_share_that_is_past_before_anybody_waits_for_it_begins_a_climb_once(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    sweep()
    # The promise warns at 80 percent of 8 hours, so the clock has come to a mark behind the one that is waited for.
    clock.shift(7 * HOUR)
    sweep()
    with world.enter(world.o1, only=world.c1) as actor:
        version, _document = in_force(world.c1.pk)
        about = {"client_id": world.c1.pk, "expected_version": version}
        actions.publish_matrix(actor, document=one_path(at_share(50), ends_minutes=5), **about)
    for _turn in range(3):
        sweep()
    assert told(world, ticket) == [(1, 1)]
    clock.shift(6 * MINUTE)
    sweep()
    assert [row.state for row in escalations(world, ticket)] == [Escalation.State.EXPIRED]

    with world.enter(world.c1):
        Due.objects.create(client_id=world.c1.pk, kind=Due.Kind.TICKET, subject_id=ticket.pk, due_at=clocks.now())
    sweep()

    assert len(escalations(world, ticket)) == 1


@pytest.mark.parametrize("rests", [False, True])
def test_a_path_does_not_end_while_a_step_waits_for_a_clock_that_may_run_on(world: World, clock, rests: bool) -> None:
    steps = (Step(When(), LEAD), at_share(50))
    put_in_force(world, one_path(*steps, begins=Begins.OPENED, ends_minutes=30))
    ticket = factories.ticket(world, world.r1)
    sweep()
    if rests:
        with world.enter(world.c1):
            timers.client_asked(ticket, at=clocks.now())
        with world.enter(world.v1, only=world.c1) as actor:
            courts.move(actor, ticket, Holder.CLIENT, at=clocks.now())

    for _turn in range(6):
        clock.shift(20 * MINUTE)
        sweep()

    assert told(world, ticket) == ([(1, 1), (2, 0)] if rests else [(1, 1), (2, 1)])
    assert [row.ended_at for row in escalations(world, ticket)] == [None]
    with world.enter(world.c1):
        (step,) = EscalationStep.objects.filter(escalation__ticket=ticket, position=2)
    assert (step.due_at is None) is rests
