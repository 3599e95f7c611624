"""The draft of a client's matrix, the versions there were, and what is wrong with one; reads only."""

from dataclasses import dataclass
from datetime import datetime

from escalation import rows
from escalation.known import Place
from escalation.matrix import stored
from escalation.matrix.checking import Finding, check
from escalation.matrix.document import Document
from escalation.models import Matrix
from helpdesk.lib import clock

State = Matrix.State


@dataclass(frozen=True, slots=True)
class Draft:
    """What an editor begins with: the stored draft, or the version in force while there is none (`revision` 0).

    `based_on` is the version it was made from, `in_force` that of now, None where there is none.
    """

    document: Document
    revision: int = 0
    based_on: int | None = None
    in_force: int | None = None
    row: Matrix | None = None

    @property
    def is_overtaken(self) -> bool:
        """Whether another version came in force since the draft was begun."""
        return self.row is not None and self.based_on != self.in_force


def draft_of(client_id: int) -> Draft:
    """The draft of the client's own people; two statements."""
    newest = rows.newest(client_id)
    number = newest.version if newest is not None else None
    row = Matrix.objects.filter(client_id=client_id, state=State.DRAFT).first()
    if row is not None:
        return Draft(stored.read(row.content), row.revision, row.based_on, number, row)
    return Draft(stored.read(newest.content) if newest is not None else Document(), 0, number, number)


def in_force(client_id: int) -> tuple[int | None, Document]:
    """The version in force and what it says; one statement."""
    newest = rows.newest(client_id)
    return (None, Document()) if newest is None else (newest.version, stored.read(newest.content))


def coming(client_id: int, at: datetime) -> Matrix | None:
    """The published version that is to be in force later, or None; one statement."""
    return Matrix.objects.filter(client_id=client_id, state=State.PUBLISHED, valid_from__gt=at).first()


def versions(client_id: int) -> list[Matrix]:
    """Every version that was published, the newest first, those that were called off too."""
    return list(Matrix.objects.filter(client_id=client_id, version__isnull=False).order_by("-version"))


def findings_of(client_id: int, document: Document, place: Place | None = None) -> list[Finding]:
    """Everything that is wrong with a document at this client now."""
    return check(document, (place or Place(client_id, clock.now())).known())
