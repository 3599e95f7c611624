"""The matrix in force, as the document that climbs follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from escalation.matrix import stored
from escalation.matrix.document import Begins, Document, Trigger
from escalation.matrix.matching import Matcher
from escalation.models import Matrix
from helpdesk.lib import clock

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
    return _ready(client_id, matrix_id, number)


def numbered(client_id: int, number: int) -> Version | None:
    """A published version by its number, None where there is none; statements as `current`."""
    found = Matrix.objects.filter(client_id=client_id, version=number).values_list("pk", flat=True).first()
    return _ready(client_id, found, number) if found is not None else None


def _ready(client_id: int, matrix_id: int, number: int) -> Version:
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


def _published(client_id: int, at: datetime) -> "QuerySet[Matrix]":
    rows = Matrix.objects.filter(client_id=client_id, state=State.PUBLISHED, valid_from__lte=at)
    return rows.order_by("-version")
