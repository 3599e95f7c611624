"""A request for emergency access climbs: who is told when, and what time alone does to it."""

from datetime import UTC, datetime, timedelta

import pytest

from access.actions import emergency as acts
from access.models import AccessLogContent, SignedLink
from escalation import tasks
from escalation.actions import publish_matrix
from escalation.engine import due
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from escalation.models import Contact, Due, EmergencyStep
from escalation.rows import newest
from helpdesk.lib import clock as clocks
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.emergency.things import MONDAY, QUARTER, State, allow_unanswered, link_in, mails, state, sweep
from tests.faults.together import together
from tickets.actions import handling
from tickets.models import Impact, Urgency
from tickets.queries import undelivered


class TestWhoIsTold:
    def test_the_contacts_of_the_matching_row_in_their_distance_and_who_may_decide_at_once(
        self, world: World, clock, contacts
    ) -> None:
        ida, nils = contacts
        lead, first, second = Who(Target.ROLE, "team_lead"), Who(Target.CONTACT, nils.key), Who(Target.CONTACT, ida.key)
        told = ((0, lead), (10, first), (30, second))
        steps = tuple(Step(When(minutes=at), (who,), instead=(lead,)) for at, who in told)
        document = Document((Row("P"),), (Path("P", steps),))
        with world.enter(world.o2) as actor:
            publish_matrix(actor, client_id=world.c2.pk, document=document, expected_version=_version(world))
        request = factories.asked_in(world, world.v1, factories.ticket(world, world.r2))

        sweep()
        first = set(mails(world, "ask"))
        clock.shift(timedelta(minutes=20) - timedelta(microseconds=1))
        sweep()
        before = set(mails(world, "ask"))
        clock.shift(timedelta(microseconds=1))
        sweep()

        assert first == before == {world.o2.email, "nils@alderby.example"}
        assert set(mails(world, "ask")) == {*first, "ida@alderby.example"}
        assert state(world, request) == State.ASKED

    def test_without_a_row_that_names_contacts_all_of_them_at_once(self, world: World, asked) -> None:
        assert set(mails(world, "ask")) == {world.o2.email, "ida@alderby.example", "nils@alderby.example"}

    def test_a_decider_who_is_a_contact_too_gets_one_mail_and_it_has_the_link(self, world: World, ticket) -> None:
        with world.enter(world.c2):
            Contact.objects.create(client=world.c2, name="Olga", email=world.o2.email)
        factories.asked_in(world, world.v1, ticket)
        sweep()

        assert link_in(mails(world, "ask")[world.o2.email])

    def test_a_mail_says_who_asks_why_and_for_what_and_shows_nothing_of_the_ticket(self, world: World, asked) -> None:
        text = mails(world, "ask")["ida@alderby.example"]

        for word in (world.v1.name, "Havnvik Support", f"#{asked.ticket_number}", asked.reason, "60 minutes"):
            assert word in text
        assert "The door stays shut" not in text

    def test_a_mail_that_never_arrived_is_told_to_the_client_and_not_to_who_answers_its_customers(
        self, world: World, asked
    ) -> None:
        with world.enter(world.c2):
            OutboxMail.objects.filter(kind="emergency_ask").update(state=OutboxMail.State.DEAD)

        counts = {}
        for person in (world.o2, world.v12):
            with world.enter(person) as actor:
                counts[person.name] = undelivered.count(actor, [world.c2.pk])

        assert counts == {world.o2.name: 3, world.v12.name: 0}

    def test_nothing_is_told_once_it_is_decided(self, world: World, clock, ticket) -> None:
        request = factories.asked_in(world, world.v1, ticket)
        factories.let_in(world, world.o2, request)

        sweep()

        assert mails(world, "ask") == {}
        assert not Due.objects.filter(kind=Due.Kind.EMERGENCY).exists()


def _version(world: World) -> int | None:
    with world.enter(world.c2):
        matrix = newest(world.c2.pk)
        return matrix.version if matrix else None


