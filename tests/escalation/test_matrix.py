"""Matching and checking a matrix, against the naive reading of its rows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation import matrix
from escalation.matrix import Problem, Row, Step

CATEGORIES = [11, 12, 13]
STEP = (Step(0, contact_id=1),)


@st.composite
def any_row(draw: st.DrawFn) -> Row:
    first = draw(st.integers(1, 4))
    last = draw(st.integers(first, 4))
    return Row(0, draw(st.sampled_from([None, *CATEGORIES])), first, last, STEP)


@st.composite
def any_rows(draw: st.DrawFn) -> list[Row]:
    found = draw(st.lists(any_row(), max_size=8))
    return [Row(n, r.category_id, r.priority_from, r.priority_to, r.steps) for n, r in enumerate(found, start=1)]


def naive(rows: list[Row], category: int | None, priority: int) -> int | None:
    for row in rows:
        takes_category = row.category_id is None or row.category_id == category
        if takes_category and priority in range(row.priority_from, row.priority_to + 1):
            return row.position
    return None


CELLS = [(c, p) for c in (None, *CATEGORIES) for p in (1, 2, 3, 4)]


@given(any_rows())
def test_the_first_row_from_the_top_that_fits_decides(rows: list[Row]) -> None:
    for category, priority in CELLS:
        found = matrix.match(rows, category, priority)

        assert (found.position if found else None) == naive(rows, category, priority)


@given(any_rows())
def test_a_row_is_reported_exactly_when_no_ticket_reaches_it(rows: list[Row]) -> None:
    findings = matrix.check(rows, categories=CATEGORIES, active={1}, reachable={1})

    reached = {naive(rows, c, p) for c, p in CELLS}
    never = {f.row for f in findings if f.problem is Problem.NEVER}
    assert never == {row.position for row in rows} - reached


@given(any_rows())
def test_the_uncovered_are_exactly_those_that_fit_no_row(rows: list[Row]) -> None:
    findings = matrix.check(rows, categories=CATEGORIES, active={1}, reachable={1})

    told = set()
    for f in findings:
        if f.problem is Problem.UNCOVERED and f.category_id is None:
            told |= {(c, p) for c in (None, *CATEGORIES) for p in f.priorities}
        elif f.problem in (Problem.UNCOVERED, Problem.UNSORTED):
            told |= {(f.category_id, p) for p in f.priorities}
    assert told == {cell for cell in CELLS if naive(rows, *cell) is None}


def test_the_rows_that_take_all_of_another_are_named() -> None:
    rows = [Row(1, 11, 1, 2, STEP), Row(2, None, 3, 4, STEP), Row(3, 11, 2, 3, STEP)]

    findings = matrix.check(rows, categories=[11], active={1}, reachable={1})

    assert matrix.Finding(Problem.NEVER, row=3, others=(1, 2)) in findings


def test_contacts_who_left_or_have_no_address_are_told() -> None:
    rows = [Row(1, steps=(Step(0, contact_id=1), Step(5, contact_id=2), Step(9, vendor_role="team_lead")))]

    findings = matrix.check(rows, categories=CATEGORIES, active={2}, reachable=set())

    assert [(f.problem, f.contact_id) for f in findings] == [(Problem.GONE, 1), (Problem.NOBODY, 2)]


def test_simulating_tells_who_would_be_told_when() -> None:
    start = datetime(2026, 11, 24, 23, 40, tzinfo=UTC)
    row = Row(1, steps=(Step(0, vendor_role="team_lead"), Step(15, contact_id=1)))

    assert [at for at, _step in matrix.simulate(row, start)] == [start, start + timedelta(minutes=15)]
