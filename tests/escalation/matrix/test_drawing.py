"""Past tickets by lot: the same seed draws the same ones, everybody is counted once, and bars add up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation.matrix.document import Document, Path, Row, Step, Subject, Target, Trigger, When, Who
from escalation.matrix.drawing import Drawn, draw, lot, shares

OPENED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEAD = (Who(Target.ROLE, "team_lead"),)
PATH = Path(
    "Doors",
    (
        Step(When(), LEAD, again_minutes=5, again_times=2),
        Step(When(minutes=30), LEAD),
        Step(When(Trigger.MANUAL), LEAD),
    ),
)
URGENT_ONLY = Document((Row("Doors", priority_to=2),), (PATH,))


@given(st.lists(st.integers(1, 10**9), unique=True, max_size=300), st.integers(0, 10**6))
def test_a_seed_draws_the_same_whatever_order_they_come_in(ids: list[int], seed: int) -> None:
    drawn = lot(ids, seed=seed, most=200)

    assert drawn == lot(ids[::-1], seed=seed, most=200)
    assert len(drawn) == len(set(drawn)) == min(200, len(ids))
    assert set(drawn) <= set(ids)


def test_another_seed_draws_others() -> None:
    assert lot(range(1000), seed=1, most=200) != lot(range(1000), seed=2, most=200)


def test_steps_are_counted_once_and_only_until_the_ticket_was_over() -> None:
    subjects = {1: Subject(priority=1), 2: Subject(priority=2), 3: Subject(priority=4)}
    lives = {
        1: (OPENED, OPENED + timedelta(minutes=20)),
        2: (OPENED, OPENED + timedelta(days=1)),
        3: (OPENED, OPENED + timedelta(days=1)),
    }

    assert draw(URGENT_ONLY, subjects, lives) == [
        Drawn(1, 1, "Doors", 1, 3),
        Drawn(2, 1, "Doors", 2, 3),
        Drawn(3, None, "", 0, 0),
    ]


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 5)), st.integers(0, 9)), min_size=1, max_size=200))
def test_everybody_stands_in_one_bar_and_no_bar_is_too_long(given_ones: list[tuple[int | None, int]]) -> None:
    drawn = [Drawn(n, row, "P" if row else "", reached, 9) for n, (row, reached) in enumerate(given_ones)]

    found = shares(drawn)

    assert sum(share.count for share in found) == len(drawn)
    assert all(sum(part.count for part in share.parts) == share.count for share in found)
    assert all(part.start + part.width <= 100.1 for share in found for part in share.parts)
    assert None not in [share.row for share in found[:-1]]