class TestUnanswered:
    def test_is_granted_for_an_hour_at_exactly_fifteen_minutes(self, world: World, clock, asked) -> None:
        allow_unanswered(world)
        clock.shift(QUARTER - timedelta(microseconds=1))
        sweep()
        before = state(world, asked)
        clock.shift(timedelta(microseconds=1))
        sweep()

        assert (before, state(world, asked)) == (State.ASKED, State.UNANSWERED)
        assert (asked.starts_at, asked.ends_at) == (MONDAY + QUARTER, MONDAY + QUARTER + timedelta(hours=1))
        assert set(mails(world, "unanswered")) == {world.o2.email, "ida@alderby.example", "nils@alderby.example"}
        assert "You are let in" in subject(world, world.v1.email)

    def test_and_ends_at_exactly_sixty(self, world: World, clock, ticket, asked) -> None:
        allow_unanswered(world)
        clock.shift(QUARTER)
        sweep()
        browser, page = world.browser(world.v1), f"/desk/alderby/{ticket.number}/"

        clock.shift(timedelta(hours=1) - timedelta(microseconds=1))
        inside = browser.get(page).status_code
        clock.shift(timedelta(microseconds=1))

        assert (inside, browser.get(page).status_code) == (200, 404)

    @pytest.mark.parametrize("urgent", [True, False])
    @pytest.mark.parametrize("allowed", [True, False])
    @pytest.mark.parametrize("answered", [True, False])
    def test_only_on_priority_one_only_where_allowed_and_only_unanswered(
        self, world: World, clock, contacts, urgent: bool, allowed: bool, answered: bool
    ) -> None:
        more = {"impact": Impact.BLOCKED, "urgency": Urgency.NOW} if urgent else {}
        request = factories.asked_in(world, world.v1, factories.ticket(world, world.r2, **more))
        allow_unanswered(world, on=allowed)
        sweep()
        if answered:
            with world.enter(world.o2) as actor:
                acts.refuse(actor, client_id=world.c2.pk, emergency_id=request.pk)

        clock.shift(QUARTER)
        sweep()

        opened = urgent and allowed and not answered
        wanted = State.UNANSWERED if opened else State.REFUSED if answered else State.ASKED
        assert state(world, request) == wanted

    def test_not_where_the_ticket_is_of_another_priority_by_then(self, world: World, clock, ticket, asked) -> None:
        allow_unanswered(world)
        with world.enter(world.v12) as actor:
            handling.override_priority(
                actor, client_id=world.c2.pk, ticket_id=ticket.pk, priority=2, reason="It opens again"
            )
        clock.shift(QUARTER)
        sweep()

        assert state(world, asked) == State.ASKED

    def test_not_where_the_ticket_is_solved_by_then(self, world: World, clock, ticket, asked) -> None:
        allow_unanswered(world)
        with world.enter(world.v12) as actor:
            handling.solve(actor, client_id=world.c2.pk, ticket_id=ticket.pk)
        clock.shift(QUARTER)
        sweep()

        assert state(world, asked) == State.ASKED

    def test_not_for_a_vendor_that_is_suspended_by_then(self, world: World, clock, asked) -> None:
        allow_unanswered(world)
        factories.suspend(world, world.o2, world.havnvik)
        clock.shift(QUARTER)
        sweep()

        assert state(world, asked) == State.ASKED

    def test_a_worker_that_was_away_grants_it_late(self, world: World, clock, asked) -> None:
        allow_unanswered(world)
        clock.shift(timedelta(hours=2))

        sweep()

        assert state(world, asked) == State.UNANSWERED
        assert asked.starts_at == MONDAY + timedelta(hours=2)

    def test_is_to_be_reviewed_by_the_end_of_the_next_day_and_stands_red_above_all_after_it(
        self, world: World, clock, asked
    ) -> None:
        allow_unanswered(world)
        clock.shift(QUARTER)
        sweep()
        requests = "/client/alderby/requests/"
        today = world.browser(world.o2).get(requests).content.decode()
        clock.move_to(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
        late = world.browser(world.o2).get(requests).content.decode()

        assert "to be reviewed" in today
        assert "review overdue" not in today
        assert "review overdue" in late

    def test_is_reviewed_with_a_word_once(self, world: World, clock, asked) -> None:
        allow_unanswered(world)
        clock.shift(QUARTER)
        sweep()
        browser, address = world.browser(world.o2), f"/client/alderby/requests/emergency/{asked.pk}/review/"

        empty = browser.post(address, {"review": " "}).status_code
        first = browser.post(address, {"review": "Right. We take turns at night from now on."}).status_code
        again = browser.post(address, {"review": "No, wrong."}).status_code

        assert (empty, first, again) == (400, 302, 409)
        page = browser.get("/client/alderby/requests/").content.decode()
        assert "We take turns at night" in page
        with world.enter(world.c2):
            assert AccessLogContent.objects.filter(detail__what="emergency_reviewed").count() == 1


def subject(world: World, address: str) -> str:
    with world.enter(world.c2):
        return OutboxMail.objects.filter(kind="emergency_outcome", to_address=address).get().subject


class TestTheSweep:
    def test_a_request_lapses_at_exactly_four_hours_and_the_asker_is_told(self, world: World, clock, asked) -> None:
        for _turn in range(20):
            sweep()
        clock.shift(timedelta(hours=4) - timedelta(microseconds=1))
        sweep()
        before = state(world, asked)
        clock.shift(timedelta(microseconds=1))
        sweep()

        assert (before, state(world, asked)) == (State.ASKED, State.EXPIRED)
        assert "Nobody at Alderby answered" in subject(world, world.v1.email)
        assert not Due.objects.filter(kind=Due.Kind.EMERGENCY).exists()

    def test_delivered_three_times_at_once_it_tells_and_grants_once(self, world: World, clock, ticket) -> None:
        request = factories.asked_in(world, world.v1, ticket)
        allow_unanswered(world)

        def deliver() -> None:
            tasks.look_at_emergency(world.c2.pk, request.pk)

        first = together(deliver, deliver, deliver)
        with world.enter(world.c2):
            told = EmergencyStep.objects.exclude(told_at=None).count(), SignedLink.objects.count()
        clock.shift(QUARTER)
        second = together(deliver, deliver, deliver)

        assert (first, second) == ([None] * 3, [None] * 3)
        assert told == (2, 2)
        with world.enter(world.c2):
            assert AccessLogContent.objects.filter(detail__what="emergency_unanswered").count() == 1
            assert OutboxMail.objects.filter(kind="emergency_outcome").count() == 1

    def test_two_workers_never_claim_the_same_request(self, world: World, clock, ticket) -> None:
        for person in (world.v1, world.x, world.v1ro, world.v1own):
            factories.asked_in(world, person, ticket)

        first, second = together(*[lambda: due.claim(clocks.now(), most=2)] * 2)

        assert len(first.rows) == len(second.rows) == 2
        assert not set(first.rows) & set(second.rows)

    def test_what_a_dead_worker_had_comes_back_when_its_lease_ends(self, world: World, clock, ticket) -> None:
        factories.asked_in(world, world.v1, ticket)
        lost = due.claim(clocks.now())
        assert lost is not None

        assert due.claim(clocks.now()) is None
        clock.shift(due.LEASE)

        again = due.claim(clocks.now())
        assert again is not None
        assert again.of(Due.Kind.EMERGENCY) == lost.of(Due.Kind.EMERGENCY)

    def test_a_request_that_is_gone_is_forgotten(self, world: World, clock) -> None:
        Due.objects.create(client_id=world.c2.pk, kind=Due.Kind.EMERGENCY, subject_id=987_654, due_at=MONDAY)

        sweep()

        assert not Due.objects.exists()
