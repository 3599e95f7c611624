"""Random matrices and tickets, and the slow reading of a matrix that they are held against."""

from hypothesis import strategies as st

from escalation.matrix.document import (
    WEEK_MINUTES,
    Begins,
    Channel,
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

# A small tree: lines under billing, and fitting beside it.
PARENTS: dict[str, str | None] = {"billing": None, "invoice": "billing", "refund": "billing", "fitting": None}
TIERS, LANGUAGES, TAGS, SERVICES = ["fleet"], ["sv"], ["safety", "press"], ["charging"]
TEAM = Who(Target.GROUP, "everybody")


def above(key: str | None) -> frozenset[str]:
    """A category with those above it."""
    found = set()
    while key is not None:
        found.add(key)
        key = PARENTS[key]
    return frozenset(found)


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(
        st.just(()), st.lists(st.sampled_from(values), min_size=1, max_size=min(2, len(values)), unique=True).map(tuple)
    )


@st.composite
def windows(draw: st.DrawFn) -> Hours:
    span = draw(st.sampled_from(Span))
    if span is not Span.OWN:
        return Hours(span)
    starts = draw(st.lists(st.integers(0, WEEK_MINUTES - 1), min_size=1, max_size=2, unique=True))
    return Hours(span, tuple(sorted((start, start + draw(st.integers(1, WEEK_MINUTES))) for start in starts)))


@st.composite
def rows(draw: st.DrawFn, path: str = "P") -> Row:
    first = draw(st.integers(1, 4))
    return Row(
        path=path,
        categories=draw(some(list(PARENTS))),
        priority_from=first,
        priority_to=draw(st.integers(first, 4)),
        tiers=draw(some(TIERS)),
        languages=draw(some(LANGUAGES)),
        tags=draw(some(TAGS)),
        services=draw(some(SERVICES)),
        hours=draw(windows()),
        begins=draw(st.sampled_from(Begins)),
    )


@st.composite
def whens(draw: st.DrawFn, number: int) -> When:
    trigger = draw(st.sampled_from([t for t in Trigger if number or t is not Trigger.SILENCE]))
    metric = "first_response" if trigger is Trigger.SHARE else ""
    percent = draw(st.sampled_from([50, 80, 100])) if trigger is Trigger.SHARE else 0
    return When(trigger, draw(st.integers(1, 300)), percent, metric)


@st.composite
def steps(draw: st.DrawFn, number: int) -> Step:
    again = draw(st.integers(0, 3))
    return Step(
        draw(whens(number)),
        to=tuple(draw(st.lists(st.sampled_from([TEAM, Who(Target.ROLE, "team_lead")]), min_size=1, unique=True))),
        instead=draw(st.sampled_from([(), (TEAM,)])),
        channels=tuple(draw(st.lists(st.sampled_from(Channel), min_size=1, unique=True))),
        again_minutes=draw(st.integers(1, 60)) if again else 0,
        again_times=again,
        needs_yes=draw(st.booleans()),
        hands_over=draw(st.booleans()),
    )


@st.composite
def paths(draw: st.DrawFn, name: str = "P", then: tuple[str, ...] = ("",)) -> Path:
    following = draw(st.sampled_from(then))
    count = draw(st.integers(1, 4))
    return Path(
        name,
        tuple(draw(steps(number)) for number in range(count)),
        asks=draw(some(["What happened", "Since when"])),
        idle_minutes=draw(st.sampled_from([0, 30])),
        then=following,
        then_minutes=draw(st.integers(1, 60)) if following else 0,
        ends_minutes=draw(st.sampled_from([0, 600])),
    )


@st.composite
def documents(draw: st.DrawFn, most: int = 6) -> Document:
    found = draw(st.lists(rows(), max_size=most))
    return Document(tuple(found), (draw(paths()),))


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    return Subject(
        categories=above(draw(st.sampled_from([None, *PARENTS]))),
        priority=draw(st.integers(1, 4)),
        tier=draw(st.sampled_from(["", *TIERS])),
        language=draw(st.sampled_from(["", "en", *LANGUAGES])),
        tags=draw(st.sets(st.sampled_from(TAGS)).map(frozenset)),
        service=draw(st.sampled_from(["", *SERVICES])),
        is_open=draw(st.booleans()),
        minute=draw(st.integers(0, WEEK_MINUTES - 1)),
    )


def fits(row: Row, subject: Subject) -> bool:
    """The plain reading: every column that says something says something that fits."""
    span = row.hours.span
    minutes = {minute % WEEK_MINUTES for start, end in row.hours.own for minute in range(start, end)}
    in_time = {Span.ANY: True, Span.OPEN: subject.is_open, Span.SHUT: not subject.is_open}.get(
        span, subject.minute in minutes
    )
    return (
        (not row.categories or any(key in subject.categories for key in row.categories))
        and row.priority_from <= subject.priority <= row.priority_to
        and (not row.tiers or subject.tier in row.tiers)
        and (not row.languages or subject.language in row.languages)
        and (not row.tags or any(tag in subject.tags for tag in row.tags))
        and (not row.services or subject.service in row.services)
        and in_time
    )
