"""The rules of the clocks against a slow, obviously right oracle."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from escalation import clocks
from escalation.clocks import RULES, Event, Promise, Reading, runs_in
from escalation.models import Metric
from helpdesk.lib.business_time import WeekCalendar
from tickets.models import Holder

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OFFICE = WeekCalendar("Europe/Stockholm", tuple(((480, 1080),) if day < 5 else () for day in range(7)))
PROMISES = {metric: Promise(4 * 3600, OFFICE) for metric in Metric}
ROUND = {metric: Promise(4 * 3600, None) for metric in Metric}


def test_the_table_names_every_metric() -> None:
    assert set(RULES) == set(Metric)


def test_opening_starts_the_first_answer_and_the_solution() -> None:
    made = clocks.after(Event.OPENED, [], PROMISES, Holder.VENDOR, MONDAY)

    assert {clock.metric for clock in made} == {Metric.FIRST_RESPONSE, Metric.SOLVE}
    assert all(clock.due_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC) for clock in made)


def test_without_a_promise_there_is_no_clock() -> None:
    assert clocks.after(Event.OPENED, [], {}, Holder.VENDOR, MONDAY) == []


def test_a_question_before_the_first_answer_starts_no_second_clock() -> None:
    made = clocks.after(Event.OPENED, [], ROUND, Holder.VENDOR, MONDAY)

    again = clocks.after(Event.CUSTOMER_WROTE, made, ROUND, Holder.VENDOR, MONDAY + timedelta(hours=1))

    assert again == made


def test_a_reopened_ticket_goes_on_with_the_seconds_used() -> None:
    made = clocks.after(Event.OPENED, [], ROUND, Holder.VENDOR, MONDAY)
    solved = clocks.after(Event.SOLVED, made, ROUND, Holder.VENDOR, MONDAY + timedelta(hours=1))

    again = clocks.after(Event.REOPENED, solved, ROUND, Holder.VENDOR, MONDAY + timedelta(hours=9))

    (fresh,) = [clock for clock in again if clock.stopped_at is None and clock.metric is Metric.SOLVE]
    assert (fresh.metric, fresh.used) == (Metric.SOLVE, 3600)
    assert fresh.due_at == MONDAY + timedelta(hours=12)


def test_a_clock_that_used_more_than_was_promised_is_due_at_once_and_missed() -> None:
    clock = Reading(Metric.SOLVE, 60, None, MONDAY, None, used=100)

    running = clocks.resume(clock, MONDAY)

    assert running.due_at == MONDAY
    assert clocks.stop(running, MONDAY).met is False


def test_hours_that_never_open_give_no_due_time() -> None:
    closed = WeekCalendar("UTC", ((),) * 7)

    assert Reading(Metric.SOLVE, 60, closed, MONDAY, MONDAY).due_at is None


def test_what_ends_without_an_answer_is_never_kept() -> None:
    made = clocks.after(Event.OPENED, [], ROUND, Holder.VENDOR, MONDAY)

    for hours, judged in ((0, None), (4, None), (5, False)):
        ended = clocks.after(Event.SOLVED, made, ROUND, Holder.VENDOR, MONDAY + timedelta(hours=hours))
        assert {c.metric: c.met for c in ended}[Metric.FIRST_RESPONSE] is judged


def test_a_question_that_nobody_asks_any_more_judges_no_client() -> None:
    asked = clocks.after(Event.CLIENT_ASKED, [], ROUND, Holder.CLIENT, MONDAY)

    (in_time,) = clocks.after(Event.CLIENT_SPARED, asked, ROUND, Holder.CLIENT, MONDAY + timedelta(hours=1))
    (late,) = clocks.after(Event.CLIENT_SPARED, asked, ROUND, Holder.CLIENT, MONDAY + timedelta(hours=9))

    assert (in_time.met, late.met) == (None, False)


@given(st.integers(0, 100_000), st.integers(0, 1_000_000))
def test_a_first_answer_that_was_never_given_is_due_again_when_it_was_due(before: int, closed: int) -> None:
    made = clocks.after(Event.OPENED, [], PROMISES, Holder.VENDOR, MONDAY)
    end, again = MONDAY + timedelta(seconds=before), MONDAY + timedelta(seconds=before + closed)

    ended = clocks.after(Event.SOLVED, made, PROMISES, Holder.VENDOR, end)
    reopened = clocks.after(Event.REOPENED, ended, PROMISES, Holder.VENDOR, again)

    assert [c for c in reopened if c.metric is Metric.FIRST_RESPONSE] == [
        c for c in made if c.metric is Metric.FIRST_RESPONSE
    ]


@given(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_stretch_taken_back_counts_as_if_it_had_never_paused(before: int, away: int, rest: int) -> None:
    moments = [MONDAY + timedelta(seconds=s) for s in (before, before + away, before + away + rest)]
    plain = clocks.after(Event.OPENED, [], PROMISES, Holder.VENDOR, MONDAY)

    paused = clocks.in_court(plain, Holder.CLIENT, moments[0])
    back = clocks.in_court(clocks.never_paused(paused, moments[0], moments[1]), Holder.VENDOR, moments[1])

    assert [c.due_at for c in back] == [c.due_at for c in plain] or all(c.used > c.target for c in back)
    ended = [clocks.stop(c, moments[2]) for c in back]
    expected = [clocks.stop(c, moments[2]) for c in plain]
    assert [(c.used, c.met) for c in ended] == [(c.used, c.met) for c in expected]


@dataclass
class Truth:
    """What happened, kept whole: the oracle sums it up second by second's worth."""

    spans: list[tuple[datetime, Holder]] = field(default_factory=list)

    def used(self, clock: Reading, now: datetime) -> int:
        end = clock.stopped_at or now
        total = 0
        ends = [*(start for start, _holder in self.spans[1:]), now]
        for (start, holder), stop in zip(self.spans, ends, strict=True):
            if runs_in(clock.metric, holder):
                begin, finish = max(start, clock.started_at), min(stop, end)
                total += max(0, int((finish - begin).total_seconds()))
        return total


