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
    """The client's tickets in the order of their opening, the last ones minutes old."""
    rng = random.Random(f"demo/{client.slug}")  # noqa: S311  # a plan, no secret
    for at in sorted(_openings(rng, calendar, now)):
        topic = rng.choice(client.topics)
        number = rng.randint(1200, 9800)
        yield Plan(at, topic, number, rng.random() < 0.12, tuple(_steps(rng, topic, calendar, at, now)))


def _openings(rng: random.Random, calendar: WeekCalendar, now: datetime) -> Iterator[datetime]:
    recent = 26
    for _old in range(TICKETS_EACH - recent):
        moment = now - timedelta(days=rng.uniform(2.5, DAYS))
        # Most write while somebody is there, one in five at night.
        opening = business_time.next_open(calendar, moment)
        is_night = rng.random() < 0.2 or opening is None
        yield moment if is_night else opening + timedelta(minutes=rng.uniform(0, 170))
    for _new in range(recent):
        yield now - timedelta(minutes=rng.triangular(6, 60 * 54, 240))


def _steps(
    rng: random.Random, topic: Topic, calendar: WeekCalendar, opened: datetime, now: datetime
) -> Iterator[tuple[datetime, Step]]:
    """Steps until the ticket is done or the present is reached."""
    for at, step in _whole_life(rng, topic, calendar, opened):
        if at >= now - timedelta(minutes=2):
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
    at += timedelta(minutes=rng.lognormvariate(4.5, 1.1))
    if rng.random() < 0.55:
        yield at, Step.CUSTOMER
        at = _later(calendar, at, rng.lognormvariate(3.0, 0.9))
        yield at, Step.ANSWER
        at += timedelta(minutes=rng.lognormvariate(4.0, 1.0))
    yield at, Step.SOLVE
    if rng.random() < 0.5:
        yield at + timedelta(days=rng.uniform(1, 7)), Step.CLOSE


def _later(calendar: WeekCalendar, at: datetime, minutes: float) -> datetime:
    return business_time.add_seconds(calendar, at, int(minutes * 60))
