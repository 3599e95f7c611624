"""What is found wrong with a matrix, against every ticket there could be."""

from itertools import product
from time import perf_counter

from hypothesis import given, settings

from escalation.matrix.checking import Finding, Known, Problem, check
from escalation.matrix.document import (
    WEEK_MINUTES,
    Document,
    Hours,
    Path,
    Row,
    Span,
    Step,
    Subject,
    Target,
    Trigger,
    When,
    Who,
)
from escalation.matrix.reach import OTHER
from tests.escalation.matrix.documents import LANGUAGES, PARENTS, SERVICES, TAGS, TEAM, TIERS, above, documents, fits

LEAD = Who(Target.ROLE, "team_lead")
ADA = Who(Target.CONTACT, "ada")
STEP = Step(When(), (TEAM,))
PATH = Path("P", (STEP,))
KNOWN = Known(
    parents=PARENTS,
    services=frozenset(SERVICES),
    targets=frozenset({TEAM, LEAD, ADA}),
    heard=frozenset({TEAM, LEAD, ADA}),
    many=frozenset({TEAM, LEAD}),
)


def every_ticket(document: Document) -> list[Subject]:
    """One ticket of each kind that the rows can tell apart, those with two tags left out."""
    edges = {0, *(edge % WEEK_MINUTES for row in document.rows for span in row.hours.own for edge in span)}
    return [
        Subject(above(category), priority, tier, language, frozenset(filter(None, [tag])), service, is_open, minute)
        for category, priority, tier, language, tag, service, is_open, minute in product(
            [None, *PARENTS], (1, 2, 3, 4), [OTHER, *TIERS], [OTHER, *LANGUAGES], ["", *TAGS], [OTHER, *SERVICES],
            (True, False), sorted(edges),
        )
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(documents(most=4))
def test_a_row_is_reported_exactly_when_no_ticket_reaches_it(document: Document) -> None:
    findings = check(document, KNOWN)

    reached = set()
    for ticket in every_ticket(document):
        reached.add(next((n for n, row in enumerate(document.rows, start=1) if fits(row, ticket)), None))
    never = {f.row for f in findings if f.problem is Problem.NEVER}
    assert never == set(range(1, len(document.rows) + 1)) - reached


@settings(max_examples=25, deadline=None)
@given(documents(most=4))
def test_what_no_row_takes_is_told_by_category_and_priority(document: Document) -> None:
    findings = check(document, KNOWN)

    told: set[tuple[str | None, int]] = set()
    for f in findings:
        if f.problem is Problem.UNCOVERED and not f.category:
            told |= {(c, p) for c in (None, *PARENTS) for p in f.priorities}
        elif f.problem in (Problem.UNCOVERED, Problem.UNSORTED):
            told |= {(f.category or None, p) for p in f.priorities}
    left = [t for t in every_ticket(document) if not any(fits(row, t) for row in document.rows)]
    assert told == {(c, t.priority) for t in left for c in (None, *PARENTS) if above(c) == t.categories}


def test_the_rows_that_take_all_of_another_are_named() -> None:
    rows = (Row("P", ("billing",), 1, 2), Row("P", (), 3, 4), Row("P", ("refund",), 2, 3), Row("P", ("fitting",), 2, 2))

    findings = check(Document(rows, (PATH,)), KNOWN)

    assert Finding(Problem.NEVER, row=3, others=(1, 2)) in findings
    assert not [f for f in findings if f.problem is Problem.NEVER and f.row == 4]


def test_a_row_for_the_nights_is_not_taken_by_one_for_the_days() -> None:
    rows = (Row("P", hours=Hours(Span.OPEN)), Row("P", hours=Hours(Span.SHUT)), Row("P"))

    findings = check(Document(rows, (PATH,)), KNOWN)

    assert [(f.row, f.others) for f in findings if f.problem is Problem.NEVER] == [(3, (1, 2))]


def test_paths_that_lead_back_to_themselves_or_nowhere_block() -> None:
    rows = (Row("A"), Row("nowhere"))
    paths = (
        Path("A", (STEP,), then="B", then_minutes=5),
        Path("B", (STEP,), then="A", then_minutes=5),
        Path("C", (), then="gone", then_minutes=5),
    )

    findings = check(Document(rows, paths), KNOWN)

    told = {(f.problem, f.path, f.name) for f in findings if f.blocks}
    assert told == {
        (Problem.NO_PATH, "", "nowhere"),
        (Problem.LOOP, "A", "B"),
        (Problem.LOOP, "B", "A"),
        (Problem.NO_PATH, "C", "gone"),
        (Problem.EMPTY, "C", ""),
    }


def test_steps_that_nobody_or_one_alone_receives_are_told() -> None:
    unknown = Who(Target.CONTACT, "nobody")
    gone = Known(**{**_fields(KNOWN), "gone": frozenset({ADA})})
    steps = (Step(When(), (ADA,)), Step(When(Trigger.SILENCE, 5), (unknown,)), Step(When(), (ADA,), instead=(LEAD,)))
    document = Document((Row("P"),), (Path("P", steps),))

    alone = [(f.problem, f.step) for f in check(document, KNOWN) if f.path]
    left = [(f.problem, f.step) for f in check(document, gone) if f.path]

    assert alone == [(Problem.ALONE, 1), (Problem.UNKNOWN, 2)]
    assert left == [(Problem.GONE, 1), (Problem.UNKNOWN, 2), (Problem.GONE, 3)]


def test_one_of_the_clients_people_alone_keeps_a_matrix_out_of_force() -> None:
    few = Known(**{**_fields(KNOWN), "many": frozenset()})

    def blocked(*to: Who, instead: tuple[Who, ...] = ()) -> dict[Problem, bool]:
        found = check(Document((Row("P"),), (Path("P", (Step(When(), to, instead=instead),)),)), few)
        return {f.problem: f.blocks for f in found if f.path}

    assert blocked(ADA) == {Problem.ALONE: True}
    assert blocked(ADA, instead=(LEAD,)) == {}
    # How many people the vendor has is not the client's to mend.
    assert blocked(LEAD) == {Problem.ALONE: False}


def test_a_first_step_cannot_wait_for_silence_after_none() -> None:
    path = Path("P", (Step(When(Trigger.SILENCE, 5), (LEAD,)),))

    assert [f.problem for f in check(Document((Row("P"),), (path,)), KNOWN) if f.blocks] == [Problem.ORDER]


def test_five_hundred_rows_are_checked_within_two_seconds() -> None:
    keys = [f"c{n}" for n in range(60)]
    rows = tuple(
        Row("P", (keys[n % 60],), 1 + n % 4, 4, tiers=(f"t{n % 7}",) if n % 3 else (), tags=(f"g{n % 11}",) * (n % 2))
        for n in range(500)
    )
    known = Known(**{**_fields(KNOWN), "parents": dict.fromkeys(keys)})

    begun = perf_counter()
    findings = check(Document(rows, (PATH,)), known)

    assert any(f.problem is Problem.NEVER for f in findings)
    assert perf_counter() - begun < 2


def _fields(known: Known) -> dict[str, object]:
    return {name: getattr(known, name) for name in Known.__dataclass_fields__}
