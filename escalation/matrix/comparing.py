"""Which tickets would have gone elsewhere by another version of a matrix.  No database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from escalation.matrix.document import Document, Path, Subject
from escalation.matrix.matching import Matcher


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A ticket whose path would be another one: the rows from 1 and their paths, None and "" where no row fits."""

    ticket: int
    before: int | None
    after: int | None
    before_path: str
    after_path: str


def compare(before: Document, after: Document, subjects: Mapping[int, Subject]) -> Iterator[Elsewhere]:
    """The tickets, by id, that would climb another path or other steps; rows that only moved send none elsewhere."""
    one, other = _Ways(before), _Ways(after)
    for ticket, subject in subjects.items():
        old, new = one.way(subject), other.way(subject)
        if old[1] != new[1]:
            yield Elsewhere(ticket, old[0], new[0], _name(old[1]), _name(new[1]))


def takings(document: Document, subjects: Mapping[int, Subject]) -> dict[int | None, list[int]]:
    """The tickets that each row takes, by its number from 1; under None those that no row takes."""
    ways = _Ways(document)
    found: dict[int | None, list[int]] = {}
    for ticket, subject in subjects.items():
        found.setdefault(ways.way(subject)[0], []).append(ticket)
    return found


class _Ways:
    def __init__(self, document: Document) -> None:
        self.document, self.matcher = document, Matcher(document)

    def way(self, subject: Subject) -> tuple[int | None, Path | None]:
        place = self.matcher.match(subject)
        if place is None:
            return None, None
        return place + 1, self.document.path(self.document.rows[place].path)


def _name(path: Path | None) -> str:
    return path.name if path is not None else ""
