"""The life of an escalation, with every ending."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from access.errors import Invalid, NotFound, RightMissing
from access.models import Contract
from escalation import actions
from escalation.clocks import runs_in
from escalation.errors import AlreadyAnswered, AlreadyEscalated
from escalation.models import Clock, Contact, Due, Escalation, EscalationStep, Matrix, Metric
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tickets.actions import conversation, handling
from tickets.models import Event, Holder, HolderSpan, Message, Ticket
from tickets.promises import first_answer_by

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def escalate(world: World, ticket: Ticket, person=None, **more) -> Escalation:
    values = {"reason": "decision", "question": "May we refund?", "facts": "Paid twice", "suggestion": "Yes"}
    with world.enter(person or world.v1) as actor:
        return actions.escalate(actor, client_id=ticket.client_id, ticket_id=ticket.pk, **{**values, **more})


def test_escalating_makes_the_client_the_holder_and_mails_everyone_who_may_answer(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)

    escalation = escalate(world, ticket)

    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CLIENT
        assert ticket.due_metric == Metric.CLIENT_RESPONSE
        mails = OutboxMail.objects.filter(kind="escalation_ask")
        assert {mail.to_address for mail in mails} == {world.o1.email, world.a1.email, world.e1.email}
        assert escalation.row_position == 3
        assert EscalationStep.objects.filter(escalation=escalation).count() == 2


def test_where_no_row_fits_the_first_contact_is_asked(world: World, clock) -> None:
    with world.enter(world.c1):
        content = {"format": 1, "rows": [], "paths": []}
        now = {"made_at": MONDAY, "valid_from": MONDAY, "published_at": MONDAY}
        Matrix.objects.create(client=world.c1, version=2, content=content, **now)
    ticket = factories.ticket(world, world.r1)

    escalation = escalate(world, ticket)

    with world.enter(world.c1):
        assert escalation.row_position is None
        assert escalation.steps.get().told == 1
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CLIENT


def test_the_answer_gives_the_ticket_back_with_a_shared_note(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    clock.shift(timedelta(minutes=30))

    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes, refund.")

    with world.enter(world.c1):
        ticket.refresh_from_db()
        escalation.refresh_from_db()
        assert ticket.holder == Holder.VENDOR
        assert escalation.state == Escalation.State.RETURNED
        assert escalation.answered_by_name == "Petra Lund"
        note = Message.objects.get(ticket=ticket, audience=Message.Audience.SHARED)
        assert note.body == "Yes, refund."
        assert Clock.objects.get(ticket=ticket, metric=Metric.CLIENT_RESPONSE).used_seconds == 1800
        assert Clock.objects.get(ticket=ticket, metric=Metric.SOLVE).used_seconds == 0


def clock_rows(world: World, ticket: Ticket) -> dict[str, tuple]:
    with world.enter(world.c1):
        rows = Clock.objects.filter(ticket=ticket).exclude(metric=Metric.CLIENT_RESPONSE)
        return {row.metric: (row.used_seconds, row.due_at, row.met, row.running_since is None) for row in rows}


def solve_all(world: World, *tickets: Ticket) -> None:
    with world.enter(world.v1) as actor:
        for ticket in tickets:
            handling.solve(actor, client_id=ticket.client_id, ticket_id=ticket.pk)


@pytest.mark.parametrize("ending", ["not_needed", "incomplete", "withdraw"])
def test_given_back_without_need_is_as_if_never_paused(world: World, clock, ending: str) -> None:
    asked, never = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    clock.shift(timedelta(minutes=20))
    escalation = escalate(world, asked)
    clock.shift(timedelta(hours=3))
    person, more = {
        "not_needed": (world.e1, {}),
        "incomplete": (world.a1, {"missing": "Which invoice?"}),
        "withdraw": (world.v1, {}),
    }[ending]

    with world.enter(person) as actor:
        getattr(actions, ending)(actor, client_id=world.c1.pk, escalation_id=escalation.pk, **more)

    assert {k: v[1] for k, v in clock_rows(world, asked).items()} == {
        k: v[1] for k, v in clock_rows(world, never).items()
    }
    clock.shift(timedelta(hours=2))
    solve_all(world, asked, never)
    assert clock_rows(world, asked) == clock_rows(world, never)


def test_a_holding_answer_in_a_stretch_that_is_taken_back_counts_its_wait(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    clock.shift(timedelta(hours=5))
    factories.reply(world, world.v1, ticket, "We are asking.")
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CLIENT
    assert clock_rows(world, ticket)[Metric.FIRST_RESPONSE][2] is True

    with world.enter(world.e1) as actor:
        actions.not_needed(actor, client_id=world.c1.pk, escalation_id=escalation.pk)

    used, _due, met, _paused = clock_rows(world, ticket)[Metric.FIRST_RESPONSE]
    assert (used, met) == (5 * 3600, False)


def test_an_answer_leaves_the_vendors_clock_where_it_paused(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    clock.shift(timedelta(minutes=20))
    escalation = escalate(world, ticket)
    paused = clock_rows(world, ticket)[Metric.SOLVE]
    clock.shift(timedelta(hours=3))

    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes")

    assert paused[:2] == (1200, None)
    used, _due, _met, is_paused = clock_rows(world, ticket)[Metric.SOLVE]
    assert (used, is_paused) == (1200, False)
    with world.enter(world.c1):
        spans = HolderSpan.objects.filter(ticket=ticket).order_by("pk").values_list("holder", "void")
        assert list(spans) == [("vendor", False), ("client", False), ("vendor", False)]


def test_declining_needs_a_reason_and_leaves_the_clock_where_it_paused(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    clock.shift(timedelta(minutes=20))
    escalation = escalate(world, ticket)
    clock.shift(timedelta(hours=3))

    with world.enter(world.e1) as actor:
        with pytest.raises(Invalid):
            actions.decline(actor, client_id=world.c1.pk, escalation_id=escalation.pk, reason=" ")
        actions.decline(actor, client_id=world.c1.pk, escalation_id=escalation.pk, reason="Out of warranty.")

    with world.enter(world.c1):
        ticket.refresh_from_db()
        escalation.refresh_from_db()
        assert (ticket.holder, escalation.state) == (Holder.VENDOR, Escalation.State.DECLINED)
        assert Message.objects.get(ticket=ticket, audience=Message.Audience.SHARED).body == "Out of warranty."
        assert Clock.objects.get(ticket=ticket, metric=Metric.CLIENT_RESPONSE).met
        assert Event.objects.get(ticket=ticket, kind="returned").data["state"] == "declined"
    assert clock_rows(world, ticket)[Metric.SOLVE][0] == 1200


def test_taking_over_gives_the_ticket_to_the_clients_person(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)

    with world.enter(world.a1) as actor:
        actions.take_over(actor, client_id=world.c1.pk, escalation_id=escalation.pk)
        card = actor.card_id(world.c1.pk)

    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert (ticket.holder, ticket.assignee_id, ticket.due_at) == (Holder.CLIENT, card, None)
        kinds = list(Event.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))
        assert kinds[-2:] == ["assigned", "taken_over"]
    factories.reply(world, world.a1, ticket, "We look after it ourselves.")
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CUSTOMER


def test_solving_meanwhile_withdraws_the_question(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)

    solve_all(world, ticket)

    with world.enter(world.c1):
        escalation.refresh_from_db()
        assert escalation.state == Escalation.State.SOLVED
        assert not Clock.objects.filter(ticket=ticket, stopped_at=None).exists()
        assert not Due.objects.filter(kind=Due.Kind.CLIMB).exists()
        assert not Due.objects.filter(kind=Due.Kind.CLOCK).exists()
    with world.enter(world.e1) as actor, pytest.raises(AlreadyAnswered, match="No answer is needed"):
        actions.not_needed(actor, client_id=world.c1.pk, escalation_id=escalation.pk)


def test_a_second_answer_is_told_who_was_first(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes")

    with world.enter(world.o1) as actor, pytest.raises(AlreadyAnswered, match="Petra Lund answered at 09:00"):
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="No")


def test_a_ticket_is_escalated_once_at_a_time(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalate(world, ticket)

    with pytest.raises(AlreadyEscalated):
        escalate(world, ticket)


def test_a_ticket_may_be_escalated_again_after_the_answer(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    first = escalate(world, ticket)
    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=first.pk, answer="Yes")

    second = escalate(world, ticket, question="And the freight?")

    with world.enter(world.c1):
        running = Clock.objects.filter(ticket=ticket, metric=Metric.CLIENT_RESPONSE)
        assert running.filter(stopped_at=None).count() == 1
        assert running.count() == 2
        assert second.state == Escalation.State.RUNNING


@pytest.mark.parametrize(("field", "value"), [("question", "  "), ("reason", ""), ("question", "x" * 301)])
def test_a_question_that_cannot_be_asked_is_refused_at_its_field(world: World, clock, field: str, value: str) -> None:
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(Invalid) as refused:
        escalate(world, ticket, **{field: value})

    assert refused.value.field == field


def test_where_nobody_can_be_asked_the_agent_learns_what_to_do(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Contact.objects.update(is_active=False)
        Matrix.objects.all().delete()

    with pytest.raises(Invalid, match="Ask the client to add one"):
        escalate(world, ticket)


def test_a_reader_cannot_escalate_and_a_stranger_finds_nothing(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(RightMissing):
        escalate(world, ticket, world.v1ro)
    with pytest.raises(NotFound):
        escalate(world, ticket, world.o2)
    with pytest.raises(NotFound):
        escalate(world, ticket, world.v1own)


def test_the_vendor_cannot_answer_for_the_client(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))

    with world.enter(world.v1) as actor, pytest.raises(RightMissing):
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes")


def test_another_client_cannot_answer_whatever_client_it_names(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))

    for client in (world.c1, world.c2):
        with world.enter(world.o2) as actor, pytest.raises(NotFound):
            actions.return_to_support(actor, client_id=client.pk, escalation_id=escalation.pk, answer="Yes")


def test_a_customer_sees_no_escalation_no_contact_and_no_matrix(world: World, clock) -> None:
    escalate(world, factories.ticket(world, world.r1))

    with world.enter(world.r1):
        for model in (Escalation, EscalationStep, Contact, Matrix):
            assert not model.objects.exists()
        assert Clock.objects.exists()


def test_another_priority_changes_the_targets_of_running_clocks(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    before = clock_rows(world, ticket)[Metric.SOLVE][1]

    with world.enter(world.v1) as actor:
        handling.override_priority(actor, client_id=world.c1.pk, ticket_id=ticket.pk, priority=1, reason="A hospital")

    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert Clock.objects.get(ticket=ticket, metric=Metric.SOLVE).target_seconds == 8 * 3600
        assert clock_rows(world, ticket)[Metric.SOLVE][1] < before
        assert ticket.due_at == MONDAY + timedelta(hours=1)


def test_a_ticket_without_a_contract_has_no_clocks(world: World, clock) -> None:
    with world.enter(world.c1):
        Contract.objects.update(valid_until=MONDAY - timedelta(days=1))

    ticket = factories.ticket(world, world.r1)

    with world.enter(world.c1):
        assert not Clock.objects.filter(ticket=ticket).exists()
        assert ticket.due_at is None


def test_opening_a_ticket_costs_four_statements_more(world: World, clock, django_assert_max_num_queries) -> None:
    from tickets import signals

    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1) as actor:
        Clock.objects.all().delete()
        ticket.refresh_from_db()
        with django_assert_max_num_queries(4):
            signals.ticket_opened.send(Ticket, ticket=ticket, actor=actor, at=MONDAY)


def test_the_portal_can_say_when_the_first_answer_comes(world: World, clock) -> None:
    with world.enter(world.r1):
        assert first_answer_by(world.c1.pk, 3, MONDAY) == MONDAY + timedelta(hours=4)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_a_ticket_is_in_one_court_and_its_clocks_run_there(world: World, clock, seed: int) -> None:
    dice = random.Random(seed)
    ticket = factories.ticket(world, world.r1)
    for _turn in range(12):
        clock.shift(timedelta(minutes=dice.randrange(1, 300)))
        _something(world, ticket, dice)

        with world.enter(world.c1):
            ticket.refresh_from_db()
            open_spans = list(HolderSpan.objects.filter(ticket=ticket, ended_at=None).values_list("holder", flat=True))
            assert open_spans == ([ticket.holder] if ticket.status == "open" else [])
            running = Clock.objects.filter(ticket=ticket, due_at__isnull=False)
            for row in running:
                assert runs_in(Metric(row.metric), Holder(ticket.holder))
            due = min((row.due_at for row in running), default=None)
            assert ticket.due_at == due
            asked = Escalation.objects.filter(ticket=ticket, ended_at=None)
            assert set(asked.values_list("pk", flat=True)) == _due(Due.Kind.CLIMB)
            assert {row.pk for row in running} == _due(Due.Kind.CLOCK)


def _due(kind: Due.Kind) -> set[int]:
    return set(Due.objects.filter(kind=kind).values_list("subject_id", flat=True))


def _something(world: World, ticket: Ticket, dice: random.Random) -> None:
    with world.enter(world.c1):
        ticket.refresh_from_db()
        running = Escalation.objects.filter(ticket=ticket, ended_at=None).values_list("pk", flat=True).first()
    c1 = world.c1.pk

    def answer(ending: str, **more: str) -> None:
        with world.enter(world.a1) as actor:
            getattr(actions, ending)(actor, client_id=c1, escalation_id=running, **more)

    def write() -> None:
        with world.enter(world.r1) as actor:
            conversation.write_as_customer(actor, client_id=c1, ticket_id=ticket.pk, body="And now?")

    moves = [write, lambda: factories.reply(world, world.v1, ticket), lambda: solve_all(world, ticket)]
    if ticket.status == "open" and running is None:
        moves += [lambda: escalate(world, ticket)] * 3
    if running is not None:
        moves += [
            lambda: answer("return_to_support", answer="Yes"),
            lambda: answer("not_needed"),
            lambda: answer("acknowledge"),
            lambda: answer("take_over"),
        ]
    dice.choice(moves)()
