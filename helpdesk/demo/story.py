"""When things happen in the demo: a plan of steps for each ticket, drawn with a fixed seed.  Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk.demo.texts import ClientDemo, Topic
from helpdesk.lib import business_time
from helpdesk.lib.business_time import WeekCalendar

DAYS = 60
TICKETS_EACH = 200
# Before that somebody else answered, and slower.
EARLIER_DAYS, EARLIER_EACH = 120, 150
# Older tickets were worked elsewhere and come in as history, as a real client's would.
HANDED_OVER = timedelta(days=14)


class Step(StrEnum):
    """What somebody does on a ticket."""

    ANSWER = "answer"
    CUSTOMER = "customer"
    NOTE = "note"
    ESCALATE = "escalate"
    RULING = "ruling"
    NOT_NEEDED = "not_needed"
    SOLVE = "solve"
    CLOSE = "close"
    TAKE = "take"


@dataclass(frozen=True)
class Plan:
    """One ticket: when it is opened, about what, and the steps that follow, each with its time."""

    opened_at: datetime
    topic: Topic
    number: int
    is_late_riser: bool
    steps: tuple[tuple[datetime, Step], ...] = field(default=())


def plans(client: ClientDemo, calendar: WeekCalendar, *, now: datetime) -> Iterator[Plan]:
    """The client's tickets, those of the past first in the order of their opening."""
    rng = random.Random(f"demo/{client.slug}")  # noqa: S311  # a plan, no secret
    for at in sorted(_openings(rng, calendar, now)):
        topic = rng.choice(client.topics)
        number = rng.randint(1200, 9800)
        yield Plan(at, topic, number, rng.random() < 0.12, tuple(_steps(rng, topic, calendar, at, now)))
    yield from present(client, calendar, now=now)


def earlier(client: ClientDemo, calendar: WeekCalendar, *, now: datetime) -> Iterator[Plan]:
    """What the client's old help desk had answered before all of that, oldest first."""
    rng = random.Random(f"demo/{client.slug}/earlier")  # noqa: S311  # a plan, no secret
    days = sorted(rng.uniform(DAYS + 1, DAYS + EARLIER_DAYS) for _old in range(EARLIER_EACH))
    for at in (now - timedelta(days=each) for each in reversed(days)):
        opening = business_time.next_open(calendar, at)
        if opening is not None and rng.random() < 0.8:
            at = opening + timedelta(minutes=rng.uniform(0, 300))
        answered = _later(calendar, at, rng.lognormvariate(5.2, 0.9))
        thanked = answered + timedelta(minutes=rng.lognormvariate(5.6, 1.0))
        closed = _later(calendar, thanked, rng.lognormvariate(5.0, 0.9))
        steps = ((answered, Step.ANSWER), (thanked, Step.CUSTOMER), (closed, Step.ANSWER))
        yield Plan(at, rng.choice(client.topics), rng.randint(1200, 9800), False, steps)


def _openings(rng: random.Random, calendar: WeekCalendar, now: datetime) -> Iterator[datetime]:
    for _old in range(TICKETS_EACH - len(PRESENT) - len(OVERDUE_HOURS)):
        moment = now - timedelta(days=rng.uniform(1.5, DAYS))
        # Most write while somebody is there, one in five at night.
        opening = business_time.next_open(calendar, moment)
        at = moment
        if opening is not None and rng.random() < 0.8:
            at = opening + timedelta(minutes=rng.uniform(0, 170))
        yield at if at < now - timedelta(hours=30) else moment