class Life(RuleBasedStateMachine):
    """A ticket that goes from court to court; no clock may ever run in the wrong one."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.holder, self.is_open = MONDAY, Holder.VENDOR, True
        self.is_answered = False
        self.truth = Truth([(MONDAY, Holder.VENDOR)])
        self.clocks = clocks.after(Event.OPENED, [], ROUND, Holder.VENDOR, MONDAY)

    def happen(self, event: Event) -> None:
        self.clocks = clocks.after(event, self.clocks, ROUND, self.holder, self.now)

    def move(self, holder: Holder) -> None:
        self.holder = holder
        self.truth.spans.append((self.now, holder))
        self.clocks = clocks.in_court(self.clocks, holder, self.now)

    @rule(seconds=st.integers(1, 100_000))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.is_open)
    @rule(then_wait=st.booleans())
    def answer(self, then_wait: bool) -> None:
        self.is_answered = True
        self.happen(Event.STAFF_ANSWERED)
        if then_wait and self.holder is Holder.VENDOR:
            self.move(Holder.CUSTOMER)

    @precondition(lambda self: self.is_open)
    @rule()
    def customer_writes(self) -> None:
        self.happen(Event.CUSTOMER_WROTE)
        if self.holder is Holder.CUSTOMER:
            self.move(Holder.VENDOR)

    @precondition(lambda self: self.is_open and self.holder is not Holder.CLIENT)
    @rule()
    def ask_client(self) -> None:
        self.move(Holder.CLIENT)
        self.happen(Event.CLIENT_ASKED)

    @precondition(lambda self: self.is_open and self.holder is Holder.CLIENT)
    @rule()
    def client_answers(self) -> None:
        self.happen(Event.CLIENT_ANSWERED)
        self.move(Holder.VENDOR)

    @precondition(lambda self: self.is_open)
    @rule(seconds=st.integers(1, 100_000))
    def promise_a_call(self, seconds: int) -> None:
        runs = any(c.metric is Metric.CALL_BACK and c.stopped_at is None for c in self.clocks)
        event = Event.CALL_MOVED if runs else Event.CALL_PROMISED
        promise = {Metric.CALL_BACK: Promise(seconds, None)}
        self.clocks = clocks.after(event, self.clocks, promise, self.holder, self.now)

    @precondition(lambda self: self.is_open)
    @rule(event=st.sampled_from([Event.CALLED, Event.CALL_SPARED]))
    def end_a_call(self, event: Event) -> None:
        self.happen(event)

    @precondition(lambda self: self.is_open)
    @rule()
    def solve(self) -> None:
        self.happen(Event.SOLVED)
        self.is_open = False
        # A question to the client ends with its ticket.
        self.truth.spans.append((self.now, Holder.VENDOR))

    @precondition(lambda self: not self.is_open)
    @rule()
    def reopen(self) -> None:
        self.truth.spans.append((self.now, Holder.VENDOR))
        self.holder, self.is_open = Holder.VENDOR, True
        never = [c for c in self.clocks if c.metric is Metric.FIRST_RESPONSE and self.is_answered]
        self.clocks = never + clocks.after(
            Event.REOPENED, [c for c in self.clocks if c not in never], ROUND, self.holder, self.now
        )

    @invariant()
    def clocks_run_with_their_own_side_only(self) -> None:
        for clock in self.clocks:
            runs = clock.running_since is not None
            assert runs == (clock.stopped_at is None and runs_in(clock.metric, self.holder) and self.is_open)
            assert (clock.due_at is not None) == runs
            assert clock.met is None or clock.stopped_at is not None
            if clock.stopped_at is not None and clock.used > clock.target:
                assert clock.met is False

    @invariant()
    def there_is_one_unfinished_clock_a_metric(self) -> None:
        unfinished = [clock.metric for clock in self.clocks if clock.stopped_at is None]
        assert len(unfinished) == len(set(unfinished))

    @invariant()
    def each_has_used_what_the_oracle_counts(self) -> None:
        carried = 0
        for clock in self.clocks:
            read = clocks.pause(clock, self.now).used
            base = carried if clock.metric is Metric.SOLVE else 0
            assert read == base + self.truth.used(clock, self.now)
            if clock.metric is Metric.SOLVE:
                carried = read


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
