"""The matrix in force: as the document that climbs follow, and as the plain rows that the grid edits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from escalation.matrix import stored
from escalation.matrix.document import Begins, Document, Path, Target, Trigger, When, Who
from escalation.matrix.document import Row as Line
from escalation.matrix.document import Step as Stair
from escalation.matrix.matching import Matcher
from escalation.models import Contact, Matrix
from escalation.plain import Row, Step
from helpdesk.lib import clock
from tickets.models import TicketCategory

State = Matrix.State
# By the row's own number, which no other row ever gets: a version that is rolled back leaves nothing behind
# under the number of the next one.
_kept: "dict[int, Version]" = {}
KEPT_MOST = 500


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, ready to be matched; what of it makes a climb begin by itself is looked up once.

    `shares` are the percents of each metric's clock that a step waits for, `quiet` the fewest minutes of
    silence that one waits for, 0 for none.
    """

    number: int
    document: Document
    matcher: Matcher
    shares: Mapping[str, frozenset[int]]
    quiet: int
    begins_with_ticket: bool


def _made_ready(number: int, document: Document) -> Version:
    whens = [step.when for path in document.paths for step in path.steps]
    waits = [when for when in whens if when.trigger is Trigger.SHARE]
    shares = {metric: frozenset(w.percent for w in waits if w.metric == metric) for metric in {w.metric for w in waits}}
    quiet = min((when.minutes for when in whens if when.trigger is Trigger.QUIET), default=0)
    opens = any(row.begins is Begins.OPENED for row in document.rows)
    return Version(number, document, Matcher(document), shares, quiet, opens)


def newest(client_id: int, at: datetime | None = None) -> Matrix | None:
    """The version in force at a moment (now), or None; one statement."""
    return _published(client_id, at or clock.now()).first()


def current(client_id: int, at: datetime) -> Version | None:
    """The same as what climbs follow; one statement, and one more for a version not seen before."""
    found = _published(client_id, at).values_list("pk", "version").first()
    matrix_id, number = found or (0, None)
    if number is None:
        return None
    if matrix_id not in _kept:
        if len(_kept) >= KEPT_MOST:
            _kept.pop(next(iter(_kept)))
        content = Matrix.objects.values_list("content", flat=True).get(client_id=client_id, pk=matrix_id)
        _kept[matrix_id] = _made_ready(number, stored.read(content))
    return _kept[matrix_id]


def read_version(client_id: int, number: int) -> Document:
    """The document of one published version; raises `Matrix.DoesNotExist`."""
    rows = Matrix.objects.filter(client_id=client_id, version=number)
    return stored.read(rows.values_list("content", flat=True).get())


def forget_all() -> None:
    """Drop what is kept; for tests, whose numbers begin again."""
    _kept.clear()


def in_force(client_id: int) -> tuple[int | None, list[Row]]:
    """The version in force and its rows from the top; three statements."""
    matrix = newest(client_id)
    return (None, []) if matrix is None else (matrix.version, rows_of(matrix))


def rows_of(matrix: Matrix) -> list[Row]:
    """The rows of one version, from the top; two statements."""
    categories = {slug: pk for pk, slug in _categories(matrix.client_id).items()}
    contacts = {key: pk for pk, key in _contacts(matrix.client_id).items()}
    document = stored.read(matrix.content)
    return [_plain(n, line, document, categories, contacts) for n, line in enumerate(document.rows, start=1)]


def document_of(client_id: int, rows: Iterable[Row]) -> Document:
    """The document that plain rows say, each with a path of its own; rows that climb alike share one."""
    categories, contacts = _categories(client_id), _contacts(client_id)
    paths: dict[tuple[Stair, ...], Path] = {}
    lines = []
    for row in rows:
        stairs = tuple(_stair(step, contacts) for step in row.steps)
        path = paths.setdefault(stairs, Path(f"Path {len(paths) + 1}", stairs))
        chosen = (categories[row.category_id],) if row.category_id is not None else ()
        lines.append(Line(path.name, chosen, row.priority_from, row.priority_to))
    return Document(tuple(lines), tuple(paths.values()))


def _published(client_id: int, at: datetime) -> "QuerySet[Matrix]":
    rows = Matrix.objects.filter(client_id=client_id, state=State.PUBLISHED, valid_from__lte=at)
    return rows.order_by("-version")


def _categories(client_id: int) -> dict[int, str]:
    return dict(TicketCategory.objects.filter(client_id=client_id).values_list("pk", "slug"))


def _contacts(client_id: int) -> dict[int, str]:
    return dict(Contact.objects.filter(client_id=client_id).values_list("pk", "key"))


def _plain(
    number: int, line: Line, document: Document, categories: Mapping[str, int], contacts: Mapping[str, int]
) -> Row:
    path = document.path(line.path)
    steps = tuple(filter(None, (_step(stair, contacts) for stair in (path.steps if path else ()))))
    category = categories.get(line.categories[0]) if line.categories else None
    return Row(number, category, line.priority_from, line.priority_to, steps)


def _step(stair: Stair, contacts: Mapping[str, int]) -> Step | None:
    who = stair.to[0]
    if who.kind is Target.ROLE:
        return Step(stair.when.minutes, vendor_role=who.key)
    return Step(stair.when.minutes, contact_id=contacts[who.key]) if who.key in contacts else None


def _stair(step: Step, contacts: Mapping[int, str]) -> Stair:
    when = When(Trigger.START, step.after_minutes)
    if step.contact_id is None:
        return Stair(when, (Who(Target.ROLE, step.vendor_role),))
    return Stair(when, (Who(Target.CONTACT, contacts[step.contact_id]),), hands_over=True)