# What stands in the queue when the demo begins, whatever day it is: how many minutes ago each
# ticket was opened, and what happened on it how many minutes ago.
PRESENT: tuple[tuple[int, tuple[tuple[int, Step], ...]], ...] = (
    (4, ()),
    (11, ()),
    (38, ()),
    (95, ()),
    (210, ()),
    (52, ((31, Step.TAKE),)),
    (140, ((120, Step.TAKE),)),
    (66, ((50, Step.TAKE), (44, Step.ANSWER))),
    (190, ((170, Step.TAKE), (150, Step.ANSWER))),
    (420, ((400, Step.TAKE), (360, Step.ANSWER))),
    (1300, ((1200, Step.TAKE), (1100, Step.ANSWER))),
    (180, ((160, Step.TAKE), (150, Step.ANSWER), (27, Step.CUSTOMER))),
    (600, ((560, Step.TAKE), (500, Step.ANSWER), (75, Step.CUSTOMER))),
    (150, ((140, Step.TAKE), (134, Step.NOTE), (130, Step.ESCALATE))),
    (90, ((80, Step.TAKE), (65, Step.ESCALATE))),
    (44, ((38, Step.TAKE), (20, Step.ESCALATE))),
    (300, ((280, Step.TAKE), (200, Step.ESCALATE), (18, Step.RULING))),
    (500, ((470, Step.TAKE), (420, Step.ESCALATE), (35, Step.NOT_NEEDED))),
    (380, ((350, Step.TAKE), (330, Step.ANSWER), (90, Step.SOLVE))),
    (700, ((640, Step.TAKE), (600, Step.ANSWER), (240, Step.CUSTOMER), (200, Step.ANSWER), (60, Step.SOLVE))),
    (900, ((800, Step.TAKE), (760, Step.ANSWER), (300, Step.SOLVE), (120, Step.CLOSE))),
)
# Opened in support hours so long ago, on the calendar, that the promise is broken by now.
OVERDUE_HOURS = (2, 9)


def present(client: ClientDemo, calendar: WeekCalendar, *, now: datetime) -> Iterator[Plan]:
    """The tickets that are being worked as the demo begins, oldest first."""
    rng = random.Random(f"demo/{client.slug}/now")  # noqa: S311  # a plan, no secret
    asking = [topic for topic in client.topics if topic.question]
    for hours in OVERDUE_HOURS:
        opened = _open_hours_ago(calendar, now, hours)
        yield Plan(opened, rng.choice(client.topics), rng.randint(1200, 9800), False)
    for minutes, steps in sorted(PRESENT, reverse=True):
        needs = any(step is Step.ESCALATE for _ago, step in steps)
        topic = rng.choice(asking if needs else client.topics)
        when = tuple((now - timedelta(minutes=ago), step) for ago, step in steps)
        yield Plan(now - timedelta(minutes=minutes), topic, rng.randint(1200, 9800), rng.random() < 0.2, when)


def _open_hours_ago(calendar: WeekCalendar, now: datetime, hours: int) -> datetime:
    """A moment so many support hours ago."""
    step, at = timedelta(minutes=30), now
    while business_time.seconds_between(calendar, at, now) < hours * 3600:
        at -= step
    return at


def _steps(
    rng: random.Random, topic: Topic, calendar: WeekCalendar, opened: datetime, now: datetime
) -> Iterator[tuple[datetime, Step]]:
    """Steps until the ticket is done or the present is reached."""
    for at, step in _whole_life(rng, topic, calendar, opened):
        if at >= now - timedelta(hours=2):
            return
        yield at, step


def _whole_life(
    rng: random.Random, topic: Topic, calendar: WeekCalendar, opened: datetime
) -> Iterator[tuple[datetime, Step]]:
    at = _later(calendar, opened, rng.lognormvariate(3.1, 0.9))
    yield at, Step.TAKE
    if topic.question and rng.random() < 0.4:
        at = _later(calendar, at, rng.uniform(4, 25))
        yield at, Step.NOTE
        at = _later(calendar, at, rng.uniform(1, 6))
        yield at, Step.ESCALATE
        at = _later(calendar, at, rng.lognormvariate(4.6, 0.9))
        yield at, Step.NOT_NEEDED if rng.random() < 0.12 else Step.RULING
    at = _later(calendar, at, rng.uniform(2, 30))
    yield at, Step.ANSWER
    if rng.random() < 0.55:
        at += timedelta(minutes=rng.lognormvariate(5.6, 1.3))
        yield at, Step.CUSTOMER
        at = _later(calendar, at, rng.lognormvariate(3.0, 0.9))
        yield at, Step.ANSWER
        at = _later(calendar, at, rng.lognormvariate(4.0, 1.0))
    else:
        at += timedelta(hours=rng.uniform(4, 60))
    yield at, Step.SOLVE
    if rng.random() < 0.5:
        yield at + timedelta(days=rng.uniform(1, 7)), Step.CLOSE


def _later(calendar: WeekCalendar, at: datetime, minutes: float) -> datetime:
    return business_time.add_seconds(calendar, at, int(minutes * 60))
