"""What differs between two versions of a matrix."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from escalation.matrix.changes import Change, Changes, PathChange, RowChange, StepChange, compare
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from tests.escalation.matrix.documents import documents

ASK = Step(When(), (Who(Target.GROUP, "g"),))
LEAD = Step(When(minutes=15), (Who(Target.ROLE, "team_lead"),))
ROWS = tuple(Row("P", (key,)) for key in ("a", "b", "c", "d"))


def of(*rows: Row, path: Path | None = None) -> Document:
    return Document(rows, (path or Path("P", (ASK,)),))


@given(documents())
def test_a_version_does_not_differ_from_itself(document: Document) -> None:
    assert not compare(document, document)


@given(documents(), documents())
def test_every_row_is_told_of_at_most_once(before: Document, after: Document) -> None:
    changes = compare(before, after).rows

    for side in ("before", "after"):
        places = [place for change in changes if (place := getattr(change, side)) is not None]
        assert len(places) == len(set(places))
    stay = len(before.rows) - sum(change.before is not None for change in changes)
    assert stay == len(after.rows) - sum(change.after is not None for change in changes)


@given(st.permutations(ROWS))
def test_rows_in_another_order_have_moved_and_nothing_else(rows: list[Row]) -> None:
    assert {change.change for change in compare(of(*ROWS), of(*rows)).rows} <= {Change.MOVED}


def test_a_row_that_comes_goes_or_says_something_else_is_told() -> None:
    other = replace(ROWS[1], priority_to=2)
    new = Row("Q", ("z",), 1, 1, ("gold",), ("sv",), ("x",))

    assert compare(of(*ROWS), of(ROWS[0], other, *ROWS[2:])).rows == (
        RowChange(Change.CHANGED, 2, 2, ("priority_to",)),
    )
    assert compare(of(*ROWS), of(*ROWS[1:])).rows == (RowChange(Change.REMOVED, 1),)
    assert compare(of(*ROWS), of(new, *ROWS)).rows == (RowChange(Change.ADDED, after=1),)


def test_steps_of_a_path_are_told_by_their_places() -> None:
    before, after = Path("P", (ASK, LEAD)), Path("P", (ASK, replace(LEAD, needs_yes=False), ASK), idle_minutes=5)

    changes = compare(of(path=before), of(path=after))

    steps = (StepChange(Change.CHANGED, 2, 2), StepChange(Change.ADDED, after=3))
    assert changes == Changes((), (PathChange(Change.CHANGED, "P", steps, rest=True),))
    assert compare(of(path=before), Document()).paths == (PathChange(Change.REMOVED, "P"),)
