"""Whatever happens to a ticket, in any order: one court at a time, no clock in the wrong one, nothing due forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from psycopg import sql

from access.errors import Refused
from access.models import Contract, User
from escalation import actions, tasks
from escalation import rows as matrices
from escalation.actions import call_backs, recounts
from escalation.actions.policies import agree_to_promises, propose_promises
from escalation.clocks import runs_in
from escalation.engine import climbs as climbs_of
from escalation.engine.due import LEASE, WATCH_EVERY
from escalation.engine.sweep import BATCH
from escalation.hours import Hours
from escalation.matrix import climbing
from escalation.matrix.document import Begins, Document, Path, Row, Step, Trigger, When
from escalation.models import (
    Calendar,
    CallBack,
    Clock,
    ClockMark,
    Contact,
    Due,
    Escalation,
    EscalationStep,
    Matrix,
    Metric,
    Notice,
    SlaPolicy,
)
from escalation.pledges import Pledge, Pledges
from escalation.timers import next_mark
from helpdesk.lib import clock as clocks
from tests import factories
from tests.cast import Snapshot, World
from tests.escalation.engine.things import LEAD, MONDAY, at_share, contacts, put_in_force, sweep
from tests.escalation.test_coverage import as_office
from tickets.actions import conversation, handling, merging
from tickets.models import Holder, HolderSpan, Message, Status, Ticket

ASKED = {"reason": "decision", "question": "May we refund?", "facts": "Paid twice", "suggestion": "Yes"}
MINUTES = st.sampled_from([1, 7, 29, 30, 61, 240, 500, 24 * 60, 3 * 24 * 60])
HOURS = "Support hours"
DAYS = st.sampled_from([((0, 1440),), ((480, 720),), ((540, 600), (780, 1020)), ((1080, 1440),)])
LATER = st.sampled_from([0, 0, 45, 600])


BY_HAND = Step(When(Trigger.MANUAL), LEAD)


def matrix(world: World, *, begins: Begins) -> Document:
    """Every trigger, and a path that goes on as another one, which ends."""
    client = contacts(world)
    climbs = Path(
        "Climbs",
        (
            Step(When(), client, again_minutes=15, again_times=2, hands_over=True),
            at_share(80),
            Step(When(Trigger.SILENCE, 30), LEAD, again_minutes=20, again_times=1),
            Step(When(Trigger.QUIET, 600), LEAD, needs_yes=False),
            Step(When(Trigger.MANUAL), client, again_minutes=10, again_times=1),
        ),
        idle_minutes=45,
        then="Ends",
        then_minutes=60,
    )
    ends = Path("Ends", (Step(When(), LEAD), Step(When(Trigger.SILENCE, 20), client), BY_HAND), ends_minutes=90)
    return Document((Row("Climbs", begins=begins),), (climbs, ends))


def another(document: Document, *, begins: Begins, is_turned: bool) -> Document:
    """The next version of it: other tickets climb by themselves, and a path may be gone that climbs go on as."""
    climbs, ends = document.paths
    if is_turned:
        return Document((Row("Ends", begins=begins),), (ends,))
    first, *others = climbs.steps
    # Its steps stand in another order, and more are told at once.
    climbs = replace(climbs, steps=(replace(first, hands_over=False), BY_HAND, *others))
    return Document((Row("Ends", priority_to=2), Row("Climbs", begins=begins)), (climbs, ends))


class Life(RuleBasedStateMachine):
    """One ticket, and everybody who may do something to it."""

    def __init__(self, world: World, time: time_machine.Traveller) -> None:
        super().__init__()
        self.world, self.time = world, time

    @initialize()
    def begin(self) -> None:
        self.ticket = factories.ticket(self.world, self.world.r1)
        self.gone: list[int] = []
        with self.world.enter(self.world.c1):
            self.contract = Contract.objects.get(vendor=self.world.havnvik).pk
            ida = {"name": "Ida Norling", "email": "ida@voltarra.example"}
            self.ida = Contact.objects.create(client=self.world.c1, **ida).pk

    def try_to(self, person: Any, act: Callable[..., Any], **more: Any) -> None:
        """What the product refuses, with a word that is for people, changes nothing."""
        try:
            with self.world.enter(person) as actor:
                act(actor, client_id=self.world.c1.pk, **more)
        except Refused:
            pass

    def answer(self, person: User, act: Callable[..., Any], **more: Any) -> None:
        with self.world.enter(self.world.c1):
            found = Escalation.objects.filter(ticket=self.ticket).order_by("-pk").values_list("pk", flat=True).first()
        if found is not None:
            self.try_to(person, act, escalation_id=found, **more)

    @rule(minutes=MINUTES, is_swept=st.booleans())
    def time_goes_on(self, minutes: int, is_swept: bool) -> None:
        self.time.shift(timedelta(minutes=minutes))
        if is_swept:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        # What comes of a look is looked at a second later.
        for _look in range(3):
            assert sweep() < BATCH
            self.time.shift(timedelta(seconds=1))

    @rule(then=st.sampled_from(list(conversation.Then)))
    def support_answers(self, then: conversation.Then) -> None:
        self.try_to(self.world.v1, conversation.reply, ticket_id=self.ticket.pk, body="Please try it again.", then=then)

    @rule()
    def the_customer_writes(self) -> None:
        more = {"ticket_id": self.ticket.pk, "body": "It blinks."}
        self.try_to(self.world.r1, conversation.write_as_customer, **more)

    @rule(priority=st.integers(1, 4))
    def the_priority_changes(self, priority: int) -> None:
        more = {"ticket_id": self.ticket.pk, "priority": priority, "reason": "Graver than it looked"}
        self.try_to(self.world.v1, handling.override_priority, **more)

    @rule()
    def it_is_solved(self) -> None:
        self.try_to(self.world.v1, handling.solve, ticket_id=self.ticket.pk)

    @rule()
    def it_is_opened_again(self) -> None:
        self.try_to(self.world.v1, handling.reopen, ticket_id=self.ticket.pk)

    @rule()
    def support_asks_the_client(self) -> None:
        self.try_to(self.world.v1, actions.escalate, ticket_id=self.ticket.pk, **ASKED)

    @rule()
    def support_takes_it_back(self) -> None:
        self.answer(self.world.v1, actions.withdraw)

    @rule(by=st.sampled_from(["e1", "a1", "o1"]))
    def the_client_is_on_it(self, by: str) -> None:
        self.answer(getattr(self.world, by), actions.acknowledge)

    @rule()
    def the_lead_is_on_it(self) -> None:
        self.answer(self.world.lead, actions.acknowledge_as_role)

    @rule()
    def the_client_answers(self) -> None:
        self.answer(self.world.e1, actions.return_to_support, answer="Yes, refund.")

    @rule()
    def the_client_says_that_it_was_not_needed(self) -> None:
        self.answer(self.world.e1, actions.not_needed)

    @rule()
    def the_client_declines(self) -> None:
        self.support_asks_the_client()
        self.answer(self.world.e1, actions.decline, reason="We never refund this.")

    @rule()
    def the_client_passes_it_on(self) -> None:
        self.support_asks_the_client()
        self.answer(self.world.e1, actions.pass_on, contact_id=self.ida)

    @rule(by=st.sampled_from(["v1", "e1"]), which=st.integers(0, 2))
    def somebody_presses_a_step(self, by: str, which: int) -> None:
        """Of the path that is climbed, of one that it has left, or of an escalation that ended."""
        self.support_asks_the_client()
        with self.world.enter(self.world.c1):
            waiting = EscalationStep.objects.filter(escalation__ticket=self.ticket, definition__trigger=Trigger.MANUAL)
            found = list(waiting.order_by("-pk").values_list("escalation_id", "pk")[: which + 1])
        if found:
            climb, step = found[-1]
            self.try_to(getattr(self.world, by), actions.press, escalation_id=climb, step_id=step)

    @rule(begins=st.sampled_from(list(Begins)), is_turned=st.booleans())
    def another_matrix_comes_in_force(self, begins: Begins, is_turned: bool) -> None:
        document = another(matrix(self.world, begins=begins), begins=begins, is_turned=is_turned)
        with self.world.enter(self.world.o1) as actor:
            newest = Matrix.objects.filter(client=self.world.c1, version__isnull=False).order_by("-version").first()
            about = {"client_id": self.world.c1.pk, "expected_version": newest.version if newest else None}
            actions.publish_matrix(actor, document=document, **about)

    @rule(day=DAYS, later=LATER)
    def other_support_hours_come_in_force(self, day: tuple[tuple[int, int], ...], later: int) -> None:
        wanted = Hours(zone="Europe/Stockholm", week=(day,) * 7)
        with self.world.enter(self.world.o1) as actor:
            newest = Calendar.objects.filter(name=HOURS).order_by("-version").values_list("version", flat=True)[0]
            about = {"client_id": self.world.c1.pk, "name": HOURS, "expected_version": newest}
            actions.save_hours(actor, wanted=wanted, valid_from=clocks.now() + timedelta(minutes=later), **about)

    @rule(minutes=st.sampled_from([5, 60, 600]), every_hour=st.booleans(), warn_at=st.sampled_from([(), (50, 90)]))
    def both_sides_agree_to_other_promises(self, minutes: int, every_hour: bool, warn_at: tuple[int, ...]) -> None:
        """To a ticket of a priority that is not among them nothing is promised any more."""
        cells = {
            (metric, priority): Pledge(minutes * 60 * priority, every_hour, 90)
            for metric in (Metric.FIRST_RESPONSE, Metric.SOLVE)
            for priority in (1, 2, 3)
        }
        about = {"client_id": self.world.c1.pk, "contract_id": self.contract}
        with self.world.enter(self.world.o1) as actor:
            newest = SlaPolicy.objects.filter(contract=self.contract).order_by("-version")
            version = newest.values_list("version", flat=True)[0]
            wanted = Pledges(HOURS, warn_at, cells)
            row = propose_promises(actor, wanted=wanted, expected_version=version, **about)
        with as_office(self.world.office) as actor:
            agree_to_promises(actor, policy_id=row.pk, **about)

    @rule()
    def the_clocks_are_recounted(self) -> None:
        tasks.recount_clocks(self.world.c1.pk)
        with self.world.enter(self.world.c1):
            assert not recounts.is_waiting(self.world.c1.pk)

    @rule()
    def the_client_misses_something(self) -> None:
        self.answer(self.world.a1, actions.incomplete, missing="Which invoice?")

    @rule()
    def the_client_takes_it_over(self) -> None:
        self.answer(self.world.a1, actions.take_over)

    @rule(is_older=st.booleans(), is_asked=st.booleans())
    def another_ticket_is_put_together_with_it(self, *, is_older: bool, is_asked: bool) -> None:
        """Of the customer's two tickets either may be the one that stays."""
        other = factories.ticket(self.world, self.world.r1)
        if is_asked:
            self.try_to(self.world.v1, actions.escalate, ticket_id=other.pk, **ASKED)
        goes, stays = (self.ticket, other) if is_older else (other, self.ticket)
        self.try_to(self.world.v1, merging.merge, ticket_id=goes.pk, into_id=stays.pk)
        with self.world.enter(self.world.c1):
            goes.refresh_from_db()
        if goes.merged_into_id is None:
            # Refused: the other one is let be.
            self.try_to(self.world.v1, handling.solve, ticket_id=other.pk)
        else:
            self.ticket = stays
            self.gone.append(goes.pk)

    @rule(minutes=MINUTES)
    def support_promises_a_call(self, minutes: int) -> None:
        moment = {"at": clocks.now() + timedelta(minutes=minutes), "zone": "Europe/Stockholm"}
        self.try_to(self.world.v1, call_backs.promise_call, ticket_id=self.ticket.pk, **moment)

    @rule(minutes=MINUTES)
    def support_moves_the_call(self, minutes: int) -> None:
        moment = {"at": clocks.now() + timedelta(minutes=minutes), "zone": "Europe/Stockholm"}
        self.on_the_call(call_backs.move_call, reason="They asked for it", **moment)

    @rule(outcome=st.sampled_from(CallBack.CALLED))
    def support_calls(self, outcome: CallBack.Outcome) -> None:
        self.on_the_call(call_backs.keep_call, outcome=outcome)

    @rule()
    def support_takes_the_call_back(self) -> None:
        self.on_the_call(call_backs.withdraw_call, reason="Solved by mail")

    def on_the_call(self, act: Callable[..., Any], **more: Any) -> None:
        with self.world.enter(self.world.c1):
            found = CallBack.objects.filter(ticket=self.ticket).order_by("-pk").values_list("pk", flat=True).first()
        if found is not None:
            self.try_to(self.world.v1, act, ticket_id=self.ticket.pk, call_id=found, **more)

    @invariant()
    def it_is_in_one_court(self) -> None:
        with self.world.enter(self.world.c1):
            self.ticket.refresh_from_db()
            spans = list(HolderSpan.objects.filter(ticket=self.ticket).order_by("started_at", "pk"))
        running = [span for span in spans if span.ended_at is None]
        is_open = self.ticket.status == Status.OPEN
        assert [span.holder for span in running] == ([self.ticket.holder] if is_open else [])
        assert all(one.ended_at <= other.started_at for one, other in pairwise(spans))

    @invariant()
    def no_clock_runs_in_the_wrong_court(self) -> None:
        with self.world.enter(self.world.c1):
            self.ticket.refresh_from_db()
            rows = list(Clock.objects.filter(ticket=self.ticket, stopped_at=None))
        for row in rows:
            runs = runs_in(Metric(row.metric), Holder(self.ticket.holder))
            assert (row.running_since is not None) == runs, row.metric
        assert self.ticket.status == Status.OPEN or not rows
        assert self.ticket.due_at == min((row.due_at for row in rows if row.due_at), default=None)
        calls = [row.due_at for row in rows if row.metric == Metric.CALL_BACK]
        assert [self.ticket.call_at] == (calls or [None])

    @invariant()
    def nothing_goes_on_at_what_was_merged_into_another(self) -> None:
        with self.world.enter(self.world.c1):
            about = {"ticket__in": self.gone}
            assert not Clock.objects.filter(stopped_at=None, **about).exists()
            assert not HolderSpan.objects.filter(ended_at=None, **about).exists()
            assert not Escalation.objects.filter(ended_at=None, **about).exists()
            assert not Message.objects.filter(**about).exists()
            assert Ticket.objects.filter(pk__in=self.gone, status=Status.CLOSED).count() == len(self.gone)

    @invariant()
    def nothing_due_is_forgotten(self) -> None:
        """Every clock that runs and every climb has a row of the dispatch table, no later than it must be looked at."""
        with self.world.enter(self.world.c1):
            clock_rows = list(Clock.objects.filter(ticket=self.ticket, stopped_at=None).select_related("calendar"))
            climbs = list(Escalation.objects.filter(ticket=self.ticket, ended_at=None))
            coming = [self.coming(climb) for climb in climbs]
            due = {(row.kind, row.subject_id): row for row in Due.objects.filter(client_id=self.world.c1.pk)}
        now = clocks.now()
        assert all(row.lease_until is None or row.lease_until <= now + LEASE for row in due.values())
        for row in clock_rows:
            if (mark := next_mark(row)) is not None:
                assert due[(Due.Kind.CLOCK, row.pk)].due_at <= mark[1]
        for climb, moment in zip(climbs, coming, strict=True):
            assert due[(Due.Kind.CLIMB, climb.pk)].due_at <= (moment or now + WATCH_EVERY)

    def coming(self, climb: Escalation) -> datetime | None:
        """When the rules have something to do on this climb; what waits for a clock is told by the clock's row."""
        ascent = climbs_of.lock(climb.client_id, climb.ticket_id)
        found = climbing.next_due(ascent.climb(), {})
        return found.at if found else None

    @invariant()
    def nothing_was_done_twice(self) -> None:
        with self.world.enter(self.world.c1):
            marks = list(ClockMark.objects.filter(ticket=self.ticket).values_list("clock_id", "share"))
            told = list(
                Notice.objects.filter(ticket=self.ticket).values_list(
                    "step", "telling", "channel", "contact", "user_id"
                )
            )
            climbs = Escalation.objects.filter(ticket=self.ticket, ended_at=None).count()
        assert len(marks) == len(set(marks))
        assert len(told) == len(set(told))
        assert climbs <= 1


@pytest.fixture
def keep(
    superuser: psycopg.Connection[Any], _sweep: sql.Composable, _tables: list[str]
) -> Callable[[], Callable[[], None]]:
    """Remembers all rows as they stand; what it gives puts them back."""

    def remember() -> Callable[[], None]:
        before = Snapshot(superuser, _tables)

        def put_back() -> None:
            with superuser.transaction():
                superuser.execute(_sweep)
            before.put_back()
            matrices.forget_all()

        return put_back

    return remember


@pytest.mark.parametrize("begins", list(Begins))
def test_any_life_of_a_ticket_keeps_its_promises(
    world: World, begins: Begins, keep: Callable[[], Callable[[], None]]
) -> None:
    with time_machine.travel(MONDAY, tick=False) as time:
        put_in_force(world, matrix(world, begins=begins))
        put_back = keep()

        def machine() -> Life:
            """Each life begins with what the client and the vendor had agreed at first."""
            time.move_to(MONDAY)
            put_back()
            return Life(world, time)

        health = [HealthCheck.too_slow, HealthCheck.data_too_large]
        kept = settings(max_examples=14, stateful_step_count=26, deadline=None, suppress_health_check=health)
        run_state_machine_as_test(machine, settings=kept)
